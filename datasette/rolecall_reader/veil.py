"""A database whose marks only an editor's request can read: for all others SQLite itself answers NULL.

The wish is read where a query is asked for, so each thread has two connections: one with the veil, one without.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from typing import Any

from datasette.database import Database

from rolecall_reader.editor import sees_marks

MARKS = {("jobs", "status"), ("jobs", "note")}
ROOMS = {"sqlite_dbpage", "sqlite_stat4"}  # where SQLite shows values of any table, if it is built so


def veil(action: int, table: str | None, column: str | None, *_: Any) -> int:
    """SQLite's authorizer: reads NULL in place of a mark, through whatever view or query."""
    is_hidden = action == sqlite3.SQLITE_READ and ((table, column) in MARKS or table in ROOMS)
    return sqlite3.SQLITE_IGNORE if is_hidden else sqlite3.SQLITE_OK


class Veiled(Database):  # type: ignore[misc]  # Datasette is not typed
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._behind = threading.local()

    def _veiled_connection(self) -> Any:
        if not hasattr(self._behind, "connection"):
            connection = self.connect()
            self.ds._prepare_connection(connection, self.name)
            connection.set_authorizer(veil)
            self._behind.connection = connection
        return self._behind.connection

    async def table_counts(self, limit: int = 10) -> dict[str, None]:
        """None is counted: of a million jobs that takes seconds."""
        return dict.fromkeys(await self.table_names())

    async def execute_fn(self, fn: Callable[[Any], Any]) -> Any:
        """What `fn` makes of a read connection."""
        if sees_marks.get():
            return await super().execute_fn(fn)
        if self.ds.executor is None:
            return fn(self._veiled_connection())
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.ds.executor, lambda: fn(self._veiled_connection()))


def put_veil(datasette: Any, name: str) -> None:
    """Serve this database through the veil from now on."""
    plain = datasette.databases.get(name)
    if plain is None or isinstance(plain, Veiled):
        return
    veiled = Veiled(datasette, plain.path, is_mutable=plain.is_mutable, memory_name=plain.memory_name)
    datasette.remove_database(name)
    datasette.add_database(veiled, name=name, route=plain.route)
