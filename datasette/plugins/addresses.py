"""Addresses that people type or share: a job by its own id, and lists without empty parameters."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode

from datasette import Response, hookimpl

Asgi = Callable[[Any, Any, Any], Awaitable[None]]

JOBS = "/rolecall/jobs"  # the bare table; the page to read jobs on is "/"
UNCOUNTED = "_nocount=1"


def tidy(path: str, query: str) -> str | None:
    """The address to go to instead, or None: the table of jobs without a question is the first page."""
    if path == JOBS and not query:
        return "/"
    if "%00" in query:  # SQLite would end the search words there, and FTS5 find an open quotation
        return f"{quote(path)}?{query.replace('%00', '')}"
    pairs = parse_qsl(query, keep_blank_values=True)
    kept = [(key, value) for key, value in pairs if value.strip(' \t"')]
    if path == JOBS and len(kept) < len(pairs):
        return f"{JOBS}?{urlencode(kept)}" if kept else "/"
    return None


def uncounted(scope: Any) -> Any:
    """The table of jobs as a page is not counted unless asked for: a million rows take their time."""
    query = scope.get("query_string", b"").decode("latin-1")
    if scope["path"] != JOBS or "_nocount" in query:
        return scope
    return {**scope, "query_string": f"{query}&{UNCOUNTED}".encode("latin-1")}


@hookimpl
def asgi_wrapper(datasette: Any) -> Callable[[Asgi], Asgi]:
    def wrap(app: Asgi) -> Asgi:
        async def tidied(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            target = tidy(scope["path"], scope.get("query_string", b"").decode("latin-1"))
            if target:
                await Response.redirect(datasette.urls.path(target)).asgi_send(send)
            else:
                await app(uncounted(scope), receive, send)

        return tidied

    return wrap


async def job_by_id(datasette: Any, request: Any) -> Response:
    wanted = unquote(request.url_vars["id"])
    found = await datasette.get_database("rolecall").execute("SELECT pk FROM jobs WHERE id = ?", [wanted])
    if row := found.first():
        return Response.redirect(datasette.urls.row("rolecall", "jobs", str(row["pk"])))
    context = {"status": 404, "title": "No such job", "error": f"No job has the id {wanted}."}
    return Response.html(await datasette.render_template("error.html", context, request=request), status=404)


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Awaitable[Response]]]]:
    return [(r"^/job/(?P<id>.+)$", job_by_id)]
