"""Bitmaps of a file's jobs by what they are filtered, counted and ordered by; they follow the file's log of changes.

Reason: counting a combination of filters over a million rows takes SQLite a second, and over compressed bitmaps
milliseconds; the log (job_revisions) is written with each change, so the counts are those of the rows shown.
"""

import sqlite3
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
from pyroaring import BitMap

from rolecall_reader.asking import Asked

PLAIN = ("workplace_type", "seniority", "employment_type", "country", "company_id", "department", "salary_currency",
         "status")  # fmt: skip
COLUMNS = (*PLAIN, "skills", "is_open", "listed_on", "substr(closed_at, 1, 10)", "yearly_min")
ALL = f"SELECT pk, {', '.join(COLUMNS)} FROM jobs"
SOME = f"{ALL} WHERE pk IN (SELECT job_pk FROM job_revisions WHERE revision > ?)"
LOG = """
SELECT newest, coalesce((SELECT min(revision) FROM job_revisions), newest + 1)
FROM (SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'job_revisions'), 0) AS newest)
"""  # the sequence outlives what is pruned
CHUNK = 50_000
Kind = dict[Any, BitMap]


class Index:
    """Shape: `kinds[name][value]` are the jobs of that value; days are ISO dates, amounts per year by currency."""

    def __init__(self) -> None:
        self.revision, self.is_read = 0, False
        self.all = BitMap()
        self.open = BitMap()
        self.kinds: dict[str, Kind] = {name: {} for name in (*PLAIN, "skills", "listed_on", "closed_on")}
        self.amounts: dict[str, Kind] = {}
        self._sorted: dict[Any, list[Any]] = {}

    def is_behind(self, connection: sqlite3.Connection) -> bool:
        """Whether the log no longer goes back to what is known here: all jobs must be read again."""
        return not (self.is_read and is_logged(connection, self.revision))

    def read(self, connection: sqlite3.Connection) -> None:
        """All jobs, into an index that is new."""
        self.revision = connection.execute(LOG).fetchone()[0]
        self._take(connection.execute(ALL))
        self.is_read = True

    def follow(self, connection: sqlite3.Connection) -> bool:
        """Take over what changed since; whether anything did. To be called in the transaction that reads the rows."""
        newest, _ = connection.execute(LOG).fetchone()
        if newest == self.revision:
            return False
        touched = connection.execute("SELECT job_pk FROM job_revisions WHERE revision > ?", (self.revision,))
        self._forget(BitMap(row[0] for row in touched))
        self._take(connection.execute(SOME, (self.revision,)))
        self.revision = newest
        self._sorted.clear()
        return True

    def _forget(self, jobs: BitMap) -> None:
        self.all -= jobs
        self.open -= jobs
        for kind in (*self.kinds.values(), *self.amounts.values()):
            for value, bitmap in list(kind.items()):
                bitmap -= jobs
                if not bitmap:
                    del kind[value]

    def _take(self, rows: sqlite3.Cursor) -> None:
        while some := rows.fetchmany(CHUNK):
            lists: defaultdict[tuple[str, Any], array[int]] = defaultdict(lambda: array("I"))
            for row in some:
                _sort_in(row, lists)
            for (name, value), jobs in lists.items():
                self._add(name, value, BitMap(jobs))

    def _add(self, name: str, value: Any, jobs: BitMap) -> None:
        if name == "all":
            self.all |= jobs
        elif name == "open":
            self.open |= jobs
        else:
            kind = self.kinds[name] if name in self.kinds else self.amounts.setdefault(name, {})
            kind[value] = kind[value] | jobs if value in kind else jobs

    def ordered(self, kind: str, currency: str | None = None) -> list[Any]:
        """The values of a kind, or of the amounts in a currency, ascending."""
        key = (kind, currency)
        if key not in self._sorted:
            self._sorted[key] = sorted(self.amounts.get(currency, {}) if currency else self.kinds[kind])
        return self._sorted[key]

    def by_size(self, kind: str) -> list[tuple[int, Any, BitMap]]:
        """The values of a kind, those of most jobs first."""
        key = ("size", kind)
        if key not in self._sorted:
            sized = ((len(jobs), value, jobs) for value, jobs in self.kinds[kind].items())
            self._sorted[key] = sorted(sized, key=lambda each: -each[0])
        return self._sorted[key]

    def matching(self, asked: Asked, leaving: str | None = None) -> BitMap:
        """The jobs that pass the filters, `leaving` out that one."""
        jobs = self.all if asked.is_open is None else self.open if asked.is_open else self.all - self.open
        for name, values in asked.chosen:
            if name != leaving:
                jobs = jobs & self._chosen(name, values)
        if asked.posted_within_days and leaving != "posted_within_days":
            jobs = jobs & self.since("listed_on", days_ago(asked.posted_within_days))
        if asked.yearly_min is not None and leaving != "yearly_min":
            jobs = jobs & self.paying(asked.of("salary_currency")[0], asked.yearly_min)
        return jobs

    def _chosen(self, name: str, values: Iterable[str]) -> BitMap:
        bitmaps = [self.kinds[name].get(value, BitMap()) for value in values]
        return BitMap.intersection(*bitmaps) if name == "skills" else BitMap.union(*bitmaps)

    def since(self, kind: str, day: str) -> BitMap:
        """The jobs of this day and later ones."""
        days = self.ordered(kind)
        return BitMap().union(*(self.kinds[kind][each] for each in days[bisect_left(days, day) :]))

    def paying(self, currency: str, yearly: float) -> BitMap:
        """The jobs whose stated lower end is this much or more."""
        amounts = self.ordered("yearly", currency)
        return BitMap().union(*(self.amounts[currency][each] for each in amounts[bisect_left(amounts, yearly) :]))


def is_logged(connection: sqlite3.Connection, revision: int) -> bool:
    """Whether the log has all that came after this revision."""
    newest, oldest = connection.execute(LOG).fetchone()
    return bool(oldest <= revision + 1 <= newest + 1)


def _sort_in(row: Any, lists: defaultdict[tuple[str, Any], "array[int]"]) -> None:
    pk = row[0]
    lists["all", None].append(pk)
    for name, value in zip(PLAIN, row[1:], strict=False):
        if value is not None:
            lists[name, value].append(pk)
    skills, is_open, listed_on, closed_on, yearly = row[len(PLAIN) + 1 :]
    for skill in names_of(skills):
        lists["skills", skill].append(pk)
    if is_open:
        lists["open", None].append(pk)
    if listed_on:
        lists["listed_on", listed_on].append(pk)
    if closed_on:
        lists["closed_on", closed_on].append(pk)
    currency = row[1 + PLAIN.index("salary_currency")]
    if yearly is not None and currency:
        lists[currency, yearly].append(pk)


def names_of(value: str | None) -> Iterator[str]:
    """The strings of a JSON array; of anything else, none."""
    try:
        items = orjson.loads(value or "[]")
    except orjson.JSONDecodeError:
        return
    if isinstance(items, list):
        yield from {item for item in items if isinstance(item, str)}


def days_ago(days: int) -> str:
    return (today() - timedelta(days=days)).isoformat()


def today() -> date:
    return datetime.now(UTC).date()
