"""Search by meaning: the nearest jobs to a job or to words, in `vectors.db`; without it nothing else is missing.

Shape: the file belongs to apsw alone, whose SQLite loads sqlite-vec. Sign bits of all vectors are compared first, the
nearest of those by the vectors themselves: 9 ms of one core at 10,000 jobs, 24 at 100,000, 170 at a million.
"""

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from rolecall_reader.query_vectors import QueryVectors, VectorError

CANDIDATES = 2000  # by sign bits, for the comparison that is exact
EIGHT_FLOATS = 32  # bytes; sqlite-vec makes whole bytes of sign bits
FLATTENING = 60  # of reciprocal rank fusion: how little the first ranks stand out
THREADS = 2
BUSY_MS = 1000

NEAREST = """
SELECT pk, 1 - vec_distance_cosine(vector, :asked) AS similarity FROM vectors
WHERE pk IN (SELECT pk FROM signs
             ORDER BY vec_distance_hamming(vec_bit(bits), vec_quantize_binary(:asked)) LIMIT :candidates)
  AND content_hash IS NOT :besides
ORDER BY similarity DESC, pk DESC LIMIT :k
"""


class MeaningError(Exception):
    """Nothing can be said by meaning; `reason` is one line for the reader."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Ranking:
    """Jobs in order. Shape: `fault` says why it is by words alone, where it is."""

    pks: list[int]
    fault: str | None = None


@cache
def is_installed() -> bool:
    """Whether apsw and sqlite-vec are there."""
    return find_spec("apsw") is not None and find_spec("sqlite_vec") is not None


@cache
def beside(database: Path) -> "Vectors":
    """The vectors of a database's jobs; they may be there, or come, or go."""
    return Vectors(database.with_name("vectors.db"), QueryVectors())


class Vectors:
    """What can be asked of one index."""

    def __init__(self, path: Path, queries: QueryVectors):
        self._path, self._queries = path, queries
        self._threads = ThreadPoolExecutor(THREADS, "vectors")
        self._local = threading.local()

    def available(self) -> bool:
        return is_installed() and self._path.exists()

    async def nearest(self, text: str, k: int) -> list[int]:
        """The k open jobs nearest to these words, the nearest first.

        Raises: MeaningError.
        """
        model, dimensions = await self._run(self._about)
        try:
            asked = await self._queries.vector(model, text)
        except VectorError as error:
            raise MeaningError(error.reason) from error
        if len(asked) != 4 * dimensions:
            raise MeaningError("the embedding server answers in other dimensions than the jobs' vectors have")
        return [pk for pk, _ in await self._run(self._search, asked, k, None)]

    async def similar(self, pk: int, k: int) -> list[tuple[int, float]]:
        """The k open jobs nearest to this one, with their cosine similarity; its own text in other places is left out.

        Raises: MeaningError.
        """
        found = await self._run(self._one, pk)
        if found is None:
            raise MeaningError("this job has no vector")
        content, vector = found
        near: list[tuple[int, float]] = await self._run(self._search, vector, k, content)
        return near

    async def ranked(self, text: str, by_words: Sequence[int], k: int) -> Ranking:
        """Both ways fused, or the words' order alone and why."""
        try:
            return Ranking(fuse(by_words, await self.nearest(text, k)))
        except MeaningError as error:
            return Ranking(list(by_words), error.reason)

    async def _run(self, question: Any, *given: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._answer, question, given)

    def _answer(self, question: Any, given: tuple[Any, ...]) -> Any:
        """Raises: MeaningError where the index is not there or SQLite refuses."""
        if not is_installed():
            raise MeaningError("search by meaning is not installed")
        import apsw

        try:
            return question(self._connection(), *given)
        except FileNotFoundError as error:
            raise MeaningError("no job has a vector yet") from error
        except apsw.Error as error:
            self._local.held = None
            raise MeaningError(f"the vectors cannot be read ({error})") from error

    def _connection(self) -> Any:
        """This thread's own. Reason: a file that was made anew has another inode while the old one is held open."""
        inode = self._path.stat().st_ino
        held = getattr(self._local, "held", None)
        if held is None or held[0] != inode:
            self._local.held = held = (inode, _opened(self._path))
        return held[1]

    def _about(self, connection: Any) -> tuple[str, int]:
        rows = connection.execute("SELECT model, dimensions FROM about").fetchall()
        if not rows:
            raise MeaningError("no job has a vector yet")
        model, dimensions = rows[0]
        return model, dimensions

    def _one(self, connection: Any, pk: int) -> tuple[str, bytes] | None:
        rows = connection.execute("SELECT content_hash, vector FROM vectors WHERE pk = ?", (pk,)).fetchall()
        return rows[0] if rows else None

    def _search(self, connection: Any, asked: bytes, k: int, besides: str | None) -> list[tuple[int, float]]:
        padded = asked + b"\0" * (-len(asked) % EIGHT_FLOATS)
        values = {"asked": padded, "k": k, "candidates": max(CANDIDATES, k), "besides": besides}
        return [(pk, round(similarity, 4)) for pk, similarity in connection.execute(NEAREST, values)]


def fuse(ranked_by_words: Sequence[int], ranked_by_meaning: Sequence[int]) -> list[int]:
    """Reciprocal rank fusion: what both hold stands above what one of them holds at the same place."""
    scores: dict[int, float] = {}
    for ranking in (ranked_by_words, ranked_by_meaning):
        for rank, pk in enumerate(dict.fromkeys(ranking), 1):
            scores[pk] = scores.get(pk, 0.0) + 1 / (FLATTENING + rank)
    return sorted(scores, key=lambda pk: -scores[pk])  # stable: the words' order among equals


def _opened(path: Path) -> Any:
    import apsw
    import sqlite_vec

    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    connection.set_busy_timeout(BUSY_MS)
    connection.enable_load_extension(True)
    connection.load_extension(sqlite_vec.loadable_path())
    connection.enable_load_extension(False)
    connection.execute("PRAGMA cache_size = -16384")
    with closing(connection.execute("SELECT 1 FROM about")) as looked:
        looked.fetchall()
    return connection
