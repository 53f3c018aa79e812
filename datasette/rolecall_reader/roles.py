"""The other postings of a job's role: the same title at the same company, in other places and posted before."""

import sqlite3
from collections.abc import Mapping
from typing import Any, NamedTuple

MOST, MOST_EARLIER = 300, 20
POSTINGS = f"""
SELECT pk, location, url, apply_url, is_open, posted_on, first_seen_at, closed_at, workplace_type FROM (
  SELECT * FROM jobs WHERE company_id = :company_id AND title = :title ORDER BY pk DESC LIMIT {MOST})
WHERE company = :company AND pk <> :pk
"""


class Role(NamedTuple):
    """Shape: rows of POSTINGS; `open` newest first, `earlier` last closed first."""

    open: list[sqlite3.Row]
    earlier: list[sqlite3.Row]


def role_of(connection: sqlite3.Connection, job: Mapping[str, Any]) -> Role:
    """The newest of the other postings of this job's role. Shape: of `job`, pk, company_id, company and title."""
    wanted = {name: job[name] for name in ("pk", "company_id", "company", "title")}
    found = connection.execute(POSTINGS, wanted).fetchall()
    earlier = sorted((row for row in found if not row["is_open"]), key=lambda row: row["closed_at"] or "", reverse=True)
    return Role([row for row in found if row["is_open"]], earlier[:MOST_EARLIER])
