"""Extraction of what a data folder holds, as a process of its own: `python -m tests.extracting FOLDER`.

It says `ready`, waits for a line, and says what its engine was asked and what the jobs became.
"""

import asyncio
import json
import sys
from pathlib import Path

from tasks.extract import extract_batch
from tasks.run import open_run
from tasks.settings import load
from tasks.store import extractions, pending, runs
from tests.shouting import ShoutingEngine

JOBS = "SELECT id, seniority, salary_min, city, recipe FROM jobs ORDER BY id"


class SlowEngine(ShoutingEngine):
    """Long enough at work for another run to want the same."""

    async def answers(self, documents):
        async for answer in super().answers(documents):
            await asyncio.sleep(0.01)
            yield answer


async def extract(folder):
    settings = load().model_copy(update={"data_dir": folder})
    async with open_run(settings) as run:
        run.id, _ = runs.start(run.writer, {}, [], settings)
        extractions.register(run.writer, run.recipe, run.recipe_parameters)
        rows = pending.pending(run.reader, run.pending(), 0, 10**6)
        print("ready", flush=True)
        sys.stdin.readline()
        slots = asyncio.Semaphore(run.batches_at_once)

        async def batch(some):
            async with slots:
                await extract_batch.fn(some, run, len(some))

        size = settings.extract_batch
        await asyncio.gather(*(batch(rows[start : start + size]) for start in range(0, len(rows), size)))
        saved = runs.latest(run.writer)["saved_calls"]
        jobs = [tuple(job) for job in run.writer.execute(JOBS)]
    print(json.dumps({"asked": SlowEngine.asked, "saved_calls": saved, "jobs": jobs}))


if __name__ == "__main__":
    asyncio.run(extract(Path(sys.argv[1])))
