"""`POST /-/mark/PK` with `status`, `note` or both: what is sent is written, empty is NULL, the rest stays."""

from collections.abc import Awaitable, Callable
from typing import Any

from datasette import Response, hookimpl

from rolecall_reader.editor import is_editor
from rolecall_reader.marks import STATUSES, RefusedError, form_of, marks_of, require_same_origin, write_marks


async def mark(datasette: Any, request: Any, receive: Any) -> Response:
    is_json = "application/json" in request.headers.get("accept", "")
    try:
        marks = await written(datasette, request, receive)
    except RefusedError as refused:
        return refusal(refused, is_json)
    if is_json:
        return Response.json({"ok": True, **marks}, headers={"cache-control": "no-store"})
    target = datasette.urls.row("rolecall", "jobs", request.url_vars["pk"])
    return Response("", status=303, headers={"location": f"{target}#mine", "cache-control": "no-store"})


async def written(datasette: Any, request: Any, receive: Any) -> dict[str, str | None]:
    if request.method != "POST":
        raise RefusedError(405, "Marks are written with POST.")
    require_same_origin(request.headers)
    if not await is_editor(datasette, request):
        raise RefusedError(403, "Only the owner of this instance may write marks.")
    marks = marks_of(await form_of(receive))
    return await write_marks(datasette.get_database("rolecall"), int(request.url_vars["pk"]), marks)


def refusal(refused: RefusedError, is_json: bool) -> Response:
    headers = {"cache-control": "no-store", **({"allow": "POST"} if refused.status == 405 else {})}
    if is_json:
        return Response.json({"ok": False, "error": refused.line}, status=refused.status, headers=headers)
    return Response(refused.line, status=refused.status, headers=headers, content_type="text/plain; charset=utf-8")


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Awaitable[Response]]]]:
    return [(r"^/-/mark/(?P<pk>[1-9]\d{0,17})$", mark)]


@hookimpl
def prepare_jinja2_environment(env: Any) -> None:
    env.globals["statuses"] = STATUSES
