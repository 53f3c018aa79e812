"""A real file for tests of what reads it: companies, runs and jobs, one row at a time, and a Datasette over it."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from datasette.app import Datasette

from tasks import store
from tasks.normalize import clean_html

FOLDER = Path(__file__).parents[1] / "datasette"
Filling = Callable[[sqlite3.Connection], None]


def stamp(**ago: float) -> str:
    return (datetime.now(UTC) - timedelta(**ago)).strftime("%Y-%m-%dT%H:%M:%SZ")


def insert(db: sqlite3.Connection, table: str, **values: Any) -> None:
    marks = ", ".join("?" * len(values))
    db.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", list(values.values()))


def insert_company(db: sqlite3.Connection, id: str = "lever:bolt", name: str = "Bolt", **values: Any) -> None:
    source, _, board = id.partition(":")
    row = {"id": id, "name": name, "source": source, "board": board, "added_at": stamp(days=400)}
    insert(db, "companies", **{**row, **values})


def insert_job(
    db: sqlite3.Connection, pk: int, html: str = "<p>Text</p>", is_clean: bool = True, **values: Any
) -> None:
    """A job of Bolt, three days old. Where `is_clean` is false, its description stands as it came."""
    text = {"content_hash": f"h{pk}", "html": clean_html(html) if is_clean else html, "text": f"text {pk}"}
    insert(db, "job_texts", **text, origin="platform", facts="{}")
    row = {"pk": pk, "id": f"lever:bolt:{pk}", "company_id": "lever:bolt", "company": "Bolt", "title": f"Engineer {pk}"}
    row |= {"url": f"https://jobs.example/{pk}", "content_hash": f"h{pk}"}
    row |= {"first_seen_at": stamp(days=30), "changed_at": values.get("first_seen_at", stamp(days=30))}
    insert(db, "jobs", **{**row, **values})


def make_file(path: Path, *fillings: Filling) -> Path:
    with closing(sqlite3.connect(path)) as db:
        db.executescript(store.SCRIPT)
        with db:
            for fill in fillings:
                fill(db)
    return path


class Served:
    """A Datasette over a file, asked as by a client at some address."""

    def __init__(self, path: Path, runner: asyncio.Runner, is_immutable: bool = False, **options: Any) -> None:
        self.runner = runner
        files = {"files": [], "immutables": [str(path)]} if is_immutable else {"files": [str(path)]}
        self.datasette = Datasette(**files, config_dir=FOLDER, **options)
        self.app = self.datasette.app()

    def ask(self, method: str, address: str, client: str = "127.0.0.1", **options: Any) -> httpx.Response:
        async def answer() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app, client=(client, 4242))
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as asking:
                return await asking.request(method, address, **options)

        return self.runner.run(answer())

    def get(self, address: str, **options: Any) -> httpx.Response:
        return self.ask("GET", address, **options)

    def post(self, address: str, data: Mapping[str, str], **options: Any) -> httpx.Response:
        return self.ask("POST", address, data=dict(data), **options)

    def signed_in(self, actor: Mapping[str, str]) -> dict[str, str]:
        """Cookies of that actor."""
        return {"ds_actor": self.datasette.sign({"a": dict(actor)}, "actor")}


@contextmanager
def serving(path: Path, **options: Any) -> Iterator[Served]:
    with asyncio.Runner() as runner:
        yield Served(path, runner, **options)


@contextmanager
def listening(path: Path) -> Iterator[str]:
    """The address of a server of it on this machine, for a browser."""
    app = Datasette([str(path)], config_dir=FOLDER).app()
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()
