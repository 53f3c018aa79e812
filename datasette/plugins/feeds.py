"""Atom feeds: `/feed.atom?QUERY` of any question, `/searches/ID/feed.atom` of a saved search."""

import hashlib
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import islice
from typing import Any

from datasette import Forbidden, Response, hookimpl

from rolecall_reader import atom, rows, searches
from rolecall_reader.answering import asked_of
from rolecall_reader.asking import Asked
from rolecall_reader.editor import sees_marks
from rolecall_reader.site import Reader, reader_of

ENTRIES = 50
CHANGED = "SELECT pk FROM jobs WHERE changed_at >= ? ORDER BY changed_at DESC"


async def of_question(datasette: Any, request: Any) -> Response:
    asked, refused = asked_of(request)
    if refused:
        return refused
    return await feed(datasette, request, asked, searches.in_words(asked, {}))


async def of_search(datasette: Any, request: Any) -> Response:
    if not sees_marks.get():
        raise Forbidden(searches.OWNER)
    search = await searches.of_id(datasette.get_database("rolecall"), int(request.url_vars["id"]))
    if search is None:
        return Response.text("No such search.", status=404)
    return await feed(datasette, request, search.asked, search.name)


async def feed(datasette: Any, request: Any, asked: Asked, title: str) -> Response:
    """The latest jobs of a question, whatever order a page of it has: newest found, or latest changed where asked."""
    reader = reader_of(datasette)
    latest = replace(asked, sort="found", limit=ENTRIES, after=None, before=None)
    jobs = await (changed(reader, latest) if asked.changed_since else newest(reader, latest))

    def absolute(path: str) -> str:
        return str(datasette.absolute_url(request, datasette.urls.path(path)))

    text = atom.feed(
        title, absolute(f"/?{asked.query}"), absolute(request.full_path), jobs,
        lambda pk: str(datasette.absolute_url(request, datasette.urls.row("rolecall", "jobs", str(pk)))),
    )  # fmt: skip
    tag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": "private, no-cache"}
    if tag in [each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")]:
        return Response("", status=304, headers=headers)
    return Response(text, headers=headers, content_type=atom.CONTENT_TYPE)


async def newest(reader: Reader, asked: Asked) -> list[dict[str, Any]]:
    return (await reader.jobs(asked)).jobs


async def changed(reader: Reader, asked: Asked) -> list[dict[str, Any]]:
    matches, _ = await reader.matching(asked)

    def latest(connection: sqlite3.Connection) -> list[dict[str, Any]]:
        touched = (row[0] for row in connection.execute(CHANGED, (asked.changed_since,)))
        return rows.rows(connection, list(islice((pk for pk in touched if pk in matches), ENTRIES)))

    return await reader.run(latest)


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Awaitable[Response]]]]:
    return [(r"^/feed\.atom$", of_question), (r"^/searches/(?P<id>\d{1,18})/feed\.atom$", of_search)]
