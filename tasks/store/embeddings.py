"""Embeddings of texts: which open jobs have none under the recipe in force, kept batch by batch, read for the index."""

import json
import sqlite3
from collections.abc import Mapping, Sequence

from tasks.store import transaction

# by the index that holds recipe and content alone: the column itself stands behind the whole text
DONE = """EXISTS (SELECT 1 FROM job_texts AS done INDEXED BY job_texts_embedded
                  WHERE done.embedding_recipe = :recipe AND done.content_hash = jobs.content_hash)"""


def pending(connection: sqlite3.Connection, recipe: str, before_pk: int, limit: int) -> list[sqlite3.Row]:
    """Open jobs whose text has no embedding under this recipe, the newest first, with their text."""
    return connection.execute(
        f"""SELECT jobs.pk, jobs.content_hash, title, location, text
            FROM jobs CROSS JOIN job_texts USING (content_hash)
            WHERE jobs.pk < :before AND +is_open = 1 AND NOT {DONE} ORDER BY jobs.pk DESC LIMIT :limit""",
        {"before": before_pk, "recipe": recipe, "limit": limit},
    ).fetchall()


def count_pending(connection: sqlite3.Connection, recipe: str) -> int:
    query = f"SELECT count(*) FROM jobs WHERE is_open = 1 AND NOT {DONE}"
    return int(connection.execute(query, {"recipe": recipe}).fetchone()[0])


def keep(connection: sqlite3.Connection, recipe: str, vectors: Mapping[str, bytes]) -> None:
    """Write the vectors of these contents.

    Raises: StoreError; then nothing was written.
    """
    with transaction(connection):
        connection.executemany(
            "UPDATE job_texts SET embedding = ?, embedding_recipe = ? WHERE content_hash = ?",
            [(vector, recipe, content) for content, vector in vectors.items()],
        )


def embedded(connection: sqlite3.Connection, recipe: str, after_pk: int, limit: int) -> list[tuple[int, str]]:
    """Open jobs that have an embedding under this recipe, by rowid from `after_pk` on. Shape: rowid, content."""
    rows = connection.execute(
        f"""SELECT pk, content_hash FROM jobs WHERE pk > :after AND +is_open = 1 AND {DONE}
            ORDER BY pk LIMIT :limit""",
        {"after": after_pk, "recipe": recipe, "limit": limit},
    )
    return [(row[0], row[1]) for row in rows]


def of(connection: sqlite3.Connection, contents: Sequence[str]) -> dict[str, bytes]:
    """The vectors of these contents."""
    rows = connection.execute(
        """SELECT content_hash, embedding FROM job_texts
           WHERE content_hash IN (SELECT value FROM json_each(?)) AND embedding IS NOT NULL""",
        (json.dumps(list(contents)),),
    )
    return dict(tuple(row) for row in rows)
