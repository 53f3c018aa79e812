"""A model engine for tests: it finds a level in every title, quotes what is not there, and is silent when told to."""

from tasks.model import Evidence, Extraction


class ShoutingEngine:
    """An engine that finds the department in the title, quotes what is not there, and is silent when told to."""

    def __init__(self, settings):
        self.recipe = {"engine": "shouting", "revision": 1}

    is_silent = False
    asked: list[str] = []  # noqa: RUF012

    async def extract(self, documents):
        type(self).asked += [document.content_hash for document in documents]
        if self.is_silent:
            return [None for _ in documents]
        return [
            Extraction(
                seniority="mid",
                city="Atlantis",
                evidence={
                    "seniority": Evidence(origin="model", part="title", quote=document.title[:5].upper()),
                    "city": Evidence(origin="model", part="text", quote="the sunken city of Atlantis"),
                },
            )
            for document in documents
        ]
