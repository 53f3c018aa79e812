"""Which jobs are to be extracted, in batches by rowid."""

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from tasks.store.extractions import DERIVED


@dataclass(frozen=True, slots=True)
class Selection:
    """Which open jobs to extract; all that have no extraction under the recipe in force where nothing is said.

    Shape: `was` are those that this recipe filled, `is_all` those under the recipe in force too, `is_new` only those
    that no recipe ever filled; `company_ids` None is any.
    """

    recipe: str
    was: str | None = None
    is_all: bool = False
    is_new: bool = False
    company_ids: tuple[str, ...] | None = None

    def condition(self) -> tuple[str, list[Any]]:
        """The WHERE of it, and its values."""
        clauses, values = [], list[Any]()
        if self.was is not None:
            clauses, values = ["recipe IS ?"], [self.was]
        elif not self.is_all:
            clauses, values = (["recipe IS NULL"], []) if self.is_new else (["recipe IS NOT ?"], [self.recipe])
        if self.company_ids is not None:
            clauses.append("company_id IN (SELECT value FROM json_each(?))")
            values.append(json.dumps(self.company_ids))
        return " AND ".join(["+is_open = 1", *clauses]), values


def pending(connection: sqlite3.Connection, which: Selection, after_pk: int, limit: int) -> list[sqlite3.Row]:
    """Open jobs to extract, by rowid from `after_pk` on, with their text and the platform's facts.

    Shape: the plus sign and CROSS keep SQLite on the rowid; without statistics it would sort all open jobs per batch.
    """
    condition, values = which.condition()
    return connection.execute(
        f"""SELECT jobs.pk, company_id, jobs.content_hash, title, location, text, facts, recipe,
                   changed_at > first_seen_at AS is_edited, {", ".join(DERIVED)}
            FROM jobs CROSS JOIN job_texts USING (content_hash)
            WHERE jobs.pk > ? AND {condition} ORDER BY jobs.pk LIMIT ?""",
        (after_pk, *values, limit),
    ).fetchall()


def count_pending(connection: sqlite3.Connection, which: Selection) -> int:
    condition, values = which.condition()
    return int(connection.execute(f"SELECT count(*) FROM jobs WHERE {condition}", values).fetchone()[0])
