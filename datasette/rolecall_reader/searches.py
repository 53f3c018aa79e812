"""Saved searches: a question under a name, and which of its jobs are new since somebody looked, or was told.

Shape: new is what was touched after a revision of the log, matches now, and is not among the jobs seen by then; so a
job that changes is not new again, and one whose facts came late is.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from pyroaring import BitMap

from rolecall_reader import asking
from rolecall_reader.asking import PAGE, Asked
from rolecall_reader.choices import chips
from rolecall_reader.marks import PATIENCE_MS, RefusedError
from rolecall_reader.site import Reader

ALL = "SELECT * FROM searches ORDER BY name COLLATE NOCASE"
ONE = "SELECT * FROM searches WHERE id = ?"
OWNER = "Only the owner of this instance has saved searches."
MOST, LONGEST_NAME = 200, 100


@dataclass(frozen=True, slots=True)
class Search:
    """One row of `searches`. Shape: `looked` are the jobs that matched at the last look or before."""

    id: int
    name: str
    query: str
    created_at: str
    looked_at: str
    looked: BitMap
    looked_revision: int

    @property
    def asked(self) -> Asked:
        return asking.read(self.query)[0]


def search_of(row: Any) -> Search:
    plain = {name: row[name] for name in ("id", "name", "query", "created_at", "looked_at", "looked_revision")}
    return Search(**plain, looked=BitMap.deserialize(row["looked"]))


async def of_id(database: Any, search_id: int) -> Search | None:
    row = (await database.execute(ONE, [search_id])).first()
    return search_of(row) if row else None


def question_of(query: str) -> Asked:
    """What is kept of a query string: the list, without a place in it.

    Raises: RefusedError where a part of it is not understood.
    """
    asked, reasons = asking.read(query)
    if reasons:
        raise RefusedError(400, "; ".join(f"{name}: {why}" for name, why in reasons.items()))
    return replace(asked, after=None, before=None, limit=PAGE, revised_after=None, changed_since=None)


def name_of(name: str) -> str:
    """Raises: RefusedError."""
    words = " ".join(name.split())
    if not words or len(words) > LONGEST_NAME or not words.isprintable():
        raise RefusedError(400, f"A search has a name of 1 to {LONGEST_NAME} characters.")
    return words


def in_words(asked: Asked, companies: Mapping[str, str]) -> str:
    """The question as a person would say it."""
    parts = [f"“{asked.q}”"] if asked.q else []
    parts += [f"{chip['title']}: {chip['label']}" for chip in chips(asked, companies)]
    if asked.is_open is not True:
        parts.append("closed" if asked.is_open is False else "open or closed")
    return " · ".join(parts) or "All open jobs"


async def new(reader: Reader, asked: Asked, seen: BitMap, revision: int, is_exact: bool = False) -> tuple[BitMap, int]:
    """The new jobs since that revision, and the revision of now. Shape: exact is slow for words of many jobs."""
    since = replace(asked, revised_after=revision)
    matches, now = await (reader.every(since) if is_exact else reader.matching(since))
    return matches - seen, now


def save(connection: Any, name: str, query: str, matches: BitMap, revision: int) -> int:
    """Keep a question; what matches it by now is new to nobody.

    Raises: RefusedError.
    """
    seen, at = matches.serialize(), now()
    with _writing(connection):
        if connection.execute("SELECT count(*) FROM searches").fetchone()[0] >= MOST:
            raise RefusedError(409, f"There are {MOST} searches; delete one first.")
        row = connection.execute(
            """INSERT INTO searches(name, query, created_at, looked_at, looked, looked_revision, alerted,
                                    alerted_revision) VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id""",
            (name, query, at, at, seen, revision, seen, revision),
        ).fetchone()
    return int(row[0])


def rename(connection: Any, search_id: int, name: str) -> None:
    """Raises: RefusedError."""
    with _writing(connection):
        _one(connection.execute("UPDATE searches SET name = ? WHERE id = ?", (name, search_id)))


def delete(connection: Any, search_id: int) -> None:
    """Raises: RefusedError."""
    with _writing(connection):
        connection.execute("DELETE FROM alerts WHERE search_id = ?", (search_id,))
        _one(connection.execute("DELETE FROM searches WHERE id = ?", (search_id,)))


def look(connection: Any, search_id: int, matches: BitMap, revision: int) -> None:
    """What matches now is new no more."""
    with _writing(connection):
        row = connection.execute(ONE, (search_id,)).fetchone()
        if row is None:
            raise RefusedError(404, "No such search.")
        looked = BitMap.deserialize(row["looked"]) | matches
        connection.execute(
            "UPDATE searches SET looked = ?, looked_at = ?, looked_revision = max(looked_revision, ?) WHERE id = ?",
            (looked.serialize(), now(), revision, search_id),
        )


def _one(done: sqlite3.Cursor) -> None:
    if done.rowcount != 1:
        raise RefusedError(404, "No such search.")


@contextmanager
def _writing(connection: Any) -> Iterator[None]:
    connection.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")
    try:
        connection.execute("BEGIN IMMEDIATE")
        with connection:
            yield
    except sqlite3.IntegrityError as error:
        raise RefusedError(409, "There is a search of that name.") from error


def now() -> str:
    return asking.written(datetime.now(UTC))


def companies_of(searches: Sequence[Search]) -> list[str]:
    """Ids of the companies that these ask for."""
    return sorted({company for search in searches for company in search.asked.of("company_id")})
