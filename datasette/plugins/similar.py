"""Jobs like a job, by meaning: `/api/similar/PK`; where there are no vectors the answer is empty and says why."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from datasette import Response, hookimpl
from rolecall_reader import semantic

USUAL, MOST = 10, 50
COLUMNS = "pk, id, title, company, company_id, location, workplace_type, seniority, listed_on, is_open, url"
JOB = "SELECT 1 FROM jobs WHERE pk = ?"
JOBS = f"SELECT {COLUMNS} FROM jobs WHERE is_open = 1 AND pk IN (SELECT value FROM json_each(?))"


async def similar(datasette: Any, request: Any) -> Response:
    await datasette.ensure_permissions(request.actor, [("view-database", "rolecall"), "view-instance"])
    limit = request.args.get("limit", str(USUAL))
    if not (limit.isascii() and limit.isdigit() and 1 <= int(limit[:9]) <= MOST):
        return _refused(400, "a parameter is wrong", {"limit": f"a whole number from 1 to {MOST}"})
    database, pk = datasette.get_database("rolecall"), int(request.url_vars["pk"])
    if (await database.execute(JOB, [pk])).first() is None:
        return _refused(404, "no such job", {"pk": f"no job has the number {pk}"})
    try:
        found = await semantic.beside(Path(database.path)).similar(pk, int(limit))
    except semantic.NoMeaning as error:
        return Response.json({"ok": True, "jobs": [], "is_by_meaning": False, "reason": error.reason})
    rows = await database.execute(JOBS, [str([each for each, _ in found])])
    by_pk = {row["pk"]: dict(row) for row in rows.rows}
    jobs = [{**by_pk[each], "similarity": similarity} for each, similarity in found if each in by_pk]
    return Response.json({"ok": True, "jobs": jobs, "is_by_meaning": True})


def _refused(status: int, error: str, reasons: dict[str, str]) -> Response:
    return Response.json({"ok": False, "error": error, "reasons": reasons}, status=status)


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Awaitable[Response]]]]:
    return [(r"^/api/similar/(?P<pk>\d{1,18})$", similar)]
