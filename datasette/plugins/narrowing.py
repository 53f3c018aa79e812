"""A list's query string as a reader sees it: the filters that are on, each with an address without it."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

from datasette import hookimpl

PAGING = {"_next", "_nofacet"}
QUIET = {"is_open"}  # shown as tabs
OPERATORS = {"exact": "", "contains": " contains", "arraycontains": "", "gte": " from", "lte": " up to", "gt": " above",
             "lt": " below", "not": " is not", "notnull": " stated", "isnull": " not stated", "in": " one of",
             "startswith": " starts with", "like": " like"}  # fmt: skip


def pairs(request: Any) -> list[tuple[str, str]]:
    return parse_qsl(request.query_string, keep_blank_values=True)


def address(path: str, arguments: list[tuple[str, str]]) -> str:
    return f"{path}?{urlencode(arguments)}" if arguments else path


def kept_arguments(request: Any, dropped: tuple[str, ...]) -> list[tuple[str, str]]:
    """What a form repeats in hidden fields."""
    return [(key, value) for key, value in pairs(request) if key not in dropped]


def changed(request: Any, arguments: dict[str, str | None]) -> str:
    """The first page under these arguments; None removes one."""
    kept = kept_arguments(request, (*PAGING, *arguments))
    return address(request.path, kept + [(key, value) for key, value in arguments.items() if value is not None])


def chosen(request: Any) -> list[dict[str, str]]:
    """The filters that are on. Shape: column, operator in words, value, and the address that removes it."""
    chips = []
    for index, (key, value) in enumerate(pairs(request)):
        column, _, operator = key.partition("__")
        if key.startswith("_") or column in QUIET:
            continue
        rest = [pair for place, pair in enumerate(pairs(request)) if place != index and pair[0] not in PAGING]
        shown = "" if operator in ("notnull", "isnull") else value
        chips.append({"column": column, "operator": OPERATORS.get(operator or "exact", f" {operator}"), "value": shown,
                      "remove": address(request.path, rest)})  # fmt: skip
    return chips


@hookimpl
def prepare_jinja2_environment(env: Any) -> None:
    env.globals.update(kept_arguments=kept_arguments, changed=changed, chosen=chosen)
