"""How boards answered when they were last asked: by `companies check`, and by the runs of the ledger."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tasks.model import Company
from tasks.store import now, transaction
from tasks.store.ledger import PROVEN

GOOD = {*PROVEN, "truncated", "empty", "answers"}
NOW_OPEN = """SELECT id, open_jobs, confirmed_at,
  EXISTS (SELECT 1 FROM jobs WHERE company_id = companies.id) AS was_seen FROM companies"""
ANSWERS = """SELECT at, outcome, 1 AS is_run FROM board_runs WHERE company_id = ?1
  UNION ALL SELECT at, outcome, 0 FROM board_checks WHERE company_id = ?1 ORDER BY at DESC LIMIT 200"""


@dataclass(frozen=True, slots=True)
class Known:
    """What the file knows of a board. Shape: `answers` are (instant, outcome), the latest first."""

    open_jobs: int | None = None
    confirmed_at: str | None = None
    was_seen: bool = False
    answers: tuple[tuple[datetime, str], ...] = ()


def known(connection: sqlite3.Connection, company: Company) -> Known:
    row = connection.execute(f"{NOW_OPEN} WHERE id = ?", (company.id,)).fetchone()
    found = connection.execute(ANSWERS, (company.id,)).fetchall()
    answers = tuple((datetime.fromisoformat(each["at"]), each["outcome"]) for each in found)
    if row is None:
        return Known(answers=answers)
    return Known(row["open_jobs"], row["confirmed_at"], bool(row["was_seen"]), answers)


def standing(connection: sqlite3.Connection) -> dict[str, dict[str, Any]]:
    """Open jobs and last confirmation of every board that was ever ingested."""
    return {row["id"]: dict(row) for row in connection.execute(NOW_OPEN)}


def remember(
    connection: sqlite3.Connection, company: Company, outcome: str, postings: int | None, detail: str | None
) -> None:
    """Raises: StoreError."""
    with transaction(connection):
        connection.execute(
            "INSERT OR IGNORE INTO board_checks VALUES (?, ?, ?, ?, ?)", (company.id, now(), outcome, postings, detail)
        )
