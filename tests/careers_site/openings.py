"""Which postings a board has on a day, and what became of them since the first."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from hashlib import blake2b
from threading import RLock
from typing import Any

from tests.careers_site import shapes
from tests.careers_site.chance import number, unit, uuid
from tests.careers_site.firms import Firm
from tests.careers_site.places import PLACES
from tests.careers_site.roles import Role, make_role, revised

# what happens to the postings that a day's churn touches
EDITED, CLOSED, REPOSTED, NEW = 0.4, 0.27, 0.13, 0.2
REOPENED, BACK_DAYS = 0.9, 3  # the closed come back on each of so many days with a chance of so many times the churn


@dataclass(slots=True)
class Opening:
    """Shape: `number` decides the text, `key` the platform's id: a repost keeps the one and changes the other."""

    number: int
    key: int
    posted_day: int = 0  # 0: before the site's first day
    edits: tuple[int, ...] = ()  # the days of its edits
    is_open: bool = True
    closed_day: int = 0
    is_held: bool = False  # closed by hand: stays so until it is restored by hand
    changes: dict[str, Any] = field(default_factory=dict)


class Board:
    """The postings of one firm, moved on day by day when asked for."""

    def __init__(self, firm: Firm, seed: int, today: date, churn: float) -> None:
        self.firm, self.today, self.churn = firm, today, churn
        self.key = number(seed, firm.source, firm.slug)
        self._lock = RLock()
        self._reset()

    def _reset(self) -> None:
        self.day, self.changed_day, self.touches = 0, 0, 0
        self.openings = [Opening(index, index) for index in range(self.firm.postings)]
        self._stamp = ""

    def at(self, day: int) -> list[Opening]:
        """The open postings of the day; an earlier day than before starts anew and forgets edits by hand."""
        with self._lock:
            if day < self.day:
                self._reset()
            while self.day < day:
                self._next_day()
            return [opening for opening in self.openings if opening.is_open]

    def find(self, day: int, posting_id: str) -> Opening | None:
        """The open posting with the platform's id, or with it at the end (the last part of a page's address)."""
        return next((opening for opening in self.at(day) if posting_id.endswith(self.id_of(opening))), None)

    def id_of(self, opening: Opening) -> str:
        """The id in the platform's own form."""
        if self.firm.source in shapes.SHAPES:
            return str(shapes.SHAPES[self.firm.source].id_of(self, opening))
        if self.firm.source == "greenhouse":
            return str(4_000_000_000 + self.key % 400_000 * 10_000 + opening.key)
        name = uuid(self.key, opening.key)
        return name[:8] if self.firm.source == "jsonld" else name

    def role(self, opening: Opening) -> Role:
        firm = self.firm
        home = number(self.key, "home") % len(PLACES)
        role = make_role((self.key, opening.number), firm.name, firm.sector, home, self.today)
        if opening.posted_day:
            posted = self.today + timedelta(days=opening.posted_day)
            role = replace(role, posted_on=posted, updated_on=posted)
        for day in opening.edits:
            on = self.today + timedelta(days=max(day, opening.posted_day))
            role = revised(role, (self.key, opening.number, day), on)
        return replace(role, **opening.changes) if opening.changes else role

    def stamp(self, day: int) -> str:
        """Changes when, and only when, an answer about the board could."""
        self.at(day)
        if not self._stamp:
            facts = [(o.number, o.key, o.edits, repr(o.changes)) for o in self.openings if o.is_open]
            self._stamp = blake2b(repr((self.key, self.today, facts)).encode(), digest_size=10).hexdigest()
        return self._stamp

    def touched(self) -> None:
        """After a change by hand: the stamp and the time of the last change move."""
        self.touches += 1
        self.changed_day, self._stamp = self.day, ""

    def add(self, count: int) -> None:
        with self._lock:
            self._append(count, self.day)
            self.touched()

    def _append(self, count: int, day: int) -> None:
        first, key = 1 + max((o.number for o in self.openings), default=-1), self._next_key()
        self.openings += [Opening(first + step, key + step, day) for step in range(count)]

    def _next_key(self) -> int:
        return 1 + max((o.key for o in self.openings), default=-1)

    def _next_day(self) -> None:
        self.day += 1
        moved, fresh, shown = 0, 0, {opening.number for opening in self.openings if opening.is_open}
        for opening in list(self.openings):
            fate = unit(self.key, opening.key, self.day, "fate")
            if not opening.is_open:
                moved += opening.number not in shown and self._may_reopen(opening, fate)
            elif fate < self.churn:
                fresh += self._move(opening, fate / self.churn)
                moved += 1
        self._append(fresh, self.day)
        if moved:
            self.touched()

    def _may_reopen(self, opening: Opening, fate: float) -> bool:
        is_recent = opening.closed_day >= self.day - BACK_DAYS
        opening.is_open = is_recent and not opening.is_held and fate < self.churn * REOPENED
        return opening.is_open

    def _move(self, opening: Opening, fate: float) -> int:
        """One change to an open posting; answers 1 where a new posting comes on top of it."""
        if fate < EDITED:
            opening.edits = (*opening.edits, self.day)
        elif fate < EDITED + CLOSED:
            opening.is_open, opening.closed_day = False, self.day
        elif fate < EDITED + CLOSED + REPOSTED:
            opening.is_open, opening.closed_day = False, self.day
            again = Opening(opening.number, self._next_key(), self.day, opening.edits, changes={**opening.changes})
            self.openings.append(again)
        return int(fate >= 1 - NEW)
