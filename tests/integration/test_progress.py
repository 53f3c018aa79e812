"""Live progress: many listeners to a run that another process writes, with Redis, without it, and when it dies."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from datasette.app import Datasette

from flows import local
from tasks import child, store
from tasks.cache import embedded
from tasks.model import Company
from tasks.settings import ROOT, Settings
from tasks.store import boards, runs
from tasks.store.ledger import BoardRun
from tests.integration.looking_on import Listener, landed

MANY = 50
BOARDS = 240
STREAM = "/-/progress/events"


@pytest.fixture
def settings(make_settings: Any) -> Settings:
    made: Settings = make_settings()
    store.open_database(made.database).close()
    return made


@contextmanager
def served(settings: Settings, **environ: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    port = local.free_port(0)
    names = {"ROLECALL_DATA_DIR": str(settings.data_dir), **environ}
    command = [sys.executable, "-m", "flows.cli", "serve", "--port", str(port)]
    log = settings.data_dir / "served.log"
    with log.open("wb") as out:
        server = subprocess.Popen(command, env={**os.environ, **names}, stdout=out, stderr=out, cwd=ROOT)
    url = f"http://127.0.0.1:{port}"
    try:
        while not answers(url):
            assert server.poll() is None, log.read_text()
            time.sleep(0.1)
        yield url, server
    finally:
        child.stop(server)
    assert "Traceback" not in log.read_text(), log.read_text()


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/-/progress", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


@asynccontextmanager
async def writing(settings: Settings) -> AsyncIterator[asyncio.subprocess.Process]:
    """A run on its way. Shape: 240 boards in batches of 4, so that it takes a few seconds."""
    script = [sys.executable, "-m", "tests.integration.looking_on", str(settings.data_dir), str(BOARDS), "4", "0.05"]
    writer = await asyncio.create_subprocess_exec(*script, cwd=ROOT)
    yield writer
    assert await writer.wait() == 0


def client() -> httpx.AsyncClient:
    return httpx.AsyncClient(timeout=60, trust_env=False, limits=httpx.Limits(max_connections=None))


async def all_hear(url: str, settings: Settings, in_the_middle: Any = None) -> list[Listener]:
    """Fifty listeners to one run; half of them are cut off on their way and come back."""
    listeners = [Listener(url + STREAM) for _ in range(MANY)]

    async def hear(listener: Listener, number: int) -> None:
        if number % 2:
            await listener.hear(connection, until=20 + number)
        await listener.hear(connection)

    async with client() as connection, writing(settings), asyncio.TaskGroup() as group:
        for number, listener in enumerate(listeners):
            group.create_task(hear(listener, number))
        if in_the_middle is not None:
            while len(listeners[0].boards) < BOARDS // 3:
                await asyncio.sleep(0.05)
            in_the_middle()
    return listeners


def assert_each_heard_all(listeners: list[Listener], settings: Settings) -> None:
    expected = landed(settings.database, 1)
    assert len(expected) == BOARDS
    for listener in listeners:
        assert listener.companies == expected
        last = listener.states[-1]
        assert {name: last[name] for name in ("id", "state", "boards", "done", "failed", "requests")} == {
            "id": 1, "state": "completed", "boards": BOARDS, "done": BOARDS, "failed": 0, "requests": 2 * BOARDS,
        }  # fmt: skip


needs_redis = pytest.mark.skipif(embedded.server_binary() is None, reason="no redis-server here")


@needs_redis
@pytest.mark.parametrize("dies", [False, True], ids=["redis", "redis-dies"])
def test_fifty_listeners_hear_all_of_a_run_once_and_in_order(settings: Settings, dies: bool) -> None:
    redis = embedded.start(settings)
    assert redis is not None
    try:
        with served(settings) as (url, _):
            listeners = asyncio.run(all_hear(url, settings, redis.kill if dies else None))
        assert_each_heard_all(listeners, settings)
    finally:
        child.stop(redis)


def test_without_redis_they_hear_the_same(settings: Settings) -> None:
    with served(settings, ROLECALL_REDIS_URL="off") as (url, _):
        assert_each_heard_all(asyncio.run(all_hear(url, settings)), settings)


def test_fifty_open_streams_end_with_the_server(settings: Settings) -> None:
    async def look_on(url: str, server: subprocess.Popen[bytes]) -> None:
        async with client() as connection:
            streams = [connection.stream("GET", url + STREAM) for _ in range(MANY)]
            opened = [await stream.__aenter__() for stream in streams]
            assert {answer.status_code for answer in opened} == {200}
            server.send_signal(signal.SIGTERM)
            for answer in opened:
                await answer.aread()  # to its end: none is cut off
            for stream in streams:
                await stream.__aexit__(None, None, None)
            await asyncio.to_thread(server.wait, 60)

    land(settings, range(3))
    with served(settings) as (url, server):
        asyncio.run(look_on(url, server))
        assert server.returncode == 0


def land(settings: Settings, numbers: range, flow: str = "ingest") -> int:
    """A whole run of so many boards."""
    chosen = [Company(name=f"Board {number}", source="lever", board=f"{number:04}") for number in numbers]
    writer = store.open_database(settings.database)
    run_id, _ = runs.start(writer, {"at": store.now()}, chosen, settings, flow)
    boards.land(writer, run_id, [BoardRun(each, outcome="empty") for each in chosen], settings)
    runs.finish(writer, run_id, None, [])
    writer.close()
    return run_id


class Looking:
    """One stream straight from the application: what it sent, until it is told that the client has left."""

    def __init__(self, app: Any, query: str = "", method: str = "GET", **headers: str):
        self.sent: list[Any] = []
        self.left, self.moved = asyncio.Event(), asyncio.Event()
        raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        scope = {"type": "http", "method": method, "path": STREAM, "raw_path": STREAM.encode(),
                 "headers": [(b"host", b"localhost"), *raw],
                 "query_string": query.encode(), "scheme": "http", "http_version": "1.1"}  # fmt: skip
        self.task = asyncio.create_task(app(scope, self._receive, self._send))

    async def _receive(self) -> Any:
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        self.sent.append(message)
        self.moved.set()

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])

    @property
    def ids(self) -> list[str]:
        body = b"".join(message.get("body", b"") for message in self.sent[1:]).decode()
        return [line.removeprefix("id: ") for line in body.splitlines() if line.startswith("id: ")]

    async def until(self, count: int) -> list[str]:
        """The ids of so many events, that of the run's state among them; then the client leaves."""
        while len(self.ids) < count:
            self.moved.clear()
            await asyncio.wait_for(self.moved.wait(), 10)
        return await self.leave()

    async def leave(self) -> list[str]:
        self.left.set()
        await self.task
        return self.ids


