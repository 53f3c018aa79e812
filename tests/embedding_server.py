"""A small embedding server on loopback: words hashed into a direction each, so that texts with shared words are near.

It speaks as vLLM's `/v1/embeddings` does, deterministically, with no model behind; a test may make it misbehave.
"""

import hashlib
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from tests.loopback import answered_by

Reply = tuple[int, Any, float]  # status, JSON or text, seconds to wait


def embed(text: str, dimensions: int) -> list[float]:
    """Each word is a direction of its own by its hash; a text is their sum, of no certain length."""
    total = [0.0] * dimensions
    for word in re.findall(r"[a-z]+", text.lower()) or ["nothing"]:
        digest = hashlib.shake_256(word.encode()).digest(dimensions)
        total = [each + byte / 127.5 - 1 for each, byte in zip(total, digest, strict=True)]
    return total


class EmbeddingServer:
    """Shape: `reply(body)` is what it answers, by default real vectors; `asked` are the bodies of all questions."""

    def __init__(self, dimensions: int = 64, model: str = "hashed@1") -> None:
        self.dimensions, self.model = dimensions, model
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.reply: Callable[[dict[str, Any]], Reply] = lambda body: (200, self.answer(body["input"]), 0.0)
        self.at_once = self.most_at_once = 0
        self._lock = threading.Lock()

    def answer(self, texts: list[str]) -> dict[str, Any]:
        return answer([embed(text, self.dimensions) for text in texts])

    @property
    def texts(self) -> list[str]:
        return [text for body in self.asked for text in body["input"]]

    def answered(self, body: dict[str, Any], key: str | None) -> tuple[int, Any]:
        with self._lock:
            self.asked.append(body)
            self.keys.append(key)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        status, content, seconds = self.reply(body)
        time.sleep(seconds)
        with self._lock:
            self.at_once -= 1
        return status, content


def answer(vectors: list[Any]) -> dict[str, Any]:
    """In the shape of the API, the last one first: the order is said by `index` alone."""
    data = [{"object": "embedding", "index": number, "embedding": row} for number, row in enumerate(vectors)]
    return {"object": "list", "model": "hashed@1", "data": data[::-1], "usage": {"prompt_tokens": len(data)}}


def nearness(one: bytes, other: bytes) -> float:
    """The cosine of two vectors as the file holds them."""
    a, b = memoryview(one).cast("f"), memoryview(other).cast("f")
    return sum(x * y for x, y in zip(a, b, strict=True))


@contextmanager
def serve(server: EmbeddingServer) -> Iterator[str]:
    """At the yielded address until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None:
            pass

        def do_GET(self) -> None:
            known = {"/v1/models": {"data": [{"id": server.model, "max_model_len": 512}]}, "/health": {}}
            self.send(*((200, known[self.path]) if self.path in known else (404, {})))

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            found = server.answered(body, self.headers["Authorization"]) if self.path == "/v1/embeddings" else (404, {})
            self.send(*found)

        def send(self, status: int, content: Any) -> None:
            text = (content if isinstance(content, str) else json.dumps(content)).encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/plain" if isinstance(content, str) else "application/json")
            self.send_header("Content-Length", str(len(text)))
            with suppress(ConnectionError):  # who asked may have gone
                self.end_headers()
                self.wfile.write(text)

    with answered_by(Handler) as url:
        yield url


@pytest.fixture
def server() -> EmbeddingServer:
    return EmbeddingServer()


@pytest.fixture
def url(server: EmbeddingServer) -> Iterator[str]:
    with serve(server) as address:
        yield address
