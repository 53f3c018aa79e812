"""Misbehaviour on demand: what boards do to those who read them."""

import asyncio
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

Rows = list[dict[str, Any]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]
MEBIBYTE = 1024 * 1024


@dataclass(slots=True)
class Answer:
    """What is sent: the body, and what a cache may know of it."""

    body: bytes
    status: int = 200
    content_type: str = "application/json; charset=utf-8"
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)


@dataclass(slots=True)
class Fault:
    """Shape: `kind` is a key of KINDS or `status-NNN`; `times` None is for ever; `on` is list, detail or any.

    Units: `retry_after` and `seconds` (between two bytes of a drip) in seconds, `megabytes` in MiB of plain body.
    """

    kind: str
    times: int | None = None
    on: str = "any"
    retry_after: float | None = None
    seconds: float = 0.05
    megabytes: int = 64

    def __post_init__(self) -> None:
        if self.kind not in KINDS and not (self.kind.startswith("status-") and self.kind[7:].isdigit()):
            raise ValueError(f"no misbehaviour named {self.kind!r}; there are status-NNN, {', '.join(sorted(KINDS))}")
        if self.on not in ("any", "list", "detail"):
            raise ValueError(f"a fault is on any, list or detail, not {self.on!r}")

    def reply(self, path: str, wanted_json: bool) -> Answer | None:
        """The answer that takes the place of the true one, for those faults that need no look at it."""
        if self.kind.startswith("status-"):
            return self._refusal(int(self.kind[7:]))
        if self.kind == "redirect-private":
            return _redirect("http://169.254.169.254/latest/meta-data/")
        if self.kind == "redirect-loop":
            return _redirect(f"{path}?again=1")
        if self.kind == "html-instead-of-json":
            return Answer(_CHALLENGE, content_type="text/html; charset=utf-8")
        if self.kind == "wrong-type" and not wanted_json:
            return Answer(b'<!doctype html><script type="application/ld+json">"JobPosting"</script>', 200, "text/html")
        return None

    def _refusal(self, status: int) -> Answer:
        wait = [] if self.retry_after is None else [(b"retry-after", f"{self.retry_after:g}".encode())]
        return Answer(b'{"error":"refused by request of a test"}', status, headers=wait)

    def rows(self, rows: Rows) -> Rows:
        change = _ROWS.get(self.kind)
        return change(rows) if change else rows

    def body(self, body: bytes) -> bytes:
        change = _BODIES.get(self.kind)
        return change(body) if change else body

    @property
    def sender(self) -> "Callable[[Send, Receive, Answer, Fault], Awaitable[None]] | None":
        return _SENDERS.get(self.kind)


_CHALLENGE = (
    b"<!doctype html><html><head><title>Just a moment...</title></head><body>Checking your browser</body></html>"
)


def _redirect(target: str) -> Answer:
    return Answer(b"", 302, headers=[(b"location", target.encode())])


def _without_fields(rows: Rows) -> Rows:
    """Every third posting, the first among them, lacks its title, its place and its address."""
    lost = ("title", "text", "name", "jobOpeningName", "Title", "location", "categories", "absolute_url", "hostedUrl",
            "jobUrl", "url")  # fmt: skip
    return [_stripped(row, lost) if place % 3 == 0 else row for place, row in enumerate(rows)]


def _stripped(row: dict[str, Any], lost: tuple[str, ...]) -> dict[str, Any]:
    if "ld" in row:
        return row | {"ld": {name: value for name, value in row["ld"].items() if name not in (*lost, "jobLocation")}}
    return {name: value for name, value in row.items() if name not in lost}


def _other_type(body: bytes) -> bytes:
    return b'{"postings":[],"total":"0"}' if body.startswith(b"[") else b'["jobs","meta"]'


def _bad_utf8(body: bytes) -> bytes:
    place = next((found + 1 for found in (body.find(b" ", len(body) // 3),) if found >= 0), len(body) // 2)
    return body[:place] + b"\xff\xfe\xc3" + body[place:]


_ROWS: dict[str, Callable[[Rows], Rows]] = {
    "empty-list": lambda rows: [],
    "duplicate-ids": lambda rows: rows + rows[: (len(rows) + 1) // 2],
    "missing-fields": _without_fields,
}
_BODIES: dict[str, Callable[[bytes], bytes]] = {
    "truncated-json": lambda body: body[: len(body) // 2],
    "wrong-type": _other_type,
    "invalid-utf8": _bad_utf8,
}


async def _hang(send: Send, receive: Receive, answer: Answer, fault: Fault) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _drip(send: Send, receive: Receive, answer: Answer, fault: Fault) -> None:
    gone = asyncio.ensure_future(_hang(send, receive, answer, fault))
    await _start(send, answer, [])
    for place in range(len(answer.body)):
        await send({"type": "http.response.body", "body": answer.body[place : place + 1], "more_body": True})
        if (await asyncio.wait((gone,), timeout=fault.seconds))[0]:
            return
    gone.cancel()
    await send({"type": "http.response.body", "body": b""})


async def _reset(send: Send, receive: Receive, answer: Answer, fault: Fault) -> None:
    """Half of the body promised; the server closes the connection when its application ends too early."""
    await _start(send, answer, [(b"content-length", str(len(answer.body)).encode())])
    await send({"type": "http.response.body", "body": answer.body[: len(answer.body) // 2], "more_body": True})


async def _huge(send: Send, receive: Receive, answer: Answer, fault: Fault) -> None:
    gone = asyncio.ensure_future(_hang(send, receive, answer, fault))
    await _start(send, answer, [])
    for _ in range(fault.megabytes * 16):
        await send({"type": "http.response.body", "body": b" " * (MEBIBYTE // 16), "more_body": True})
        if gone.done():
            return
    gone.cancel()
    await send({"type": "http.response.body", "body": answer.body})


async def _bomb(send: Send, receive: Receive, answer: Answer, fault: Fault) -> None:
    body = _packed_blanks(fault.megabytes)
    await _start(send, answer, [(b"content-encoding", b"gzip"), (b"content-length", str(len(body)).encode())])
    await send({"type": "http.response.body", "body": body})


@lru_cache(maxsize=4)
def _packed_blanks(megabytes: int) -> bytes:
    """Shape: one gzip member, a thousandth of its plain size; many readers stop after the first member."""
    packer = zlib.compressobj(9, wbits=31)
    return b"".join(packer.compress(b" " * MEBIBYTE) for _ in range(megabytes)) + packer.flush()


async def _start(send: Send, answer: Answer, headers: list[tuple[bytes, bytes]]) -> None:
    kind = (b"content-type", answer.content_type.encode())
    await send({"type": "http.response.start", "status": answer.status, "headers": [kind, *headers]})


_SENDERS = {"hang": _hang, "slow-drip": _drip, "reset": _reset, "huge-body": _huge, "gzip-bomb": _bomb}
_REPLIES = ("redirect-private", "redirect-loop", "html-instead-of-json")
# the last three: a total above the rows, `skip` ignored, a line in robots.txt
KINDS = frozenset((*_REPLIES, *_ROWS, *_BODIES, *_SENDERS, "lying-total", "repeat-page", "robots-disallow"))
