"""One reader of the file for all plugins of a site: asked a question, it answers with a page, counts and a version."""

import asyncio
import os
import sqlite3
import threading
from array import array
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from pyroaring import BitMap

from rolecall_reader import facets, listing, rows, words
from rolecall_reader.asking import Asked
from rolecall_reader.badges import badges_of
from rolecall_reader.index import Index, is_logged

DATABASE = "rolecall"
NEWEST = "SELECT pk FROM jobs WHERE is_open = 1 ORDER BY listed_on DESC LIMIT ?"
THREADS, CACHE_KB = 2, 16_000
REMEMBERED = 200  # searches and counts of one state of the file
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


class Reader:
    """Answers from the file of one Datasette database; the bitmaps are shared under a lock."""

    def __init__(self, database: Any) -> None:
        self.database = database
        self.index = Index()
        self._lock, self._warming, self._read = threading.RLock(), threading.Lock(), threading.Event()
        self._known: OrderedDict[Any, Any] = OrderedDict()
        self._boot = os.urandom(4).hex()
        self._watch = _open(database.path)
        self._local, self._threads = threading.local(), ThreadPoolExecutor(THREADS, "reader")

    @property
    def is_ready(self) -> bool:
        """Whether the bitmaps were read; until then the newest jobs are had from SQLite, and nothing is counted."""
        return self.index.is_read

    async def ready(self, seconds: float = 60.0) -> bool:
        """Wait for the bitmaps, at most so long."""
        self.warm()
        return self.is_ready or await asyncio.to_thread(self._read.wait, seconds)

    def warm(self) -> None:
        """Read all jobs on a thread of its own, unless they were or are being read."""
        if not self.is_ready and self._warming.acquire(blocking=False):
            threading.Thread(target=self._warm, daemon=True).start()

    def _warm(self) -> None:
        try:
            with suppress(sqlite3.Error), closing(_open(self.database.path)) as connection:  # who asks next is told
                connection.execute("BEGIN")
                index = Index()
                index.read(connection)
                with self._lock:
                    self.index = index
                    self._known.clear()
                self._read.set()
        finally:
            self._warming.release()

    def version(self) -> str:
        """Another one after each commit to the file by anybody, and once the bitmaps are read."""
        commits = self._watch.execute("PRAGMA data_version").fetchone()[0]
        return f"{self._boot}-{commits}" if self.is_ready else f"{self._boot}-{commits}-unread"

    async def run(self, ask: Callable[[sqlite3.Connection], Result]) -> Result:
        """Ask in one transaction, with bitmaps of the same state of the file."""
        while not await self.ready() and self._warming.locked():
            pass  # a second reading beside the first would take as long, and its memory

        def asked(connection: sqlite3.Connection) -> Result:
            with self._following(connection):
                return ask(connection)

        return await self._on_thread(asked)

    async def _on_thread(self, ask: Callable[[sqlite3.Connection], Result]) -> Result:
        """On threads and connections of its own: those of Datasette may be kept from seeing all columns."""

        def asked() -> Result:
            if not hasattr(self._local, "connection"):
                self._local.connection = _open(self.database.path)
                self._local.connection.execute(f"PRAGMA cache_size = -{CACHE_KB}")
            return ask(self._local.connection)

        return await asyncio.get_running_loop().run_in_executor(self._threads, asked)

    @contextmanager
    def _following(self, connection: sqlite3.Connection) -> Iterator[None]:
        with self._lock:
            connection.execute("BEGIN")
            try:
                if self.index.is_behind(connection):
                    index = Index()
                    index.read(connection)
                    self._known.clear()
                    self.index = index
                elif self.index.follow(connection):
                    self._known.clear()
                yield
            finally:
                connection.rollback()

    async def newest(self, limit: int) -> list[dict[str, Any]]:
        """The first page of all open jobs, without the bitmaps."""

        def ask(connection: sqlite3.Connection) -> list[dict[str, Any]]:
            pks = connection.execute(NEWEST, (limit,)).fetchall()
            return rows.rows(connection, [row[0] for row in pks])

        return await self._on_thread(ask)

    async def jobs(self, asked: Asked, with_excerpts: bool = False) -> Answer:
        """Raises: listing.CursorError."""
        return await self.run(lambda connection: self._jobs(connection, asked, with_excerpts))

    async def counts(self, asked: Asked) -> dict[str, list[facets.Choice]]:
        """The facets of a question."""
        return await self.run(lambda connection: self._counts(connection, asked))

    async def matching(self, asked: Asked) -> tuple[BitMap, int]:
        """All jobs of a question, and the revision of the log that they are of."""
        return await self.run(lambda connection: (BitMap(self._found(connection, asked).jobs), self.index.revision))

    async def every(self, asked: Asked) -> tuple[BitMap, int]:
        """As `matching`, of common words too, which takes longer."""
        everything = 2**31
        return await self.run(lambda connection: (self._find(connection, asked, everything).jobs, self.index.revision))

    async def list_and_counts(self, asked: Asked) -> tuple[Answer, dict[str, list[facets.Choice]]]:
        """Both, of one state of the file."""
        return await self.run(lambda connection: (self._jobs(connection, asked, True), self._counts(connection, asked)))

    def _jobs(self, connection: sqlite3.Connection, asked: Asked, with_excerpts: bool) -> Answer:
        """A page that is not full although older matches were not looked at is asked for again, of more of them."""
        found, newest = self._found(connection, asked), words.NEWEST
        order = self._order(connection, asked, found.jobs) if asked.sort == "best" else None
        page = listing.page(self.index, asked, found.jobs, order)
        while len(page.jobs) < asked.limit and not found.is_exact:
            newest *= 10
            more = self._find(connection, asked, newest)
            if order is not None:  # places given out stay: what is older comes behind them
                order = order + self._ranked(connection, asked, more.jobs - found.jobs)
            found, page = more, listing.page(self.index, asked, more.jobs, order)
        shown = rows.rows(connection, page.jobs)
        if with_excerpts and asked.q:
            stands = words.excerpts(connection, words.parse(asked.q), page.jobs)
            for row in shown:
                row["excerpt"] = stands.get(row["pk"])
        badges = badges_of(connection, shown)
        for row in shown:
            row["badges"] = [each._asdict() for each in badges.get(row["pk"], [])]
        return Answer(shown, len(found.jobs), found.is_exact, page.next, page.previous, self.index.revision)

    def _counts(self, connection: sqlite3.Connection, asked: Asked) -> dict[str, list[facets.Choice]]:
        matched = self._matched(connection, asked) if asked.q else None
        return self._remember(("counts", _question(asked)), lambda: facets.count(self.index, asked, matched))

    def _found(self, connection: sqlite3.Connection, asked: Asked) -> words.Found:
        return self._remember(("found", _question(asked)), lambda: self._find(connection, asked))

    def _find(self, connection: sqlite3.Connection, asked: Asked, newest: int = words.NEWEST) -> words.Found:
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
        return self._found(connection, bare).jobs | self._found(connection, asked).jobs

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


def _open(path: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False)


def _pks(connection: sqlite3.Connection, sql: str, value: Any) -> BitMap:
    return BitMap(row[0] for row in connection.execute(sql, (value,)))


_readers: WeakKeyDictionary[Any, Reader] = WeakKeyDictionary()


def reader_of(datasette: Any) -> Reader:
    """The one reader of this Datasette's `rolecall` database."""
    if datasette not in _readers:
        _readers[datasette] = Reader(datasette.get_database(DATABASE))
    return _readers[datasette]
