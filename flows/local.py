"""The servers that one machine needs beside a flow: Redis, Prefect, Datasette; started where none is given, ended here.

Reason: Prefect's in-process server drops its last records at exit, so a real one runs beside the flow and is let
finish writing before it is ended.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx

from tasks import child
from tasks.cache import embedded
from tasks.errors import ConfigError
from tasks.settings import Settings

START_SECONDS = 120.0
SETTLE_SECONDS = 30.0
CLIENT = {
    "DO_NOT_TRACK": "1",
    "PREFECT_LOGGING_EXTRA_LOGGERS": "flows,tasks",
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
    "PREFECT_CLI_PROMPT": "false",
}
SERVER = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    # one row at a time the server records fewer task runs than a flow makes, and drops what is beyond its queue
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_READ_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_TRIGGERS_READ_BATCH_SIZE": "200",
    "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
}


@contextmanager
def redis_server(settings: Settings) -> Iterator[None]:
    """Redis on a socket in the data folder, unless an address is set."""
    server = None if settings.redis_url else embedded.start(settings)
    try:
        yield
    finally:
        if server is not None:
            child.stop(server)


@contextmanager
def prefect_server(settings: Settings) -> Iterator[str]:
    """Address of the Prefect API: `PREFECT_API_URL`, else the server on `prefect_port`, else one started for now.

    Shape: sets the environment, so Prefect must be imported inside. On leaving, a server of ours finishes its records.
    Raises: ConfigError where the given API does not answer.
    """
    os.environ.update({name: value for name, value in CLIENT.items() if name not in os.environ})
    given = os.environ.get("PREFECT_API_URL")
    if given:
        if not _is_prefect(given):
            raise ConfigError(f"PREFECT_API_URL={given}: no Prefect server answers there; start it, or unset it")
        yield given
        return
    home = settings.data_dir.resolve() / "prefect"
    os.environ.setdefault("PREFECT_HOME", str(home))
    api = _api(settings.prefect_port)
    if _is_prefect(api):
        os.environ["PREFECT_API_URL"] = api
        yield api
        return
    port = free_port(settings.prefect_port)
    os.environ["PREFECT_API_URL"] = api = _api(port)
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    server, since = child.spawn(command, home / "server.log", SERVER), datetime.now(UTC).isoformat()
    try:
        _wait(lambda: _is_prefect(api), lambda: server.poll() is None, "Prefect server", home / "server.log")
        yield api
        _settle(api, since)
    finally:
        child.stop(server)


@contextmanager
def datasette_server(settings: Settings) -> Iterator[str]:
    """Datasette over the file, as a process of its own."""
    port = free_port(settings.datasette_port)
    url = f"http://{settings.datasette_host}:{port}/"
    log = settings.data_dir.resolve() / "datasette.log"
    server = child.spawn([sys.executable, "-m", "flows.cli", "serve", "--port", str(port)], log)
    try:
        _wait(lambda: _answers(url), lambda: server.poll() is None, "Datasette", log)
        yield url
    finally:
        child.stop(server)


@contextmanager
def scheduler(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """The deployment of `ingest` with its schedule, runnable from the Prefect UI too."""
    log = settings.data_dir.resolve() / "schedule.log"
    server = child.spawn([sys.executable, "-m", "flows.cli", "schedule"], log)
    try:
        yield server
    finally:
        child.stop(server)


def answering(settings: Settings) -> dict[str, bool]:
    """Which of the servers can be reached now."""
    api = os.environ.get("PREFECT_API_URL") or _api(settings.prefect_port)
    roots = {"model": settings.vllm_root, "embedding model": settings.embedding_root}
    return {
        **{name: _answers(f"{root}/health") for name, root in roots.items() if root},
        "redis": embedded.is_answering(settings),
        "prefect": _is_prefect(api),
        "datasette": _answers(f"http://{settings.datasette_host}:{settings.datasette_port}/"),
    }


def free_port(wanted: int) -> int:
    """The wanted port where nobody listens on it, else any free one."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise ConfigError("no free port on 127.0.0.1")


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens there.

    Raises: ConfigError where the port is taken or the host is no address of this machine.
    """
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise ConfigError(f"{error.strerror}; choose another --host or --port") from error


def _api(port: int) -> str:
    return f"http://127.0.0.1:{port}/api"


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2, trust_env=False).is_success
    except httpx.HTTPError:
        return False


def _is_prefect(api: str) -> bool:
    try:
        return httpx.get(f"{api}/health", timeout=2, trust_env=False).text == "true"
    except httpx.HTTPError:
        return False


def _wait(is_ready: Callable[[], bool], is_alive: Callable[[], bool], what: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not is_ready():
        if not is_alive() or time.monotonic() > deadline:
            raise ConfigError(f"{what} did not start; its log is {log}")
        time.sleep(0.2)


def _settle(api: str, since: str) -> None:
    """Wait until the server has recorded every task run since then to its end: the UI shows the run as it was."""
    flows = {"start_time": {"after_": since}}
    unfinished = {"state": {"type": {"any_": ["RUNNING", "PENDING"]}}}
    for module, worker in (("prefect.logging.handlers", "APILogWorker"), ("prefect.events.worker", "EventsWorker")):
        if module in sys.modules:  # what is sent at our exit would meet no server any more, and wait for it
            getattr(sys.modules[module], worker).drain_all(timeout=10)
    deadline, before = time.monotonic() + SETTLE_SECONDS, ""
    while time.monotonic() < deadline:
        try:
            with httpx.Client(base_url=api, timeout=5, trust_env=False) as client:
                left = client.post("/task_runs/count", json={"flow_runs": flows, "task_runs": unfinished}).text
                total = client.post("/task_runs/count", json={"flow_runs": flows}).text
        except httpx.HTTPError:
            left, total = "unknown", before
        if left == "0" and total == before:
            return
        before = total
        time.sleep(0.7)
