"""The vector of a reader's words, from the server that `ROLECALL_EMBEDDING_URL` names: one question, briefly."""

import asyncio
import json
import math
import os
import struct
import time
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import httpx

TIMEOUT_SECONDS = 1.0
QUIET_SECONDS = 10.0  # after a fault, so that not every reader waits for the same
REMEMBERED = 256
TEXT_LENGTH = 500


class VectorError(Exception):
    """The server did not give one; `reason` is one line for the reader."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


class QueryVectors:
    """Asks, and remembers the latest answers."""

    def __init__(self, environ: Mapping[str, str] = os.environ, timeout_seconds: float = TIMEOUT_SECONDS):
        self._environ, self._timeout_seconds = environ, timeout_seconds
        self._known: OrderedDict[tuple[str, str], bytes] = OrderedDict()
        self._client: httpx.Client | None = None
        self._quiet_until, self._reason = 0.0, ""

    async def vector(self, model: str, text: str) -> bytes:
        """Of unit length, float32, little endian.

        Raises: VectorError, at the latest when the time is over.
        """
        words = " ".join(text.split())[:TEXT_LENGTH]
        if (model, words) in self._known:
            self._known.move_to_end((model, words))
            return self._known[model, words]
        found = await self._asked(model, words)
        self._known[model, words] = found
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return found

    async def _asked(self, model: str, words: str) -> bytes:
        root = self._environ.get("ROLECALL_EMBEDDING_URL", "").rstrip("/").removesuffix("/v1")
        if not root:
            raise VectorError("no embedding server is configured")
        if time.monotonic() < self._quiet_until:
            raise VectorError(self._reason)
        try:
            asking = asyncio.to_thread(self._post, f"{root}/v1/embeddings", {"model": model, "input": [words]})
            return _unit(await asyncio.wait_for(asking, self._timeout_seconds))
        except (TimeoutError, httpx.TimeoutException):
            self._reason = f"the embedding server did not answer within {self._timeout_seconds:g} s"
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            self._reason = f"the embedding server is away ({type(error).__name__})"
        except (LookupError, TypeError, ValueError, OverflowError):
            self._reason = "the embedding server's answer is unusable"
        self._quiet_until = time.monotonic() + QUIET_SECONDS
        raise VectorError(self._reason)

    def _post(self, url: str, body: dict[str, Any]) -> Any:
        if self._client is None:
            self._client = httpx.Client(timeout=self._timeout_seconds, trust_env=False)
        key = self._environ.get("ROLECALL_EMBEDDING_API_KEY")
        answer = self._client.post(url, json=body, headers={"Authorization": f"Bearer {key}"} if key else {})
        answer.raise_for_status()
        return json.loads(answer.content)


def _unit(body: Any) -> bytes:
    """Raises: LookupError, TypeError, ValueError or OverflowError where that is no vector."""
    (each,) = body["data"]
    row = each["embedding"]
    length = math.hypot(*row)
    if not 0 < length < math.inf:
        raise ValueError("no direction")
    return struct.pack(f"<{len(row)}f", *(value / length for value in row))
