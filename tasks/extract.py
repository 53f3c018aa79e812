"""Verb: extract the fields of pending jobs through the cascade: cache, durable copies, rules, model."""

import asyncio
import json
import sqlite3
import time
from collections import Counter
from collections.abc import Mapping, Sequence

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks import llm, rules
from tasks.model import Asked, Extraction
from tasks.run import Run
from tasks.store import extractions as extracted
from tasks.store import work

STORE_EVERY = 50  # answers of a model in one transaction
STORE_SECONDS = 2.0
OTHERS_SECONDS = 0.2  # between looks at what somebody else is asking
COLUMNS = {
    key: frozenset(llm.columns(key)) for key in ("salary", "experience_years", *llm.SINGLE, "skills")
}  # evidence key -> columns


@task(task_run_name="extract {count} postings", cache_policy=NO_CACHE, persist_result=False)
async def extract_batch(rows: Sequence[sqlite3.Row], run: Run, count: int) -> None:
    """Fill the derived columns of these jobs; those that the model did not answer stay pending.

    Raises: StoreError; then nothing of the batch was written, and the run ends.
    """
    by_content = {row["content_hash"]: row for row in rows}
    known = {} if run.is_anew else await _remembered(run, list(by_content))
    todo = {content: row for content, row in by_content.items() if content not in known}
    found = await run.work(_by_rules, todo)
    asking = {} if run.engine is None else _documents(run, todo, found)
    batch = Batch(run, rows, found)
    batch.count(known, todo)
    await batch.keep({**known, **{content: found[content] for content in todo if content not in asking}}, todo)
    if asking:
        await batch.ask(asking)
    await batch.close()


class Batch:
    """One batch on its way: what rules found, what the model adds, and the books of it."""

    def __init__(self, run: Run, rows: Sequence[sqlite3.Row], found: dict[str, Extraction]):
        self.run, self.found, self.work = run, found, work.Work()
        self.rows: dict[str, list[sqlite3.Row]] = {}
        for row in rows:
            self.rows.setdefault(row["content_hash"], []).append(row)

    def count(self, known: Mapping[str, Extraction], todo: Mapping[str, sqlite3.Row]) -> None:
        for content, rows in self.rows.items():
            counter = self.work.hits if content in known else self.work.misses
            counter.update(row["company_id"] for row in rows)
        self._save(known)

    def _save(self, known: Mapping[str, Extraction]) -> None:
        for asked in (extraction.asked for extraction in known.values() if extraction.asked):
            self.work.saved_calls += 1
            self.work.saved_seconds += asked.seconds

    async def keep(
        self, final: Mapping[str, Extraction], fresh: Mapping[str, object], waiting: Mapping[str, Extraction] = {}
    ) -> None:
        """Write what is final, the `fresh` of it for good; jobs of `waiting` are filled and stay pending."""
        run, everything = self.run, {**final, **waiting}
        if not everything:
            return
        assert run.writer is not None
        assert run.id is not None
        rows = [row for content in everything for row in self.rows[content]]
        new = {content: extraction for content, extraction in final.items() if content in fresh}
        async with run.writing:
            await run.work(extracted.apply, run.writer, run.id, run.recipe, rows, everything, list(new), waiting)
        await run.cache.put(run.recipe, new)
        self.work.fields.update(key for content, each in final.items() for key in _tiers(self.rows[content][0], each))

    async def ask(self, asking: dict[str, llm.Document]) -> None:
        """Put these to the model; what somebody else is asking already is waited for instead."""
        while asking:
            mine = await self.run.cache.claim(self.run.recipe, list(asking))
            try:
                late = await self._answered(mine)  # and released before we claimed it
                await self._ask([asking[content] for content in mine if content not in late])
            finally:
                await self.run.cache.release(self.run.recipe, mine)
            asking = {content: document for content, document in asking.items() if content not in mine}
            if asking:
                await asyncio.sleep(OTHERS_SECONDS)
                late = await self._answered(list(asking))
                asking = {content: document for content, document in asking.items() if content not in late}

    async def _answered(self, contents: Sequence[str]) -> dict[str, Extraction]:
        """What somebody else has found out since we looked."""
        known = {} if self.run.is_anew else await _remembered(self.run, contents, is_again=True)
        await self.keep(known, known)
        self._save(known)
        return known

    async def _ask(self, documents: Sequence[llm.Document]) -> None:
        assert self.run.engine is not None
        answers, since = list[llm.Answer](), time.monotonic()
        async for answer in llm.ask(self.run.engine, documents):
            answers.append(answer)
            if len(answers) >= STORE_EVERY or time.monotonic() - since > STORE_SECONDS:
                await self._store(answers)
                answers, since = [], time.monotonic()
        await self._store(answers)

    async def _store(self, answers: Sequence[llm.Answer]) -> None:
        for answer in answers:
            self.work.outcomes[answer.outcome] += 1
            self.work.calls[self.rows[answer.content_hash][0]["company_id"]] += answer.outcome != "unreachable"
            self.work.prompt_tokens += answer.asked.prompt_tokens
            self.work.completion_tokens += answer.asked.completion_tokens
            self.work.model_seconds += answer.asked.seconds
        final = {answer.content_hash: answer.asked for answer in answers if answer.extraction is not None}
        for answer in answers:
            if answer.extraction is not None:
                _complete(self.found[answer.content_hash], answer.extraction)
        given_up = await self._stumbled([answer for answer in answers if answer.extraction is None])
        for content, asked in given_up.items():
            self.found[content].asked = asked
        final |= given_up
        waiting = {
            each.content_hash: self.found[each.content_hash] for each in answers if each.content_hash not in final
        }
        await self.keep({content: self.found[content] for content in final}, final, waiting)

    async def _stumbled(self, answers: Sequence[llm.Answer]) -> dict[str, Asked]:
        """Count what the model could not answer; those that it is not asked again. An outage counts for nothing."""
        failures = {each.content_hash: (each.asked, each.detail) for each in answers if each.outcome != "unreachable"}
        if not failures:
            return {}
        run = self.run
        assert run.writer is not None
        async with run.writing:
            await run.work(work.stumbled, run.writer, run.recipe, failures)
            tried = await run.work(work.attempts, run.writer, run.recipe, list(failures))
        return {each: asked for each, (asked, _) in failures.items() if tried[each] >= run.settings.vllm_attempts}

    async def close(self) -> None:
        assert self.run.writer is not None
        assert self.run.id is not None
        async with self.run.writing:
            await self.run.work(work.count_work, self.run.writer, self.run.id, self.work)
        await self.run.moved()


