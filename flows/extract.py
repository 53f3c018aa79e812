"""Flow `extract`: the fields of jobs that are in the file, under the recipe in force; nothing is scraped.

Reason: a new model, prompt or rule is tried on what is there, and what a model could not answer is asked again, without
a request to any board.

Needs: the SQLite file; the model's server where the settings name one; Redis where there is one.
Writes: the SQLite file, the Redis cache, a summary artifact.
"""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from prefect import flow
from prefect.artifacts import acreate_table_artifact
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed

from flows.sentences import sentence
from flows.show import by_origin
from tasks import settings as configuration
from tasks.errors import ConfigError
from tasks.extract import extract_batch
from tasks.run import Run, open_run
from tasks.store import extractions, recipes, runs, search
from tasks.store.pending import Selection, count_pending, pending
from tasks.upsert import whole


def _run_name() -> str:
    return f"extract {datetime.now(UTC):%Y-%m-%d %H:%M}"


@flow(name="extract", flow_run_name=_run_name, persist_result=False, validate_parameters=True)
async def extract(recipe: str = "current", limit: int | None = None, company: str | None = None) -> State[Any]:
    """Extract again. Shape: `recipe` says which jobs: `current` those without an extraction under the recipe in force,
    the id of a recipe (or how it begins) those that it filled, `all` every open job; the last two ask anew, past the
    cache. `company` is a name, a board or an id.

    Raises: ConfigError, StoreError, ExtractionError where the model's server does not answer.
    """
    settings = configuration.load()
    async with open_run(settings, needs_model=True) as run:
        assert run.writer is not None
        which = _selection(run, recipe, company)
        asked = {"recipe": recipe, "limit": limit, "company": company}
        run.id, _ = runs.start(run.writer, asked, [], settings, "extract", str(flow_run.id))
        await run.moved()
        extractions.register(run.writer, run.recipe, run.recipe_parameters)
        taken = await extract_all(run, which, limit)
        runs.finish(run.writer, run.id, str(flow_run.id), run.warnings())
        await run.moved()
        runs.optimize(run.writer, run.id)
        latest = runs.latest(run.writer)
        assert latest is not None
        await summarise(latest)
        left = count_pending(run.writer, Selection(run.recipe))
        return Completed(message=f"{taken} jobs taken, {latest['extracted']} extracted, {left} left", data=dict(latest))


async def extract_all(run: Run, which: Selection, limit: int | None = None) -> int:
    """Batch after batch of the selected jobs, as many at once as keep a model busy; how many jobs were taken."""
    assert run.reader is not None
    slots, after_pk, taken = asyncio.Semaphore(run.batches_at_once), 0, 0
    try:
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
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from errors  # the others were only told to stop
    return taken


async def summarise(run: Mapping[str, Any]) -> None:
    """An artifact with the counts of each field by origin."""
    if json.loads(run["fields"]):
        await acreate_table_artifact(table=by_origin(run), key="extraction-summary", description=sentence(run))


def _selection(run: Run, recipe: str, company: str | None) -> Selection:
    """Raises: ConfigError where recipe or company is not in the file."""
    assert run.reader is not None
    companies = None if company is None else tuple(search.companies_of(run.reader, company))
    if companies == ():
        raise ConfigError(f"no company of the file is called {company!r}")
    was = None if recipe in ("current", "all") else recipes.resolve(run.reader, recipe)
    run.is_anew = recipe != "current"
    return Selection(run.recipe, was=was, is_all=recipe == "all", company_ids=companies)
