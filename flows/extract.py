"""Flow `extract`: the fields of jobs that are in the file, under the recipe in force; nothing is scraped.

Reason: a new model, prompt or rule is tried on what is there, and what a model could not answer is asked again, without
a request to any board.

Needs: the SQLite file; Redis and a model only where there are any.
Writes: the SQLite file, the Redis cache, a summary artifact.
"""

import asyncio

from tasks.extract import extract_batch
from tasks.run import Run
from tasks.store.pending import Selection, pending
from tasks.upsert import whole


async def extract_all(run: Run, which: Selection, limit: int | None = None) -> int:
    """Batch after batch of the selected jobs, as many at once as keep a model busy; how many jobs were taken."""
    assert run.reader is not None
    slots, after_pk, taken = asyncio.Semaphore(run.batches_at_once), 0, 0
    async with asyncio.TaskGroup() as group:
        while limit is None or taken < limit:
            await slots.acquire()
            most = run.settings.extract_batch if limit is None else min(run.settings.extract_batch, limit - taken)
            rows = await run.work(pending, run.reader, which, after_pk, most)
            if not rows:
                break
            after_pk, taken = rows[-1]["pk"], taken + len(rows)
            batch = group.create_task(extract_batch(whole(rows), whole(run), count=len(rows)))
            batch.add_done_callback(lambda _: slots.release())
    return taken
