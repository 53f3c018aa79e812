"""Jobs whose text has no extraction under the recipe in force, and what becomes of them."""

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from tasks.model import Extraction
from tasks.store import now, transaction

DERIVED = (
    "salary_min salary_max salary_currency salary_period workplace_type seniority employment_type country city "
    "experience_years_min experience_years_max"
).split()
LOGGED = ("salary_min", "salary_max", "salary_currency", "salary_period", "workplace_type", "employment_type")


def register(connection: sqlite3.Connection, recipe: str, parameters: Mapping[str, Any]) -> None:
    """Say once what the recipe's name stands for."""
    with transaction(connection):
        connection.execute(
            "INSERT INTO recipes VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (recipe, json.dumps(parameters, sort_keys=True), now()),
        )


def pending(connection: sqlite3.Connection, recipe: str, after_pk: int, limit: int) -> list[sqlite3.Row]:
    """Open jobs to extract, by rowid from `after_pk` on, with their text and the platform's facts.

    Shape: the plus sign and CROSS keep SQLite on the rowid; without statistics it would sort all open jobs per batch.
    """
    return connection.execute(
        f"""SELECT jobs.pk, company_id, jobs.content_hash, title, location, text, facts, recipe,
                   changed_at > first_seen_at AS is_edited, {", ".join(DERIVED)}
            FROM jobs CROSS JOIN job_texts USING (content_hash)
            WHERE jobs.pk > ? AND recipe IS NOT ? AND +is_open = 1 ORDER BY jobs.pk LIMIT ?""",
        (after_pk, recipe, limit),
    ).fetchall()


def count_pending(connection: sqlite3.Connection, recipe: str) -> int:
    query = "SELECT count(*) FROM jobs WHERE recipe IS NOT ? AND is_open = 1"
    return int(connection.execute(query, (recipe,)).fetchone()[0])


def stored(connection: sqlite3.Connection, recipe: str, hashes: Sequence[str]) -> dict[str, Extraction]:
    """The durable copies: what was extracted before, whatever became of Redis."""
    rows = connection.execute(
        """SELECT content_hash, fields, evidence FROM extractions
           WHERE recipe = ? AND content_hash IN (SELECT value FROM json_each(?))""",
        (recipe, json.dumps(list(hashes))),
    )
    return {
        row["content_hash"]: Extraction(**json.loads(row["fields"]), evidence=json.loads(row["evidence"]))
        for row in rows
    }


def apply(
    connection: sqlite3.Connection,
    run_id: int,
    recipe: str,
    rows: Sequence[sqlite3.Row],
    extractions: Mapping[str, Extraction],
    fresh: Iterable[str],
    provisional: Collection[str] = (),
) -> int:
    """Fill the derived columns of these jobs and keep the fresh extractions; how many jobs are done.

    Shape: the platform's facts win; a content in `provisional` fills its jobs too, but leaves them pending.
    Raises: StoreError; then nothing was written.
    """
    at = now()
    filled = [(row, derived(json.loads(row["facts"]), extractions[row["content_hash"]])) for row in rows]
    sets = ", ".join(f"{name} = ?" for name in [*DERIVED, "skills", "recipe"])
    with transaction(connection):
        connection.executemany(
            "INSERT INTO extractions VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            [(content, recipe, *_written(extractions[content]), at) for content in fresh],
        )
        connection.executemany(
            f"UPDATE jobs SET {sets} WHERE pk = ?",
            [
                (*values.values(), None if row["content_hash"] in provisional else recipe, row["pk"])
                for row, values in filled
            ],
        )
        _log_changes(connection, run_id, filled, at)
        done = sum(row["content_hash"] not in provisional for row in rows)
        connection.execute("UPDATE runs SET extracted = extracted + ? WHERE id = ?", (done, run_id))
    return done


def _log_changes(
    connection: sqlite3.Connection, run_id: int, filled: Iterable[tuple[sqlite3.Row, dict[str, Any]]], at: str
) -> None:
    """What an edited posting now says otherwise; a new recipe of ours is no change of theirs."""
    connection.executemany(
        "INSERT INTO job_changes(job_pk, run_id, field, old, new, at) VALUES (?, ?, ?, ?, ?, ?)",
        [
            (row["pk"], run_id, name, _words(row[name]), _words(values[name]), at)
            for row, values in filled
            if row["is_edited"] and row["recipe"] is None
            for name in LOGGED
            if row[name] != values[name]
        ],
    )


def derived(facts: Mapping[str, Any], extraction: Extraction) -> dict[str, Any]:
    """The columns as they will stand: the platform's facts, completed by what was extracted.

    Shape: the four salary columns come from one origin; only where the amounts agree does the extraction add the
    currency or the period that the platform left out.
    """
    values = {name: getattr(extraction, name) for name in DERIVED}
    salary = {name: facts.get(name) for name in DERIVED if name.startswith("salary_")}
    if salary["salary_min"] is not None or salary["salary_max"] is not None:
        agrees = all(salary[name] == values[name] for name in ("salary_min", "salary_max"))
        values |= {name: fact if fact is not None or not agrees else values[name] for name, fact in salary.items()}
    values |= {name: facts[name] for name in DERIVED if name in facts and not name.startswith("salary_")}
    return values | {"skills": json.dumps(extraction.skills, ensure_ascii=False)}


def count_work(connection: sqlite3.Connection, run_id: int, hits: Mapping[str, int], calls: Mapping[str, int]) -> None:
    """Add cache hits and model calls to the ledger rows of their companies."""
    with transaction(connection):
        connection.executemany(
            """UPDATE board_runs SET cache_hits = cache_hits + ?, model_calls = model_calls + ?
               WHERE run_id = ? AND company_id = ?""",
            [(hits.get(company, 0), calls.get(company, 0), run_id, company) for company in {*hits, *calls}],
        )


def _written(extraction: Extraction) -> tuple[str, str]:
    fields = extraction.model_dump_json(exclude={"evidence"}, exclude_defaults=True)
    evidence = {key: value.model_dump(exclude_none=True) for key, value in extraction.evidence.items()}
    return fields, json.dumps(evidence, ensure_ascii=False)


def _words(value: Any) -> str | None:
    return None if value is None else f"{value:g}" if isinstance(value, float) else str(value)
