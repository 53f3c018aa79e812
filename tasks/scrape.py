"""Verb: scrape a board into a row of the ledger and rows to land. No SQLite writes in here."""

import time
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.runtime import task_run
from prefect.states import Completed, Failed
from prefect.tasks import Task

from tasks.errors import BlockedError, GoneError, PipelineError, TransientError
from tasks.fetch import Counts
from tasks.model import Company
from tasks.run import Run
from tasks.store.ledger import BoardRun
from tasks.walk import walk

ENDINGS: dict[type[BaseException], str] = {GoneError: "gone", BlockedError: "blocked"}


async def is_transient(_: Task[Any, Any], __: TaskRun, state: State[Any]) -> bool:
    """Prefect asks this before each retry; only what may heal by itself is tried again."""
    return isinstance(await state.aresult(raise_on_failure=False), TransientError)


@task(
    task_run_name="{company.name}",
    retry_jitter_factor=0.5,
    retry_condition_fn=is_transient,
    cache_policy=NO_CACHE,
    persist_result=False,
)
async def scrape_company(company: Company, board: BoardRun, run: Run) -> State[Any]:
    """Fill `board` from its platform; a failed state with one line and the error where that cannot be done."""
    started = time.monotonic()
    board.retries = (task_run.run_count or 1) - 1
    counts = Counts()
    try:
        await walk(company, board, run, counts, is_last_try=board.retries >= run.settings.retries)
    except PipelineError as error:
        return Failed(message=str(error), data=error)
    finally:
        board.requests += counts.requests
        board.bytes += counts.bytes
        board.seconds = round(board.seconds + time.monotonic() - started, 3)
    return Completed(message=f"{board.outcome}: {board.fetched} postings")


def failed(board: BoardRun, error: BaseException) -> BoardRun:
    """The board's row when scraping it ended with this error."""
    board.outcome = ENDINGS.get(type(error), "failed")
    board.error = " ".join(str(error).split())[:500] or type(error).__name__
    board.rows, board.seen, board.pages = [], [], []
    board.visited.clear()
    return board
