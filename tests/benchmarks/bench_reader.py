"""Reading a million jobs: `make bench-reader` prints a table for RESULTS.md.

The file is made anew (an hour and 11 GB for a million jobs; their number is ROLECALL_BENCH_JOBS), or is a copy of
ROLECALL_BENCH_FILE. All of it, with its copy, is deleted at the end. Stock Datasette stands beside ours, on the same
file in the same run: the same package without our folder, at its default settings, in a process of its own.
"""

import os
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

from datasette.utils import tilde_encode

from rolecall_reader import details, facets, semantic
from rolecall_reader.index import Index
from rolecall_reader.questions import Questions
from tests.benchmarks import reader_load as load
from tests.benchmarks.filled import fill
from tests.benchmarks.reader_questions import KINDS_OF_SEARCH, Dice, addresses, asked_of
from tests.benchmarks.reader_served import ANEW, Served, Times, asked, forget, served, wait_until_counted
from tests.benchmarks.report import table

JOBS = int(os.environ.get("ROLECALL_BENCH_JOBS", "1000000"))
CHANGES = int(os.environ.get("ROLECALL_BENCH_CHANGES", "10000"))
EACH = 300  # questions of a kind
PAGES, STOCK_PAGES, COLD = 100, 12, 5
Row = dict[str, str]


def row(what: str, times: Times | None, target: str, stock: Times | None = None, more: str = "") -> Row:
    ours = figures(times) if times else {}
    others = {f"stock {name}": value for name, value in figures(stock).items() if name.startswith("p")} if stock else {}
    return {"what": what, "n": "", "p50 ms": "", "p99 ms": "", "CPU p50, p99 ms": "", **ours, "target": target,
            "stock p50 ms": "", "stock p99 ms": "", **others, "": more}  # fmt: skip


def figures(times: Times) -> Row:
    failed = f" ({times.failed} of {len(times.seconds)} failed)" if times.failed else ""
    found = {
        "n": str(len(times.seconds)),
        "p50 ms": f"{times.part(0.5):,.1f}",
        "p99 ms": f"{times.part(0.99):,.1f}{failed}",
    }
    if times.processor:
        found["CPU p50, p99 ms"] = f"{times.processor_part(0.5):,.1f}, {times.processor_part(0.99):,.1f}"
    return found


def timed(ask: Callable[[Any], Any], questions: Iterable[Any]) -> Times:
    seconds, processor = [], []
    for question in questions:
        began, used = time.perf_counter(), time.thread_time()
        ask(question)
        seconds.append(time.perf_counter() - began)
        processor.append(time.thread_time() - used)
    return Times(seconds, processor=processor)


def queries(file: Path) -> tuple[list[Row], Dice]:
    """In this process, without HTTP; no question comes twice, so that nothing is remembered."""
    index = Index()
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        began = time.perf_counter()
        index.read(connection)
        read = time.perf_counter() - began
        questions, nothing = Questions(index), semantic.Ranking([])
        dice = Dice(connection, index)

        def page(question: Any) -> None:
            questions.jobs(connection, question, with_excerpts=True, near=nothing)

        def counts(question: Any) -> None:
            facets.count(index, question, None)

        indexed = "p50 < 5, p99 < 10"
        rows = [
            row("list, filtered, any order", timed(page, dice.lists(EACH)), indexed),
            row("page deep in a list, onwards", timed(page, dice.deep(EACH, "after")), indexed),
            row("page deep in a list, backwards", timed(page, dice.deep(EACH, "before")), indexed),
            row("all facets of a list", timed(counts, dice.lists(EACH)), indexed),
            row("job by pk", timed(lambda pk: details.job(connection, str(pk)), dice.jobs(EACH)), indexed),
            row("state of the file (`/api/stats`)", timed(lambda _: details.stats(connection), range(EACH)), indexed),
        ]
        for kind in KINDS_OF_SEARCH:
            searches = [asked_of([("q", words)]) for words in dice.searches(kind, EACH)]
            rows.append(row(f"search with rank and excerpts: {kind}", timed(page, searches), "p99 < 50"))
    return [row(f"bitmaps of all jobs, read once at the start: {read:.1f} s", None, ""), *rows], dice


def pages(file: Path, dice: Dice) -> list[Row]:
    with served(file) as site, served(file, is_stock=True) as stock:
        wait_until_counted(site)
        return [_page(site, stock, *each) for each in _pages(dice)] + [
            row("memory at the peak of these", None, "", None,
                f"{site.megabytes():.0f} MB, stock {stock.megabytes():.0f} MB")]  # fmt: skip


def _page(site: Served, stock: Served, what: str, ours: list[str], theirs: list[str], target: str) -> Row:
    asked(site, ours[:1], ANEW)
    return row(what, asked(site, ours, ANEW), target, asked(stock, theirs[:STOCK_PAGES]) if theirs else None)


