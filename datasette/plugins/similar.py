"""Jobs like a job, by meaning: `/api/similar/PK`; where there are no vectors the answer is empty and says why."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from datasette import Response, hookimpl

from rolecall_reader import rows, semantic
from rolecall_reader.answering import refusal
from rolecall_reader.editor import sees_marks

USUAL, MOST = 10, 50
JOB = "SELECT 1 FROM jobs WHERE pk = ?"


async def similar(datasette: Any, request: Any) -> Response:
    await datasette.ensure_permissions(request.actor, [("view-database", "rolecall"), "view-instance"])
    limit = request.args.get("limit") or str(USUAL)
    if not (limit.isascii() and limit.isdigit() and len(limit) < 9 and 1 <= int(limit) <= MOST):
        return refusal(400, "these parameters cannot be understood", {"limit": f"a whole number from 1 to {MOST}"})
    database, pk = datasette.get_database("rolecall"), int(request.url_vars["pk"])
    if (await database.execute(JOB, [pk])).first() is None:
        return refusal(404, "no such job", {"pk": f"no job has the number {pk}"})
    try:
        found = dict(await semantic.beside(Path(database.path)).similar(pk, int(limit)))
    except semantic.MeaningError as error:
        return Response.json({"jobs": [], "is_by_meaning": False, "reason": error.reason})
    shown = await database.execute_fn(lambda db: rows.rows(db, list(found)))
    jobs = [{**rows.public(row, sees_marks.get()), "similarity": found[row["pk"]]} for row in shown if row["is_open"]]
    return Response.json({"jobs": jobs, "is_by_meaning": True})


@hookimpl(tryfirst=True)  # before the API's answer to all addresses that it does not know
def register_routes() -> list[tuple[str, Callable[..., Awaitable[Response]]]]:
    return [(r"^/api/similar/(?P<pk>\d{1,18})$", similar)]
