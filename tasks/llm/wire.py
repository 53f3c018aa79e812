"""The HTTP of an OpenAI-compatible vLLM server: one call each, bounded in size and time, never raising."""

import asyncio
import itertools
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import httpx
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from tasks.retry_after import retry_after_seconds

ANSWER_MAX_BYTES = 4_000_000
LOAD = ("vllm:num_requests_running", "vllm:num_requests_waiting")
POOL = 16  # connections
LOOK_SECONDS = 5.0  # for calls that cost the server nothing
BUSY = (429, 503)
OURS = (400, 413, 422)  # about this one request
Kind = Literal["ok", "refused", "busy", "timeout", "error", "lost", "shut"]


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of one call. Shape: `lost` is no connection, `shut` a server that does not let us in."""

    kind: Kind
    body: Any = None
    detail: str | None = None
    retry_after_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Server:
    """Where a model is served. Shape: `timeout_seconds` is for one answer."""

    url: str
    api_key: SecretStr | None
    timeout_seconds: float
    connect_timeout_seconds: float
    in_flight: int


class Wire:
    """A connection to one server."""

    def __init__(self, server: Server):
        key = server.api_key
        self.url = server.url
        self._timeout_seconds = server.timeout_seconds
        headers = {"Authorization": f"Bearer {key.get_secret_value()}"} if key else {}
        timeout = httpx.Timeout(server.timeout_seconds, connect=server.connect_timeout_seconds, pool=None)
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=POOL)
        # some small pools: httpx looks at every connection of a pool for each request
        self._clients = [
            httpx.AsyncClient(base_url=self.url, headers=headers, timeout=timeout, limits=limits, trust_env=False)
            for _ in range(math.ceil(server.in_flight / POOL))
        ]
        self._turn = itertools.cycle(self._clients)

    async def models(self) -> Sent:
        return await self._call("GET", "/v1/models", None, LOOK_SECONDS)

    async def chat(self, body: Mapping[str, Any]) -> Sent:
        return await self._call("POST", "/v1/chat/completions", body, self._timeout_seconds)

    async def embeddings(self, body: Mapping[str, Any]) -> Sent:
        return await self._call("POST", "/v1/embeddings", body, self._timeout_seconds)

    async def tokenize(self, body: Mapping[str, Any]) -> Sent:
        return await self._call("POST", "/tokenize", body, self._timeout_seconds)

    async def load(self) -> tuple[float, float] | None:
        """Requests that the server works on and that wait there; None where it does not say."""
        sent = await self._call("GET", "/metrics", None, LOOK_SECONDS)
        if sent.kind != "ok" or not isinstance(sent.body, str):
            return None
        found: dict[str, float] = {}
        ours = "".join(line for line in sent.body.splitlines(keepends=True) if line.startswith(LOAD))
        for family in text_string_to_metric_families(ours):
            for sample in family.samples:
                found[sample.name] = found.get(sample.name, 0.0) + sample.value
        running, waiting = (found.get(name) for name in LOAD)
        return None if running is None or waiting is None else (running, waiting)

    async def close(self) -> None:
        await asyncio.gather(*(client.aclose() for client in self._clients))

    async def _call(self, method: str, path: str, body: Mapping[str, Any] | None, seconds: float) -> Sent:
        try:
            async with asyncio.timeout(seconds), next(self._turn).stream(method, path, json=body) as answer:
                content = bytearray()
                async for chunk in answer.aiter_bytes():
                    content += chunk
                    if len(content) > ANSWER_MAX_BYTES:
                        return Sent("error", detail=f"an answer of more than {ANSWER_MAX_BYTES} bytes")
        except (TimeoutError, httpx.TimeoutException):
            return Sent("timeout", detail=f"no answer within {seconds:g} s")
        except httpx.HTTPError as error:
            return Sent("lost", detail=f"{type(error).__name__}: {error}".rstrip(": "))
        return _sent(answer, bytes(content))


def _sent(answer: httpx.Response, content: bytes) -> Sent:
    status, is_json = answer.status_code, "json" in answer.headers.get("content-type", "")
    try:
        body = json.loads(content) if is_json else content.decode("utf-8", "replace")
    except ValueError:
        return Sent("error", detail=f"HTTP {status}, and no JSON in it")
    if answer.is_success:
        return Sent("ok", body)
    detail = f"HTTP {status}: {_said(body)}"[:300]
    if status in BUSY:
        return Sent("busy", None, detail, retry_after_seconds(answer.headers.get("retry-after"), datetime.now(UTC)))
    return Sent("refused" if status in OURS else "error" if status >= 500 else "shut", None, detail)


def _said(body: Any) -> str:
    error = body.get("error", body) if isinstance(body, dict) else body
    said = error.get("message", error) if isinstance(error, dict) else error
    return " ".join(str(said).split())
