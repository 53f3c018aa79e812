"""What live pages, searches and alerts ask of the file: by an index, however many jobs and runs there are."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from rolecall_reader import index, ledger, searches
from tasks import store
from tests.integration.reading import make

ROW = {"run": 1, "at": "", "company": "", "page": 10, "recent": 20}
UNSENT = "SELECT alerts.*, searches.name FROM alerts JOIN searches ON searches.id = search_id WHERE sent_at IS NULL"
QUERIES = {
    "current": (ledger.CURRENT, ROW),
    "after": (ledger.AFTER, ROW),
    "rows": (ledger.ROWS, ROW),
    "newest": (ledger.NEWEST, ROW),
    "state": (ledger.STATE, ROW),
    "one search": (searches.ONE, (1,)),
    "log of the bitmaps": (index.LOG, ()),
    "clock of a run": ("SELECT max(at) FROM board_runs WHERE run_id = ?", (1,)),
    "outbox": (UNSENT, ()),
}


@pytest.fixture
def db(tmp_path: Path) -> Any:
    make(tmp_path / "rolecall.db")
    with closing(store.open_database(tmp_path / "rolecall.db")) as connection:
        names = "INSERT INTO companies(id, name, source, board, added_at) SELECT value, value, 'lever', value, '' FROM"
        connection.execute(f"{names} json_each(?)", (json.dumps([f"lever:{number}" for number in range(1000)]),))
        connection.execute("ANALYZE")
        yield connection


@pytest.mark.parametrize("name", QUERIES)
def test_no_table_is_read_as_a_whole(db: sqlite3.Connection, name: str) -> None:
    sql, values = QUERIES[name]
    plan = [row["detail"] for row in db.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
    scans = [step for step in plan if step.startswith("SCAN") and " USING " not in step]
    allowed = {
        "current": {"SCAN runs", "SCAN (subquery-1)"},
        "state": {"SCAN sums"},
        "log of the bitmaps": {"SCAN CONSTANT ROW", "SCAN sqlite_sequence", "SCAN (subquery-3)"},  # a row a table
    }
    assert plan
    assert set(scans) <= allowed.get(name, set()), plan  # a few from the end; one row


def test_the_rows_of_a_run_come_from_its_own_index(db: sqlite3.Connection) -> None:
    for sql in (ledger.ROWS, ledger.NEWEST):
        plan = " ".join(row["detail"] for row in db.execute(f"EXPLAIN QUERY PLAN {sql}", ROW))
        assert "board_runs USING INDEX board_runs_at (run_id=?" in plan
        assert "USE TEMP B-TREE FOR ORDER BY" not in plan
