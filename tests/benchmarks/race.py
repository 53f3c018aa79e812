"""The contestants of bench_ingest: a careers site in a process of its own, and ingests of it in fresh processes."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from flows import local
from tasks import child, companies, settings
from tests import demo
from tests.benchmarks import bare

POSTINGS_OF_A_BOARD = 125
Measured = dict[str, Any]


class Race:
    """Folders, site and processes for one number of postings.

    Shape: `bare()` and `rolecall()` are one measured run each; `is_first` begins with an empty folder.
    """

    def __init__(self, folder: Path, url: str, api: str | None = None):
        self.folder, self.url, self.api = folder, url, api
        self.companies = folder / "companies.csv"

    def move_to(self, day: int) -> None:
        """Set the site's day and have it make all its answers, so that making them is not what is measured."""
        httpx.post(f"{self.url}/-/advance", json={"day": day}, timeout=600, trust_env=False).raise_for_status()
        asyncio.run(self._warm())

    async def _warm(self) -> None:
        slots = asyncio.Semaphore(4)
        async with httpx.AsyncClient(timeout=600, trust_env=False) as client:
            for company in companies.read(self.companies):
                await bare.scrape(client, slots, company)

    def bare(self) -> Measured:
        """A first run of the bare script."""
        folder = self._emptied("bare")
        return self._run("tests.benchmarks.bare", str(self.companies), str(folder / "jobs.db"))

    def rolecall(self, is_first: bool = True, is_plain: bool = False) -> Measured:
        """A run of the flow; `is_plain` without Prefect."""
        folder = self.data_dir(is_plain)
        if is_first:
            self._emptied(folder.name)
        began = datetime.now(UTC).isoformat()
        found = self._run("tests.benchmarks.measured", *(["--plain"] if is_plain else []), data=folder)
        if self.api and not is_plain:
            local._settle(self.api, began)  # the server's leftover work must not slow the next run
        if found["state"] != "Completed" or found["warnings"]:
            raise RuntimeError(f"not a run to measure: {found}")
        return found

    def data_dir(self, is_plain: bool = False) -> Path:
        return self.folder / ("plain" if is_plain else "rolecall")

    def _emptied(self, name: str) -> Path:
        shutil.rmtree(self.folder / name, ignore_errors=True)
        (self.folder / name).mkdir()
        return self.folder / name

    def _run(self, module: str, *arguments: str, data: Path | None = None) -> Measured:
        ours = {"ROLECALL_COMPANIES_FILE": str(self.companies), "ROLECALL_DATA_DIR": str(data)}
        command = [sys.executable, "-m", module, *arguments]
        done = subprocess.run(
            command, cwd=self.folder, env=clean_environment() | ours, stdout=subprocess.PIPE, check=True
        )
        found: Measured = json.loads(done.stdout.splitlines()[-1])
        print(f"{module.rpartition('.')[2]} {' '.join(arguments[:1])}: {found}", file=sys.stderr)
        return found


@contextmanager
def race(folder: Path, postings: int, api: str | None = None, *site_arguments: str) -> Iterator[Race]:
    """A race over a site of so many postings; `site_arguments` are more options of the site."""
    port = local.free_port(0)
    boards = max(4, postings // POSTINGS_OF_A_BOARD)
    arguments = f"--port {port} --postings {postings} --companies {boards} --churn 0.1 --cache 4000".split()
    command = [sys.executable, "-m", "tests.careers_site", *arguments, *site_arguments]
    ready = folder / "companies.csv"
    site = child.spawn([*command, "--companies-file", str(ready)], folder / "site.log", clean_environment())
    try:
        url = f"http://127.0.0.1:{port}"
        demo.wait_for(url, site)
        yield Race(folder, url, api)
    finally:
        child.stop(site)


def clean_environment() -> dict[str, str]:
    """Ours without a person's settings; the modules are found from any folder."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith("ROLECALL_") and name != "REDIS_URL"
    }
    benches = {name: value for name, value in os.environ.items() if name.startswith("ROLECALL_BENCH_")}
    return kept | benches | {"PYTHONPATH": str(settings.ROOT)}
