"""The first page: what is open, what is new, and whether the last run can be trusted."""

from collections.abc import Awaitable, Callable
from typing import Any

from datasette import Response, hookimpl

NUMBERS = """
SELECT (SELECT coalesce(sum(open_jobs), 0) FROM companies) AS open_jobs,
       (SELECT count(*) FROM companies) AS companies,
       (SELECT count(*) FROM jobs WHERE is_open = 1
          AND first_seen_at >= strftime('%Y-%m-%dT%H:%M:%S', 'now', '-1 day')) AS new_jobs,
       (SELECT count(*) FROM jobs WHERE closed_at >= strftime('%Y-%m-%dT%H:%M:%S', 'now', '-7 days')) AS closed_jobs
"""
NEWEST = "SELECT * FROM jobs WHERE is_open = 1 ORDER BY listed_on DESC LIMIT 12"
COMPANIES = "SELECT id, name, open_jobs FROM companies WHERE open_jobs > 0 ORDER BY open_jobs DESC, name LIMIT 12"
LAST_RUN = "SELECT * FROM runs ORDER BY id DESC LIMIT 1"
TROUBLE = """
SELECT board_runs.*, companies.name FROM board_runs JOIN companies ON companies.id = company_id
WHERE run_id = ? AND (outcome IN ('failed', 'blocked', 'gone', 'truncated') OR guard IS NOT NULL)
ORDER BY outcome, companies.name LIMIT 20
"""


async def home(datasette: Any, request: Any) -> Response:
    await datasette.ensure_permissions(request.actor, [("view-database", "rolecall"), "view-instance"])
    database = datasette.get_database("rolecall")
    run = (await database.execute(LAST_RUN)).first()
    context = {
        "numbers": (await database.execute(NUMBERS)).first(),
        "newest": (await database.execute(NEWEST)).rows,
        "companies": (await database.execute(COMPANIES)).rows,
        "run": run,
        "trouble": (await database.execute(TROUBLE, [run["id"]])).rows if run else [],
        "queries": await datasette.get_canned_queries("rolecall", request.actor),
    }
    return Response.html(await datasette.render_template("home.html", context, request=request))


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Awaitable[Response]]]]:
    return [(r"^/$", home)]
