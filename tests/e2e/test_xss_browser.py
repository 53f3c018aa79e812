"""Hostile text in a real browser: in every column of a job, cleaned as the pipeline does and as it came."""

import json
import re
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest

from tasks.normalize import clean_html
from tests.chromium import needs_chromium, playwright
from tests.jobs_file import insert, insert_company, insert_job, listening, make_file, stamp
from tests.xss import FIRES_UNGUARDED, RUN, VECTORS

pytestmark = needs_chromium
IN_A_JOB, IN_A_COMPANY = 4, 10  # vectors, of those that are cleaned or escaped
POKE = """async () => {
  const types = ["mouseover", "pointerenter", "focus", "animationstart", "toggle", "scrollend", "beforematch"];
  for (const each of document.querySelectorAll("main *"))
    for (const type of types) each.dispatchEvent(new Event(type, { bubbles: true }));
  for (const each of document.querySelectorAll(".prose, .prose *"))
    if (!/^(https?:|[/#]|mailto:)/.test(each.getAttribute("href") || ""))
      each.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
  await new Promise((done) => setTimeout(done, 5));
  return top.__xss || 0;
}"""


def batched(size: int) -> list[list[str]]:
    vectors = list(VECTORS.values())
    return [vectors[i : i + size] for i in range(0, len(vectors), size)]


def fill_cleaned(db: sqlite3.Connection) -> None:
    """Each description is cleaned by itself, as the pipeline does; several then stand in one job."""
    fill_companies(db)
    for pk, some in enumerate(batched(IN_A_JOB), 1):
        fill_job(db, pk, "".join(map(clean_html, some)), " ".join(some))


def fill_raw(db: sqlite3.Connection) -> None:
    fill_companies(db)
    for pk, vector in enumerate(VECTORS.values(), 1):
        fill_job(db, pk, vector, vector)


def fill_companies(db: sqlite3.Connection) -> None:
    insert(db, "runs", id=1, state="partial", parameters="{}", warnings="[]", started_at=stamp(hours=1))
    for number, some in enumerate(batched(IN_A_COMPANY)):
        words = " ".join(some)
        board = {"run_id": 1, "company_id": f"lever:{number}", "outcome": "failed", "error": words}
        insert_company(db, f"lever:{number}", words, open_jobs=1, base_url=words)
        insert(db, "board_runs", **board, at=stamp(hours=1))


def fill_job(db: sqlite3.Connection, pk: int, html: str, words: str) -> None:
    columns = "company title location city department requisition_id status note seniority employment_type country"
    row = {**dict.fromkeys(columns.split(), words), "salary_currency": words, "salary_min": 1, "posted_on": words}
    insert_job(db, pk, html, False, **row, company_id=f"lever:{pk % 9}", skills=json.dumps([words, "C++"]))
    db.execute("UPDATE job_texts SET text = ? WHERE content_hash = ?", [f"welder {words}", f"h{pk}"])
    insert(db, "job_changes", job_pk=pk, run_id=1, field="title", old=words, new=words, at=stamp(days=1))


@pytest.fixture(scope="module")
def cleaned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with listening(make_file(tmp_path_factory.mktemp("cleaned") / "rolecall.db", fill_cleaned)) as address:
        yield address


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with listening(make_file(tmp_path_factory.mktemp("raw") / "rolecall.db", fill_raw)) as address:
        yield address


class Visitor:
    """A browser that opens pages, tries everything on them, and takes down what it should not have seen."""

    def __init__(self, browser: Any, address: str, **options: Any) -> None:
        self.context, self.address = browser.new_context(**options), address
        self.ran: list[str] = []
        self.left: list[str] = []
        self.context.route(lambda url: not url.startswith(address), self.leave)
        self.page = self.context.new_page()
        self.page.on("dialog", self.hear)

    def hear(self, dialog: Any) -> None:
        if dialog.type != "beforeunload":
            self.ran.append(f"{self.page.url}: a dialog")
        dialog.accept()

    def leave(self, route: Any) -> None:
        self.left.append(f"{self.page.url}: {route.request.resource_type} {route.request.url}")
        route.abort()

    def visit(self, path: str) -> bool:
        """Whether something ran there."""
        before = len(self.ran)
        self.page.goto(self.address + path, wait_until="load")
        try:
            has_run = self.page.evaluate(POKE)
        except playwright.Error:  # a form of the vector's went somewhere, which is told below
            self.page.wait_for_load_state()
            has_run = self.page.evaluate("top.__xss || 0")
        if has_run:
            self.ran.append(path)
        if self.page.url != self.address + path:
            self.left.append(f"{path}: went to {self.page.url}")
        return len(self.ran) > before


@pytest.fixture
def visitor(browser: Any, cleaned: str) -> Iterator[Visitor]:
    visitor = Visitor(browser, cleaned)
    yield visitor
    visitor.context.close()
    assert visitor.ran == []
    assert visitor.left == []


def test_the_set_is_large_enough_and_without_doubles() -> None:
    assert len(set(VECTORS.values())) == len(VECTORS) >= 60
    assert sum(RUN in vector for vector in VECTORS.values()) > 60


def test_no_cleaned_description_or_column_runs_on_a_job_page(visitor: Visitor) -> None:
    for pk, vectors in enumerate(batched(IN_A_JOB), 1):
        assert not visitor.visit(f"/rolecall/jobs/{pk}"), vectors


def test_no_column_runs_on_a_company_page(visitor: Visitor) -> None:
    for number in range(len(batched(IN_A_COMPANY))):
        assert not visitor.visit(f"/rolecall/companies/lever~3A{number}")
        assert not visitor.visit(f"/rolecall/board_runs/1,lever~3A{number}")


LISTS = [
    "/",
    "/?q=welder",
    "/rolecall/companies",
    "/rolecall/runs/1",
    "/rolecall/job_changes",
    "/rolecall/search?q=welder",
]


def test_no_column_runs_on_a_list(visitor: Visitor) -> None:
    for path in LISTS:
        assert not visitor.visit(path), path
    visitor.visit("/")
    while following := visitor.page.query_selector("a.next"):
        assert not visitor.visit(following.get_attribute("href"))


def test_the_policy_alone_stops_scripts_of_a_description_that_was_never_cleaned(browser: Any, raw: str) -> None:
    visitor = Visitor(browser, raw)
    for pk, name in enumerate(VECTORS, 1):
        assert not visitor.visit(f"/rolecall/jobs/{pk}"), name
    visitor.context.close()
    assert visitor.ran == []
    # a page may be left for another: by the vector's own refresh, form or link, and never with a script's help
    assert [line for line in visitor.left if not re.search(": (document |went to )", line)] == []


def test_without_a_policy_the_same_descriptions_do_run(browser: Any, raw: str) -> None:
    visitor, names = Visitor(browser, raw, bypass_csp=True), list(VECTORS)
    assert [name for name in FIRES_UNGUARDED if visitor.visit(f"/rolecall/jobs/{names.index(name) + 1}")] == [
        *FIRES_UNGUARDED
    ]
    visitor.context.close()
