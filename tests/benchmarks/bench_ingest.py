"""The whole ingest against the bare script, paired: both in fresh processes over the same warm site, by turns.

`ROLECALL_BENCH_POSTINGS` names the sizes (10000,100000), `ROLECALL_BENCH_ROUNDS` the rounds of first runs (2 up to
20,000 postings, else 1). A figure is the median of its rounds.
"""

import os
import statistics
from contextlib import closing
from pathlib import Path
from timeit import repeat
from typing import Any

import pytest

from rolecall_reader import words
from tasks import store
from tests.benchmarks.race import Measured, Race, race
from tests.benchmarks.report import part

SIZES = [int(size) for size in os.environ.get("ROLECALL_BENCH_POSTINGS", "10000,100000").replace("_", "").split(",")]
SMALL = 20_000  # postings; larger races leave out the runs without Prefect
NAMES = {
    "bare": "bare script, first run",
    "first": "rolecall, first run",
    "plain": "rolecall without Prefect, first run",
    "unchanged": "rolecall, nothing changed",
    "changed": "rolecall, 10 % changed",
}


def rounds_of(size: int) -> int:
    return int(os.environ.get("ROLECALL_BENCH_ROUNDS", 2 if size <= SMALL else 1))


def measure(contest: Race, rounds: int, with_plain: bool) -> dict[str, list[Measured]]:
    """All runs by name; first runs by turns, the later ones on the last first run's file."""
    found: dict[str, list[Measured]] = {name: [] for name in NAMES}
    contest.move_to(0)
    for _ in range(rounds):
        found["bare"].append(contest.bare())
        found["first"].append(contest.rolecall())
        if with_plain:
            found["plain"].append(contest.rolecall(is_plain=True))
    for _ in range(rounds):
        found["unchanged"].append(contest.rolecall(is_first=False))
    contest.move_to(1)
    found["changed"].append(contest.rolecall(is_first=False))
    return found


def rows(size: int, found: dict[str, list[Measured]]) -> list[dict[str, str]]:
    base = median(found["bare"], "seconds")
    return [
        {
            "table": "Ingest, end to end",
            "postings": f"{size:,}",
            "run": NAMES[name],
            "seconds": " · ".join(f"{run['seconds']:.1f}" for run in runs),
            "postings/s": f"{median(runs, 'postings') / median(runs, 'seconds'):,.0f}",
            "× bare": f"{base / median(runs, 'seconds'):.2f}",
            "peak MB": f"{median(runs, 'peak_mb'):.0f}",
            "requests": told(runs[-1], "requests"),
            "new / changed / closed": told(runs[-1], "new", "changed", "closed"),
        }
        for name, runs in found.items()
        if runs
    ]


def told(run: Measured, *names: str) -> str:
    return " / ".join(f"{run[name]:,}" for name in names if name in run)


def median(runs: list[Measured], name: str) -> float:
    return float(statistics.median(run[name] for run in runs))


def shares(size: int, found: dict[str, list[Measured]]) -> list[dict[str, str]]:
    first, unchanged = (median(found[name], "seconds") for name in ("first", "unchanged"))
    of = f"first run of {size:,}"
    told = [part("unchanged run faster than the first", f"{first / unchanged:.1f} ×", of)]
    if found["plain"]:
        plain = median(found["plain"], "seconds")
        told.append(part("Prefect's share", f"{100 * (first - plain) / first:.0f} % ({first - plain:.1f} s)", of))
    return told


@pytest.mark.timeout(0)
@pytest.mark.parametrize("size", SIZES)
def bench_ingest(benchmark: Any, tmp_path: Path, prefect_api: str, size: int) -> None:
    with race(tmp_path, size, prefect_api) as contest:
        found = benchmark.pedantic(measure, args=(contest, rounds_of(size), size <= SMALL), rounds=1)
        assert len({run["postings"] for name in ("bare", "first", "plain", "unchanged") for run in found[name]}) == 1
        assert found["unchanged"][0]["new"] == found["unchanged"][0]["changed"] == 0
        assert found["changed"][0]["changed"] > 0
        benchmark.extra_info["rows"] = [*rows(size, found), *shares(size, found), *searches(contest.data_dir(), size)]


@pytest.mark.timeout(0)
def bench_a_hundred_postings(benchmark: Any, tmp_path: Path, prefect_api: str) -> None:
    with race(tmp_path, 100, prefect_api) as contest:
        contest.move_to(0)
        found = benchmark.pedantic(contest.rolecall, rounds=3)
    seconds = f"{found['seconds']:.2f} s"
    benchmark.extra_info["rows"] = [part("first run once servers are up", seconds, f"{found['postings']} postings")]


def searches(folder: Path, size: int) -> list[dict[str, str]]:
    """A word that most jobs hold and one that few do, ten answers each, on the file that was just written."""
    with closing(store.open_reader(folder / "rolecall.db")) as reader:
        reader.execute("CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, jobs_fts, row)")
        plain = "length(term) > 4 AND NOT term GLOB '*[^a-z]*'"
        common = reader.execute(f"SELECT term, doc FROM words WHERE {plain} ORDER BY doc DESC LIMIT 1").fetchone()
        rare = reader.execute(f"SELECT term, doc FROM words WHERE {plain} AND doc > 1 ORDER BY doc LIMIT 1").fetchone()
        reader.execute("DROP TABLE temp.words")
        return [
            part(f"search for a {kind} word", f"{1000 * fastest(reader, word):.2f} ms", f"{size:,}, {docs:,} hold it")
            for kind, (word, docs) in (("common", common), ("rare", rare))
        ]


def fastest(reader: Any, word: str) -> float:
    """Seconds of the fastest of five."""
    assert words.best(reader, word, 10), word
    return min(repeat(lambda: words.best(reader, word, 10), number=1, repeat=5))
