"""A model engine for tests: it finds a level in every title, quotes what is not there, and is silent when told to."""

from tasks.llm import Answer
from tasks.model import Asked, Evidence, Extraction


class ShoutingEngine:
    """An engine that finds the department in the title, quotes what is not there, and is silent when told to."""

    def __init__(self, settings):
        self.recipe = {"engine": "shouting", "revision": 1}

    is_silent = False
    asked: list[str] = []  # noqa: RUF012

    async def answers(self, documents):
        for document in documents:
            type(self).asked.append(document.content_hash)
            asked = Asked(outcome="unreachable" if self.is_silent else "answered")
            found = Extraction(
                seniority="mid",
                city="Atlantis",
                evidence={
                    "seniority": Evidence(origin="model", part="title", quote=document.title),
                    "city": Evidence(origin="model", part="text", quote="the sunken city of Atlantis"),
                },
                asked=asked,
            )
            yield Answer(document.content_hash, asked, None if self.is_silent else found)
