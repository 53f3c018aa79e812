"""Answers that are sent again: 304 while the file is the same, and one computation for all who ask at once.

Shape: kept are whole 200s to GETs of nobody who is signed in, by address, cookies and whether marks are shown; their
ETag names the version of the file that they are of. A busy site may answer as the file was seconds ago.
"""

import asyncio
import time
import zlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from datasette import hookimpl

from rolecall_reader.editor import sees_marks
from rolecall_reader.site import reader_of

Asgi = Callable[[Any, Any, Any], Awaitable[None]]
Pair = tuple[bytes, bytes]

KEPT = ("/", "/api/", "/rolecall/", "/-/cards", "/searches")
LEFT_OUT = (".csv", ".db", ".atom")  # feeds have tags of their own, of what they hold
LARGEST, ALL_BYTES = 1_000_000, 32_000_000
BUSY, BEHIND_SECONDS = 2, 10.0  # while so many answers are made, the others are those of so long ago
SPELL_SECONDS = 300  # pages say how long ago things were
CONTROL = b"private, no-cache"  # kept by the browser, asked about each time
OURS = {b"etag", b"cache-control"}
VARIED = {b"", b"cookie", b"authorization"}  # Datasette says of every answer that it varies with these


@dataclass(slots=True)
class Kept:
    version: str
    tag: bytes
    headers: list[Pair]
    body: bytes


class Answers:
    """What was answered, least recently used first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Any, Kept] = OrderedDict()
        self._bytes, self.at_work, self.cleared = 0, 0, 0
        self._version, self._ended_at = "", OrderedDict[str, float]()  # of versions of the last seconds
        self.locks: dict[Any, asyncio.Lock] = {}

    def get(self, key: Any, version: str) -> Kept | None:
        self._turn(version)
        kept = self._kept.get(key)
        if kept is None:
            return None
        if kept.version != version and not (self.at_work >= BUSY and kept.version in self._ended_at):
            return None
        self._kept.move_to_end(key)
        return kept

    def _turn(self, version: str) -> None:
        now = time.monotonic()
        if version != self._version:
            self._ended_at[self._version], self._version = now, version
        while self._ended_at and now - next(iter(self._ended_at.values())) > BEHIND_SECONDS:
            self._ended_at.popitem(last=False)

    def put(self, key: Any, kept: Kept) -> None:
        if len(kept.body) > LARGEST:
            return
        self._drop(key)
        self._kept[key] = kept
        self._bytes += len(kept.body)
        while self._bytes > ALL_BYTES:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: Any) -> None:
        if old := self._kept.pop(key, None):
            self._bytes -= len(old.body)

    def clear(self) -> None:
        """After a write of a reader's, who is to see it at once."""
        self.cleared += 1
        self._kept.clear()
        self._bytes = 0


class Recorder:
    """Takes down an answer while it is sent, if it may be kept."""

    def __init__(self, send: Callable[[Any], Awaitable[None]], tag: bytes) -> None:
        self._send, self._tag = send, tag
        self.headers: list[Pair] | None = None
        self.parts: list[bytes] = []

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            if message["status"] == 200 and may_be_kept(message.get("headers", [])):
                pairs = [pair for pair in message.get("headers", []) if pair[0].lower() not in OURS]
                self.headers = [*pairs, (b"etag", self._tag), (b"cache-control", CONTROL)]
                message = {**message, "headers": self.headers}
        elif message["type"] == "http.response.body" and self.headers is not None:
            self.parts.append(message.get("body", b""))
        await self._send(message)


def may_be_kept(headers: list[Pair]) -> bool:
    """Whether it depends on nothing but what the key holds.

    Reason: the token of a form comes only to who may write, by an address of this machine; those without a cookie yet
    may share one until the file changes, since writing asks for the same origin besides.
    """
    cookies = [value for name, value in headers if name.lower() == b"set-cookie"]
    varied = b",".join(value.lower() for name, value in headers if name.lower() == b"vary").split(b",")
    is_token_alone = all(cookie.startswith(b"ds_csrftoken=") for cookie in cookies)
    return is_token_alone and {each.strip() for each in varied} <= VARIED


def key_of(scope: Any) -> Any | None:
    """What decides the answer, or None where it is not kept."""
    path = scope["path"]
    headers = dict(scope["headers"])
    is_ours = path == "/" or path.startswith(KEPT[1:])
    if scope["method"] != "GET" or not is_ours or path.endswith(LEFT_OUT) or b"ds_actor" in headers.get(b"cookie", b""):
        return None
    if b"ds_messages" in headers.get(b"cookie", b"") or b"authorization" in headers:
        return None
    return path, scope.get("query_string", b""), headers.get(b"host"), headers.get(b"cookie"), sees_marks.get()


def is_known(scope: Any, tag: bytes) -> bool:
    """Whether the client has the answer of this tag."""
    return tag in [each.strip() for each in dict(scope["headers"]).get(b"if-none-match", b"").split(b",")]


async def answer(scope: Any, send: Any, kept: Kept) -> None:
    if is_known(scope, kept.tag):
        await not_modified(send, kept.tag)
        return
    await send({"type": "http.response.start", "status": 200, "headers": kept.headers})
    await send({"type": "http.response.body", "body": kept.body})


async def not_modified(send: Any, tag: bytes) -> None:
    headers = [(b"etag", tag), (b"cache-control", CONTROL)]
    await send({"type": "http.response.start", "status": 304, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def tag_of(key: Any, version: str) -> bytes:
    return b'W/"%s-%08x"' % (version.encode(), zlib.crc32(repr(key).encode()))


class Answering:
    """The application, asked only for what is not kept."""

    def __init__(self, app: Asgi, datasette: Any) -> None:
        self._app, self._datasette, self._answers = app, datasette, Answers()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        key = key_of(scope) if scope["type"] == "http" else None
        if key is not None:
            await self._asked(scope, receive, send, key)
            return
        try:
            await self._app(scope, receive, send)
        finally:
            if scope.get("method") == "POST":
                self._answers.clear()

    async def _asked(self, scope: Any, receive: Any, send: Any, key: Any) -> None:
        version = f"{reader_of(self._datasette).version()}-{int(time.time() // SPELL_SECONDS)}"
        if kept := self._answers.get(key, version):
            await answer(scope, send, kept)
            return
        lock = self._answers.locks.setdefault(key, asyncio.Lock())
        try:
            async with lock:
                if kept := self._answers.get(key, version):
                    await answer(scope, send, kept)
                else:
                    await self._fresh(scope, receive, send, key, version)
        finally:
            if not lock.locked():
                self._answers.locks.pop(key, None)

    async def _fresh(self, scope: Any, receive: Any, send: Any, key: Any, version: str) -> None:
        tag = tag_of(key, version)
        if is_known(scope, tag):
            await not_modified(send, tag)
            return
        recorder, cleared = Recorder(send, tag), self._answers.cleared
        self._answers.at_work += 1
        try:
            await self._app(scope, receive, recorder.send)
        finally:
            self._answers.at_work -= 1
        if recorder.headers is not None and cleared == self._answers.cleared:
            self._answers.put(key, Kept(version, tag, recorder.headers, b"".join(recorder.parts)))


@hookimpl(tryfirst=True)  # innermost: whatever guards the site comes before it
def asgi_wrapper(datasette: Any) -> Callable[[Asgi], Asgi]:
    return lambda app: Answering(app, datasette)
