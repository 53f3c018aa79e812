"""A small file of jobs and a site over it, for the tests of what readers keep."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from datasette.app import Datasette

from tasks import store
from tasks.settings import ROOT

AT = "2026-03-10T12:00:00.000Z"


def insert(db: sqlite3.Connection, table: str, **values: Any) -> None:
    marks = ", ".join("?" * len(values))
    db.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", list(values.values()))


def make(path: Path) -> None:
    with closing(store.open_database(path)) as db:
        insert(db, "companies", id="lever:bolt", name="Bolt", source="lever", board="bolt", added_at=AT)


def add(path: Path, pk: int, title: str = "Welder", **values: Any) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        insert(db, "job_texts", content_hash=f"h{pk}", html="<p>x</p>", text="Steer it.", facts="{}", origin="platform")
        row = {"pk": pk, "id": f"lever:bolt:{pk}", "company_id": "lever:bolt", "company": "Bolt", "title": title}
        dates = {"first_seen_at": AT, "changed_at": AT, "url": f"https://jobs.example/{pk}", "content_hash": f"h{pk}"}
        insert(db, "jobs", **{**row, **dates, **values})


def change(path: Path, pk: int, **values: Any) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        sets = ", ".join(f"{name} = ?" for name in values)
        db.execute(f"UPDATE jobs SET {sets} WHERE pk = ?", [*values.values(), pk])


class Browser:
    """One site, asked as a person on this machine would."""

    def __init__(self, path: Path):
        self.site = Datasette([str(path)], config_dir=ROOT / "datasette")
        self._runner = asyncio.Runner()

    def get(self, address: str, **options: Any) -> Any:
        return self._runner.run(self.site.client.get(address, **options))

    def post(self, form: dict[str, Any], **headers: str) -> Any:
        accept = {"accept": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self._runner.run(self.site.client.post("/-/searches", data=form, headers=accept))

    def close(self) -> None:
        self._runner.close()


def browsing(path: Path) -> Iterator[Browser]:
    make(path)
    browser = Browser(path)
    yield browser
    browser.close()
