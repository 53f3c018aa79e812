"""For each request, whether it may see the reader's own marks; where not, the file's marks are NULL to it."""

from collections.abc import Awaitable, Callable
from typing import Any

from datasette import Request, hookimpl
from datasette.plugins import pm
from datasette.utils import await_me_maybe

from rolecall_reader.editor import is_editor, sees_marks
from rolecall_reader.veil import put_veil

Asgi = Callable[[Any, Any, Any], Awaitable[None]]


@hookimpl
def startup(datasette: Any) -> None:
    put_veil(datasette, "rolecall")


async def actor_of(datasette: Any, request: Any) -> Any:
    """As Datasette finds it for its own views, which come later than this."""
    for found in pm.hook.actor_from_request(datasette=datasette, request=request):
        if actor := await await_me_maybe(found):
            return actor
    return request.scope.get("actor")


@hookimpl
def asgi_wrapper(datasette: Any) -> Callable[[Asgi], Asgi]:
    def wrap(app: Asgi) -> Asgi:
        async def known(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            actor = await actor_of(datasette, Request(scope, receive))
            asked = Request({**scope, "actor": actor}, receive)
            before = sees_marks.set(await is_editor(datasette, asked))
            try:
                await app(scope, receive, send)
            finally:
                sees_marks.reset(before)

        return known

    return wrap


@hookimpl
def extra_template_vars() -> dict[str, bool]:
    return {"is_editor": sees_marks.get()}
