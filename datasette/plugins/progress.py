"""A run as it goes: a page with a row per board, and the stream of events that keeps it up to date."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import anyio
from datasette import Response, hookimpl
from datasette.utils import tilde_encode
from sse_starlette import EventSourceResponse, ServerSentEvent
from sse_starlette.sse import SendTimeoutError

from rolecall_reader import hints, ledger
from rolecall_reader.editor import is_public
from rolecall_reader.ledger import Ask, Position
from rolecall_reader.streams import Event, Streams

SHOWN = 200  # rows of the page
PING_SECONDS = 15
UNREAD_SECONDS = 60  # after which a listener that takes nothing is left
GRACE_SECONDS = 2  # for the ends of all streams, when the server is told to end
HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}
FULL = "Too many pages are looking on; this one tries again by itself."


def asking(datasette: Any) -> Ask:
    async def ask(sql: str, values: Mapping[str, Any]) -> Sequence[Any]:
        return list((await datasette.get_database("rolecall").execute(sql, values)).rows)

    return ask


def streams_of(datasette: Any) -> Streams:
    """Those of this site."""
    if not hasattr(datasette, "_rolecall_streams"):
        database = Path(datasette.get_database("rolecall").path)

        def describe(row: Any) -> dict[str, Any]:
            return {**dict(row), "href": datasette.urls.row("rolecall", "companies", tilde_encode(row["company_id"]))}

        datasette._rolecall_streams = Streams(
            asking(datasette), lambda hint: hints.listen(lambda: hints.address(database), hint), describe
        )
    streams: Streams = datasette._rolecall_streams
    return streams


def prefect_ui(environ: Mapping[str, str] = os.environ) -> str | None:
    """Address of Prefect's pages; None where the instance is public and none is named: ours are no business of others.

    Source: Prefect 3.8 serves its present pages under /v2, and addresses without it lead to those of before.
    """
    if named := environ.get("PREFECT_UI_URL"):
        return named.rstrip("/")
    if is_public(environ):
        return None
    api = environ.get("PREFECT_API_URL") or f"http://127.0.0.1:{environ.get('ROLECALL_PREFECT_PORT') or 4200}/api"
    return f"{api.rstrip('/').removesuffix('/api')}/v2"


def flow_run_url(flow_run_id: str | None) -> str | None:
    ui = prefect_ui()
    return f"{ui}/runs/flow-run/{flow_run_id}" if ui and flow_run_id else None


async def may_look(datasette: Any, request: Any) -> None:
    await datasette.ensure_permissions(request.actor, [("view-database", "rolecall"), "view-instance"])


async def page(datasette: Any, request: Any) -> Response:
    await may_look(datasette, request)
    ask = asking(datasette)
    run = await ledger.current(ask)
    rows = await ledger.newest(ask, run, SHOWN)
    since = Position.of(rows[0]) if rows else Position(run)
    context = {"run": await ledger.state(ask, run), "boards": rows, "since": str(since)}
    html = await datasette.render_template("progress.html", context, request=request)
    return Response.html(html, headers={"cache-control": "no-store"})


async def events(datasette: Any, request: Any, scope: Any, receive: Any, send: Any) -> Response | None:
    await may_look(datasette, request)
    if request.method not in ("GET", "HEAD"):
        return Response.json({"ok": False, "error": "only GET"}, status=405)
    asked = request.headers.get("last-event-id") or request.args.get("after")
    try:
        since = Position.read(asked) if asked else None
    except ValueError:
        return Response.json({"ok": False, "error": "after: not a position of this stream"}, status=400)
    streams = streams_of(datasette)
    if streams.are_full:
        return Response.json({"ok": False, "error": FULL}, status=503, headers={"retry-after": "10"})
    shutdown = anyio.Event()

    async def end_with_the_server() -> None:
        await shutdown.wait()
        streams.end()

    async with streams.open(since) as happening:
        answer = EventSourceResponse(
            _sent(happening), headers=HEADERS, ping=PING_SECONDS, send_timeout=UNREAD_SECONDS, sep="\n",
            shutdown_event=shutdown, shutdown_grace_period=GRACE_SECONDS, data_sender_callable=end_with_the_server,
        )  # fmt: skip
        with suppress(SendTimeoutError):
            await answer(scope, receive, send)
    return None


async def _sent(happening: AsyncIterator[Event]) -> AsyncIterator[ServerSentEvent]:
    async for event in happening:
        yield ServerSentEvent(data=event.data, event=event.name, id=str(event.position), sep="\n")


@hookimpl
def extra_template_vars() -> dict[str, Any]:
    return {"flow_run_url": flow_run_url}


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Awaitable[Response | None]]]]:
    return [(r"^/-/progress$", page), (r"^/-/progress/events$", events)]
