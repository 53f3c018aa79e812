"""Verb: extract the fields of pending jobs through the cascade: cache, durable copies, rules, model."""

import json
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks import llm, rules
from tasks.model import Extraction
from tasks.run import Run
from tasks.store import extractions as extracted

WANTED = frozenset(extracted.DERIVED) | {"skills"}


@task(task_run_name="extract {count} postings", cache_policy=NO_CACHE, persist_result=False)
async def extract_batch(rows: Sequence[sqlite3.Row], run: Run, count: int) -> None:
    """Fill the derived columns of these jobs; those that the model did not answer stay pending.

    Raises: StoreError; then nothing of the batch was written, and the run ends.
    """
    assert run.writer is not None
    assert run.id is not None
    by_content = {row["content_hash"]: row for row in rows}
    known = await run.cache.get(run.recipe, list(by_content))
    missing = [content for content in by_content if content not in known]
    copies = extracted.stored(run.writer, run.recipe, missing) if missing else {}
    todo = {content: row for content, row in by_content.items() if content not in known and content not in copies}
    found = await run.work(_by_rules, todo)
    unanswered, calls = await _by_model(run, todo, found)
    final = {content: extraction for content, extraction in found.items() if content not in unanswered}
    await run.work(
        extracted.apply, run.writer, run.id, run.recipe, rows, {**known, **copies, **found}, final, unanswered
    )
    await run.cache.put(run.recipe, {**copies, **final})
    hits = Counter(row["company_id"] for row in rows if row["content_hash"] in known or row["content_hash"] in copies)
    if hits or calls:
        extracted.count_work(run.writer, run.id, hits, calls)


def _by_rules(rows: Mapping[str, sqlite3.Row]) -> dict[str, Extraction]:
    return {content: rules.extract(row["title"], row["location"], row["text"]) for content, row in rows.items()}


async def _by_model(
    run: Run, rows: Mapping[str, sqlite3.Row], found: dict[str, Extraction]
) -> tuple[set[str], Counter[str]]:
    """Complete `found` in place where the model can; contents without an answer, and calls per company."""
    if run.engine is None:
        return set(), Counter()
    documents = [document for content, row in rows.items() if (document := _document(row, found[content])).wanted]
    answers = await run.engine.extract(documents)
    unanswered = set()
    for document, answer in zip(documents, answers, strict=True):
        if answer is None:
            unanswered.add(document.content_hash)
        else:
            _complete(found[document.content_hash], llm.grounded(answer, document))
    return unanswered, Counter(rows[document.content_hash]["company_id"] for document in documents)


def _document(row: sqlite3.Row, known: Extraction) -> llm.Document:
    """The posting, and what neither the platform nor the rules know of it."""
    filled = set(json.loads(row["facts"])) | {name for name in WANTED if getattr(known, name) not in (None, [])}
    keys = {llm.evidence_key(name) for name in filled}
    wanted = frozenset(name for name in WANTED if llm.evidence_key(name) not in keys)
    return llm.Document(row["content_hash"], row["title"], row["location"], row["text"], wanted)


def _complete(known: Extraction, answer: Extraction) -> None:
    for name in WANTED:
        if getattr(answer, name) not in (None, []):
            setattr(known, name, getattr(answer, name))
    known.evidence.update(answer.evidence)
