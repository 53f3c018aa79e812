"""The place of the model: what an engine must be, which one the settings name, and what of its answers is believed.

An engine is asked only for fields that neither the platform nor the rules could fill. It can never create a job,
a company or an address: it fills fields of one posting, and only values whose quote stands in that posting are kept.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any, Protocol

from tasks.errors import ConfigError
from tasks.llm.document import Document
from tasks.llm.gateway import Gateway
from tasks.llm.grounding import SINGLE, columns, evidence_key, grounded
from tasks.llm.reply import Answer
from tasks.settings import Settings

__all__ = ["SINGLE", "Answer", "Document", "Engine", "ask", "close", "columns", "connect", "evidence_key", "grounded"]


class Engine(Protocol):
    """A model that reads postings; `recipe` holds all that decides its answers."""

    @property
    def recipe(self) -> dict[str, Any]: ...

    def answers(self, documents: Sequence[Document]) -> AsyncIterator[Answer]:
        """One answer for each document, in the order in which they are finished."""
        ...


async def connect(settings: Settings) -> Engine | None:
    """The engine that the settings name: a vLLM server, or `ROLECALL_ENGINE`; None for rules only.

    Raises: ConfigError where `ROLECALL_ENGINE` names no engine, ExtractionError where the server cannot be used.
    """
    if settings.engine is not None:
        return _named(settings)
    return None if settings.vllm_url is None else await Gateway.connect(settings)


async def ask(engine: Engine, documents: Sequence[Document]) -> AsyncIterator[Answer]:
    """The engine's answers as they come, without what their quotes do not support."""
    by_content = {document.content_hash: document for document in documents}
    async for answer in engine.answers(documents):
        if answer.extraction is None:
            yield answer
        else:
            yield replace(answer, extraction=grounded(answer.extraction, by_content[answer.content_hash]))


async def close(engine: Engine | None) -> None:
    if isinstance(engine, Gateway):
        await engine.close()


def _named(settings: Settings) -> Engine:
    try:
        made = settings.engine(settings)  # type: ignore[misc]
    except TypeError as error:
        raise ConfigError(f"ROLECALL_ENGINE cannot be called with the settings ({error})") from error
    if not hasattr(made, "recipe") or not hasattr(made, "answers"):
        raise ConfigError("ROLECALL_ENGINE does not make an engine: it needs `recipe` and `answers`")
    return made  # type: ignore[no-any-return]