def _pages(dice: Dice) -> Iterable[tuple[str, list[str], list[str], str]]:
    """What, our addresses, those of stock Datasette for the same, target."""
    jobs, companies = dice.jobs(PAGES), dice.companies(PAGES)
    words = [
        quote_plus(each) for kind in ("common", "middling", "rare", "two words") for each in dice.searches(kind, 25)
    ]
    lists = [each.address() for each in dice.lists(PAGES)]
    table = "/rolecall/jobs"
    whole = "_fts_table=jobs_fts&_fts_pk=pk"
    warm = "< 100"
    counted = "&".join(
        f"_facet={name}" for name in ("workplace_type", "seniority", "employment_type", "country", "company")
    )
    yield "page `/`", ["/"] * PAGES, [f"{table}?is_open=1&_sort_desc=listed_on"] * PAGES, warm
    yield (
        "page `/?…`, filtered",
        [f"/?{each}" for each in lists],
        [f"{table}?is_open=1&workplace_type=remote"] * PAGES,
        warm,
    )
    yield (
        "facets `/api/facets?…`",
        [f"/api/facets?{each}" for each in lists],
        [f"{table}.json?is_open=1&{counted}"] * PAGES,
        warm,
    )
    yield ("page `/?q=…`", [f"/?q={each}" for each in words],
           [f"/rolecall/jobs_search?{whole}&_search={each}" for each in words[::8]], warm)  # fmt: skip
    yield ("`/api/jobs?q=…`", [f"/api/jobs?q={each}" for each in words],
           [f"/rolecall/jobs_search.json?{whole}&_search={each}" for each in words[::8]], warm)  # fmt: skip
    yield (
        "`/api/jobs?…`",
        [f"/api/jobs?{each}" for each in lists],
        [f"{table}.json?is_open=1&_sort_desc=listed_on"] * PAGES,
        warm,
    )
    yield "job page", [f"{table}/{pk}" for pk in jobs], [f"{table}/{pk}" for pk in jobs], warm
    yield "`/api/jobs/PK`", [f"/api/jobs/{pk}" for pk in jobs], [f"{table}/{pk}.json" for pk in jobs], warm
    places = [f"/rolecall/companies/{tilde_encode(each)}" for each in companies]
    yield "company page", places, places, warm
    yield "run page", [f"/rolecall/runs/{each % 30 + 1}" for each in range(PAGES)], ["/rolecall/runs/30"] * PAGES, warm


def cold(file: Path) -> list[Row]:
    """The first answer of a process that has just begun to listen, with the file out of the kernel's memory."""
    firsts: dict[bool, list[float]] = {False: [], True: []}
    for is_stock in (False, True) * COLD:
        forget(file)
        with served(file, is_stock) as site:
            address = "/rolecall/jobs?is_open=1&_sort_desc=listed_on" if is_stock else "/"
            firsts[is_stock] += asked(site, [address]).seconds
    return [row("page `/`, first answer of a fresh process", Times(firsts[False]), "< 500", Times(firsts[True]))]


def crowd(file: Path, dice: Dice) -> list[Row]:
    """Fifty readers while an ingest runs; the same ingest without them; the readers without it."""
    if load.WRK is None:
        print("skipped: 50 readers (wrk is not installed)", file=sys.stderr)
        return []
    asks = addresses(dice, 200)
    alone = load.ingest(file, CHANGES, 1)
    with served(file) as site:
        wait_until_counted(site)
        asked(
            site, asks
        )  # so that the calm readers show what kept answers take, and the others what making them anew does
        calm = load.only_reading(site, asks, 20)
        with load.readers(site, asks) as busy:
            beside = load.ingest(file, CHANGES, 2)
        peak, now = site.megabytes(), site.megabytes("VmRSS")
    told = [_crowded("50 readers of 200 addresses", calm), _crowded("50 readers while an ingest runs", busy)]
    done = " / ".join(f"{beside[name]:,}" for name in ("new", "changed", "closed"))
    return [
        *told,
        row("the ingest", None, "", None, f"{done} new / changed / closed: {alone['seconds']:.1f} s by itself, "
            f"{beside['seconds']:.1f} s beside the readers"),
        row("memory of the server", None, "peak < 300 MB", None, f"{peak:.0f} MB at its peak, {now:.0f} MB at the end"),
    ]  # fmt: skip


def _crowded(what: str, seen: dict[str, Any]) -> Row:
    return {**row(what, None, "p99 < 250, no error"), "n": f"{seen['requests']:,}", "p50 ms": f"{seen['p50_ms']:,.1f}",
            "p99 ms": f"{seen['p99_ms']:,.1f}", "": f"{seen['errors']} errors, "
            f"{seen['requests'] / seen['seconds']:,.0f} a second, longest {seen['max_ms']:,.0f} ms"}  # fmt: skip


def prepared(folder: Path) -> Path:
    file, given = folder / "rolecall.db", os.environ.get("ROLECALL_BENCH_FILE")
    if given:
        shutil.copyfile(given, file)
    else:
        fill(file, JOBS)
    return file


def main() -> None:
    with tempfile.TemporaryDirectory(dir=os.environ.get("ROLECALL_BENCH_FOLDER")) as folder:
        file = prepared(Path(folder))
        rows, dice = queries(file)
        print(table(rows), flush=True)
        for part in (lambda: pages(file, dice), lambda: crowd(file, dice), lambda: cold(file)):
            print("\n".join(table(part()).splitlines()[2:]), flush=True)
        print(f"\nload of the machine at the end: {', '.join(f'{each:.1f}' for each in os.getloadavg())}")


if __name__ == "__main__":
    main()
