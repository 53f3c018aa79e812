"""What keeps a served page safe: known hosts, response headers, robots.txt, and the limits of a public instance."""

from collections.abc import Awaitable, Callable
from typing import Any

from datasette import Response, hookimpl

from rolecall_reader.editor import is_public, sees_marks
from rolecall_reader.hosts import is_known_host

Asgi = Callable[[Any, Any, Any], Awaitable[None]]

STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
STOCK = STRICT.replace("-src 'self';", "-src 'self' 'unsafe-inline';", 2)
HEADERS = {"x-content-type-options": "nosniff", "referrer-policy": "same-origin", "x-frame-options": "DENY"}
OURS = ("/-/mark/", "/-/progress", "/-/cards")  # pages of ours under Datasette's /-/
OPEN = (*OURS, "/-/static", "/-/login", "/-/logout")  # of /-/, on a public instance
ROBOTS = "User-agent: *\nDisallow: /*?\nDisallow: /-/\nDisallow: /*.json\nDisallow: /*.csv\n"


def policy(path: str) -> str:
    """Datasette's own pages under /-/ have inline scripts; ours have none."""
    return STOCK if path.startswith("/-/") and not path.startswith(OURS) else STRICT


def with_headers(send: Callable[[Any], Awaitable[None]], path: str) -> Callable[[Any], Awaitable[None]]:
    ours = {**HEADERS, "content-security-policy": policy(path)}

    async def send_with_headers(message: Any) -> None:
        if message["type"] == "http.response.start":
            kept = [pair for pair in message.get("headers", []) if pair[0].decode("latin-1").lower() not in ours]
            added = [(name.encode(), value.encode()) for name, value in ours.items()]
            message = {**message, "headers": kept + added}
        await send(message)

    return send_with_headers


def refusal(scope: Any) -> Response | None:
    """What a request gets that no page may answer."""
    if not is_known_host(scope["headers"]):
        return Response.text("This host is not one of ROLECALL_HOSTS.", status=400)
    if is_public() and scope["path"].startswith("/-/") and not scope["path"].startswith(OPEN):
        return Response.text("Not found", status=404)
    return None


@hookimpl
def asgi_wrapper(datasette: Any) -> Callable[[Asgi], Asgi]:
    def wrap(app: Asgi) -> Asgi:
        async def guarded(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            send = with_headers(send, scope["path"])
            if refused := refusal(scope):
                await refused.asgi_send(send)
            else:
                await app(scope, receive, send)

        return guarded

    return wrap


@hookimpl(trylast=True)  # Datasette takes the last opinion, so this one outweighs the metadata's
def permission_allowed(action: str) -> bool | None:
    if action in ("execute-sql", "view-database-download") and (is_public() or not sees_marks.get()):
        return False
    return None


@hookimpl
def register_routes() -> list[tuple[str, Callable[[], Response]]]:
    return [(r"^/robots\.txt$", lambda: Response.text(ROBOTS))]
