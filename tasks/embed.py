"""Verb: embed the texts of open jobs, and bring the index that is searched by meaning up to date."""

import sqlite3
import sys
from collections.abc import Sequence

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.llm.embeddings import TEMPLATE, TEXT_LENGTH, Embedder
from tasks.store import embeddings
from tasks.store.vectors import Index

INDEXED_AT_ONCE = 2000  # jobs of one transaction


@task(task_run_name="embed {count} postings", cache_policy=NO_CACHE, persist_result=False)
async def embed_batch(
    rows: Sequence[sqlite3.Row], writer: sqlite3.Connection, embedder: Embedder, recipe: str, count: int
) -> int:
    """Fill the embeddings of these jobs' texts; how many texts got one, the others wait for the next run.

    Raises: StoreError; then nothing of the batch was written.
    """
    by_content = {row["content_hash"]: text_of(row) for row in rows}
    found = await embedder.vectors(list(by_content.values()))
    vectors = {content: vector for content, vector in zip(by_content, found, strict=True) if vector is not None}
    embeddings.keep(writer, recipe, vectors)
    return len(vectors)


def text_of(row: sqlite3.Row) -> str:
    """What of a job is embedded; nothing that its content's hash leaves out."""
    text = TEMPLATE.format(title=row["title"], location=row["location"] or "", text=row["text"])
    return text[:TEXT_LENGTH]


def bring_up(index: Index, reader: sqlite3.Connection, recipe: str, at_once: int = INDEXED_AT_ONCE) -> int:
    """Compare the index with the file and write what differs, a part in each transaction; how many jobs it holds.

    Raises: StoreError; what was written before stays, and the next run goes on.
    """
    after_pk, is_last = 0, False
    while not is_last:
        rows = embeddings.embedded(reader, recipe, after_pk, at_once)
        is_last = len(rows) < at_once
        last_pk = sys.maxsize if is_last else rows[-1][0]
        held, wanted = index.held(after_pk, last_pk), dict(rows)
        gone = [pk for pk in held if pk not in wanted]
        new = [(pk, content) for pk, content in rows if held.get(pk) != content]
        if gone or new:
            index.write(gone, new, embeddings.of(reader, [content for _, content in new]))
        after_pk = last_pk
    return index.count()
