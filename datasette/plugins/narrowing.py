"""Addresses of a table's list with one thing changed, for its pages and its choices."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

from datasette import hookimpl

PAGING = {"_next", "_nofacet"}


def changed(request: Any, arguments: dict[str, str | None]) -> str:
    """The first page under these arguments; None removes one."""
    kept = [
        (key, value)
        for key, value in parse_qsl(request.query_string, keep_blank_values=True)
        if key not in PAGING and key not in arguments
    ]
    query = urlencode(kept + [(key, value) for key, value in arguments.items() if value is not None])
    return f"{request.path}?{query}" if query else str(request.path)


@hookimpl
def prepare_jinja2_environment(env: Any) -> None:
    env.globals["changed"] = changed
