"""No page reads a table from one end to the other: the plan of every query that the pages run, as at a million jobs."""

import asyncio
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml
from datasette import hookimpl
from datasette.app import Datasette
from datasette.plugins import pm

from rolecall_reader import site as reading
from rolecall_reader.site import reader_of
from tasks.settings import ROOT
from tests.reader_files import AT, add_job, insert, new_file

QUERIES = yaml.safe_load((ROOT / "datasette" / "metadata.yaml").read_text())["databases"]["rolecall"]["queries"]
STATISTICS = [  # of a file with a million jobs, so that the planner decides as there
    ("companies", "companies_name", "7800 1"), ("companies", "companies_busiest", "7540 7 1"),
    ("companies", "sqlite_autoindex_companies_1", "8547 1"), ("runs", None, "30"),
    ("jobs", "jobs_changed", "1018368 1001"), ("jobs", "jobs_role", "1077440 126 2"),
    ("jobs", "jobs_content", "1167270 1"), ("jobs", "jobs_closed", "74816 667"),
    ("jobs", "jobs_salary", "732000 1001 1001"), ("jobs", "jobs_company", "1241136 126 63"),
    ("jobs", "jobs_paid", "700000 50000 10"), ("jobs", "jobs_seen", "1103952 1001 1001"),
    ("jobs", "jobs_newest", "994504 1001 1001"),
    ("jobs", "sqlite_autoindex_jobs_1", "1167270 1"), ("job_texts", "sqlite_autoindex_job_texts_1", "1167270 1"),
    ("job_changes", "job_changes_run", "108540 1001"), ("job_changes", "job_changes_job", "121264 1 1"),
    ("board_runs", "board_runs_at", "214856 1001 1001"), ("board_runs", "board_runs_company", "252625 30 1"),
    ("board_runs", "sqlite_autoindex_board_runs_1", "242865 1001 1"), ("recipes", "sqlite_autoindex_recipes_1", "1 1"),
    ("job_revisions", None, "493911"), ("extractions", "sqlite_autoindex_extractions_1", "1167270 1 1"),
]  # fmt: skip
BOLT = "lever~3Abolt"
PAGES = [
    *("/", "/?q=rust", "/?q=rust+-crane", "/?q=wel*", "/?country=DE&skills=Rust&posted_within_days=7", "/?is_open=0"),
    *("/?is_open=any&sort=found", "/?salary_currency=EUR&yearly_min=1000&sort=salary", "/?changed_since=2026-11-01"),
    *("/-/cards?limit=5", "/-/cards?q=crane", "/api/jobs?revised_after=3", "/api/jobs?sort=found&after=30"),
    *("/api/jobs?before=2026-10-02~3", "/api/jobs?q=crane&company_id=lever:bolt", "/api/jobs/5"),
    *("/api/jobs/lever:bolt:5", "/api/facets", "/api/facets?q=rust&country=DE", "/api/stats", "/job/lever:bolt:5"),
    *("/rolecall/jobs/8", f"/rolecall/companies/{BOLT}", "/rolecall/runs/1", f"/rolecall/board_runs/1,{BOLT}"),
    *("/rolecall/companies", "/rolecall/companies?_sort=name", "/rolecall/runs", "/rolecall"),
    *(f"/rolecall/{name}" for name in QUERIES), "/rolecall/search?q=crane", "/rolecall/salaries?words=wel&currency=EUR",
    "/rolecall/salary_ranges?words=wel",
]  # fmt: skip
PERMITTED = {  # what may be read from one end to the other, and why
    r"\S+ VIRTUAL TABLE INDEX": "looks up words in its own index",
    r"CONSTANT ROW": "is one row",
    r"(sqlite_master|sqlite_schema|sqlite_sequence|pragma_\w+|main\.\w+_fts_config)\b": "has a row a table or setting",
    r"runs$": "has a row a run, and is read from its end up to a limit, or counted",
    r"companies USING (COVERING )?INDEX \w+$": "is read up to a limit, or counted: 8,000 boards take a millisecond",
    r"(jobs|job_revisions) by its end$": "is asked for its first or last rowid",
}
BY_STATEMENT = {
    r"FROM companies JOIN board_runs": "looks up the latest listing of each followed board, which has no other order",
    r"select count\(\*\) from \[\w+\]": "is given five milliseconds by Datasette, which then shows no number",
}


