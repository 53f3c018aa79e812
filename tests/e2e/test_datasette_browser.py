"""A job seeker with a browser: search, open a card, read the job, go back. Nothing leaves this machine."""

import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest

from tests.chromium import needs_chromium, page_of
from tests.jobs_file import insert

pytestmark = needs_chromium

NOW = "2026-03-10T12:00:00Z"


def fill(db: sqlite3.Connection) -> None:
    insert(db, "companies", id="lever:bolt", name="Bolt", source="lever", board="bolt", open_jobs=70, added_at=NOW)
    insert(db, "runs", id=1, state="completed", parameters="{}", started_at=NOW, finished_at=NOW)
    insert(db, "board_runs", run_id=1, company_id="lever:bolt", outcome="complete", at=NOW)
    for pk in range(1, 71):
        html = "<h3>Tasks</h3><p>Steer the crane.</p>"
        insert(db, "job_texts", content_hash=str(pk), html=html, text=html, facts="{}", origin="platform")
        title = "C++ <i>Crane</i> Engineer" if pk == 40 else f"Welder {pk}"
        job = {"id": f"lever:bolt:{pk}", "company_id": "lever:bolt", "company": "Bolt", "title": title}
        dates = {"first_seen_at": NOW, "changed_at": NOW, "posted_on": f"2026-02-{pk % 28 + 1:02}"}
        insert(db, "jobs", pk=pk, **job, **dates, url="https://jobs.example/1", content_hash=str(pk))


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def page(request: pytest.FixtureRequest, browser: Any, address: str) -> Iterator[Any]:
    """A phone."""
    with page_of(browser, address, viewport={"width": 390, "height": 844}, java_script_enabled=request.param) as page:
        yield page


def test_a_reader_finds_a_job_reads_it_and_goes_back(page: Any, address: str) -> None:
    page.goto(address)
    page.get_by_role("searchbox").fill('c++ "crane')
    page.get_by_role("searchbox").press("Enter")
    cards = page.locator("article.card")
    assert cards.count() == 1
    page.get_by_role("link", name="C++ <i>Crane</i> Engineer").click()
    assert page.locator("h1").inner_text() == "C++ <i>Crane</i> Engineer"
    assert "Steer the crane." in page.locator(".prose").inner_text()
    assert page.get_by_role("link", name="Apply").get_attribute("href") == "https://jobs.example/1"
    page.go_back()
    assert page.get_by_role("searchbox").input_value() == 'c++ "crane'
    assert cards.count() == 1


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/rolecall", "/rolecall/jobs?is_open=1", "/rolecall/jobs/40", "/rolecall/runs", "/rolecall/runs/1"),
        *("/rolecall/companies", "/rolecall/companies/lever~3Abolt", "/rolecall/failed_boards", "/rolecall/salaries"),
    ],
)
def test_a_page_fits_a_phone(page: Any, address: str, path: str) -> None:
    page.goto(address + path)
    assert page.locator("main").bounding_box()["width"] <= 390
    assert page.locator("html").evaluate("html => html.scrollWidth") <= 390
