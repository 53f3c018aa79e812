"""Flow `ingest`: every board of the companies file, scraped, landed, closed and extracted; embedded where that is set.

Reason: one event loop awaits one task run per board under a bound; boards flow through a short queue to the one
writer, so memory holds a few boards, never all postings; extraction then works off what the file says is pending.

Needs: the companies file, the boards' hosts; Redis and a model only where there are any.
Writes: the SQLite file, the Redis cache, a progress artifact and a summary artifact.
"""

import asyncio
import logging
from datetime import UTC, datetime
from typing import Any

from prefect import flow
from prefect.artifacts import acreate_table_artifact
from prefect.client.schemas.objects import State, StateType
from prefect.runtime import flow_run
from prefect.states import Completed
from prefect.tasks import exponential_backoff

from flows.embed import embed_if_configured
from flows.extract import extract_all, summarise
from flows.sentences import saved, sentence
from tasks import companies as companies_file
from tasks import search
from tasks import settings as configuration
from tasks.run import Run, open_run
from tasks.scrape import failed, scrape_company
from tasks.store import extractions, hosts, runs
from tasks.store.ledger import FAILED, BoardRun
from tasks.upsert import WAITING_BOARDS, land_all, whole

log = logging.getLogger(__name__)

COLUMNS = (
    "name source outcome guard claimed fetched new changed closed reopened requests bytes not_modified retries seconds "
    "error"
).split()
SUMS = ("new", "changed", "closed")


def _run_name() -> str:
    return f"ingest {datetime.now(UTC):%Y-%m-%d %H:%M}"


@flow(name="ingest", flow_run_name=_run_name, persist_result=False, validate_parameters=True)
async def ingest(
    company: str | None = None, source: str | None = None, full: bool = False, dry_run: bool = False
) -> State[Any]:
    """Scrape, land and extract; `Completed` when every board was read, `Partial` when some failed.

    Shape: `company` is a name, a board or an id of the companies file; `full` reads unchanged pages too; `dry_run`
    writes nothing.
    Raises: ConfigError, StoreError.
    """
    settings = configuration.load()
    chosen = companies_file.select(companies_file.read(settings.companies_file), company, source)
    companies_file.require_contact(chosen, settings.contact)
    search.require(chosen)
    async with open_run(settings, is_full=full, is_dry=dry_run) as run:
        landed: set[str] = set()
        if run.writer is not None:
            asked = {"company": company, "source": source, "full": full, "file": str(settings.companies_file.resolve())}
            run.id, landed = runs.start(run.writer, asked, chosen, settings, flow_run_id=str(flow_run.id))
            await run.moved()
            extractions.register(run.writer, run.recipe, run.recipe_parameters)
        boards = [BoardRun(each) for each in chosen if each.id not in landed]
        if landed:
            log.info("going on with run %s: %d of %d boards are landed already", run.id, len(landed), len(chosen))
        await _scrape_all(run, boards)
        if run.writer is None:
            rows = [_row(board) for board in boards]
            await _summarise(rows, "Dry run: nothing was written")
            return _state(sum(board.outcome in FAILED for board in boards), len(boards), rows)
        await extract_all(run, run.pending())
        run.embedding_fault = await embed_if_configured(settings, run.writer)
        return await _finish(run)


async def _scrape_all(run: Run, boards: list[BoardRun]) -> None:
    queue: asyncio.Queue[BoardRun | None] = asyncio.Queue()
    slots, waiting = asyncio.Semaphore(run.settings.max_companies), asyncio.Semaphore(WAITING_BOARDS)
    scrape = scrape_company.with_options(
        retries=run.settings.retries, retry_delay_seconds=exponential_backoff(run.settings.retry_delay_seconds)
    )

    async def one(board: BoardRun) -> None:
        async with slots:
            state = await scrape(board.company, whole(board), whole(run), return_state=True)  # type: ignore[misc]
            if not state.is_completed():
                failed(board, await state.aresult(raise_on_failure=False))
                log.warning("%s: %s", board.company.name, board.error)
            if board.rows:
                await waiting.acquire()
            await queue.put(board)

    async def everyone() -> None:
        await asyncio.gather(*(one(board) for board in boards))
        await queue.put(None)

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(land_all(run, queue, waiting, len(boards)))
            group.create_task(everyone())
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from errors  # one of the two failed; the other was only told to stop


async def _finish(run: Run) -> State[Any]:
    assert run.writer is not None
    assert run.id is not None
    hosts.add(run.writer, run.id, run.fetcher.hosts.take())
    runs.finish(run.writer, run.id, str(flow_run.id), run.warnings())
    await run.moved()
    runs.optimize(run.writer, run.id)
    latest = runs.latest(run.writer)
    assert latest is not None
    counts = ", ".join([*(f"{latest[name]:,} {name}" for name in SUMS), sentence(latest)])
    rows = [{name: board[name] for name in COLUMNS} for board in runs.board_rows(run.writer, run.id)]
    spared = saved(hosts.savings(run.writer, run.id))
    await summarise(latest)
    page = f"http://{run.settings.datasette_host}:{run.settings.datasette_port}/rolecall/runs/{run.id}"
    said = [f"[Run {run.id}]({page}): {counts}", f"Saved: {spared}", *run.warnings()]
    await _summarise(rows, " · ".join(said))
    return _state(latest["failed"], latest["boards"])


async def _summarise(rows: list[dict[str, Any]], description: str) -> None:
    await acreate_table_artifact(table=rows[:500], key="ingest-summary", description=description)


def _row(board: BoardRun) -> dict[str, Any]:
    named = {"name": board.company.name, "source": board.company.source}
    return named | {name: getattr(board, name) for name in COLUMNS if name not in named}


def _state(failures: int, total: int, rows: list[dict[str, Any]] | None = None) -> State[Any]:
    """Shape: of type Failed, so that no list shows it green, under a name of its own."""
    if failures:
        return State(type=StateType.FAILED, name="Partial", message=f"{failures} of {total} boards failed", data=rows)
    return Completed(message=f"all {total} boards read", data=rows)
