"""One job with all that is known of it, and the state of the whole file, as the API gives them."""

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from rolecall_reader.index import names_of

JOB = """
SELECT jobs.*, html AS description_html, text AS description, job_provenance.facts, job_provenance.origin, evidence
FROM jobs JOIN job_texts USING (content_hash) JOIN job_provenance USING (pk) WHERE jobs.pk = ?
"""
CHANGES = "SELECT field, old, new, run_id, at FROM job_changes WHERE job_pk = ? ORDER BY id DESC LIMIT 200"
COUNTED = 10_000  # of what is new or closed; one more means more
SINCE = "strftime('%Y-%m-%dT%H:%M:%S', 'now', '-{} days')"
STATS = {
    "open_jobs": "SELECT coalesce(sum(open_jobs), 0) FROM companies",
    "companies": "SELECT count(*) FROM companies",
    "runs": "SELECT count(*) FROM runs",
    "new_today": f"""SELECT count(*) FROM (
      SELECT 1 FROM jobs WHERE is_open = 1 AND first_seen_at >= {SINCE.format(1)} LIMIT {COUNTED + 1})""",
    "closed_this_week": f"""SELECT count(*) FROM (
      SELECT 1 FROM jobs WHERE closed_at >= {SINCE.format(7)} LIMIT {COUNTED + 1})""",
}
LAST_RUN = """
SELECT id, flow, state, started_at, finished_at, boards, failed, new, changed, closed, reopened
FROM runs ORDER BY id DESC LIMIT 1
"""
OWN = ("status", "note")


def job(connection: sqlite3.Connection, wanted: str) -> dict[str, Any] | None:
    """By pk or by id; None where there is none such."""
    pk = pk_of(connection, wanted)
    found = _one(connection, JOB, pk) if pk is not None else None
    if found is None:
        return None
    found["skills"], found["is_open"] = sorted(names_of(found["skills"])), bool(found["is_open"])
    facts, evidence = json.loads(found.pop("facts")), json.loads(found.pop("evidence"))
    origin = found.pop("origin")
    stated = {name: {"origin": origin} for name in facts}
    found["provenance"] = evidence | stated  # what the platform says wins
    found["history"] = _all(connection, CHANGES, pk)
    return found


def pk_of(connection: sqlite3.Connection, wanted: str) -> int | None:
    """The pk of the job with this pk or id."""
    is_pk = wanted.isascii() and wanted.isdigit() and len(wanted) < 18
    row = connection.execute(f"SELECT pk FROM jobs WHERE {'pk' if is_pk else 'id'} = ?", (wanted,)).fetchone()
    return row and int(row[0])


def public(found: Mapping[str, Any], is_editor: bool) -> dict[str, Any]:
    """Without what is the reader's own."""
    return {name: value for name, value in found.items() if is_editor or name not in OWN}


def stats(connection: sqlite3.Connection) -> dict[str, Any]:
    """Counts of the file, and its last run; `new_today` and `closed_this_week` stop one above COUNTED."""
    found: dict[str, Any] = {name: connection.execute(sql).fetchone()[0] for name, sql in STATS.items()}
    return found | {"last_run": _one(connection, LAST_RUN)}


def _one(connection: sqlite3.Connection, sql: str, *values: Any) -> dict[str, Any] | None:
    return next(iter(_all(connection, sql, *values)), None)


def _all(connection: sqlite3.Connection, sql: str, *values: Any) -> list[dict[str, Any]]:
    cursor = connection.execute(sql, values)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]
