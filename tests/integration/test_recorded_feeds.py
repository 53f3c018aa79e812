"""Feeds and pages recorded by others: what lands is what the raw text says, read by other means than the pipeline's.

Needs the recordings: `ROLECALL_SHARED_DATA`, by default ../shared/data from the repository.
"""

import html
import os
import re
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tasks.model import Company, Page, Posting, Request

REPOSITORY = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("ROLECALL_SHARED_DATA", REPOSITORY.parent / "shared" / "data"))
FEEDS = {
    "weworkremotely.com/remote-jobs.rss": DATA / "aggregator" / "weworkremotely_rss.xml",
    "www.governmentjobs.com/exampleagency.rss": DATA / "other_ats" / "neogov_rss.xml",
}
PAGES = sorted(DATA.glob("plain_html/*.html"))
FETCHED_AT = datetime(2026, 3, 28, 12, tzinfo=UTC)
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()

pytestmark = pytest.mark.skipif(
    not all(path.exists() for path in FEEDS.values()), reason=f"no recorded feeds under {DATA} (ROLECALL_SHARED_DATA)"
)


def landed(source: str, board: str, body: bytes) -> list[Any]:
    module, company = import_module(f"tasks.sources.{source}"), Company(name="x", source=source, board=board)
    return list(module.parse(company, Page(module.start(company), module.start(company).url, body, FETCHED_AT)))


def raw_items(path: Path) -> list[str]:
    return re.findall(r"<item>(.*?)</item>", path.read_text(encoding="utf-8"), re.DOTALL)


def raw(item: str, name: str) -> str:
    found = re.search(rf"<{name}(?: [^>]*)?>(.*?)</{name}>", item, re.DOTALL)
    return html.unescape(found[1]).strip() if found else ""


def day_of(words: str) -> date | None:
    """All recorded dates are in UTC."""
    found = re.search(r"(\d+) (\w{3}) (\d{4})", words)
    return date(int(found[3]), MONTHS.index(found[2]) + 1, int(found[1])) if found else None


def letters(words: str) -> str:
    return re.sub(r"\W+", "", html.unescape(re.sub(r"<[^>]*>", "", words)))


@pytest.mark.parametrize("board", FEEDS)
def test_every_item_of_a_recorded_feed_lands_with_what_it_says(board: str) -> None:
    items, jobs = raw_items(FEEDS[board]), landed("rss", board, FEEDS[board].read_bytes())
    assert [job.id for job in jobs] == [raw(item, "guid") for item in items]
    for item, job in zip(items, jobs, strict=True):
        assert isinstance(job, Posting)
        assert job.url == raw(item, "link")
        assert job.posted_on == day_of(raw(item, "pubDate"))
        assert letters(raw(item, "description")) in letters(job.description_html)
        assert not re.search(r"&lt;/?(?:p|div|strong)\b", job.description_html)


def test_items_of_many_companies_land_under_their_employers() -> None:
    board = "weworkremotely.com/remote-jobs.rss"
    for item, job in zip(raw_items(FEEDS[board]), landed("rss", board, FEEDS[board].read_bytes()), strict=True):
        assert f"{job.hiring_organization}: {job.title}" == raw(item, "title")
        assert job.locations == (raw(item, "region"),)
        assert job.employment_type == {"Contract": "contract", "Full-Time": "full_time"}[raw(item, "type")]
        assert job.expires_on == day_of(raw(item, "expires_at"))
        assert (job.country, job.salary_min, job.department) == (None, None, None)


def test_fields_of_a_publisher_land_by_their_names() -> None:
    board = "www.governmentjobs.com/exampleagency.rss"
    for item, job in zip(raw_items(FEEDS[board]), landed("rss", board, FEEDS[board].read_bytes()), strict=True):
        said = {name: raw(item, f"joblisting:{name}") for name in re.findall(r"<joblisting:(\w+)", item)}
        assert (job.title, job.hiring_organization) == (raw(item, "title"), None)
        assert job.locations == (said["location"],)
        assert job.department == said.get("department")
        assert (job.salary_min, job.salary_max) == (float(said["minimumSalary"]), float(said["maximumSalary"]))
        assert (job.salary_currency, job.salary_period) == (said["salaryCurrency"], said["salaryInterval"].lower())
        assert job.expires_on == day_of(said.get("advertiseToDateTimeUTC", ""))
        for name in ("examplesofduties", "qualifications", "supplementalinformation"):
            assert letters(said.get(name, "")) in letters(job.description_html)


@pytest.mark.parametrize(("source", "name"), [("jobvite", "jobvite.html"), ("teamtailor", "teamtailor.json")])
def test_another_answer_of_the_platform_is_refused(source: str, name: str) -> None:
    with pytest.raises(ValueError, match="XML"):
        landed(source, "example", (DATA / "other_ats" / name).read_bytes())


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_recorded_page_holds_as_many_jobs_as_its_scripts_name(path: Path) -> None:
    module, company = import_module("tasks.sources.jsonld"), Company(name="x", source="jsonld", board="e.example/jobs")
    url, text = f"https://e.example/jobs/{path.stem}", path.read_text(encoding="utf-8", errors="replace")
    scripts = re.findall(r"<script[^>]*ld\+json[^>]*>(.*?)</script>", text, re.DOTALL | re.I)
    found = list(module.parse(company, Page(Request(url, "html"), url, path.read_bytes(), FETCHED_AT)))
    assert len(found) == sum(len(re.findall(r'"@type"\s*:\s*"JobPosting"', script)) for script in scripts)
