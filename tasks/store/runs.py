"""Runs: opened, gone on with where the last one was cut off, finished and summed up."""

import json
import sqlite3
from collections.abc import Iterable
from typing import Any

from tasks.model import Company
from tasks.settings import Settings
from tasks.store import now, transaction

SUMS = ("new", "changed", "closed", "reopened")
REVISIONS = 500_000  # kept; a reader that knows less than these reads all jobs again


def start(
    connection: sqlite3.Connection,
    parameters: dict[str, Any],
    companies: list[Company],
    settings: Settings,
    flow: str = "ingest",
    flow_run_id: str | None = None,
) -> tuple[int, set[str]]:
    """The run's number, and the companies that it has already landed where it goes on with one that was cut off.

    Shape: only a run with the same parameters, begun within `resume_within_seconds`, is gone on with; failed boards
    are tried again.
    """
    said = json.dumps(parameters, sort_keys=True)
    with transaction(connection):
        _follow(connection, companies)
        last = connection.execute(
            """SELECT id, parameters, (julianday('now') - julianday(started_at)) * 86400 AS age_seconds FROM runs
               WHERE finished_at IS NULL AND flow = ? ORDER BY id DESC LIMIT 1""",
            (flow,),
        ).fetchone()
        connection.execute("UPDATE runs SET state = 'interrupted' WHERE state = 'running'")
        if last and last["parameters"] == said and -1 <= last["age_seconds"] <= settings.resume_within_seconds:
            run_id = int(last["id"])
            connection.execute(
                "UPDATE runs SET state = 'running', boards = ?, flow_run_id = ? WHERE id = ?",
                (len(companies), flow_run_id, run_id),
            )
        else:
            connection.execute("UPDATE runs SET finished_at = ? WHERE finished_at IS NULL AND flow = ?", (now(), flow))
            run_id = int(connection.execute(
                """INSERT INTO runs(flow, state, parameters, flow_run_id, started_at, boards)
                   VALUES (?, 'running', ?, ?, ?, ?) RETURNING id""",
                (flow, said, flow_run_id, now(), len(companies)),
            ).fetchone()[0])  # fmt: skip
    landed = connection.execute(
        "SELECT company_id FROM board_runs WHERE run_id = ? AND outcome NOT IN ('failed', 'blocked', 'gone')", (run_id,)
    )
    return run_id, {row["company_id"] for row in landed}


def finish(connection: sqlite3.Connection, run_id: int, flow_run_id: str | None, warnings: Iterable[str]) -> str:
    """Close the run's books; `completed`, or `partial` where a board failed."""
    sums = ", ".join(f"{name} = (SELECT coalesce(sum({name}), 0) FROM board_runs WHERE run_id = :id)" for name in SUMS)
    with transaction(connection):
        connection.execute(
            f"""UPDATE runs SET finished_at = :at, flow_run_id = :flow,
                  warnings = :warnings, {sums},
                  failed = (SELECT count(*) FROM board_runs
                            WHERE run_id = :id AND outcome IN ('failed', 'blocked', 'gone'))
                WHERE id = :id""",
            {"id": run_id, "at": now(), "flow": flow_run_id,
             "warnings": json.dumps(sorted(set(warnings)))},
        )  # fmt: skip
        connection.execute("UPDATE runs SET state = iif(failed = 0, 'completed', 'partial') WHERE id = ?", (run_id,))
    return str(connection.execute("SELECT state FROM runs WHERE id = ?", (run_id,)).fetchone()[0])


def optimize(connection: sqlite3.Connection, run_id: int) -> None:
    """Fresh statistics for the planner after a run that wrote jobs: stale ones turned 0.06 ms into a second."""
    wrote = connection.execute("SELECT new + changed + closed + reopened + extracted FROM runs WHERE id = ?", (run_id,))
    if wrote.fetchone()[0]:
        connection.execute("PRAGMA analysis_limit = 1000")
        connection.execute("ANALYZE")
        connection.execute(
            "DELETE FROM job_revisions WHERE revision <= (SELECT max(revision) FROM job_revisions) - ?", (REVISIONS,)
        )


def latest(connection: sqlite3.Connection) -> dict[str, Any] | None:
    row = connection.execute("SELECT * FROM runs ORDER BY id DESC LIMIT 1").fetchone()
    return dict(row) if row else None


def board_rows(connection: sqlite3.Connection, run_id: int) -> list[sqlite3.Row]:
    """The ledger of a run with the companies' names, those that need a look first."""
    return connection.execute(
        """SELECT companies.name, companies.source, companies.board, board_runs.* FROM board_runs
           JOIN companies ON companies.id = company_id WHERE run_id = ?
           ORDER BY outcome IN ('complete', 'unchanged'), guard IS NULL, outcome, companies.name""",
        (run_id,),
    ).fetchall()


def outcomes(connection: sqlite3.Connection, run_id: int) -> dict[str, int]:
    """How many boards of a run ended how."""
    rows = connection.execute("SELECT outcome, count(*) FROM board_runs WHERE run_id = ? GROUP BY 1", (run_id,))
    return {row[0]: row[1] for row in rows}


def _follow(connection: sqlite3.Connection, companies: list[Company]) -> None:
    """Add the companies, and take over a new name or address; a name that a source gave its job stays."""
    at = now()
    for company in companies:
        connection.execute(
            """UPDATE jobs SET company = ?1 FROM companies WHERE company_id = ?2 AND companies.id = ?2
               AND jobs.company = companies.name AND jobs.company IS NOT ?1""",
            (company.name, company.id),
        )
        connection.execute(
            """INSERT INTO companies(id, name, source, board, base_url, added_at) VALUES (?, ?, ?, ?, ?, ?)
               ON CONFLICT(id) DO UPDATE SET name = excluded.name, base_url = excluded.base_url
               WHERE (name, base_url) IS NOT (excluded.name, excluded.base_url)""",
            (company.id, company.name, company.source, company.board, company.base_url, at),
        )
