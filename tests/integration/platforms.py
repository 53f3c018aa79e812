"""One run over a careers site without Prefect: the real walker, fetcher and store."""

import asyncio
import contextlib
from pathlib import Path
from typing import Any

from tasks import companies, store
from tasks.errors import PipelineError
from tasks.fetch import Counts
from tasks.run import open_run
from tasks.scrape import failed
from tasks.settings import Settings
from tasks.store import boards as landing
from tasks.store import extractions, runs
from tasks.store.ledger import BoardRun
from tasks.walk import walk
from tests.careers_site import Site

QUICK = {"redis_url": "off", "page_timeout_seconds": 5, "loopback_requests_per_second": 1000}


class Boards:
    """A careers site and a folder: `ingest()` is one run over all its boards, `rows()` asks the file."""

    def __init__(self, site: Site, url: str, make_settings: Any, folder: Path) -> None:
        self.site = site
        site.write_companies(folder / "companies.csv", url)
        self.settings: Settings = make_settings(companies_file=folder / "companies.csv", **QUICK)

    def ingest(self) -> dict[str, BoardRun]:
        """Shape: company's id -> its row of the ledger; rows and requests are gone by then."""
        return asyncio.run(self._ingest())

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with contextlib.closing(store.open_reader(self.settings.database)) as reader:
            return [tuple(row) for row in reader.execute(sql, values)]

    def jobs(self, company: str) -> dict[str, dict[str, Any]]:
        """The open jobs of a company by the platform's id, as the columns of `jobs`."""
        with contextlib.closing(store.open_reader(self.settings.database)) as reader:
            found = reader.execute("SELECT * FROM jobs WHERE company_id = ? AND is_open = 1", [company]).fetchall()
        return {row["id"].removeprefix(f"{company}:"): dict(row) for row in found}

    async def _ingest(self) -> dict[str, BoardRun]:
        chosen = companies.read(self.settings.companies_file)
        async with open_run(self.settings) as run:
            assert run.writer is not None
            run.id, _ = runs.start(run.writer, {}, chosen, self.settings)
            extractions.register(run.writer, run.recipe, run.recipe_parameters)
            boards = [BoardRun(company) for company in chosen]
            for board in boards:
                counts = Counts()
                try:
                    await walk(board.company, board, run, counts, is_last_try=True)
                except PipelineError as error:
                    failed(board, error)
                board.requests = counts.requests
            landing.land(run.writer, run.id, boards, self.settings)
            runs.finish(run.writer, run.id, "", [])
        return {board.company.id: board for board in boards}
