"""A job seeker marks a job in a browser, with scripts and without; another site's page cannot."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.chromium import launched, needs_chromium, playwright
from tests.jobs_file import insert_company, insert_job, listening, make_file

pytestmark = needs_chromium
SAVED = "document.querySelector('form.mine output').value === 'Saved' || location.hash === '#mine'"


def fill(db: sqlite3.Connection) -> None:
    insert_company(db, open_jobs=2)
    insert_job(db, 1, title="Welder", location="Bonn")
    insert_job(db, 2, title="Welder", location="Oslo")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return make_file(tmp_path / "rolecall.db", fill)


@pytest.fixture
def address(path: Path) -> Iterator[str]:
    with listening(path) as address:
        yield address


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def page(request: pytest.FixtureRequest) -> Iterator[Any]:
    with launched() as browser:
        yield browser.new_page(java_script_enabled=request.param)


def marks(path: Path) -> list[Any]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute("SELECT status, note FROM jobs ORDER BY pk").fetchall()


def test_a_job_is_marked_and_the_mark_is_there_when_one_comes_back(page: Any, address: str, path: Path) -> None:
    page.goto(f"{address}/rolecall/jobs/1")
    page.get_by_label("Status").fill("applied")
    page.get_by_label("Note").fill("called <b>them</b>\nagain")
    page.get_by_role("button", name="Save").click()
    page.wait_for_function(f"() => {SAVED}")
    assert marks(path) == [("applied", "called <b>them</b>\nagain"), (None, None)]
    page.goto(f"{address}/rolecall/jobs/1")
    assert page.get_by_label("Status").input_value() == "applied"
    assert page.get_by_label("Note").input_value() == "called <b>them</b>\nagain"
    page.get_by_role("link", name="Oslo").click()
    assert page.get_by_label("Status").input_value() == ""


@pytest.mark.parametrize("page", [True], indirect=True, ids=["scripts"])
def test_each_field_is_saved_as_it_is_left_and_a_refusal_is_said(page: Any, address: str, path: Path) -> None:
    page.goto(f"{address}/rolecall/jobs/1")
    page.get_by_label("Status").fill("saved")
    page.get_by_label("Status").press("Tab")
    said = page.locator("form.mine output")
    playwright.expect(said).to_have_text("Saved")
    assert marks(path)[0] == ("saved", None)
    page.context.clear_cookies()
    page.context.add_cookies([{"name": "ds_csrftoken", "value": "stolen", "url": address}])
    page.get_by_label("Note").fill("x")
    page.get_by_role("button", name="Save").click()
    playwright.expect(said).to_have_text("Not saved: the server did not answer.")
    assert marks(path)[0] == ("saved", None)


@pytest.mark.parametrize("page", [True], indirect=True, ids=["scripts"])
def test_another_sites_page_cannot_mark(page: Any, address: str, path: Path) -> None:
    form = f"<form method=post action='{address}/-/mark/1'><input name=status value=evil></form>"
    hostile = "http://localhost:1/"
    page.route(hostile, lambda route: route.fulfill(body=form, content_type="text/html"))
    page.goto(hostile)
    with page.expect_navigation() as navigation:
        page.evaluate("document.forms[0].submit()")
    assert navigation.value.status == 403
    page.goto(hostile)
    sent = "{method: 'POST', mode: 'no-cors', body: new URLSearchParams('status=evil')}"
    page.evaluate(f"fetch('{address}/-/mark/1', {sent}).catch(() => null)")  # a browser may refuse it before we do
    page.wait_for_timeout(200)
    assert marks(path)[0] == (None, None)
