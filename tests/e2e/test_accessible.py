"""Every page under axe-core: at a desk and on a phone, in the light and in the dark."""

import sqlite3
from typing import Any

import pytest

from tests.chromium import DESKTOP, PHONE, needs_chromium, page_of
from tests.jobs_file import insert, insert_company, insert_job, stamp

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-core is not installed")
pytestmark = needs_chromium

PATHS = [
    *("/", "/?q=engineer", "/?q=zebra", "/?seniority=senior&salary_currency=EUR&yearly_min=1000", "/?is_open=0"),
    *("/?yearly_min=5", "/rolecall/new_today", "/rolecall/companies", "/rolecall/runs", "/rolecall", "/none"),
]
LOOKS = {
    "desk": {"viewport": DESKTOP},
    "desk-dark": {"viewport": DESKTOP, "color_scheme": "dark"},
    "phone": {"viewport": PHONE},
    "phone-dark": {"viewport": PHONE, "color_scheme": "dark"},
}


def fill(db: sqlite3.Connection) -> None:
    insert_company(db, open_jobs=40)
    for run_id, state in enumerate(("completed", "partial", "interrupted"), start=1):
        insert(db, "runs", id=run_id, state=state, parameters="{}", started_at=stamp(hours=3), failed=run_id - 1)
    insert(db, "board_runs", run_id=3, company_id="lever:bolt", outcome="failed", error="no answer", at=stamp(hours=2))
    kinds = [("remote", "senior", None), ("hybrid", "lead", "saved"), ("onsite", None, "applied")]
    for pk in range(1, 41):
        place, level, status = kinds[pk % 3]
        pay = {"salary_min": 50_000, "salary_max": 60_000, "salary_currency": "EUR", "salary_period": "year"}
        more = {"workplace_type": place, "seniority": level, "status": status, "skills": '["SQL", "Rust"]', **pay}
        seen = stamp(hours=5) if pk % 4 == 0 else stamp(days=200)
        insert_job(db, pk, first_seen_at=seen, posted_on=seen[:10], is_open=int(pk > 3), title=f"Engineer {pk}", **more)
    db.execute("UPDATE jobs SET closed_at = ? WHERE is_open = 0", (stamp(days=1),))
    db.execute("UPDATE jobs SET changed_at = ? WHERE pk % 7 = 0", (stamp(days=1),))


def violations(page: Any) -> list[str]:
    """Shape: the rule, and the elements that break it."""
    found = axe.Axe().run(page).response["violations"]
    return [f"{rule['id']}: {node['html'][:200]} {node['failureSummary']}" for rule in found for node in rule["nodes"]]


@pytest.mark.parametrize("look", LOOKS)
def test_pages_are_accessible(browser: Any, address: str, look: str) -> None:
    with page_of(browser, address, is_watched=False, base_url=address, bypass_csp=True, **LOOKS[look]) as page:
        page.goto("/api/facets")  # waits until the jobs are counted
        faults = {}
        for path in PATHS:
            page.goto(path)
            faults[path] = violations(page)
        assert {path: found for path, found in faults.items() if found} == {}


def test_what_opens_is_accessible(browser: Any, address: str) -> None:
    with page_of(browser, address, base_url=address, bypass_csp=True, **LOOKS["phone"]) as page:
        page.goto("/?salary_currency=EUR")
        page.get_by_text("Filters").click()
        page.get_by_text("Search tips").click()
        assert violations(page) == []
        page.keyboard.press("?")
        assert page.get_by_role("dialog").is_visible()
        assert violations(page) == []
