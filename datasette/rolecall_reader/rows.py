"""Rows of jobs as the API gives them, in the order asked for."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rolecall_reader.index import names_of

SHOWN = (
    "pk id title company company_id location country city workplace_type employment_type seniority department "
    "salary_min salary_max salary_currency salary_period yearly_min skills posted_on listed_on first_seen_at "
    "changed_at closed_at is_open url apply_url content_hash status"
).split()
NAMES = "SELECT id, name FROM companies WHERE id IN (SELECT value FROM json_each(?))"
BY_PK = f"SELECT {', '.join(SHOWN)} FROM jobs WHERE pk IN (SELECT value FROM json_each(?))"


def rows(connection: sqlite3.Connection, jobs: Sequence[int]) -> list[dict[str, Any]]:
    """Shape: columns of jobs; `skills` a list, `is_open` a boolean."""
    found = {row[0]: dict(zip(SHOWN, row, strict=True)) for row in connection.execute(BY_PK, (json.dumps(list(jobs)),))}
    for row in found.values():
        row["skills"], row["is_open"] = sorted(names_of(row["skills"])), bool(row["is_open"])
    return [found[pk] for pk in jobs if pk in found]


async def company_names(database: Any, ids: Iterable[str]) -> dict[str, str]:
    """Names of companies by id."""
    found = await database.execute(NAMES, [json.dumps(sorted(ids))])
    return {row["id"]: row["name"] for row in found}


def public(row: Mapping[str, Any], is_editor: bool) -> dict[str, Any]:
    """Without what is the reader's own."""
    hidden = {"content_hash", "listed_on"} | (set() if is_editor else {"status"})
    return {name: value for name, value in row.items() if name not in hidden}
