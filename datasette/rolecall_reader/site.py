"""One reader of the file for all plugins of a site: asked a question, it answers with a page, counts and a version."""

import asyncio
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from pyroaring import BitMap

from rolecall_reader import facets, rows, semantic
from rolecall_reader.asking import Asked
from rolecall_reader.index import Index
from rolecall_reader.questions import Answer, Questions

DATABASE = "rolecall"
NEWEST = "SELECT pk FROM jobs WHERE is_open = 1 ORDER BY listed_on DESC LIMIT ?"
THREADS, CACHE_KB = 2, 16_000
NEAREST = 500  # jobs by meaning
Result = TypeVar("Result")


class Reader:
    """Answers from the file of one Datasette database; the bitmaps are shared under a lock."""

    def __init__(self, database: Any) -> None:
        self.database = database
        self.questions = Questions(Index())
        self._lock, self._warming, self._read = threading.RLock(), threading.Lock(), threading.Event()
        self._boot = os.urandom(4).hex()
        self._watch = _open(database.path)
        self._local, self._threads = threading.local(), ThreadPoolExecutor(THREADS, "reader")

    @property
    def index(self) -> Index:
        """The bitmaps of now."""
        return self.questions.index

    @property
    def is_ready(self) -> bool:
        """Whether the bitmaps were read; until then the newest jobs are had from SQLite, and nothing is counted."""
        return self.index.is_read

    async def ready(self, seconds: float = 60.0) -> bool:
        """Wait for the bitmaps, at most so long."""
        self.warm()
        return self.is_ready or await asyncio.to_thread(self._read.wait, seconds)

    @property
    def has_meaning(self) -> bool:
        """Whether jobs can be ordered by meaning."""
        return semantic.beside(Path(self.database.path)).available()

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
                    self.questions = Questions(index)
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
                    self.questions = Questions(index)
                elif self.index.follow(connection):
                    self.questions.forget()
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
        near = await self._near(asked)
        return await self.run(lambda connection: self.questions.jobs(connection, asked, with_excerpts, near))

    async def counts(self, asked: Asked) -> dict[str, list[facets.Choice]]:
        """The facets of a question."""
        return await self.run(lambda connection: self.questions.counts(connection, asked))

    async def matching(self, asked: Asked) -> tuple[BitMap, int]:
        """All jobs of a question, and the revision of the log that they are of."""
        return await self.run(
            lambda connection: (BitMap(self.questions.found(connection, asked).jobs), self.index.revision)
        )

    async def every(self, asked: Asked) -> tuple[BitMap, int]:
        """As `matching`, of common words too, which takes longer."""
        everything = 2**31
        return await self.run(
            lambda connection: (BitMap(self.questions.find(connection, asked, everything).jobs), self.index.revision)
        )

    async def list_and_counts(self, asked: Asked) -> tuple[Answer, dict[str, list[facets.Choice]]]:
        """Both, of one state of the file."""
        near = await self._near(asked)
        return await self.run(
            lambda connection: (
                self.questions.jobs(connection, asked, True, near),
                self.questions.counts(connection, asked),
            )
        )

    async def _near(self, asked: Asked) -> semantic.Ranking:
        """The jobs nearest in meaning to the words, where that order is asked for."""
        if asked.sort != "meaning":
            return semantic.Ranking([])
        return await semantic.beside(Path(self.database.path)).ranked(asked.q, [], NEAREST)


def _open(path: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False)


_readers: WeakKeyDictionary[Any, Reader] = WeakKeyDictionary()


def reader_of(datasette: Any) -> Reader:
    """The one reader of this Datasette's `rolecall` database."""
    if datasette not in _readers:
        _readers[datasette] = Reader(datasette.get_database(DATABASE))
    return _readers[datasette]
