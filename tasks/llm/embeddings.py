"""Embeddings from an OpenAI-compatible vLLM server: a vector of unit length for each text, as it stands in the file."""

import asyncio
import math
import struct
from collections.abc import Sequence
from typing import Any

from tasks.errors import ConfigError, ExtractionError
from tasks.llm.patience import Patience, card_of
from tasks.llm.throttle import Throttle
from tasks.llm.wire import Sent, Server, Wire
from tasks.settings import Settings

AT_ONCE = 32  # texts of one request
IN_FLIGHT = 16
TEXT_LENGTH = 4000  # characters; what a posting is about stands in front
TEMPLATE = "{title}\n{location}\n\n{text}"
DIMENSIONS_MAX = 8192
Vector = bytes  # float32, little endian, of unit length


class Embedder:
    """A model that embeds. Shape: `warning` says in one line why texts have to wait, None where none has."""

    def __init__(self, settings: Settings, wire: Wire, model: str):
        self._revision, self._wire = settings.embedding_revision, wire
        self._patience = Patience(
            wire, Throttle(IN_FLIGHT), settings.vllm_patience_seconds, "the embedding server", "texts"
        )
        self.model = model
        self.dimensions = 0
        self.without = 0  # texts

    @classmethod
    async def connect(cls, settings: Settings) -> "Embedder":
        """Raises: ConfigError where no server is named, ExtractionError where it does not answer, serves no such model,
        or one that embeds nothing.
        """
        if settings.embedding_root is None:
            raise ConfigError("ROLECALL_EMBEDDING_URL is not set: give the address of a vLLM server that embeds")
        wire = Wire(_server(settings))
        try:
            card = card_of(
                await wire.models(),
                settings.embedding_model,
                wire.url,
                "the embedding server",
                "ROLECALL_EMBEDDING_MODEL",
            )
            embedder = cls(settings, wire, str(card["id"]))
            await embedder._measure()
        except ExtractionError:
            await wire.close()
            raise
        return embedder

    @property
    def recipe(self) -> dict[str, Any]:
        """All that decides the vectors."""
        engine = {"engine": "embedding", "model": self.model, "revision": self._revision}
        return {"engine": engine, "template": TEMPLATE, "text_length": TEXT_LENGTH, "dimensions": self.dimensions}

    @property
    def warning(self) -> str | None:
        without = f"the embedding server gave no vector for {self.without:,} texts" if self.without else None
        return self._patience.warning or without

    @property
    def is_left_out(self) -> bool:
        return self._patience.fault is not None

    async def vectors(self, texts: Sequence[str]) -> list[Vector | None]:
        """One for each text; None where the server does not give a usable one."""
        starts = range(0, len(texts), AT_ONCE)
        found = await asyncio.gather(*(self._some(texts[start : start + AT_ONCE]) for start in starts))
        return [vector for some in found for vector in some]

    async def close(self) -> None:
        await self._wire.close()

    async def _some(self, texts: Sequence[str]) -> list[Vector | None]:
        """A request that is refused is halved until it is known which of its texts is meant."""
        sent = await self._patience.ask(lambda: self._wire.embeddings(self._body(texts)))
        if sent.kind == "refused" and len(texts) > 1:
            half = len(texts) // 2
            return [*await self._some(texts[:half]), *await self._some(texts[half:])]
        if sent.kind == "shut":
            self._patience.leave_out(sent)
        if sent.kind == "ok":
            try:
                vectors = read(sent.body, len(texts), self.dimensions)
            except ValueError as error:
                self._patience.leave_out(Sent("error", detail=str(error)))
            else:
                self.without += vectors.count(None)
                return vectors
        self.without += len(texts) * (sent.kind in ("refused", "error", "timeout"))
        return [None] * len(texts)

    def _body(self, texts: Sequence[str]) -> dict[str, Any]:
        return {"model": self.model, "input": list(texts), "encoding_format": "float", "truncate_prompt_tokens": -1}

    async def _measure(self) -> None:
        """How many dimensions the model has, and that it is one that embeds."""
        sent = await self._wire.embeddings(self._body(["engineer"]))
        where = f"the embedding server at {self._wire.url}"
        if sent.kind != "ok":
            raise ExtractionError(f"{where} does not embed with {self.model} ({sent.detail})")
        try:
            (vector,) = read(sent.body, 1, None)
        except ValueError as error:
            raise ExtractionError(f"{where} cannot be used ({error})") from error
        if vector is None:
            raise ExtractionError(f"{where} cannot be used (no finite numbers)")
        self.dimensions = len(vector) // 4


def read(body: Any, count: int, dimensions: int | None) -> list[Vector | None]:
    """The vectors of an answer in the order of the texts; None for one that is no direction: not finite, or all zero.

    Raises: ValueError where the answer has another shape, count or number of dimensions.
    """
    try:
        data = sorted(body["data"], key=lambda each: int(each["index"]))
        rows, places = [each["embedding"] for each in data], [each["index"] for each in data]
        lengths = {len(row) for row in rows if isinstance(row, list)}
    except (KeyError, TypeError) as error:
        raise ValueError("an answer without embeddings") from error
    if places != list(range(count)):
        raise ValueError(f"{len(rows)} vectors for {count} texts")
    if len(lengths) != 1 or not all(isinstance(row, list) for row in rows):
        raise ValueError("vectors of different lengths")
    (length,) = lengths
    if not 0 < length <= DIMENSIONS_MAX or length != (dimensions or length):
        raise ValueError(f"vectors of {length} dimensions" + (f" instead of {dimensions}" if dimensions else ""))
    return [_unit(row) for row in rows]


def _unit(row: list[Any]) -> Vector | None:
    try:
        length = math.hypot(*row)
        return struct.pack(f"<{len(row)}f", *(each / length for each in row)) if 0 < length < math.inf else None
    except (TypeError, OverflowError):
        return None


def _server(settings: Settings) -> Server:
    assert settings.embedding_root is not None
    return Server(
        settings.embedding_root,
        settings.embedding_api_key,
        settings.vllm_timeout_seconds,
        settings.connect_timeout_seconds,
        IN_FLIGHT,
    )
