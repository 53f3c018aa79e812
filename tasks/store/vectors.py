"""The index that is searched by meaning: `vectors.db`, a copy of open jobs' embeddings that may be deleted at any time.

Reason: Python's own SQLite often loads no extension, apsw's does; two SQLites in one process would break each other's
locks on one file, so this one belongs to apsw alone, here and in the reader. A plain table of sign bits is scanned with
sqlite-vec's functions: a `vec0` table takes eight times as long for the thousand candidates that are then compared.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tasks.errors import StoreError

SCHEMA = """
CREATE TABLE IF NOT EXISTS about (recipe TEXT NOT NULL, model TEXT NOT NULL, dimensions INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS vectors (pk INTEGER PRIMARY KEY, content_hash TEXT NOT NULL, vector BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS signs (pk INTEGER PRIMARY KEY, bits BLOB NOT NULL) STRICT;
"""
EIGHT_FLOATS = 32  # bytes; sqlite-vec makes whole bytes of sign bits


def is_installed() -> bool:
    """Whether the extra `semantic` is there."""
    return find_spec("apsw") is not None and find_spec("sqlite_vec") is not None


class Index:
    """The open index. Shape: `pk` is that of jobs; a vector is float32, little endian, of unit length."""

    def __init__(self, connection: Any):
        self._connection = connection

    def belongs_to(self, recipe: str, model: str, dimensions: int) -> None:
        """Empty it where it holds vectors of another recipe."""
        about = (recipe, model, dimensions)
        with _told(), self._connection:
            if self._connection.execute("SELECT recipe, model, dimensions FROM about").fetchall() != [about]:
                for table in ("about", "vectors", "signs"):
                    self._connection.execute(f"DELETE FROM {table}")
                self._connection.execute("INSERT INTO about VALUES (?, ?, ?)", about)

    def held(self, after_pk: int, last_pk: int) -> dict[int, str]:
        """The contents that it holds of these jobs."""
        with _told():
            rows = self._connection.execute(
                "SELECT pk, content_hash FROM vectors WHERE pk > ? AND pk <= ?", (after_pk, last_pk)
            )
            return dict(rows.fetchall())

    def write(self, gone: Sequence[int], rows: Sequence[tuple[int, str]], vectors: Mapping[str, bytes]) -> None:
        """All or nothing: forget these jobs, hold these."""
        padded = {content: vector + b"\0" * (-len(vector) % EIGHT_FLOATS) for content, vector in vectors.items()}
        with _told(), self._connection:
            for table in ("vectors", "signs"):
                self._connection.executemany(f"DELETE FROM {table} WHERE pk = ?", [(pk,) for pk in gone])
            self._connection.executemany(
                """INSERT INTO vectors VALUES (?, ?, ?)
                   ON CONFLICT(pk) DO UPDATE SET content_hash = excluded.content_hash, vector = excluded.vector""",
                [(pk, each, padded[each]) for pk, each in rows],
            )
            self._connection.executemany(
                """INSERT INTO signs VALUES (?, vec_quantize_binary(?))
                   ON CONFLICT(pk) DO UPDATE SET bits = excluded.bits""",
                [(pk, padded[each]) for pk, each in rows],
            )

    def count(self) -> int:
        with _told():
            return int(self._connection.execute("SELECT count(*) FROM signs").fetchone()[0])


@contextmanager
def opened(path: Path) -> Iterator[Index]:
    """The index, made anew where it is none or damaged.

    Raises: StoreError where it cannot be written.
    """
    import apsw

    with _told():
        try:
            connection = _connection(path)
        except (apsw.NotADBError, apsw.CorruptError):
            for each in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
                each.unlink(missing_ok=True)
            connection = _connection(path)
    with closing(connection):
        yield Index(connection)


def _connection(path: Path) -> Any:
    import apsw
    import sqlite_vec

    is_new = not path.exists()
    connection = apsw.Connection(str(path))
    if is_new:
        path.chmod(0o600)
    connection.set_busy_timeout(60_000)
    connection.enable_load_extension(True)
    connection.load_extension(sqlite_vec.loadable_path())
    connection.enable_load_extension(False)
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "cache_size = -16384"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute(SCHEMA)
    return connection


@contextmanager
def _told() -> Iterator[None]:
    """SQLite's errors as ours."""
    import apsw

    try:
        yield
    except apsw.Error as error:
        raise StoreError(f"vectors.db: {error}") from error
