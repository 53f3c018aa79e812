"""Recipes kept in the file: what each stands for, how many extractions it has, and how two of them differ."""

import json
import sqlite3
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tasks.errors import ConfigError
from tasks.model import Derivable
from tasks.store import transaction

Values = tuple[Any, ...]


@dataclass(slots=True)
class Difference:
    """How a field's values under one recipe became those under another. Shape: an example is content, old, new."""

    same: int = 0
    changed: int = 0
    gained: int = 0
    lost: int = 0
    examples: list[tuple[str, Values, Values]] = field(default_factory=list)


def listed(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    """Every recipe, the newest first, with what it is made of and what it has done."""
    rows = connection.execute(
        """SELECT id, created_at, parameters,
             (SELECT count(*) FROM extractions WHERE recipe = recipes.id) AS extractions,
             (SELECT count(*) FROM extractions WHERE recipe = recipes.id AND outcome = 'answered') AS answered,
             (SELECT count(*) FROM jobs WHERE recipe = recipes.id) AS jobs,
             (SELECT count(*) FROM job_texts WHERE embedding_recipe = recipes.id) AS embeddings
           FROM recipes ORDER BY created_at DESC, id"""
    )
    return [{**dict(row), "parameters": json.loads(row["parameters"])} for row in rows]


def of_open_jobs(connection: sqlite3.Connection) -> list[str]:
    """Recipes that fill open jobs."""
    rows = connection.execute("SELECT DISTINCT recipe FROM jobs WHERE is_open = 1 AND recipe IS NOT NULL ORDER BY 1")
    return [row["recipe"] for row in rows]


def resolve(connection: sqlite3.Connection, name: str) -> str:
    """The recipe whose id begins so.

    Raises: ConfigError where none does, or more than one.
    """
    ids = [row[0] for row in connection.execute("SELECT id FROM recipes ORDER BY id")]
    found = [each for each in ids if name and each.startswith(name)]
    if len(found) != 1:
        what = f"fits {len(found)} of them" if found else "is none of them"
        raise ConfigError(f"recipe {name!r} {what}; `rolecall recipes` lists them")
    return str(found[0])


def prune(connection: sqlite3.Connection, names: list[str], keep: str | None) -> dict[str, int]:
    """Forget these recipes and their extractions, or where none is named all that fill nothing; `keep` stays.

    Raises: ConfigError where a named one fills any or is `keep`, StoreError.
    """
    used = {row["id"] for row in listed(connection) if row["jobs"] or row["embeddings"]} | {keep}
    wanted = [resolve(connection, name) for name in names]
    if blocked := [recipe for recipe in wanted if recipe in used]:
        raise ConfigError(f"recipe {blocked[0]} is in use; run `rolecall extract` (or `embed`) under another one first")
    gone = wanted or [row["id"] for row in listed(connection) if row["id"] not in used]
    with transaction(connection):
        count = connection.execute("SELECT count(*) FROM extractions WHERE recipe IN (SELECT value FROM json_each(?))",
                                   (json.dumps(gone),)).fetchone()[0]  # fmt: skip
        for table, column in (("extractions", "recipe"), ("attempts", "recipe"), ("recipes", "id")):
            connection.execute(
                f"DELETE FROM {table} WHERE {column} IN (SELECT value FROM json_each(?))", (json.dumps(gone),)
            )
    return {"recipes": len(gone), "extractions": count}


def differences(
    connection: sqlite3.Connection, old: str, new: str, groups: Mapping[Derivable, tuple[str, ...]], examples: int
) -> tuple[dict[Derivable, Difference], Counter[str]]:
    """Field by field what became of the contents that both recipes read, and how many only one of them did.

    Shape: `groups` are the columns of each field, compared together; the counter has `both`, `only_old`, `only_new`.
    """
    found = {key: Difference() for key in groups}
    seen: Counter[str] = Counter()
    rows = connection.execute(
        """SELECT content_hash, a.fields AS old, b.fields AS new FROM extractions AS a
           JOIN extractions AS b USING (content_hash) WHERE a.recipe = ? AND b.recipe = ? ORDER BY 1""",
        (old, new),
    )
    for row in rows:
        seen["both"] += 1
        before, after = json.loads(row["old"]), json.loads(row["new"])
        for key, columns in groups.items():
            _compare(found[key], row["content_hash"], _values(before, columns), _values(after, columns), examples)
    for name, recipe in (("only_old", old), ("only_new", new)):
        total = connection.execute("SELECT count(*) FROM extractions WHERE recipe = ?", (recipe,)).fetchone()[0]
        seen[name] = total - seen["both"]
    return found, seen


def titles(connection: sqlite3.Connection, contents: list[str]) -> dict[str, str]:
    """Title and company of a job with each of these contents."""
    rows = connection.execute(
        """SELECT content_hash, title || ' · ' || company AS name FROM jobs
           WHERE content_hash IN (SELECT value FROM json_each(?)) GROUP BY content_hash""",
        (json.dumps(contents),),
    )
    return {row["content_hash"]: row["name"] for row in rows}


def _values(fields: Mapping[str, Any], columns: tuple[str, ...]) -> Values:
    """Shape: empty where no column holds anything."""
    values = tuple(tuple(each) if isinstance(each := fields.get(name), list) else each for name in columns)
    return values if any(each not in (None, ()) for each in values) else ()


def _compare(found: Difference, content: str, old: Values, new: Values, examples: int) -> None:
    if old == new:
        found.same += bool(old)
        return
    name = "gained" if not old else "lost" if not new else "changed"
    setattr(found, name, getattr(found, name) + 1)
    if len(found.examples) < examples:
        found.examples.append((content, old, new))
