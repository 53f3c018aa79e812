"""A run as a browser sees it go, and saved searches kept with a mouse. Nothing leaves this machine."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tasks import store
from tasks.model import Company
from tasks.settings import Settings
from tasks.store import boards, runs
from tasks.store.ledger import BoardRun
from tests.chromium import PHONE, launched, needs_chromium, page_of
from tests.integration.reading import add, make
from tests.jobs_file import listening

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
pytestmark = needs_chromium
HOSTILE = "<img src=x onerror=alert(1)>"


class Writer:
    """A run, board by board."""

    def __init__(self, path: Path, count: int):
        self.settings, self.writer = Settings(data_dir=path.parent), store.open_database(path)
        self.companies = [Company(name=f"{HOSTILE} {n}", source="lever", board=f"b{n}") for n in range(count)]
        self.run_id, _ = runs.start(self.writer, {"at": store.now()}, self.companies, self.settings)

    def land(self, number: int, **counts: Any) -> None:
        board = BoardRun(self.companies[number], **{"outcome": "empty", **counts})
        boards.land(self.writer, self.run_id, [board], self.settings)

    def finish(self) -> None:
        runs.finish(self.writer, self.run_id, None, [])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "rolecall.db"
    make(made)
    return made


@pytest.fixture
def address(path: Path) -> Iterator[str]:
    with listening(path) as address:
        yield address


@pytest.fixture
def page(address: str) -> Iterator[Any]:
    with launched() as browser, page_of(browser, address, viewport=PHONE) as page:
        yield page


def assert_fit_and_accessible(page: Any) -> None:
    assert page.locator("html").evaluate("html => html.scrollWidth") <= PHONE["width"]
    found = axe.Axe().run(page, context="main").response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []


def test_a_run_is_seen_as_it_goes_and_the_next_one_after_it(page: Any, address: str, path: Path) -> None:
    writer = Writer(path, 3)
    writer.land(0)
    page.goto(f"{address}/-/progress")
    rows = page.locator("#boards tbody tr")
    assert rows.count() == 1
    page.get_by_text("Live.").wait_for()
    writer.land(1, outcome="failed", error=f"HTTP 500: {HOSTILE}", requests=3, retries=2)
    rows.nth(1).wait_for()
    assert rows.nth(0).locator(".pill").inner_text() == "Failed"
    assert rows.nth(0).locator(".why").inner_text() == f"HTTP 500: {HOSTILE}"
    assert rows.nth(0).locator("a").inner_text() == f"{HOSTILE} 1"
    page.locator("[data-count=done]", has_text="2").wait_for()
    assert page.locator("[data-count=failed]").inner_text() == "1"
    assert_fit_and_accessible(page)
    writer.land(1)  # tried again: its row is the new one
    page.locator("[data-count=failed]", has_text="0").wait_for()
    assert rows.count() == 2
    writer.finish()
    page.locator("#state", has_text="Completed").wait_for()
    following = Writer(path, 2)
    page.locator("#run", has_text="Run 2").wait_for()
    following.land(0)
    rows.nth(0).wait_for()
    assert rows.count() == 1


def test_a_page_that_was_open_before_the_first_run_shows_it(page: Any, address: str, path: Path) -> None:
    page.goto(f"{address}/-/progress")
    page.get_by_text("No run yet.").wait_for()
    assert_fit_and_accessible(page)
    Writer(path, 2).land(0)
    page.locator("#boards tbody tr").wait_for()


def test_a_search_is_saved_opened_renamed_and_deleted(page: Any, address: str, path: Path) -> None:
    add(path, 1)
    page.goto(f"{address}/?q=welder")
    page.get_by_role("link", name="Save this search").click()
    assert_fit_and_accessible(page)
    page.get_by_label("Name").first.fill("My welders")
    page.get_by_role("button", name="Save this search").click()
    page.get_by_text("nothing new").wait_for()
    add(path, 2)
    page.reload()
    page.get_by_text("1 new").wait_for()
    assert_fit_and_accessible(page)
    page.get_by_role("link", name="My welders", exact=True).click()
    assert page.locator("article.job").count() == 2
    page.goto(f"{address}/searches")
    page.get_by_text("nothing new").wait_for()
    page.get_by_label("Name").fill("Welders")
    page.get_by_role("button", name="Rename").click()
    page.get_by_role("link", name="Welders", exact=True).wait_for()
    page.get_by_role("button", name="Delete").click()
    page.get_by_text("None yet.").wait_for()
