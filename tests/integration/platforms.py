"""One run over a careers site without Prefect: the real walker, fetcher and store."""

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
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
from tests.careers_site import Site, shapes
from tests.careers_site.roles import Role

STANDING = "SELECT id, title, is_open FROM jobs ORDER BY id"
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

    def key(self, source: str, slug: str | None = None) -> str:
        """The id of a company, of the source's first where none is named."""
        return f"{source}:{shapes.company(source, slug or self.site.first(source))[0]}"

    def first_jobs(self, source: str) -> dict[str, dict[str, Any]]:
        """The open jobs of the source's first board."""
        return self.jobs(self.key(source))

    def truth(self) -> Iterator[tuple[str, str, str, Role, dict[str, Any]]]:
        """Source, board, id, truth and landed job of every posting on the site; no more and no fewer have landed."""
        for source, slug in self.site.boards:
            jobs, roles = self.jobs(self.key(source, slug)), self.site.roles(source, slug)
            assert sorted(jobs) == sorted(roles)
            yield from ((source, slug, native, role, jobs[native]) for native, role in roles.items())

    def lacks(self, role: Role, job: dict[str, Any], with_headings: bool = False) -> list[str]:
        """The last words, and perhaps the headings, of the role's sections that the job's text does not hold."""
        text = "".join(
            self.rows("SELECT text FROM job_texts WHERE content_hash = ?", job["content_hash"])[0][0].split()
        )
        parts = (part.replace("&amp;", "&") for _, part in role.sections)
        ends = (part.rsplit("<li>" if "<li>" in part else "<p>", 1)[1].split("</", 1)[0] for part in parts)
        headings = (heading.replace("&amp;", "&") for heading, _ in role.sections if with_headings)
        return [words for words in (*ends, *headings) if "".join(words.split()) not in text]

    def retitle(self, sources: Sequence[str], title: str, place: int = 0) -> dict[str, str]:
        """Give one posting of each source's first board this title. Shape: source -> its id."""
        found = {source: self.site.ids(source, self.site.first(source))[place] for source in sources}
        for source, native in found.items():
            self.site.edit(source, self.site.first(source), native, title=title)
        return found

    def take_off(self, sources: Sequence[str]) -> dict[str, str]:
        """Take the last posting off each source's first board. Shape: source -> its id."""
        found = {source: self.site.ids(source, self.site.first(source))[-1] for source in sources}
        for source, native in found.items():
            self.site.remove(source, self.site.first(source), native)
        return found

    def still_open(self, natives: dict[str, str]) -> set[str]:
        """The sources on whose first board the posting is still open."""
        return {source for source, native in natives.items() if native in self.first_jobs(source)}

    def outcomes_under(self, kind: str, sources: Sequence[str], **options: Any) -> dict[str, str]:
        """How a run over misbehaving first boards ends for each, which changes no job."""
        before = self.rows(STANDING)
        for source in sources:
            self.site.misbehave(source, self.site.first(source), kind, **options)
        ledger = self.ingest()
        assert self.rows(STANDING) == before
        return {source: ledger[self.key(source)].outcome for source in sources}

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
