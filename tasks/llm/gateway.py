"""Engine `vllm`: postings to an OpenAI-compatible vLLM server, many at once, answers as they are finished.

Reason: the server batches by itself; what is asked of a client is to keep it busy, never to drown it, and to tell a
fault of one posting from a fault of the server. Only the first is ever held against the posting.
"""

import asyncio
import hashlib
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from tasks.errors import ExtractionError
from tasks.llm import prompt, reply
from tasks.llm.document import Document, shown
from tasks.llm.patience import Patience, card_of
from tasks.llm.reply import Answer, Reply
from tasks.llm.throttle import Throttle
from tasks.llm.wire import Sent, Server, Wire
from tasks.model import Asked
from tasks.settings import Settings

LOOK_EVERY_SECONDS = 0.5
TEXT_LENGTH = 1_000_000  # more is cut unseen
LEAST_ROOM_TOKENS = 256
MARGIN_TOKENS = 16
BYTES_PER_TOKEN = 2  # assumed of a server that does not count: no language of the boards has fewer
READING = ("document.py", "grounding.py", "prompt.py", "reply.py")


class Gateway:
    """A model behind a server."""

    def __init__(self, settings: Settings, wire: Wire, model: str, context_tokens: int):
        self._settings, self._wire = settings, wire
        self._throttle = Throttle(settings.vllm_in_flight)
        self._patience = Patience(wire, self._throttle, settings.vllm_patience_seconds, "vLLM", "postings")
        self.model = model
        self.context_tokens = context_tokens
        self.room_tokens = 0  # for title, place and text

    @classmethod
    async def connect(cls, settings: Settings) -> "Gateway":
        """Raises: ExtractionError where the server does not answer, does not let us in, or serves no such model."""
        wire = Wire(_server(settings))
        sent = await wire.models()
        try:
            card = card_of(sent, settings.vllm_model, wire.url, "vLLM", "ROLECALL_VLLM_MODEL")
            most = int(card.get("max_model_len") or settings.vllm_context_tokens)
            gateway = cls(settings, wire, card["id"], min(most, settings.vllm_context_tokens))
            await gateway._measure()
        except ExtractionError:
            await wire.close()
            raise
        return gateway

    @property
    def fault(self) -> str | None:
        """In one line, why it is left out for the rest of the run."""
        return self._patience.fault

    @property
    def warning(self) -> str | None:
        """That, or why single postings have to wait."""
        return self._patience.warning

    @property
    def recipe(self) -> dict[str, Any]:
        """All that decides the answers; the code is part of it where it shapes the question or reads the answer."""
        here = Path(__file__).parent
        return {
            "engine": "vllm",
            "model": self.model,
            "revision": self._settings.vllm_revision,
            "quantization": self._settings.vllm_quantization,
            "prompt": _hash(prompt.instructions()),
            "schema": _hash(json.dumps(reply.schema(), sort_keys=True)),
            "reading": _hash(*((here / name).read_text("utf-8") for name in READING)),
            "temperature": 0,
            "is_thinking": False,
            "context_tokens": self.context_tokens,
            "answer_tokens": self._settings.vllm_answer_tokens,
            "fields": sorted(self._settings.asked_fields),
        }

    async def answers(self, documents: Sequence[Document]) -> AsyncIterator[Answer]:
        """One answer for each document, in the order in which they are finished."""
        watch = asyncio.ensure_future(self._watch())
        asking = [asyncio.ensure_future(self._one(document)) for document in documents]
        try:
            for finished in asyncio.as_completed(asking):
                yield await finished
        finally:
            for task in (watch, *asking):
                task.cancel()
            await asyncio.gather(watch, *asking, return_exceptions=True)

    async def close(self) -> None:
        await self._wire.close()

    async def _one(self, document: Document) -> Answer:
        text, cut_tokens = await self._fit(document)
        body = self._body(document, text)
        for tokens in (self._settings.vllm_answer_tokens, 2 * self._settings.vllm_answer_tokens):
            said = await self._complete({**body, "max_tokens": tokens})
            if said.outcome != "truncated":
                break
        outcome, extraction, detail = reply.read(said)
        asked = Asked(outcome=outcome, cut_tokens=cut_tokens, seconds=round(said.seconds, 4), **said.usage)
        if extraction is not None:
            extraction.asked = asked
        return Answer(document.content_hash, asked, extraction, detail)

    def _body(self, document: Document, text: str) -> dict[str, Any]:
        schema = {"name": "job_fields", "schema": reply.schema(), "strict": True}
        return {
            "model": self.model,
            "messages": prompt.messages(document, text),
            "temperature": 0,
            "response_format": {"type": "json_schema", "json_schema": schema},
            "chat_template_kwargs": {"enable_thinking": False},
        }

    async def _complete(self, body: dict[str, Any]) -> Reply:
        seconds = 0.0

        async def once() -> Sent:
            nonlocal seconds
            began, beside = time.monotonic(), self._throttle.in_flight
            sent = await self._wire.chat(body)
            seconds += (time.monotonic() - began) / max(1.0, (beside + self._throttle.in_flight) / 2)
            return sent

        sent = await self._patience.ask(once)
        if sent.kind == "ok":
            return reply.completed(sent.body, seconds)
        if sent.kind == "shut":
            self._patience.leave_out(sent)
        outcome = sent.kind if sent.kind in ("refused", "timeout", "error") else "unreachable"
        return Reply(outcome, detail=sent.detail, seconds=seconds)

    async def _watch(self) -> None:
        while True:
            if load := await self._wire.load():
                await self._throttle.observed(*load)
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    async def _measure(self) -> None:
        """What our own words take, so that the rest of the context is the posting's."""
        empty = prompt.messages(Document("", "", None, "", frozenset()), "")
        ours = await self._count({"messages": empty, "chat_template_kwargs": {"enable_thinking": False}})
        if ours is None:
            ours = sum(len(message["content"].encode()) for message in empty) // BYTES_PER_TOKEN
        self.room_tokens = self.context_tokens - ours - 2 * self._settings.vllm_answer_tokens - MARGIN_TOKENS
        if self.room_tokens < LEAST_ROOM_TOKENS:
            raise ExtractionError(
                f"vLLM at {self._wire.url}: a context of {self.context_tokens} tokens leaves {self.room_tokens} for a "
                f"posting; serve the model with a longer one, or lower ROLECALL_VLLM_ANSWER_TOKENS"
            )

    async def _fit(self, document: Document) -> tuple[str, int]:
        """The text as the model sees it, and how many of its tokens were left out."""
        text = shown(document.text[:TEXT_LENGTH])
        heading = (document.title + (document.location or ""))[: 2 * prompt.TITLE_LENGTH]
        room = self.room_tokens - min(len(heading.encode()), self.room_tokens // 4)
        if len(text.encode()) <= room:  # no token is shorter than a byte
            return text, 0
        tokens = full = await self._tokens(text)
        kept = text
        while tokens > room:
            kept = prompt.cut(text, int(len(kept) * room / tokens * 0.97))
            tokens = await self._tokens(kept)
        return kept, full - tokens

    async def _tokens(self, text: str) -> int:
        counted = await self._count({"prompt": text, "add_special_tokens": False})
        return len(text.encode()) // BYTES_PER_TOKEN if counted is None else counted

    async def _count(self, what: dict[str, Any]) -> int | None:
        sent = await self._patience.ask(lambda: self._wire.tokenize({"model": self.model, **what}))
        with suppress(KeyError, TypeError, ValueError):
            return int(sent.body["count"])
        return None


def _server(settings: Settings) -> Server:
    assert settings.vllm_root is not None
    return Server(
        settings.vllm_root,
        settings.vllm_api_key,
        settings.vllm_timeout_seconds,
        settings.connect_timeout_seconds,
        settings.vllm_in_flight,
    )


def _hash(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]
