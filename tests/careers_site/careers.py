"""The site's state: boards, day, misbehaviour; all that a test can ask of it or do to it."""

import re
from collections import OrderedDict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.careers_site import shape_ashby, shape_greenhouse, shape_jsonld, shape_lever, shapes
from tests.careers_site.chance import number, unit
from tests.careers_site.faults import Answer, Fault
from tests.careers_site.firms import MIX, companies_csv, firms
from tests.careers_site.journal import Journal
from tests.careers_site.openings import Board, Opening
from tests.careers_site.recorded import RecordedBoard, recorded_boards
from tests.careers_site.roles import Role

FIRST_DAY = date(2026, 11, 1)
_ROW = {
    "greenhouse": shape_greenhouse.row,
    "lever": shape_lever.row,
    "ashby": shape_ashby.row,
    "jsonld": shape_jsonld.row,
} | {name: shape.row for name, shape in shapes.SHAPES.items()}


class Site:
    """Invented employers and their boards, or recorded ones; the same arguments always give the same bytes.

    Shape: `mix` weighs the sources; `public_url` begins the links inside the answers; `gzip` packs where accepted.
    Units: `churn` is the share of a board's postings that change in a day; `latency_seconds` per answer;
        `cache_mebibytes` of answers are kept.
    """

    def __init__(
        self,
        postings: int = 300,
        companies: int | None = None,
        *,
        seed: int = 1,
        day: int = 0,
        today: date = FIRST_DAY,
        churn: float = 0.1,
        mix: dict[str, float] | None = None,
        recorded: Path | str | None = None,
        public_url: str = "https://careers.example",
        gzip: bool = False,
        latency_seconds: float = 0.0,
        cache_mebibytes: int = 96,
    ) -> None:
        self.seed, self.day, self.today, self.public_url = seed, day, today, public_url.rstrip("/")
        self.gzip, self.latency_seconds, self.cache_bytes = gzip, latency_seconds, cache_mebibytes * 1024 * 1024
        self.boards: dict[tuple[str, str], Board | RecordedBoard] = {}
        if recorded is None:
            found = firms(seed, postings, companies, mix or MIX)
            self.boards.update({(f.source, f.slug): Board(f, seed, today, churn) for f in found})
        else:
            self.boards.update(recorded_boards(Path(recorded)))
        self.faults: dict[tuple[str, str], Fault] = {}
        self.journal = Journal()
        self.answers: OrderedDict[tuple[str, ...], Answer] = OrderedDict()
        self.answer_bytes = 0

    def board(self, source: str, board: str) -> Board | RecordedBoard:
        """The board by its name, or as the companies file writes it.

        Raises: KeyError for a board that is not here.
        """
        return self.boards[source, slug_of(board)]

    def first(self, source: str) -> str:
        """The name of the first board of the source; with four companies or more there is one of each."""
        return next(slug for name, slug in self.boards if name == source)

    def rows(self, source: str, board: str) -> list[dict[str, Any]]:
        """What the platform tells of each open posting today, whether the request asks for it or not."""
        found = self.board(source, board)
        if isinstance(found, RecordedBoard):
            return found.rows()
        return [_ROW[source](found, opening, self.public_url) for opening in found.at(self.day)]

    def row(self, source: str, board: str, posting_id: str) -> dict[str, Any] | None:
        found = self.board(source, board)
        if isinstance(found, RecordedBoard):
            return next((row for row in found.rows() if str(row["id"]) == posting_id), None)
        opening = found.find(self.day, posting_id)
        return _ROW[source](found, opening, self.public_url) if opening else None

    def ids(self, source: str, board: str) -> list[str]:
        """The ids of the postings open today, in the order of the board."""
        found = self.board(source, board)
        if isinstance(found, Board) and source != "jsonld":
            return [found.id_of(opening) for opening in found.at(self.day)]
        return [str(row["id"]) for row in self.rows(source, board)]

    def roles(self, source: str, board: str) -> dict[str, Role]:
        """The truth behind each open posting of an invented board, by id: title, place, pay, workplace, language."""
        found = self._invented(source, board)
        return dict(zip(self.ids(source, board), map(found.role, found.at(self.day)), strict=True))

    def total(self) -> int:
        """Open postings today over all boards."""
        return sum(len(b.at(self.day)) if isinstance(b, Board) else len(b.rows()) for b in self.boards.values())

    def stamp(self, source: str, board: str) -> str:
        found = self.board(source, board)
        return found.stamp(self.day) if isinstance(found, Board) else found.stamp()

    def changed_at(self, source: str, board: str) -> tuple[date, int]:
        """The day of the board's last change, and how many it has had: they stand for the seconds of that day."""
        found = self.board(source, board)
        if isinstance(found, RecordedBoard):
            return self.today, len(found.removed) + len(found.edits)
        found.at(self.day)
        return self.today + timedelta(days=found.changed_day), found.touches

    def advance(self, day: int | None = None) -> int:
        """Move to the day (the next one when none is given); an earlier day forgets changes by hand."""
        self.day = self.day + 1 if day is None else day
        return self.day

    def misbehave(self, source: str, board: str, kind: str, times: int | None = None, **options: Any) -> None:
        """Let the board answer badly, `times` requests long or until `behave`.

        Shape: `kind` and `options` are those of `faults.Fault`; robots.txt is a board of the source `robots`.

        Raises: ValueError for a kind unknown to `faults.KINDS`; KeyError for a board that is not here.
        """
        if source != "robots":
            self.board(source, board)
        self.faults[source, slug_of(board)] = Fault(kind, times, **options)

    def behave(self, source: str | None = None, board: str = "") -> None:
        """End the misbehaviour of one board, or of all."""
        if source is None:
            self.faults.clear()
        else:
            self.faults.pop((source, slug_of(board)), None)

    def fault(self, source: str, slug: str, part: str) -> Fault | None:
        """The fault that this request meets; counts it."""
        found = self.faults.get((source, slug))
        if found is None or found.kind == "robots-disallow" or found.on not in ("any", part):
            return None
        if found.times is not None:
            found.times -= 1
            if found.times <= 0:
                self.faults.pop((source, slug), None)
        return found

    def remove(self, source: str, board: str, *posting_ids: str) -> None:
        """Close postings by id, for good.

        Raises: KeyError for an id that is not open.
        """
        found = self.board(source, board)
        if isinstance(found, RecordedBoard):
            found.removed.update(posting_ids)
            return
        for opening in [self._opening(found, posting_id) for posting_id in posting_ids]:
            opening.is_open, opening.is_held = False, True
        found.touched()

    def shrink(self, source: str, board: str, keep: float) -> list[str]:
        """Close postings until the share `keep` is left; answers the ids that went."""
        ids = self.ids(source, board)
        order = sorted(ids, key=lambda posting_id: unit(self.seed, posting_id, "shrink"))
        gone = order[round(len(ids) * keep) :]
        self.remove(source, board, *gone)
        return gone

    def restore(self, source: str, board: str) -> None:
        """Open again what `remove` and `shrink` closed."""
        found = self.board(source, board)
        if isinstance(found, RecordedBoard):
            found.removed.clear()
            return
        for opening in found.openings:
            opening.is_open, opening.is_held = opening.is_open or opening.is_held, False
        found.touched()

    def edit(self, source: str, board: str, posting_id: str, **changes: Any) -> None:
        """Change fields of `Role`, for a recorded board the platform's own; none given adds a sentence to the text."""
        found = self.board(source, board)
        if isinstance(found, RecordedBoard):
            found.edits[posting_id] = found.edits.get(posting_id, {}) | changes
            return
        opening = self._opening(found, posting_id)
        if not changes:
            note = f"<p>Note {number(self.seed, found.touches) % 10_000}: the team has moved to a new office.</p>"
            changes = {"sections": (*found.role(opening).sections, ("", note))}
        opening.changes |= changes
        found.touched()

    def add(self, source: str, board: str, count: int = 1) -> list[str]:
        """Open new postings on an invented board; answers their ids."""
        self._invented(source, board).at(self.day)
        self._invented(source, board).add(count)
        return self.ids(source, board)[-count:]

    def companies_csv(self, base_url: str) -> str:
        """The companies file for this site under `base_url`, with the header name,source,board,base_url."""
        rows = [
            (found.firm.name if isinstance(found, Board) else found.name, source, slug)
            for (source, slug), found in self.boards.items()
        ]
        return companies_csv(rows, base_url.rstrip("/"))

    def write_companies(self, path: Path | str, base_url: str) -> Path:
        Path(path).write_text(self.companies_csv(base_url), encoding="utf-8")
        return Path(path)

    def _opening(self, board: Board, posting_id: str) -> Opening:
        opening = board.find(self.day, posting_id)
        if opening is None:
            raise KeyError(f"{posting_id} is not open on {board.firm.slug}")
        return opening

    def _invented(self, source: str, board: str) -> Board:
        found = self.board(source, board)
        if isinstance(found, RecordedBoard):
            raise TypeError(f"{board} is a recorded board")
        return found


def slug_of(board: str) -> str:
    """`acme` of `acme`, of `acme.example/jobs` and of any board that is made of it and more (`acme.wd5/Careers`)."""
    return re.split(r"[./]", board)[0]
