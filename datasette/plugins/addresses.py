"""Addresses that people type or share: a job by its own id, and lists without empty parameters."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode

from datasette import Response, hookimpl

Asgi = Callable[[Any, Any, Any], Awaitable[None]]

JOBS = "/rolecall/jobs"
OPEN = "is_open=1"


def tidy(path: str, query: str) -> str | None:
    """The address to go to instead, or None: a bare list shows open jobs; a blank search is no search."""
    if path == JOBS and not query:
        return f"{JOBS}?{OPEN}"
    if "%00" in query:  # SQLite would end the search words there, and FTS5 find an open quotation
        return f"{quote(path)}?{query.replace('%00', '')}"
    pairs = parse_qsl(query, keep_blank_values=True)
    kept = [(key, value) for key, value in pairs if value.strip(' \t"')]
    if path == JOBS and len(kept) < len(pairs):
        return f"{JOBS}?{urlencode(kept) or OPEN}"
    return None


@hookimpl
def asgi_wrapper(datasette: Any) -> Callable[[Asgi], Asgi]:
    def wrap(app: Asgi) -> Asgi:
        async def tidied(scope: Any, receive: Any, send: Any) -> None:
            query = scope.get("query_string", b"").decode("latin-1")
            target = tidy(scope["path"], query) if scope["type"] == "http" else None
            if target:
                await Response.redirect(datasette.urls.path(target)).asgi_send(send)
            else:
                await app(scope, receive, send)

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
