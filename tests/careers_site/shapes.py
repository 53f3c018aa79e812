"""Platforms' shapes that are found by their file: `shape_<source>.py`, served under /<source>/<slug>/.

A shape has KIND (of its lists), LIST (path and query of a board's list, below its own; `{slug}` is filled in), and
    row(board, opening, public_url) -> dict   all that the platform can tell of a posting; `id` is the one in addresses
    id_of(board, opening) -> str              that id, without making the row
    job_of(path, query) -> str                the id of the posting whose own page is asked for; empty for a list
    reply(asked) -> Answer                    the answer, that of a missing job page included
    unknown(slug) -> Answer                   what is said of a board that is not there
    company(slug) -> (board, base path)       optional: the companies file's row, by default (slug, "/<source>/<slug>")
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import orjson

from tests.careers_site.faults import Answer

JSON, HTML, XML = "application/json; charset=utf-8", "text/html; charset=utf-8", "application/xml; charset=utf-8"
_OLDER = {"greenhouse", "lever", "ashby", "jsonld"}


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. Shape: `path` is below the board's own; `site` is the board's address, for links to it; `more` is to
    be added to a total that the platform states; `row` finds a posting by its id.
    """

    path: tuple[str, ...]
    query: dict[str, str]
    sent: dict[str, Any]
    slug: str
    site: str
    more: int
    rows: Callable[[], list[dict[str, Any]]]
    row: Callable[[str], dict[str, Any] | None]


def json(value: Any, status: int = 200) -> Answer:
    return Answer(orjson.dumps(value), status, JSON)


def html(text: str, status: int = 200) -> Answer:
    return Answer(text.encode(), status, HTML)


def xml(text: str) -> Answer:
    return Answer(text.encode(), 200, XML)


def whole(text: Any, default: int) -> int:
    """The number in a query, or the default."""
    return int(text) if isinstance(text, int) or (isinstance(text, str) and text.isdigit()) else default


class _Shapes(Mapping[str, ModuleType]):
    """By source. Reason: boards know the shapes and shapes the boards, so a shape is imported when it is asked for."""

    def __init__(self) -> None:
        names = sorted(path.stem.removeprefix("shape_") for path in Path(__file__).parent.glob("shape_*.py"))
        self._names = [name for name in names if name not in _OLDER]

    def __getitem__(self, source: str) -> ModuleType:
        if source not in self._names:
            raise KeyError(source)
        return import_module(f"tests.careers_site.shape_{source}")

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


SHAPES = _Shapes()


def company(source: str, slug: str) -> tuple[str, str]:
    """The board and the path of the base address of an invented firm, as the companies file has them."""
    shape = SHAPES.get(source)
    if shape is None:
        return (f"{slug}.example/jobs", f"/sites/{slug}") if source == "jsonld" else (slug, "")
    found: tuple[str, str] = getattr(shape, "company", lambda name: (name, f"/{source}/{name}"))(slug)
    return found