def site_of(settings: Settings) -> Datasette:
    return Datasette([str(settings.database)], config_dir=ROOT / "datasette")


def test_when_the_last_listener_leaves_nothing_goes_on(settings: Settings) -> None:
    async def look_on() -> None:
        site = site_of(settings)
        app, before = site.app(), asyncio.all_tasks()
        for _ in range(2):
            looking = [Looking(app) for _ in range(5)]
            for each in looking:
                await each.until(4)
            assert site._rolecall_streams.count == 0
            assert not site._rolecall_streams.is_watching
        await asyncio.sleep(1)
        left = {task for task in asyncio.all_tasks() - before if task.get_coro().__name__ != "_shutdown_watcher"}
        assert left == set()  # but for the one that waits for the server's end, on behalf of later streams

    land(settings, range(3))
    asyncio.run(look_on())


def test_a_listener_goes_on_after_what_it_has_seen(settings: Settings) -> None:
    async def look_on() -> None:
        app = site_of(settings).app()
        whole = await Looking(app).until(6)
        assert await Looking(app, last_event_id=whole[1]).until(4) == whole[2:]
        assert await Looking(app, f"after={whole[3]}").until(2) == whole[4:]
        assert await Looking(app, "after=1,,", last_event_id=whole[4]).until(1) == whole[5:]

    land(settings, range(5))
    asyncio.run(look_on())


def test_a_listener_of_an_older_run_hears_its_end_and_the_runs_since(settings: Settings) -> None:
    async def look_on() -> None:
        app = site_of(settings).app()
        first = await Looking(app).until(4)
        land(settings, range(2), "extract")
        land(settings, range(3))
        heard = await Looking(app, last_event_id=first[1]).until(7)
        assert [each.split(",")[0] for each in heard] == ["1", "2", "2", "3", "3", "3", "3"]
        for _ in range(25):
            land(settings, range(1))
        heard = await Looking(app, last_event_id=first[1]).until(3)
        assert [each.split(",")[0] for each in heard] == ["1", "28", "28"]  # too far behind for all

    land(settings, range(3))
    asyncio.run(look_on())


def test_a_listener_of_another_file_hears_the_run_of_this_one(settings: Settings) -> None:
    async def look_on() -> None:
        app = site_of(settings).app()
        heard = await Looking(app, "after=99,2026-01-01T00:00:00Z,lever:x").until(3)
        assert len(heard) == 3
        assert await Looking(app, "after=1,2999-01-01T00:00:00Z,lever:x").until(1) == heard[2:]

    land(settings, range(2))
    asyncio.run(look_on())


