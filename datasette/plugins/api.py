"""The JSON API: /api/jobs, /api/jobs/ID, /api/facets, /api/stats. Errors are JSON with a reason for each parameter."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote

from datasette import Response, hookimpl

from rolecall_reader import asking, details, rows
from rolecall_reader.editor import is_editor
from rolecall_reader.listing import CursorError
from rolecall_reader.site import reader_of

View = Callable[..., Awaitable[Response]]


def refusal(status: int, error: str, reasons: dict[str, str] | None = None) -> Response:
    return Response.json({"ok": False, "error": error, "reasons": reasons or {}}, status=status)


async def asked_of(datasette: Any, request: Any) -> tuple[asking.Asked, Response | None]:
    """The question, or the refusal that says what is wrong with it."""
    asked, reasons = asking.read(request.query_string)
    if asked.of("status") and not await is_editor(datasette, request):
        reasons["status"] = "is the owner's own"
    return asked, refusal(400, "these parameters cannot be understood", reasons) if reasons else None


async def jobs(datasette: Any, request: Any) -> Response:
    asked, refused = await asked_of(datasette, request)
    if refused:
        return refused
    try:
        answer = await reader_of(datasette).jobs(asked, with_excerpts=True)
    except CursorError as error:
        return refusal(
            400, "no such place in this list", {"after" if asked.after else "before": f"{error} is no cursor"}
        )
    mine = await is_editor(datasette, request)
    return Response.json({
        "jobs": [rows.public(row, mine) for row in answer.jobs],
        "total": answer.total, "is_total_exact": answer.is_total_exact,
        "next": answer.next, "previous": answer.previous,
        "query": asked.query, "sort": asked.sort, "remark": answer.remark,
        "revision": answer.revision,
    })  # fmt: skip


async def job(datasette: Any, request: Any) -> Response:
    wanted = unquote(request.url_vars["id"])
    found = await datasette.get_database("rolecall").execute_fn(lambda connection: details.job(connection, wanted))
    if found is None:
        return refusal(404, "no such job", {"id": f"neither a pk nor an id of a job: {wanted[:100]}"})
    return Response.json(details.public(found, await is_editor(datasette, request)))


async def facets(datasette: Any, request: Any) -> Response:
    asked, refused = await asked_of(datasette, request)
    if refused:
        return refused
    mine = await is_editor(datasette, request)
    counted = await reader_of(datasette).counts(asked)
    shown = {
        name: [{"value": each.value, "count": each.count, "is_chosen": each.is_chosen} for each in choices]
        for name, choices in counted.items()
        if mine or name != "status"
    }
    return Response.json({"facets": shown, "query": asked.query})


async def stats(datasette: Any) -> Response:
    return Response.json(await datasette.get_database("rolecall").execute_fn(details.stats))


async def unknown(request: Any) -> Response:
    return refusal(404, "no such address", {"path": "/api/jobs, /api/jobs/ID, /api/facets and /api/stats are there"})


@hookimpl
def register_routes() -> list[tuple[str, View]]:
    return [
        (r"^/api/jobs$", jobs), (r"^/api/jobs/(?P<id>.+)$", job), (r"^/api/facets$", facets),
        (r"^/api/stats$", stats), (r"^/api(/.*)?$", unknown),
    ]  # fmt: skip
