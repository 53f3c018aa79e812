"""Verb: upsert whole boards in one transaction, as they come."""

import asyncio
import time
from collections.abc import Sequence
from typing import TypeVar, cast

from prefect import task
from prefect.artifacts import acreate_progress_artifact, aupdate_progress_artifact
from prefect.cache_policies import NO_CACHE
from prefect.utilities.annotations import quote

from tasks.run import Run
from tasks.store import boards as landing
from tasks.store import hosts
from tasks.store.ledger import BoardRun

WAITING_BOARDS = 8  # with postings, for the writer; more would only be held in memory
GATHER_SECONDS = 0.05  # so that small and unchanged boards share a transaction and a task run
Thing = TypeVar("Thing")


def whole(thing: Thing) -> Thing:
    """Hand over as it is: Prefect would look into every posting for futures."""
    return cast(Thing, quote(thing))


@task(task_run_name="upsert {count} postings", cache_policy=NO_CACHE, persist_result=False)
async def upsert_batch(boards: Sequence[BoardRun], run: Run, count: int) -> None:
    """Land these boards, and what has been asked of hosts by now: a run that is cut off has asked it all the same.

    Raises: StoreError; then nothing of the batch was written, and the run ends.
    """
    assert run.writer is not None
    assert run.id is not None
    await run.work(landing.land, run.writer, run.id, boards, run.settings)
    await run.work(hosts.add, run.writer, run.id, run.fetcher.hosts.take())
    await run.moved()


async def land_all(run: Run, queue: asyncio.Queue[BoardRun | None], waiting: asyncio.Semaphore, total: int) -> None:
    """Take what waits, up to a batch, and land it; the slower the writer, the larger its batches."""
    progress = await acreate_progress_artifact(progress=0.0, key="ingest-progress", description=f"0 of {total} boards")
    done, told_at, is_open = 0, time.monotonic(), True
    while is_open:
        batch, is_open = await _take(queue, run.settings.upsert_batch)
        if batch and run.id is not None:
            await upsert_batch(whole(batch), whole(run), count=sum(len(board.rows) for board in batch))
        for board in batch:
            if board.rows:
                waiting.release()
            board.rows, board.pages = [], []
            board.seen = board.seen if run.id is None else []  # the ledger has the count by now
        done += len(batch)
        if not is_open or time.monotonic() - told_at > 1:
            told_at = time.monotonic()
            share = 100.0 * done / total if total else 100.0
            await aupdate_progress_artifact(progress, progress=share, description=f"{done} of {total} boards")


async def _take(queue: asyncio.Queue[BoardRun | None], postings: int) -> tuple[list[BoardRun], bool]:
    """What has come, up to so many postings, and whether more will come."""
    batch: list[BoardRun] = []
    board = await queue.get()
    await asyncio.sleep(GATHER_SECONDS)
    while board is not None:
        batch.append(board)
        if queue.empty() or sum(len(each.rows) for each in batch) >= postings:
            return batch, True
        board = queue.get_nowait()
    return batch, False
