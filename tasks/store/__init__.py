"""The only owner of SQLite: one file, one writer, one transaction per batch, readers never wait (WAL)."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tasks.errors import StoreError

SCHEMA = Path(__file__).parent.parent / "schema.sql"
MIGRATIONS = {  # version -> what leads to it from the one before
    version: SCHEMA.with_name(f"schema_{version}.sql").read_text("utf-8") for version in (2, 3, 4, 5)
}
VERSION = 1 + len(MIGRATIONS)
SCRIPT = SCHEMA.read_text("utf-8") + "".join(MIGRATIONS.values())  # of a new file


def open_database(path: Path) -> sqlite3.Connection:
    """The writer's connection; makes and migrates the file.

    Raises: StoreError where the file is no database, is damaged, cannot be written, or is newer than this code.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _told(path):
        connection = sqlite3.connect(path, timeout=60, isolation_level=None, check_same_thread=False)
        connection.row_factory = sqlite3.Row
        if path.stat().st_size == 0:
            path.chmod(0o600)
            connection.execute("PRAGMA page_size = 8192")
        for pragma in (
            "journal_mode = WAL",
            "synchronous = NORMAL",
            "cache_size = -16384",
            "temp_store = MEMORY",
            "secure_delete = OFF",
            "foreign_keys = ON",
            "recursive_triggers = ON",
            "journal_size_limit = 67108864",
        ):
            connection.execute(f"PRAGMA {pragma}")
        _migrate(connection, path)
    return connection


def open_reader(path: Path) -> sqlite3.Connection:
    """A connection that cannot write.

    Raises: StoreError where there is no file yet, or an empty one.
    """
    missing = f"{path}: no database yet; run `rolecall ingest` first"
    if not path.exists():
        raise StoreError(missing)
    with _told(path):
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=10, check_same_thread=False
        )
        connection.row_factory = sqlite3.Row
        version = _check_version(connection, path)
        if version == 0:
            connection.close()
            raise StoreError(missing)
    if version < VERSION:  # of an older Rolecall
        open_database(path).close()
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing.

    Raises: StoreError where SQLite refuses; then nothing was written.
    """
    with _told(None):
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")


def now() -> str:
    """This instant, as the database writes instants: UTC with milliseconds."""
    return written(datetime.now(UTC))


def written(instant: datetime) -> str:
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    version = _check_version(connection, path)
    if version == 0:
        settings = "INSERT INTO jobs_fts(jobs_fts, rank) VALUES ('hashsize', 16777216);"
        connection.executescript(f"BEGIN IMMEDIATE; {SCRIPT} {settings} PRAGMA user_version = {VERSION}; COMMIT;")
    for step in range(max(version, 1) + 1, VERSION + 1) if version else ():
        connection.executescript(f"BEGIN IMMEDIATE; {MIGRATIONS[step]}; PRAGMA user_version = {step}; COMMIT;")


def _check_version(connection: sqlite3.Connection, path: Path) -> int:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > VERSION:
        raise StoreError(f"{path}: was written by a newer Rolecall (schema {version}, ours is {VERSION}); upgrade")
    if version == 0 and connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        raise StoreError(f"{path}: is a database of something else; set ROLECALL_DATA_DIR to another folder")
    return version


@contextmanager
def _told(path: Path | None) -> Iterator[None]:
    """SQLite's errors as ours."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(f"{path}: {error}" if path else f"SQLite refused: {error}") from error
