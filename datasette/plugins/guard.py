"""What keeps a served page safe: response headers, robots.txt, and the limits of a public instance.

Source: ROLECALL_PUBLIC=1 in the environment marks an instance that others can reach.
"""

import os
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from datasette import Response, hookimpl

Asgi = Callable[[Any, Any, Any], Awaitable[None]]

STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
STOCK = STRICT.replace("-src 'self';", "-src 'self' 'unsafe-inline';", 2)
HEADERS = {"x-content-type-options": "nosniff", "referrer-policy": "no-referrer", "x-frame-options": "DENY"}
ROBOTS = "User-agent: *\nDisallow: /*?\nDisallow: /-/\nDisallow: /*.json\nDisallow: /*.csv\n"


OURS = ("/-/progress", "/-/progress/events", "/-/searches", "/-/cards")  # among Datasette's own pages


def is_public(environ: Mapping[str, str] = os.environ) -> bool:
    return environ.get("ROLECALL_PUBLIC", "").lower() in ("1", "true", "yes", "on")


def policy(path: str) -> str:
    """Datasette's own pages under /-/ have inline scripts; ours have none."""
    return STOCK if path.startswith("/-/") and path not in OURS else STRICT


def with_headers(send: Callable[[Any], Awaitable[None]], path: str) -> Callable[[Any], Awaitable[None]]:
    ours = {**HEADERS, "content-security-policy": policy(path)}

    async def send_with_headers(message: Any) -> None:
        if message["type"] == "http.response.start":
            kept = [pair for pair in message.get("headers", []) if pair[0].decode("latin-1").lower() not in ours]
            added = [(name.encode(), value.encode()) for name, value in ours.items()]
            message = {**message, "headers": kept + added}
        await send(message)

    return send_with_headers


def is_internal(path: str) -> bool:
    return path.startswith("/-/") and not path.startswith("/-/static") and path not in OURS


@hookimpl
def asgi_wrapper(datasette: Any) -> Callable[[Asgi], Asgi]:
    def wrap(app: Asgi) -> Asgi:
        async def guarded(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            path, send = scope["path"], with_headers(send, scope["path"])
            if is_public() and is_internal(path):
                await Response.text("Not found", status=404).asgi_send(send)
            else:
                await app(scope, receive, send)

        return guarded

    return wrap


@hookimpl(trylast=True)  # Datasette takes the last opinion, so this one outweighs the metadata's
def permission_allowed(action: str) -> bool | None:
    return False if action in ("execute-sql", "view-database-download") and is_public() else None


@hookimpl
def register_routes() -> list[tuple[str, Callable[[], Response]]]:
    return [(r"^/robots\.txt$", lambda: Response.text(ROBOTS))]
