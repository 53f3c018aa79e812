"""The ASGI application over a Site, and its remote control under /-/."""

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

import orjson

from tests.careers_site.answers import answer, call_of
from tests.careers_site.careers import Site
from tests.careers_site.faults import Answer, Receive, Send
from tests.careers_site.journal import Entry
from tests.careers_site.shapes import SHAPES

Scope = dict[str, Any]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


def careers_app(site: Site) -> App:
    """Shape: GET answers as the platforms do; /-/ is the remote control and stands in no journal."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if scope["path"].startswith("/-/"):
            await _send(send, await _control(site, scope, receive))
        else:
            await _serve(site, scope, receive, send)

    return app


async def _serve(site: Site, scope: Scope, receive: Receive, send: Send) -> None:
    known = dict(scope["headers"])
    host = known.get(b"host", b"").decode("latin-1")
    name = host.partition(":")[0]
    began, sent = site.journal.begins(name), Answer(b"", 499)
    try:
        if site.latency_seconds:
            await asyncio.sleep(site.latency_seconds)
        sent = await _reply(site, scope, receive, send, known, host)
    finally:
        query, agent = scope["query_string"].decode("latin-1"), known.get(b"user-agent", b"").decode("latin-1")
        is_conditional = b"if-none-match" in known or b"if-modified-since" in known
        entry = Entry(began, scope["path"], query, sent.status, is_conditional, agent)
        site.journal.ends(name, entry, len(sent.body))


async def _reply(
    site: Site, scope: Scope, receive: Receive, send: Send, known: dict[bytes, bytes], host: str
) -> Answer:
    sent = await _read(receive) if scope["method"] == "POST" else b""
    query = dict(parse_qsl(scope["query_string"].decode("latin-1")))
    try:
        call = call_of(scope["path"], query, host, orjson.loads(sent) if sent else None)
    except ValueError:
        return await _send(send, Answer(b"", 400))
    posts = call is not None and call.source in SHAPES
    if scope["method"] not in ("GET", "HEAD", *(["POST"] if posts else [])):
        return await _send(send, Answer(b"", 405))
    if call is None:
        return await _send(send, Answer(b"Not Found", 404, "text/plain"))
    fault = site.fault(call.source, call.slug, "detail" if call.job else "list")
    found = answer(site, call, fault, known)
    if fault and fault.sender:
        await fault.sender(send, receive, found, fault)
        return found
    if site.gzip and b"gzip" in known.get(b"accept-encoding", b"") and len(found.body) > 500:
        found.body = gzip.compress(found.body, 1, mtime=0)
        found.headers = [*found.headers, (b"content-encoding", b"gzip"), (b"vary", b"accept-encoding")]
    return await _send(send, found)


async def _send(send: Send, found: Answer) -> Answer:
    headers = [(b"content-length", str(len(found.body)).encode()), *found.headers]
    if found.status != 304:
        headers.append((b"content-type", found.content_type.encode()))
    else:
        del headers[0]
    await send({"type": "http.response.start", "status": found.status, "headers": headers})
    await send({"type": "http.response.body", "body": found.body})
    return found


async def _control(site: Site, scope: Scope, receive: Receive) -> Answer:
    """Raises nothing: what a request of a test gets wrong is answered with 400 and the reason."""
    body = await _read(receive) if scope["method"] == "POST" else b""
    try:
        wanted = orjson.loads(body) if body else {}
        found = _command(site, scope["method"], scope["path"].strip("/").split("/")[1:], wanted)
    except (KeyError, ValueError, TypeError) as error:
        return Answer(orjson.dumps({"error": f"{type(error).__name__}: {error}"}), 400)
    return Answer(orjson.dumps(found)) if found is not None else Answer(b'{"error":"no such command"}', 404)


async def _read(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def _command(site: Site, method: str, parts: list[str], wanted: dict[str, Any]) -> Any:
    match method, parts:
        case "GET", ["requests"]:
            return site.journal.summary()
        case "POST", ["requests"]:
            site.journal.clear()
            return {"cleared": True}
        case "GET", ["site"]:
            return {"seed": site.seed, "day": site.day, "boards": len(site.boards), "postings": site.total()}
        case "POST", ["advance"]:
            return {"day": site.advance(wanted.get("day"))}
        case "GET", ["boards", source, board]:
            return {"ids": site.ids(source, board)}
        case "POST", ["boards", source, board]:
            return _order(site, source, board, wanted)
    return None


def _order(site: Site, source: str, board: str, wanted: dict[str, Any]) -> dict[str, Any]:
    """One order a request: misbehave (null ends it), remove, shrink, restore, edit or add."""
    match wanted:
        case {"misbehave": None}:
            site.behave(source, board)
        case {"misbehave": kind, **options}:
            site.misbehave(source, board, kind, **options)
        case {"remove": posting_ids}:
            site.remove(source, board, *map(str, posting_ids))
        case {"shrink": keep}:
            return {"removed": site.shrink(source, board, keep)}
        case {"restore": _}:
            site.restore(source, board)
        case {"edit": posting_id, **changes}:
            site.edit(source, board, str(posting_id), **changes)
        case {"add": count}:
            return {"added": site.add(source, board, count)}
        case _:
            raise ValueError(f"no order in {sorted(wanted)}")
    return {"done": True}
