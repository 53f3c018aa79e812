"""How long the rules take: a text of nothing but cues, and recorded postings where `../shared/data` is present.

`python -m pytest tests/benchmarks/bench_rules.py` with pytest-benchmark.
"""

import csv
import gzip
import io
import os
from pathlib import Path
from typing import Any

import pytest

from tasks.rules import extract

DATA = Path(os.environ.get("ROLECALL_SHARED_DATA", Path(__file__).parents[2].parent / "shared" / "data"))
RECORDED = DATA / "gold" / "glassdoor_ds_salary_cleaned.csv.gz"
TEXT = """You build and run services in Go, Python and PostgreSQL on Kubernetes, with people in Berlin and in Lisbon.
The role is hybrid, with three days a week in the office. You bring 5+ years of experience building distributed systems.
The base salary range is €80,000 - €95,000 per year, plus equity. Employment type: Full-time. We were founded in 2015,
raised $50M, and serve customers in 30 countries. Our benefits include a yearly learning budget of €1,500.
"""


def recorded() -> list[tuple[str, str, str]]:
    with io.TextIOWrapper(gzip.open(RECORDED), encoding="utf-8") as file:
        return [(row["Job Title"], row["Location"], row["Job Description"]) for row in csv.DictReader(file)]


def bench_extract_from_4_kb_of_nothing_but_cues(benchmark: Any) -> None:
    text = (TEXT * 9)[:4096]
    assert benchmark(extract, "Senior Software Engineer", "Berlin, Germany", text).salary_min == 80_000


@pytest.mark.skipif(not RECORDED.exists(), reason="no recorded postings: set ROLECALL_SHARED_DATA to their folder")
def bench_extract_from_742_recorded_postings(benchmark: Any) -> None:
    postings = recorded()
    found = benchmark.pedantic(lambda: [extract(*posting) for posting in postings], rounds=3)
    benchmark.extra_info["postings"] = len(found)
    benchmark.extra_info["mean_characters"] = sum(len(text) for _, _, text in postings) // len(postings)
    benchmark.extra_info["ms_per_posting"] = round(benchmark.stats.stats.min * 1000 / len(postings), 3)
    assert len(found) == len(postings)
