"""Jobs like a job, by meaning: `/api/similar/PK`; where there are no vectors the answer is empty and says why."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from datasette import Response, hookimpl

from rolecall_reader import rows, semantic
from rolecall_reader.editor import is_editor

USUAL, MOST = 10, 50
JOB = "SELECT 1 FROM jobs WHERE pk = ?"


async def similar(datasette: Any, request: Any) -> Response:
    await datasette.ensure_permissions(request.actor, [("view-database", "rolecall"), "view-instance"])
    limit = request.args.get("limit") or str(USUAL)
    if not (limit.isascii() and limit.isdigit() and len(limit) < 9 and 1 <= int(limit) <= MOST):
        return _refused(400, "these parameters cannot be understood", {"limit": f"a whole number from 1 to {MOST}"})
    database, pk = datasette.get_database("rolecall"), int(request.url_vars["pk"])
    if (await database.execute(JOB, [pk])).first() is None:
        return _refused(404, "no such job", {"pk": f"no job has the number {pk}"})
    try:
        found = dict(await semantic.beside(Path(database.path)).similar(pk, int(limit)))
    except semantic.MeaningError as error:
        return Response.json({"jobs": [], "is_by_meaning": False, "reason": error.reason})
    shown, mine = await database.execute_fn(lambda db: rows.rows(db, list(found))), await is_editor(datasette, request)
    jobs = [{**rows.public(row, mine), "similarity": found[row["pk"]]} for row in shown if row["is_open"]]
    return Response.json({"jobs": jobs, "is_by_meaning": True})


def _refused(status: int, error: str, reasons: dict[str, str]) -> Response:
    return Response.json({"ok": False, "error": error, "reasons": reasons}, status=status)


@hookimpl(tryfirst=True)  # before the API's answer to all addresses that it does not know
def register_routes() -> list[tuple[str, Callable[..., Awaitable[Response]]]]:
    return [(r"^/api/similar/(?P<pk>\d{1,18})$", similar)]
