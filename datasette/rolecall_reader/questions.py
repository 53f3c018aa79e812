"""What one state of the file answers to questions, each search and count of it made once."""

import sqlite3
from array import array
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from pyroaring import BitMap

from rolecall_reader import facets, listing, rows, semantic, words
from rolecall_reader.asking import Asked
from rolecall_reader.badges import badges_of
from rolecall_reader.index import Index, is_logged

FUSED = 1000  # of the words' own order, that are put together with those near in meaning
REMEMBERED = 200  # searches and counts
Result = TypeVar("Result")


@dataclass(slots=True)
class Answer:
    """A page of a list. Shape: `jobs` as `rows.rows`; `total` is at least so many where it is not exact."""

    jobs: list[dict[str, Any]]
    total: int
    is_total_exact: bool
    next: str | None
    previous: str | None
    revision: int
    remark: str | None = None  # why it is not ordered as asked


class Questions:
    """To be asked by one thread at a time, in the transaction whose state the bitmaps have."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self._known: OrderedDict[Any, Any] = OrderedDict()

    def forget(self) -> None:
        """What was answered: the file has moved."""
        self._known.clear()

    def jobs(self, connection: sqlite3.Connection, asked: Asked, with_excerpts: bool, near: semantic.Ranking) -> Answer:
        by_meaning = asked.sort == "meaning"
        found, page = self._fused(connection, asked, near.pks) if by_meaning else self._listed(connection, asked)
        shown = self._shown(connection, asked, page.jobs, with_excerpts)
        return Answer(shown, len(found.jobs), found.is_exact, page.next, page.previous, self.index.revision, near.fault)

    def _fused(
        self, connection: sqlite3.Connection, asked: Asked, near: list[int]
    ) -> tuple[words.Found, listing.Listed]:
        """What holds the words and what is near in meaning, in one order."""
        found, passing = self.found(connection, asked), self.index.matching(asked)
        by_words = self._order(connection, asked, found.jobs)
        order = semantic.fuse(by_words[:FUSED], [pk for pk in near if pk in passing])
        fused = BitMap(order)
        order += [pk for pk in by_words[FUSED:] if pk not in fused]
        both = words.Found(found.jobs | fused, found.is_exact)
        return both, listing.page(self.index, asked, both.jobs, order)

    def _listed(self, connection: sqlite3.Connection, asked: Asked) -> tuple[words.Found, listing.Listed]:
        """A page that is not full although older matches were not looked at is asked for again, of more of them."""
        found, newest = self.found(connection, asked), words.NEWEST
        order = self._order(connection, asked, found.jobs) if asked.sort == "best" else None
        page = listing.page(self.index, asked, found.jobs, order)
        while len(page.jobs) < asked.limit and not found.is_exact:
            newest *= 10
            more = self.find(connection, asked, newest)
            if order is not None:  # places given out stay: what is older comes behind them
                order = order + self._ranked(connection, asked, more.jobs - found.jobs)
            found, page = more, listing.page(self.index, asked, more.jobs, order)
        return found, page

    def _shown(
        self, connection: sqlite3.Connection, asked: Asked, pks: list[int], with_excerpts: bool
    ) -> list[dict[str, Any]]:
        shown = rows.rows(connection, pks)
        if with_excerpts and asked.q:
            stands = words.excerpts(connection, words.parse(asked.q), pks)
            for row in shown:
                row["excerpt"] = stands.get(row["pk"])
        badges = badges_of(connection, shown)
        for row in shown:
            row["badges"] = [each._asdict() for each in badges.get(row["pk"], [])]
        return shown

    def counts(self, connection: sqlite3.Connection, asked: Asked) -> dict[str, list[facets.Choice]]:
        matched = self._matched(connection, asked) if asked.q else None
        return self._remember(("counts", _question(asked)), lambda: facets.count(self.index, asked, matched))

    def found(self, connection: sqlite3.Connection, asked: Asked) -> words.Found:
        return self._remember(("found", _question(asked)), lambda: self.find(connection, asked))

    def find(self, connection: sqlite3.Connection, asked: Asked, newest: int = words.NEWEST) -> words.Found:
        jobs = self.index.matching(asked)
        if asked.revised_after is not None and is_logged(connection, asked.revised_after):  # else any may be
            jobs = jobs & _pks(connection, "SELECT job_pk FROM job_revisions WHERE revision > ?", asked.revised_after)
        if asked.changed_since is not None:
            jobs = jobs & _pks(connection, "SELECT pk FROM jobs WHERE changed_at >= ?", asked.changed_since)
        parsed = words.parse(asked.q)
        if parsed.is_empty and not parsed.left_out:
            return words.Found(jobs, True)
        return words.find(connection, parsed, jobs, newest)

    def _matched(self, connection: sqlite3.Connection, asked: Asked) -> BitMap:
        """What matches the words whatever is chosen, for facets that leave out a choice."""
        bare = replace(Asked(q=asked.q, is_open=asked.is_open), sort="found")
        return self.found(connection, bare).jobs | self.found(connection, asked).jobs

    def _order(self, connection: sqlite3.Connection, asked: Asked, jobs: BitMap) -> "array[int]":
        return self._remember(("order", _question(asked)), lambda: self._ranked(connection, asked, jobs))

    def _ranked(self, connection: sqlite3.Connection, asked: Asked, jobs: BitMap) -> "array[int]":
        return array("I", words.ranked(connection, words.parse(asked.q), jobs))  # hundreds are remembered

    def _remember(self, key: Any, make: Callable[[], Result]) -> Result:
        if key not in self._known:
            self._known[key] = make()
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        self._known.move_to_end(key)
        return self._known[key]  # type: ignore[no-any-return]


def _question(asked: Asked) -> Asked:
    """What decides the matches, without order, page and size."""
    return replace(asked, sort="found", limit=1, after=None, before=None)


def _pks(connection: sqlite3.Connection, sql: str, value: Any) -> BitMap:
    return BitMap(row[0] for row in connection.execute(sql, (value,)))
