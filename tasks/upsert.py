"""Verb: upsert whole boards in one transaction."""

from collections.abc import Sequence

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.run import Run
from tasks.store import boards as landing
from tasks.store.ledger import BoardRun


@task(task_run_name="upsert {count} postings", cache_policy=NO_CACHE, persist_result=False)
async def upsert_batch(boards: Sequence[BoardRun], run: Run, count: int) -> None:
    """Land these boards and let go of their rows.

    Raises: StoreError; then nothing of the batch was written, and the run ends.
    """
    assert run.writer is not None
    assert run.id is not None
    await run.work(landing.land, run.writer, run.id, boards, run.settings)
    for board in boards:
        board.rows, board.pages = [], []
