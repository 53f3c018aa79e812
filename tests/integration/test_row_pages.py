"""The pages of a job, a company and a board: what stands around a job, charts and their figures, reasons."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from rolecall_reader import roles, similar, trends
from tests.jobs_file import FOLDER, Served, insert, insert_company, insert_job, make_file, serving, stamp

BOLT = "/rolecall/companies/lever~3Abolt"
PAID = {"salary_currency": "EUR", "salary_period": "month"}


def fill(db: sqlite3.Connection) -> None:
    insert_company(db, open_jobs=9)
    for number in range(1, 6):
        insert_company(db, f"lever:firm{number}", f"Firm {number}", open_jobs=1)
    insert(db, "runs", id=1, state="completed", parameters="{}", started_at=stamp(hours=3), finished_at=stamp(hours=2))
    board = {"company_id": "lever:bolt", "outcome": "complete", "guard": "blast", "fetched": 9, "claimed": 10}
    insert(db, "board_runs", run_id=1, **board, at=stamp(hours=2))
    failed = {"company_id": "lever:firm1", "outcome": "failed", "error": "answered <b>500</b> three times"}
    insert(db, "board_runs", run_id=1, **failed, at=stamp(hours=2))
    fill_bolt(db)
    for number in range(1, 6):
        row = {"company_id": f"lever:firm{number}", "company": f"Firm {number}", "id": f"lever:firm{number}:1"}
        title = "Crane <i>Engineer</i>" if number < 4 else "Sales Engineer"
        insert_job(db, 100 + number, title=title, country="DE", is_open=int(number != 3), **row)


def fill_bolt(db: sqlite3.Connection) -> None:
    closed = {"is_open": 0, "first_seen_at": stamp(days=90), "closed_at": stamp(days=40)}
    insert_job(db, 1, title="Crane Engineer", location="Lyon", **closed)
    insert_job(db, 2, title="Crane Engineer", location="Bonn", country="DE", seniority="senior", skills='["C++"]')
    insert_job(
        db, 3, title="Crane Engineer", location="Oslo <b>", workplace_type="remote", url="https://jobs.example/3"
    )
    insert_job(db, 4, title="Crane Engineer", company="Another employer")
    for pk in range(5, 10):
        insert_job(db, pk, title=f"Welder {pk}", seniority="mid", salary_min=3000, salary_max=4000, **PAID)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_file(tmp_path_factory.mktemp("rows") / "rolecall.db", fill)


@pytest.fixture(scope="module")
def site(path: Path) -> Iterator[Served]:
    with serving(path) as served:
        yield served


def parsed(site: Served, address: str) -> LexborHTMLParser:
    answer = site.get(address)
    assert answer.status_code == 200
    return LexborHTMLParser(answer.text)


def part(page: LexborHTMLParser, heading: str) -> LexborNode:
    """The list or table after a heading."""
    found = next(node for node in page.css("h2") if node.text() == heading)
    while (found := found.next) and found.tag not in ("ul", "div", "article"):
        pass
    assert found is not None
    return found


def test_a_job_shows_where_else_its_role_is_open_and_when_it_was_posted_before(site: Served) -> None:
    page = parsed(site, "/rolecall/jobs/2")
    elsewhere = part(page, "Also open in")
    assert [" ".join(each.text().split()) for each in elsewhere.css("li")] == ["Oslo <b> Remote 4 weeks ago · original"]
    assert [link.attributes["href"] for link in elsewhere.css("a")] == ["/rolecall/jobs/3", "https://jobs.example/3"]
    before = part(page, "Posted before")
    assert [link.attributes["href"] for link in before.css("a")] == ["/rolecall/jobs/1"]
    assert [badge.text() for badge in page.css(".reasons .pill")] == ["Reposted"]
    assert "closed on" in page.css_first(".reasons li").text()


def test_similar_jobs_are_open_and_of_other_companies(site: Served) -> None:
    page = parsed(site, "/rolecall/jobs/2")
    links = [link.attributes["href"] for link in page.css(".similar h3 a")]
    assert links == [f"/rolecall/jobs/{pk}" for pk in (102, 101, 105, 104)]
    assert page.css_first(".similar h3").text() == "Crane <i>Engineer</i>"


@pytest.mark.parametrize("title", ['"(', "NEAR(", "*", "a AND", "é😀", "-", "c++ -title:x", "\x00", "C", "of the"])
def test_no_title_breaks_the_search_for_similar_jobs(path: Path, title: str) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.row_factory = sqlite3.Row
        job = {**db.execute("SELECT * FROM jobs WHERE pk = 2").fetchone(), "title": title}
        assert isinstance(similar.similar(db, job), list)


def test_a_company_shows_charts_and_their_figures(site: Served) -> None:
    page = parsed(site, BOLT)
    titles = [node.text() for node in page.css("figcaption")]
    assert titles == [
        "Open jobs over time",
        "Time to fill: median days from first seen to closed, by month",
        "Stated salaries of open jobs by level, EUR a year",
    ]
    assert [node.attributes["aria-label"] for node in page.css("svg[role=img]")] == titles
    tables = [[cell.text() for cell in table.css("td")] for table in page.css("figure table")]
    assert tables[0][-1] == "8"
    assert tables[1][-1] == "50"
    assert tables[2] == ["Mid (5)", "36k", "48k"]


def test_a_chart_has_neither_style_nor_script(site: Served) -> None:
    page = parsed(site, BOLT)
    inside = page.css("svg *")
    assert {node.tag for node in inside} <= {"g", "rect", "line", "path", "text", "title"}
    assert not [name for node in inside for name in node.attributes if name == "style" or name.startswith("on")]


def test_a_company_without_history_has_no_chart(tmp_path: Path) -> None:
    def fill(db: sqlite3.Connection) -> None:
        insert_company(db, open_jobs=1)
        insert_job(db, 1, first_seen_at=stamp(), salary_min=1, salary_currency="EUR", salary_period="year")

    with serving(make_file(tmp_path / "rolecall.db", fill)) as site:
        assert not parsed(site, BOLT).css("svg")


def test_a_day_that_is_none_is_left_out_of_the_charts() -> None:
    assert list(trends.spans_of([("soon", None, 2), ("2026-01-01", None, 1)])) == [(date(2026, 1, 1), None, 1)]


def test_a_board_shows_its_reasons(site: Served) -> None:
    page = site.get("/rolecall/board_runs/1,lever~3Abolt").text
    assert "Everything that the board has was seen" in page
    assert "Too much would have been closed at once" in page
    assert "of 10" in page
    failed = site.get("/rolecall/board_runs/1,lever~3Afirm1").text
    assert "answered &lt;b&gt;500&lt;/b&gt; three times" in failed


def test_ledgers_lead_to_their_boards(site: Served) -> None:
    for address in ("/rolecall/runs/1", BOLT, "/rolecall/board_runs?outcome=complete"):
        assert "/rolecall/board_runs/1,lever~3Abolt" in site.get(address).text


def plan_of(db: sqlite3.Connection, sql: str) -> list[str]:
    names = [*"pk company_id title company run_id id name".split(), "p0", "p1"]
    values: Any = dict.fromkeys(names, "[1]") if ":" in sql else ["title : x"] * sql.count("?")
    return [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {sql}", values)]


def details() -> Any:
    """The plugin, as Datasette reads it."""
    names: dict[str, Any] = {}
    source = FOLDER / "plugins" / "details.py"
    exec(compile(source.read_text(), source, "exec"), names)
    return names


QUERIES = [
    *("TEXT", "PROVENANCE", "CHANGES", "SIBLINGS", "OPEN_JOBS", "LEDGER", "BOARDS", "HOSTS", "COUNTS"),
    *(roles.POSTINGS, similar.NEWEST, similar.CHOSEN, trends.SEEN, trends.PAID),
    "SELECT id, name, open_jobs FROM companies ORDER BY open_jobs DESC LIMIT 101",
]


@pytest.mark.parametrize("query", QUERIES)
def test_no_query_of_a_page_reads_a_whole_table(path: Path, query: str) -> None:
    with closing(sqlite3.connect(path)) as db:
        plan = plan_of(db, details().get(query, query))
    whole = [line for line in plan if line.startswith("SCAN") and not re.search("VIRTUAL TABLE|subquery", line)]
    bounded = {"SCAN companies USING INDEX companies_busiest", "SCAN some"}  # by their LIMIT
    assert set(whole) <= bounded


def test_a_run_shows_boards_in_trouble_first_and_no_more_than_fit(site: Served) -> None:
    page = parsed(site, "/rolecall/runs/1")
    assert [row.css_first("td a").text() for row in page.css("table.ledger tbody tr")] == ["Bolt", "Firm 1"]
