"""Recorded boards from a folder, served under the same paths as the invented ones."""

from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any

import orjson

Row = dict[str, Any]


class RecordedBoard:
    """A file of one platform's folder; a single job is a board of one posting."""

    def __init__(self, source: str, path: Path) -> None:
        self.source, self.path, self.slug = source, path, path.stem
        self.removed: set[str] = set()
        self.edits: dict[str, Row] = {}

    @property
    def name(self) -> str:
        return self.slug.replace("_", " ").title()

    @cached_property
    def body(self) -> bytes:
        return self.path.read_bytes()

    @property
    def verbatim(self) -> bytes | None:
        """The file's bytes where they are a full answer of the platform and nothing was changed by hand."""
        if self.removed or self.edits or self.source == "jsonld":
            return None
        return self.body if self.source == "lever" or "jobs" in self._value else None

    @cached_property
    def _value(self) -> Any:
        return orjson.loads(self.body)

    @cached_property
    def all_rows(self) -> list[Row]:
        """The postings as recorded."""
        if self.source == "jsonld":
            row = {"id": self.slug, "title": self.name, "place": "", "company": self.name, "page": self.body}
            return [row | {"changed_on": "2026-11-01", "html": ""}]
        found = self._value if self.source == "lever" else self._value.get("jobs", [self._value])
        return [row for row in found if isinstance(row, dict)]

    def rows(self) -> list[Row]:
        kept = (row for row in self.all_rows if str(row["id"]) not in self.removed)
        return [row | self.edits.get(str(row["id"]), {}) for row in kept]

    def stamp(self) -> str:
        changes = repr((sorted(self.removed), sorted(self.edits.items()))).encode()
        return blake2b(self.body + changes, digest_size=10).hexdigest()


def recorded_boards(folder: Path) -> dict[tuple[str, str], RecordedBoard]:
    """Shape: keyed by source and board, where the board is the file's name without its ending."""
    found = {}
    for source, place, pattern in _PLACES:
        for path in sorted((folder / place).glob(pattern)):
            board = RecordedBoard(source, path)
            if _is_board(board):
                found[source, board.slug] = board
    return found


_PLACES = (
    ("greenhouse", "greenhouse", "*.json"),
    ("lever", "lever", "*.json"),
    ("ashby", "ashby", "*.json"),
    ("jsonld", "jsonld_html", "*.html"),
)


def _is_board(board: RecordedBoard) -> bool:
    """Postings with an id; a list of departments, for one, is not a board."""
    return all("id" in row for row in board.all_rows)
