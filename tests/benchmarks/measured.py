"""One ingest in a process of its own: `python -m tests.benchmarks.measured [--plain]`.

The clock runs when all is imported and the servers are up.

Settings come from the environment, as for the command. `--plain` runs the same flow with its tasks called as mere
functions: the difference is what Prefect costs. ROLECALL_BENCH_PROFILE names a file for cProfile's figures; threads'
work is then done in the loop's own thread, where cProfile can see it.
"""

import asyncio
import cProfile
import json
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing
from functools import partial
from importlib import import_module
from types import ModuleType
from typing import Any, ParamSpec, TypeVar

from flows import local
from tasks import companies, store
from tasks import settings as configuration
from tests.benchmarks.memory import peak_mb

PROFILE = os.environ.get("ROLECALL_BENCH_PROFILE")
WORK = "new changed closed extracted cache_hits".split()
Result = TypeVar("Result")
Given = ParamSpec("Given")


class Inline(ThreadPoolExecutor):
    """An executor that does the work at once, in the thread that asks."""

    def submit(self, fn: Callable[Given, Result], /, *args: Given.args, **kwargs: Given.kwargs) -> "Future[Result]":
        done: Future[Result] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001  # whatever it is, it belongs to the caller of result()
            done.set_exception(error)
        return done


def without_prefect(flow: ModuleType) -> Callable[..., Any]:
    """The flow's function, with mere functions in the place of its tasks and artifacts."""
    from prefect.states import Completed

    from flows import extract
    from tasks import upsert

    scrape_company = flow.scrape_company

    class Scrape:
        def with_options(self, **_: Any) -> "Scrape":
            return self

        async def __call__(self, *given: Any, return_state: bool) -> Any:
            return await scrape_company.fn(*given) or Completed()

    async def nothing(*_: Any, **__: Any) -> None:
        return None

    whole = {"whole": lambda thing: thing}
    flow.__dict__.update(scrape_company=Scrape(), acreate_table_artifact=nothing, **whole)
    extract.__dict__.update(extract_batch=extract.extract_batch.fn, acreate_table_artifact=nothing, **whole)
    upsert.__dict__.update(
        upsert_batch=upsert.upsert_batch.fn,
        acreate_progress_artifact=nothing,
        aupdate_progress_artifact=nothing,
        **whole,
    )
    function: Callable[..., Any] = flow.ingest.fn
    return function


async def run(is_plain: bool) -> tuple[Any, float]:
    from flows import ingest as module  # Prefect reads its settings at import

    ingest: Callable[..., Any] = without_prefect(module) if is_plain else partial(module.ingest, return_state=True)
    profile = cProfile.Profile() if PROFILE else None
    if profile:
        asyncio.get_running_loop().set_default_executor(Inline())
        profile.enable()
    began = time.perf_counter()
    state = await ingest()
    seconds = time.perf_counter() - began
    if profile:
        profile.disable()
        profile.dump_stats(str(PROFILE))
    return state, seconds


def main() -> None:
    is_plain = "--plain" in sys.argv[1:]
    settings = configuration.load()
    for name in companies.known_sources():
        import_module(f"tasks.sources.{name}")
    with ExitStack() as servers:
        servers.enter_context(local.redis_server(settings))
        if not is_plain:
            servers.enter_context(local.prefect_server(settings))
        state, seconds = asyncio.run(run(is_plain))
        with closing(store.open_reader(settings.database)) as reader:
            postings = reader.execute("SELECT count(*) FROM jobs WHERE is_open = 1").fetchone()[0]
            last = dict(reader.execute("SELECT * FROM runs ORDER BY id DESC LIMIT 1").fetchone())
            requests = reader.execute("SELECT sum(requests) FROM board_runs WHERE run_id = ?", (last["id"],))
            found = {"state": state.name, "message": state.message, "seconds": round(seconds, 3), "postings": postings,
                     "peak_mb": peak_mb(), "requests": requests.fetchone()[0]}  # fmt: skip
        print(json.dumps(found | {name: last[name] for name in WORK} | {"warnings": json.loads(last["warnings"])}))


if __name__ == "__main__":
    main()
