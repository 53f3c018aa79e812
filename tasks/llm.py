"""The place of the model: what an engine must be, and which one the settings name.

An engine is asked only for fields that neither the platform nor the rules could fill. It can never create a job,
a company or an address: it returns an Extraction, and only values whose quote stands in the text are kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tasks.errors import ConfigError
from tasks.model import Evidence, Extraction
from tasks.settings import Settings


@dataclass(frozen=True, slots=True)
class Document:
    """What an engine sees of one posting, and the columns that are still unknown."""

    content_hash: str
    title: str
    location: str | None
    text: str
    wanted: frozenset[str]


class Engine(Protocol):
    """A model that reads postings; `recipe` holds all that decides its answers."""

    @property
    def recipe(self) -> dict[str, Any]: ...

    async def extract(self, documents: Sequence[Document]) -> list[Extraction | None]:
        """An answer for each document in order, None where there is none and the posting is to be asked again."""
        ...


def engine(settings: Settings) -> Engine | None:
    """The engine that `ROLECALL_ENGINE` names, called with the settings; None for rules only.

    Raises: ConfigError where what it names is no engine.
    """
    if settings.engine is None:
        return None
    try:
        made = settings.engine(settings)
    except TypeError as error:
        raise ConfigError(f"ROLECALL_ENGINE cannot be called with the settings ({error})") from error
    if not hasattr(made, "recipe") or not hasattr(made, "extract"):
        raise ConfigError("ROLECALL_ENGINE does not make an engine: it needs `recipe` and `extract`")
    return made  # type: ignore[no-any-return]


def grounded(answer: Extraction, document: Document) -> Extraction:
    """The answer without the values whose quote is not in the posting, and without fields nobody asked for."""
    parts = {"title": document.title, "location": document.location or "", "text": document.text}
    parts = {name: _folded(part) for name, part in parts.items()}
    kept = Extraction()
    for name in Extraction.model_fields.keys() & document.wanted:
        evidence = answer.evidence.get(evidence_key(name))
        value = getattr(answer, name)
        if value in (None, []) or evidence is None or evidence.part not in parts:
            continue
        if evidence.quote.strip() and _folded(evidence.quote) in parts[evidence.part]:
            setattr(kept, name, value)
            kept.evidence[evidence_key(name)] = Evidence(origin="model", part=evidence.part, quote=evidence.quote)
    return kept


def evidence_key(column: str) -> str:
    """The key under which the evidence of a column stands."""
    for shared in ("salary", "experience_years"):
        if column.startswith(f"{shared}_"):
            return shared
    return column


def _folded(words: str) -> str:
    return " ".join(words.split()).casefold()
