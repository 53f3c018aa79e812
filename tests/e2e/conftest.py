"""The command as a person types it: a process of its own, in a folder of its own, against one long-lived Prefect."""

import contextlib
import json
import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from flows import local
from tasks import settings
from tests.careers_site import Site, serve
from tests.jobs_file import listening, make_file

COMMAND = Path(sys.executable).with_name("rolecall")
OURS = ("ROLECALL_", "PREFECT_", "REDIS_URL", "NO_COLOR", "FORCE_COLOR", "COLUMNS")
QUICK = {"retries": 1, "retry_delay_seconds": 0.05, "page_timeout_seconds": 2}


@dataclass
class Said:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def faults(self) -> list[str]:
        """The lines of what it complained of, once it is sure that these are all that it said."""
        lines = self.err.splitlines()
        assert self.out == ""
        assert all(line.startswith("error: ") for line in lines), self.err
        return [line.removeprefix("error: ") for line in lines]


@dataclass
class Shell:
    """A folder with settings in the environment; `shell("status", "--json")` runs `rolecall status --json` there."""

    folder: Path
    fields: dict[str, Any] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def database(self) -> Path:
        return self.data / "rolecall.db"

    @property
    def companies(self) -> Path:
        return self.folder / "companies.csv"

    def environment(self, **fields: Any) -> dict[str, str]:
        """Shape: upper-case names are variables as they are, lower-case ones fields of the settings."""
        given = {"data_dir": self.data, "companies_file": self.companies, **QUICK, **self.fields, **fields}
        kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        named = {name if name.isupper() else f"ROLECALL_{name.upper()}": str(value) for name, value in given.items()}
        return {**kept, **self.variables, **named}

    def start(self, *arguments: str, **fields: Any) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [COMMAND, *arguments], cwd=self.folder, env=self.environment(**fields), text=True, encoding="utf-8",
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def __call__(self, *arguments: str, **fields: Any) -> Said:
        """Run it to its end; a traceback is never an answer."""
        with self.start(*arguments, **fields) as process:
            out, err = process.communicate(timeout=90)
        assert "Traceback" not in out + err, err
        return Said(process.returncode, out, err)

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with contextlib.closing(sqlite3.connect(self.database)) as database:
            return database.execute(sql, values).fetchall()

    def processes(self) -> set[int]:
        """Those that live and were started with this folder as their data folder."""
        mark, found = os.fsencode(self.data), set()
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                words = (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
                if mark in words and is_alive(int(entry.name)) and int(entry.name) != os.getpid():
                    found.add(int(entry.name))
        return found

    def is_quiet(self, seconds: float = 20.0) -> bool:
        """Whether all of them end within that time."""
        return until(lambda: not self.processes(), seconds)


def until(is_so: Callable[[], Any], seconds: float = 30.0, pause: float = 0.05) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if is_so():
            return True
        time.sleep(pause)
    return bool(is_so())


def listed(site: Site) -> int:
    """How many postings the boards show today."""
    rows = (row for source, board in site.boards for row in site.rows(source, board))
    return sum(row.get("isListed") is not False for row in rows)


def is_alive(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return not re.search(rb"^State:\s+[ZX]", Path(f"/proc/{pid}/status").read_bytes(), re.M)
    return False


@pytest.fixture(scope="module")
def site() -> Iterator[tuple[Site, str]]:
    """A small careers site and its address."""
    site = Site(postings=60, companies=6)
    with serve(site) as url:
        yield site, url


@pytest.fixture(scope="session")
def prefect_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of one server for all runs; the environment of the test process stays as it was."""
    before = dict(os.environ)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(local, "SETTLE_SECONDS", 0)  # it would wait for the runs that were killed
        for name in [name for name in os.environ if name.startswith("PREFECT_")]:
            patch.delenv(name)
        made = settings.Settings(data_dir=tmp_path_factory.mktemp("server"), prefect_port=local.free_port(0))
        with local.prefect_server(made) as api:
            os.environ.clear()
            os.environ.update(before)
            yield api


@pytest.fixture(scope="session")
def make_shell(prefect_api: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Shell]:
    """A shell in a fresh folder, whose companies file names the boards of the site."""
    home = tmp_path_factory.mktemp("prefect")

    def make(site: Site | None = None, url: str = "", **fields: Any) -> Shell:
        shell = Shell(
            tmp_path_factory.mktemp("shell"), fields, {"PREFECT_API_URL": prefect_api, "PREFECT_HOME": str(home)}
        )
        if site is not None:
            site.write_companies(shell.companies, url)
        return shell

    return make


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from tests.chromium import launched  # which skips where Playwright is missing

    with launched() as browser:
        yield browser


@pytest.fixture(scope="module")
def address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of a server of the file that the module's `fill` makes."""
    with listening(make_file(tmp_path_factory.mktemp("served") / "rolecall.db", request.module.fill)) as address:
        yield address
