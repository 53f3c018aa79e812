"""Small files for the tests of the reader: jobs put in by SQL, through the triggers of the real schema."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from rolecall_reader.asking import Asked, read
from rolecall_reader.site import Reader
from tasks import store

AT = "2026-11-01T06:00:00.000Z"


def new_file(path: Path | str = ":memory:", companies: Iterable[str] = ("lever:bolt",)) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None)
    if path != ":memory:":
        db.execute("PRAGMA journal_mode = WAL")
    db.executescript(f"BEGIN; {store.SCRIPT} COMMIT;")
    for company in companies:
        insert(db, "companies", id=company, name=company, source="lever", board=company, added_at=AT)
    insert(db, "runs", id=1, state="completed", parameters="{}", started_at=AT, finished_at=AT)
    return db


def insert(db: sqlite3.Connection, table: str, **values: Any) -> None:
    marks = ", ".join("?" * len(values))
    db.execute(f"INSERT INTO {table}({', '.join(values)}) VALUES ({marks})", list(values.values()))


def add_job(db: sqlite3.Connection, pk: int, text: str = "Steer the crane.", **values: Any) -> None:
    insert(db, "job_texts", content_hash=f"h{pk}", html=f"<p>{text}</p>", text=text, facts="{}", origin="platform")
    row = {"id": f"lever:bolt:{pk}", "company_id": "lever:bolt", "company": "Bolt", "title": f"Welder {pk}",
           "url": "https://jobs.example/", "first_seen_at": AT, "changed_at": AT, "content_hash": f"h{pk}"}  # fmt: skip
    insert(db, "jobs", pk=pk, **{**row, **values})


def reader_over(path: Path) -> Reader:
    return Reader(SimpleNamespace(path=str(path)))


def ask(query: str = "") -> Asked:
    asked, reasons = read(query)
    assert reasons == {}
    return asked


def waited(ask: Callable[[], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        return await ask()

    return asyncio.run(run())
