"""What a shell asks of the file: search, and the state of things."""

import json
import sqlite3
from typing import Any

RANKED = 2000  # bm25 over a common word of a million jobs takes seconds, over the newest matches 40 ms


def find(connection: sqlite3.Connection, words: str, limit: int, is_open_only: bool = True) -> list[dict[str, Any]]:
    """The best of the newest jobs that hold all the words; any input is a search, none is a syntax error."""
    words = "".join(char if char.isprintable() else " " for char in words)
    if not any(char.isalnum() for char in words):
        return []
    from sqlite_utils import Database  # it imports pandas where there is one, which takes 0.3 s

    query = Database(connection).quote_fts(words)
    rows = connection.execute(
        f"""WITH newest AS (
              SELECT rowid AS pk FROM jobs_fts WHERE jobs_fts MATCH :query ORDER BY rowid DESC LIMIT {RANKED}
            )
            SELECT jobs.*, bm25(jobs_fts, 8, 4, 2, 1) AS rank
            FROM newest CROSS JOIN jobs_fts ON jobs_fts.rowid = newest.pk JOIN jobs ON jobs.pk = newest.pk
            WHERE jobs_fts MATCH :query AND is_open >= :open ORDER BY rank LIMIT :limit""",
        {"query": query, "limit": limit, "open": int(is_open_only)},
    )
    return [dict(row) for row in rows]


def totals(connection: sqlite3.Connection) -> dict[str, int]:
    """Sizes of the file's parts."""
    row = connection.execute(
        """SELECT (SELECT count(*) FROM jobs WHERE is_open = 1) AS open_jobs,
                  (SELECT count(*) FROM jobs WHERE is_open = 0) AS closed_jobs,
                  (SELECT count(*) FROM companies) AS companies,
                  (SELECT count(*) FROM jobs WHERE recipe IS NULL AND is_open = 1) AS pending,
                  (SELECT count(*) FROM runs) AS runs"""
    ).fetchone()
    return dict(row)


def companies_of(connection: sqlite3.Connection, company: str) -> list[str]:
    """Ids of the companies so called; `company` is a name, a board or an id, in any case."""
    rows = connection.execute(
        """SELECT id FROM companies
           WHERE lower(name) = lower(:company) OR lower(id) = lower(:company) OR lower(board) = lower(:company)""",
        {"company": company},
    )
    return [row[0] for row in rows]


def hashes_of(connection: sqlite3.Connection, company: str) -> list[str]:
    """Contents of a company's jobs; `company` is a name, a board or an id, in any case."""
    rows = connection.execute(
        "SELECT DISTINCT content_hash FROM jobs WHERE company_id IN (SELECT value FROM json_each(?))",
        (json.dumps(companies_of(connection, company)),),
    )
    return [row[0] for row in rows]
