"""What extracting took: added up for the run and its boards, and per content where a model stumbled over it."""

import json
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tasks.model import Asked
from tasks.store import now, transaction


@dataclass(slots=True)
class Work:
    """What extracting a batch took, for the books. Shape: companies are counted by id, fields by field and origin."""

    hits: Counter[str] = field(default_factory=Counter)
    misses: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    fields: Counter[tuple[str, str]] = field(default_factory=Counter)
    prompt_tokens: int = 0
    completion_tokens: int = 0
    model_seconds: float = 0.0
    saved_calls: int = 0
    saved_seconds: float = 0.0


def count_work(connection: sqlite3.Connection, run_id: int, work: Work) -> None:
    """Add what a batch took to the run, and to the ledger rows of its companies."""
    sums = {
        "cache_hits": work.hits.total(), "cache_misses": work.misses.total(), "model_calls": work.calls.total(),
        "saved_calls": work.saved_calls, "saved_seconds": work.saved_seconds, "model_seconds": work.model_seconds,
        "prompt_tokens": work.prompt_tokens, "completion_tokens": work.completion_tokens,
    }  # fmt: skip
    with transaction(connection):
        connection.executemany(
            """UPDATE board_runs SET cache_hits = cache_hits + ?, cache_misses = cache_misses + ?,
               model_calls = model_calls + ? WHERE run_id = ? AND company_id = ?""",
            [
                (work.hits[company], work.misses[company], work.calls[company], run_id, company)
                for company in {*work.hits, *work.misses, *work.calls}
            ],
        )
        before = connection.execute("SELECT outcomes, fields FROM runs WHERE id = ?", (run_id,)).fetchone()
        outcomes = Counter(json.loads(before["outcomes"])) + work.outcomes
        fields: dict[str, dict[str, int]] = json.loads(before["fields"])
        for (name, origin), count in work.fields.items():
            counts = fields.setdefault(name, {})
            counts[origin] = counts.get(origin, 0) + count
        connection.execute(
            f"""UPDATE runs SET {", ".join(f"{name} = {name} + ?" for name in sums)}, outcomes = ?, fields = ?
                WHERE id = ?""",
            (*sums.values(), json.dumps(outcomes, sort_keys=True), json.dumps(fields, sort_keys=True), run_id),
        )


def stumbled(connection: sqlite3.Connection, recipe: str, failures: Mapping[str, tuple[Asked, str | None]]) -> None:
    """Count an attempt at each of these contents, with how it ended."""
    with transaction(connection):
        connection.executemany(
            """INSERT INTO attempts VALUES (?, ?, ?, ?, 1, ?) ON CONFLICT(content_hash, recipe) DO UPDATE SET
               outcome = excluded.outcome, detail = excluded.detail, at = excluded.at, attempts = attempts + 1""",
            [(content, recipe, asked.outcome, detail, now()) for content, (asked, detail) in failures.items()],
        )


def attempts(connection: sqlite3.Connection, recipe: str, hashes: Sequence[str]) -> dict[str, int]:
    """How often a model stumbled over these contents; those that it never did are left out."""
    rows = connection.execute(
        """SELECT content_hash, attempts FROM attempts
           WHERE recipe = ? AND content_hash IN (SELECT value FROM json_each(?))""",
        (recipe, json.dumps(list(hashes))),
    )
    return {row["content_hash"]: row["attempts"] for row in rows}
