"""A run in a process of its own, and listeners to its progress: what the tests of streams need."""

import asyncio
import json
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tasks import cache, store
from tasks.cache import news
from tasks.model import Company
from tasks.settings import Settings
from tasks.store import boards, runs
from tasks.store.ledger import BoardRun


def company(number: int) -> Company:
    return Company(name=f"Board {number}", source="greenhouse", board=f"b{number:04}")


async def write(data_dir: Path, count: int, batch: int, pause_seconds: float) -> None:
    """What an ingest writes and tells: a run of so many boards, some at a time."""
    settings = Settings(data_dir=data_dir)
    connected = await cache.connect(settings)
    chosen = [company(number) for number in range(count)]
    with closing(store.open_database(settings.database)) as writer:
        run_id, _ = runs.start(writer, {"of": count, "at": store.now()}, chosen, settings)
        await news.tell(connected.link, run_id)
        for start in range(0, count, batch):
            rows = [BoardRun(each, outcome="empty", requests=2) for each in chosen[start : start + batch]]
            boards.land(writer, run_id, rows, settings)
            await news.tell(connected.link, run_id)
            await asyncio.sleep(pause_seconds)
        runs.finish(writer, run_id, None, [])
        await news.tell(connected.link, run_id)
    await connected.close()


def landed(database: Path, run_id: int) -> list[str]:
    """Companies of a run in the order of their landing."""
    with closing(sqlite3.connect(database)) as reader:
        rows = reader.execute("SELECT company_id FROM board_runs WHERE run_id = ? ORDER BY at, company_id", (run_id,))
        return [row[0] for row in rows]


@dataclass
class Listener:
    """What one stream was told, over all its connections."""

    url: str
    boards: list[dict[str, Any]] = field(default_factory=list)
    states: list[dict[str, Any]] = field(default_factory=list)
    last: str | None = None

    async def hear(self, client: httpx.AsyncClient, until: int | None = None) -> None:
        """Listen from where it was until so many boards were told, or the run has ended."""
        headers = {} if self.last is None else {"last-event-id": self.last}
        async with client.stream("GET", self.url, headers=headers) as answer:
            assert answer.status_code == 200, await answer.aread()
            async for event, data, last in events(answer):
                self.last = last
                (self.boards if event == "board" else self.states).append(data)
                if len(self.boards) == until or (event == "run" and data["state"] == "completed"):
                    return

    @property
    def companies(self) -> list[str]:
        return [row["company_id"] for row in self.boards]


async def events(answer: httpx.Response) -> AsyncIterator[tuple[str, Any, str]]:
    fields: dict[str, str] = {}
    async for line in answer.aiter_lines():
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        elif "event" in fields:
            yield fields["event"], json.loads(fields["data"]), fields["id"]
            fields = {}


if __name__ == "__main__":
    asyncio.run(write(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])))
