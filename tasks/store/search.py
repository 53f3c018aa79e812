"""What a shell asks of the file: the state of things."""

import json
import sqlite3


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