class Traced:
    """What the connections of Datasette and of the reader are asked."""

    __name__ = "traced"  # as modules have one

    def __init__(self) -> None:
        self.statements: dict[str, str] = {}
        self.page = ""

    @hookimpl
    def prepare_connection(self, conn: sqlite3.Connection, database: str) -> None:
        if database == "rolecall":
            conn.set_trace_callback(self.note)

    def note(self, statement: str) -> None:
        if re.match(r"\s*(SELECT|WITH)\b", statement, re.I):  # FTS5's own begin with two dashes
            self.statements.setdefault(statement, self.page)

    def open(self, path: str) -> sqlite3.Connection:
        connection = OPEN(path)
        connection.set_trace_callback(self.note)
        return connection


OPEN = reading._open


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("plans") / "rolecall.db"
    with closing(new_file(path)) as db:
        for pk in range(1, 61):
            values = {"salary_min": 40000.0 + pk, "salary_currency": "EUR", "salary_period": "year", "country": "DE"}
            add_job(db, pk, "Rust and cranes.", skills='["Rust"]', posted_on=f"2026-10-{pk % 28 + 1:02}", **values)
        db.execute("UPDATE jobs SET is_open = 0, closed_at = ? WHERE pk = 8", (AT,))
        db.execute("UPDATE companies SET open_jobs = 59")
        insert(db, "board_runs", run_id=1, company_id="lever:bolt", outcome="failed", error="gone", at=AT)
        insert(db, "job_changes", job_pk=5, run_id=1, field="title", old="Smith", new="Welder 5", at=AT)
        db.execute("ANALYZE")
        db.execute("DELETE FROM sqlite_stat1")
        db.executemany("INSERT INTO sqlite_stat1 VALUES (?, ?, ?)", STATISTICS)
    return path


@pytest.fixture(scope="module")
def plans(file: Path) -> Iterator[list[tuple[str, str, list[str]]]]:
    """Of each statement the page that ran it first, and the lines of its plan."""
    traced = Traced()
    pm.register(traced, "traced")
    reading._open = traced.open
    try:
        with asyncio.Runner() as runner:
            datasette = Datasette([str(file)], config_dir=ROOT / "datasette")
            runner.run(reader_of(datasette).ready())
            traced.statements.clear()  # the one reading of all jobs at the start
            for page in PAGES:
                traced.page = page
                assert runner.run(datasette.client.get(page, follow_redirects=True)).status_code == 200, page
            noted = list(traced.statements.items())
            database = datasette.get_database("rolecall")
            yield [
                (page, statement, runner.run(database.execute_fn(lambda db, s=statement: plan(db, s))))
                for statement, page in noted
            ]
    finally:
        reading._open = OPEN
        pm.unregister(name="traced")


def plan(connection: sqlite3.Connection, statement: str) -> list[str]:
    return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")]


def scans(statement: str, lines: list[str]) -> list[str]:
    """Tables that are read whole, but for those permitted and for what the statement itself has made."""
    made = {match.group(1) for line in lines if (match := re.match(r"(?:MATERIALIZE|CO-ROUTINE) (\S+)", line))}
    made |= {name for found in re.findall(r"(json_each)\([^)]*\)(?: AS (\w+))?", statement) for name in found if name}
    read = [line.removeprefix("SCAN ") for line in lines if line.startswith("SCAN ")]
    read += [f"{line.split()[1]} by its end" for line in lines if re.fullmatch(r"SEARCH \S+", line)]  # min or max of it
    if any(re.search(each, statement) for each in BY_STATEMENT):
        return []
    return [each for each in read if each.split()[0] not in made and not any(re.match(p, each) for p in PERMITTED)]


def test_the_pages_ask_the_tables(plans: Any) -> None:
    asked = " ".join(statement for _, statement, _ in plans)
    assert [
        name for name in ("jobs_fts", "titles_fts", "job_texts", "job_changes", "board_runs") if name not in asked
    ] == []
    assert {page for page, _, _ in plans} > {"/?q=rust", "/api/stats", "/rolecall/jobs/8", "/rolecall/runs/1"}


def test_no_query_of_a_page_reads_a_whole_table(plans: Any) -> None:
    found = [(page, scan, statement) for page, statement, lines in plans for scan in scans(statement, lines)]
    assert found == []


@pytest.mark.parametrize(
    "statement",
    ["SELECT count(*) FROM jobs", "SELECT title FROM jobs ORDER BY title", "SELECT * FROM jobs WHERE salary_max > 5",
     "SELECT * FROM job_texts WHERE text LIKE '%a%'", "SELECT max(at) FROM job_changes", "SELECT * FROM extractions",
     "SELECT outcome, count(*) FROM board_runs GROUP BY 1"],
)  # fmt: skip
def test_a_query_that_reads_a_whole_table_would_be_seen(file: Path, statement: str) -> None:
    with closing(sqlite3.connect(file)) as connection:
        assert scans(statement, plan(connection, statement))