async def _remembered(run: Run, contents: Sequence[str], is_again: bool = False) -> dict[str, Extraction]:
    """What Redis knows, and what only the file knows: that is put back into Redis."""
    assert run.reader is not None
    known = await run.cache.get(run.recipe, contents, is_again)
    missing = [content for content in contents if content not in known]
    copies = await run.work(extracted.stored, run.reader, run.recipe, missing) if missing else {}
    await run.cache.put(run.recipe, copies)
    return {**known, **copies}


def _by_rules(rows: Mapping[str, sqlite3.Row]) -> dict[str, Extraction]:
    return {content: rules.extract(row["title"], row["location"], row["text"]) for content, row in rows.items()}


def _documents(run: Run, rows: Mapping[str, sqlite3.Row], found: Mapping[str, Extraction]) -> dict[str, llm.Document]:
    """The postings of which the platform and the rules leave a field open, among those that a model is asked for."""
    documents = {}
    for content, row in rows.items():
        open_keys = run.settings.asked_fields - _filled(json.loads(row["facts"]), found[content])
        if open_keys:
            wanted = frozenset(name for key in open_keys for name in COLUMNS[key])
            documents[content] = llm.Document(content, row["title"], row["location"], row["text"], wanted)
    return documents


def _filled(facts: Mapping[str, object], known: Extraction) -> set[str]:
    """Shape: evidence keys."""
    named = {name for columns in COLUMNS.values() for name in columns if getattr(known, name) not in (None, [])}
    return {llm.evidence_key(name) for name in named | facts.keys()}


def _complete(known: Extraction, answer: Extraction) -> None:
    for name in frozenset().union(*COLUMNS.values()):
        if getattr(answer, name) not in (None, []):
            setattr(known, name, getattr(answer, name))
    known.evidence.update(answer.evidence)
    known.quarantined, known.asked = answer.quarantined, answer.asked


def _tiers(row: sqlite3.Row, extraction: Extraction) -> Counter[tuple[str, str]]:
    """Where the value of each field of one job comes from, and what of it was not believed."""
    stated = {llm.evidence_key(name) for name in json.loads(row["facts"])}
    tiers = Counter((key, "platform") for key in stated if key in COLUMNS)
    tiers.update((key, each.origin) for key, each in extraction.evidence.items() if key in COLUMNS.keys() - stated)
    tiers.update((key.partition(":")[0], "quarantined") for key in extraction.quarantined)
    return tiers
