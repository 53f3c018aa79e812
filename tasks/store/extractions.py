"""Extractions kept by content and recipe, and the columns of jobs that are filled from them."""

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from tasks.model import Asked, Extraction
from tasks.store import now, transaction

DERIVED = (
    "salary_min salary_max salary_currency salary_period workplace_type seniority employment_type country city "
    "experience_years_min experience_years_max"
).split()
ASKED = "outcome prompt_tokens cached_tokens completion_tokens cut_tokens seconds".split()
COPIED = ["fields", "evidence", "quarantined", *ASKED]
_NOT_ASKED = Asked(outcome="unreachable")
LOGGED = ("salary_min", "salary_max", "salary_currency", "salary_period", "workplace_type", "employment_type")


def register(connection: sqlite3.Connection, recipe: str, parameters: Mapping[str, Any]) -> None:
    """Say once what the recipe's name stands for."""
    with transaction(connection):
        connection.execute(
            "INSERT INTO recipes VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (recipe, json.dumps(parameters, sort_keys=True), now()),
        )


def stored(connection: sqlite3.Connection, recipe: str, hashes: Sequence[str]) -> dict[str, Extraction]:
    """The durable copies: what was extracted before, whatever became of Redis."""
    rows = connection.execute(
        f"""SELECT content_hash, {", ".join(COPIED)} FROM extractions
           WHERE recipe = ? AND content_hash IN (SELECT value FROM json_each(?))""",
        (recipe, json.dumps(list(hashes))),
    )
    return {row["content_hash"]: read(row) for row in rows}


def of_recipe(connection: sqlite3.Connection, recipe: str, at_once: int) -> Iterator[dict[str, Extraction]]:
    """All durable copies, some at a time."""
    rows = connection.execute(f"SELECT content_hash, {', '.join(COPIED)} FROM extractions WHERE recipe = ?", (recipe,))
    while some := rows.fetchmany(at_once):
        yield {row["content_hash"]: read(row) for row in some}


def read(row: sqlite3.Row) -> Extraction:
    """The extraction in a row of `extractions`."""
    asked = Asked(**{name: row[name] for name in ASKED}) if row["outcome"] else None
    kept = {name: json.loads(row[name]) for name in ("evidence", "quarantined")}
    return Extraction(**json.loads(row["fields"]), **kept, asked=asked)


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

    Shape: the platform's facts win; a content in `provisional` fills its jobs too, but leaves them pending. Of the
    others those are kept that the file lacks: Redis may know them from another file.
    Raises: StoreError; then nothing was written.
    """
    at = now()
    fresh = set(fresh)
    known = extractions.keys() - fresh - set(provisional)
    filled = [(row, derived(json.loads(row["facts"]), extractions[row["content_hash"]])) for row in rows]
    sets = ", ".join(f"{name} = ?" for name in [*DERIVED, "skills", "recipe"])
    with transaction(connection):
        _store(connection, recipe, {content: extractions[content] for content in fresh}, at)
        _store(connection, recipe, {content: extractions[content] for content in known}, at, is_kept=True)
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


def _store(
    connection: sqlite3.Connection, recipe: str, fresh: Mapping[str, Extraction], at: str, is_kept: bool = False
) -> None:
    """Shape: what is there already `is_kept`, or replaced."""
    names = ["content_hash", "recipe", *COPIED, "at"]
    sets = "NOTHING" if is_kept else f"UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in names[2:])}"
    connection.executemany(
        f"""INSERT INTO extractions({", ".join(names)}) VALUES ({", ".join("?" * len(names))})
            ON CONFLICT(content_hash, recipe) DO {sets}""",
        [(content, recipe, *_written(extraction), at) for content, extraction in fresh.items()],
    )
    if any(extraction.asked for extraction in fresh.values()):
        connection.executemany(
            "DELETE FROM attempts WHERE content_hash = ? AND recipe = ?",
            [(content, recipe) for content, extraction in fresh.items() if extraction.asked],
        )


def _written(extraction: Extraction) -> tuple[Any, ...]:
    fields = extraction.model_dump_json(exclude={"evidence", "quarantined", "asked"}, exclude_defaults=True)
    kept = (extraction.evidence, extraction.quarantined)
    notes = (
        json.dumps({key: value.model_dump(exclude_none=True) for key, value in each.items()}, ensure_ascii=False)
        for each in kept
    )
    asked = extraction.asked or _NOT_ASKED
    return fields, *notes, extraction.asked and asked.outcome, *(getattr(asked, name) for name in ASKED[1:])


def _words(value: Any) -> str | None:
    return None if value is None else f"{value:g}" if isinstance(value, float) else str(value)
