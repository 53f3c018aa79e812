"""The JSON API: /api/jobs, /api/jobs/ID, /api/facets, /api/stats. Errors are JSON with a reason for each parameter."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote

from datasette import Response, hookimpl

from rolecall_reader import details, rows
from rolecall_reader.answering import asked_of, page_of, refusal
from rolecall_reader.editor import sees_marks
from rolecall_reader.site import reader_of

View = Callable[..., Awaitable[Response]]


async def jobs(datasette: Any, request: Any) -> Response:
    asked, answer = await page_of(datasette, request)
    if isinstance(answer, Response):
        return answer
    return Response.json({
        "jobs": [rows.public(row, sees_marks.get()) for row in answer.jobs],
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
    return Response.json(details.public(found, sees_marks.get()))


async def facets(datasette: Any, request: Any) -> Response:
    asked, refused = asked_of(request)
    if refused:
        return refused
    counted = await reader_of(datasette).counts(asked)
    shown = {
        name: [{"value": each.value, "count": each.count, "is_chosen": each.is_chosen} for each in choices]
        for name, choices in counted.items()
        if sees_marks.get() or name != "status"
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
