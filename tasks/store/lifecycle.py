"""When a job counts as closed, and when a listing is too doubtful to close anything."""

import sqlite3
import statistics
from typing import Any

from tasks.settings import Settings
from tasks.store.ledger import PROVEN, BoardRun


def reopen(connection: sqlite3.Connection, run_id: int, board: BoardRun, at: str) -> int:
    """Open again what was closed and is seen again; whatever was seen has missed nothing."""
    back = """company_id = :company AND is_open = 0 AND (expires_on IS NULL OR expires_on >= date(:at))
              AND id IN (SELECT id FROM seen WHERE company_id = :company)"""
    values = {"company": board.company.id, "run": run_id, "at": at}
    connection.execute(
        f"""INSERT INTO job_changes(job_pk, run_id, field, old, new, at)
            SELECT pk, :run, 'is_open', '0', '1', :at FROM jobs WHERE {back}""",
        values,
    )
    reopened = connection.execute(f"UPDATE jobs SET is_open = 1, closed_at = NULL, misses = 0 WHERE {back}", values)
    connection.execute(
        """UPDATE jobs SET misses = 0 WHERE company_id = :company AND is_open = 1 AND misses > 0
           AND id IN (SELECT id FROM seen WHERE company_id = :company)""",
        values,
    )
    return reopened.rowcount


def close(connection: sqlite3.Connection, run_id: int, board: BoardRun, settings: Settings, at: str) -> None:
    """Close what a proven listing no longer holds, unless a guard finds the listing itself doubtful, and what is past
    the date that the board itself gave it.
    """
    if board.is_partial:
        board.closed = _age_out(connection, run_id, board, at)
        return
    is_proven = board.outcome in PROVEN
    if not is_proven and not _is_empty_for_good(connection, board, at):
        return
    values = {"company": board.company.id, "run": run_id, "at": at, "limit": board.misses_to_close}
    if is_proven:
        board.closed = _close_where(
            connection, "company_id = :company AND is_open = 1 AND expires_on < date(:at)", values
        )
    absent = "company_id = :company AND is_open = 1 AND id NOT IN (SELECT id FROM seen WHERE company_id = :company)"
    missing = connection.execute(f"SELECT misses FROM jobs WHERE {absent}", values).fetchall()
    if not missing:
        return
    closing = sum(row["misses"] + 1 >= board.misses_to_close for row in missing)
    board.guard = _guard(connection, board, closing, settings) if is_proven else None
    if board.guard:
        return
    connection.execute(f"UPDATE jobs SET misses = misses + 1 WHERE {absent}", values)
    board.closed += _close_where(connection, f"{absent} AND misses >= :limit", values)


def _age_out(connection: sqlite3.Connection, run_id: int, board: BoardRun, at: str) -> int:
    """Close what a source that never shows all it has did not show for its number of days.

    Reason: the days count from the first reading that missed a job, for while nobody looks nothing is missed.
    """
    shown = "SELECT id FROM seen WHERE company_id = :company"
    values = {"company": board.company.id, "run": run_id, "at": at, "days": board.stale_after_days}
    connection.execute(
        f"""INSERT INTO sightings(job_pk, seen_at) SELECT pk, :at FROM jobs WHERE id IN ({shown})
            ON CONFLICT(job_pk) DO UPDATE SET seen_at = excluded.seen_at, missed_at = NULL""",
        values,
    )
    if board.stale_after_days is None:
        return 0
    absent = f"company_id = :company AND is_open = 1 AND id NOT IN ({shown})"
    connection.execute(
        f"""INSERT INTO sightings(job_pk, seen_at, missed_at) SELECT pk, first_seen_at, :at FROM jobs WHERE {absent}
            ON CONFLICT(job_pk) DO UPDATE SET missed_at = excluded.missed_at WHERE missed_at IS NULL""",
        values,
    )
    stale = f"""{absent} AND pk IN (
      SELECT job_pk FROM sightings WHERE julianday(:at) - julianday(missed_at) >= :days)"""
    connection.execute(
        f"""INSERT INTO job_changes(job_pk, run_id, field, new, at)
            SELECT pk, :run, 'closed_because', 'not shown for ' || :days || ' days', :at FROM jobs WHERE {stale}""",
        values,
    )
    return _close_where(connection, stale, values)


def _close_where(connection: sqlite3.Connection, condition: str, values: dict[str, Any]) -> int:
    connection.execute(
        f"""INSERT INTO job_changes(job_pk, run_id, field, old, new, at)
            SELECT pk, :run, 'is_open', '1', '0', :at FROM jobs WHERE {condition}""",
        values,
    )
    return connection.execute(f"UPDATE jobs SET is_open = 0, closed_at = :at WHERE {condition}", values).rowcount


def _guard(connection: sqlite3.Connection, board: BoardRun, closing: int, settings: Settings) -> str | None:
    history = connection.execute(
        "SELECT fetched, guard FROM board_runs WHERE company_id = ? AND outcome IN (?, ?) ORDER BY run_id DESC LIMIT 5",
        (board.company.id, *PROVEN),
    ).fetchall()
    usual = statistics.median(row["fetched"] for row in history) if history else 0
    if board.fetched < settings.drop_guard_share * usual:
        board.error = f"{board.fetched} postings where {usual:g} are usual: nothing is closed until that is the usual"
        return "drop"
    held = (
        connection.execute(
            "SELECT count(*) FROM jobs WHERE company_id = ? AND is_open = 1", (board.company.id,)
        ).fetchone()[0]
        - board.new
        - board.reopened
    )  # those that were open before this listing
    many = closing > settings.blast_guard_jobs and closing > settings.blast_guard_share * held
    if not many or (history and history[0]["guard"]):
        return None
    board.error = f"{closing} of {held} jobs would close: nothing is closed until a second run agrees"
    return "blast"


def _is_empty_for_good(connection: sqlite3.Connection, board: BoardRun, at: str) -> bool:
    """An empty listing is believed at its third sight, a day or more after the first."""
    if board.outcome != "empty":
        return False
    rows = connection.execute(
        """SELECT outcome, julianday(?) - julianday(at) AS days FROM board_runs WHERE company_id = ?
           ORDER BY run_id DESC LIMIT 2""",
        (at, board.company.id),
    ).fetchall()
    return len(rows) == 2 and all(row["outcome"] == "empty" for row in rows) and rows[-1]["days"] >= 1