def test_a_run_that_is_gone_on_with_is_the_run_of_now(settings: Settings) -> None:
    async def look_on() -> None:
        assert {each.split(",")[0] for each in await Looking(site_of(settings).app()).until(2)} == {"1"}

    land(settings, range(1))
    land(settings, range(1))
    writer = store.open_database(settings.database)
    writer.execute("UPDATE runs SET state = 'running' WHERE id = 1")
    writer.close()
    asyncio.run(look_on())


def test_a_file_without_runs_tells_of_the_first_one(settings: Settings) -> None:
    async def look_on() -> None:
        looking = Looking(site_of(settings).app())
        await asyncio.sleep(0.3)
        land(settings, range(2))
        assert [each.split(",")[0] for each in await looking.until(3)] == ["1", "1", "1"]

    asyncio.run(look_on())


@pytest.mark.parametrize("after", ["nonsense", "x,,", "1,2", "-1,,", f"{'9' * 30},,", "²,,"])
def test_a_position_that_is_none_is_refused(settings: Settings, after: str) -> None:
    async def look_on() -> None:
        looking = Looking(site_of(settings).app(), f"after={after}")
        await looking.task
        assert looking.status == 400
        assert b"not a position" in looking.sent[1]["body"]

    asyncio.run(look_on())


def test_more_streams_than_a_process_bears_are_told_to_come_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def look_on() -> None:
        app = site_of(settings).app()
        first = Looking(app)
        while not first.sent:
            await asyncio.sleep(0.01)
        second = Looking(app)
        await second.task
        assert second.status == 503
        assert (b"retry-after", b"10") in second.sent[0]["headers"]
        await first.leave()
        assert len(await Looking(app).until(3)) == 3

    from rolecall_reader import streams

    monkeypatch.setattr(streams, "MOST", 1)
    land(settings, range(2))
    asyncio.run(look_on())


def test_a_stream_may_not_be_kept_or_held_back(settings: Settings) -> None:
    async def look_on() -> None:
        looking = Looking(site_of(settings).app(), method="HEAD")
        await looking.task
        headers = {name.decode(): value.decode() for name, value in looking.sent[0]["headers"]}
        assert headers["content-type"].startswith("text/event-stream")
        assert (headers["cache-control"], headers["x-accel-buffering"]) == ("no-store", "no")

    asyncio.run(look_on())


@pytest.mark.parametrize("is_public", [False, True])
def test_the_page_shows_the_run_without_scripts_and_for_the_public(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, is_public: bool
) -> None:
    for name in ("PREFECT_UI_URL", "PREFECT_API_URL", "ROLECALL_PREFECT_PORT"):
        monkeypatch.delenv(name, raising=False)
    if is_public:
        monkeypatch.setenv("ROLECALL_PUBLIC", "1")
    assert "No run yet" in asyncio.run(site_of(settings).client.get("/-/progress")).text
    land(settings, range(3))
    writer = store.open_database(settings.database)
    writer.execute("UPDATE runs SET flow_run_id = 'abc'")
    writer.close()
    page = asyncio.run(site_of(settings).client.get("/-/progress"))
    assert page.status_code == 200
    assert "unsafe-inline" not in page.headers["content-security-policy"]
    assert all(f"Board {number}" in page.text for number in range(3))
    assert ("http://127.0.0.1:4200/v2/runs/flow-run/abc" in page.text) is not is_public
    run_page = asyncio.run(site_of(settings).client.get("/rolecall/runs/1")).text
    assert ("http://127.0.0.1:4200/v2/runs/flow-run/abc" in run_page) is not is_public


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("PREFECT_UI_URL", "https://prefect.example/v2/", "https://prefect.example/v2/runs/flow-run/abc"),
        ("PREFECT_API_URL", "http://127.0.0.1:4300/api", "http://127.0.0.1:4300/v2/runs/flow-run/abc"),
        ("ROLECALL_PREFECT_PORT", "4555", "http://127.0.0.1:4555/v2/runs/flow-run/abc"),
    ],
)
def test_the_run_in_prefect_is_where_the_environment_says(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: str
) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    monkeypatch.setenv(name, value)
    land(settings, range(1))
    writer = store.open_database(settings.database)
    writer.execute("UPDATE runs SET flow_run_id = 'abc'")
    writer.close()
    assert expected in asyncio.run(site_of(settings).client.get("/-/progress")).text


def test_the_plugin_finds_the_socket_where_the_writer_puts_it(tmp_path: Path) -> None:
    from rolecall_reader import hints

    for folder in (tmp_path, tmp_path / ("deep" * 30)):
        assert hints.beside(folder / "rolecall.db") == embedded._socket(folder)
