"""Everything that one ingest holds open, so that the verbs need one argument and nothing is opened twice."""

import asyncio
import fcntl
import functools
import hashlib
import json
import math
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from tasks import cache, llm, rules, store
from tasks.cache import news
from tasks.errors import ExtractionError, StoreError
from tasks.fetch import Fetcher, fetcher
from tasks.model import Extraction
from tasks.settings import Settings
from tasks.store.pending import Selection

THREADS = 2
READERS = 2  # of 170 MB each
SEARCHES = 2  # of 100 MB each
Given = ParamSpec("Given")
Result = TypeVar("Result")


@dataclass(slots=True)
class Run:
    """One ingest. Shape: `id` is None in a dry run, which has no database either."""

    settings: Settings
    fetcher: Fetcher
    cache: cache.Cache
    engine: llm.Engine | None
    recipe: str
    recipe_parameters: dict[str, Any]
    writer: sqlite3.Connection | None = None
    reader: sqlite3.Connection | None = None
    id: int | None = None
    model_fault: str | None = None  # why a model that the settings name is left out
    embedding_fault: str | None = None  # why texts wait for their vectors
    is_anew: bool = False  # extract as if nothing were known yet
    writing: asyncio.Lock = field(default_factory=asyncio.Lock)  # batches take turns at the one writer
    reading: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(READERS))  # pages put to a model
    searching: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(SEARCHES))
    is_full: bool = False  # read every page anew, whatever it yielded before
    threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(THREADS, "rolecall"))

    async def work(self, function: Callable[Given, Result], *given: Given.args, **named: Given.kwargs) -> Result:
        """Do it beside the event loop. Reason: few threads, since each keeps its own heap and one holds the GIL."""
        call = functools.partial(function, *given, **named)
        return await asyncio.get_running_loop().run_in_executor(self.threads, call)

    async def moved(self) -> None:
        """Tell whoever looks on that the file has news of this run."""
        if self.id is not None:
            await news.tell(self.cache.link, self.id)

    @property
    def batches_at_once(self) -> int:
        """As many as a model can have in flight, and one more for when the first ones wait for their last answers."""
        return 1 if self.engine is None else 1 + math.ceil(self.settings.vllm_in_flight / self.settings.extract_batch)

    def pending(self) -> Selection:
        """Jobs that an ingest extracts. Reason: without its model it must not replace what the model found."""
        return Selection(self.recipe, is_new=self.model_fault is not None)

    def warnings(self) -> list[str]:
        """One line for each thing that this run had to do without."""
        faults = self.cache.fault, self.model_fault, getattr(self.engine, "warning", None), self.embedding_fault
        return [fault for fault in faults if fault]


@asynccontextmanager
async def open_run(
    settings: Settings, is_full: bool = False, is_dry: bool = False, needs_model: bool = False
) -> AsyncIterator[Run]:
    """A run with all its neighbours. Shape: a model that does not answer is left out, unless the run `needs_model`.

    Raises: StoreError where another run writes the same file, ConfigError where the engine is none, ExtractionError.
    """
    with ExitStack() as stack:
        writer = reader = None
        if not is_dry:
            stack.enter_context(only_writer(settings.data_dir))
            writer = stack.enter_context(closing(store.open_database(settings.database)))
            reader = stack.enter_context(closing(store.open_reader(settings.database)))
        async with open_fetcher(settings) as (pages, answers):
            engine, fault = None, None
            try:
                engine = await llm.connect(settings)
            except ExtractionError as error:
                if needs_model:
                    raise
                fault = f"{error}: rules only; what the model would add waits for the next run"
            parameters = recipe_parameters(engine)
            run = Run(settings, pages, answers, engine, recipe_id(parameters), parameters, writer, reader, None, fault)
            run.is_full = is_full
            try:
                yield run
            finally:
                await llm.close(engine)
                run.threads.shutdown()


@asynccontextmanager
async def open_fetcher(settings: Settings) -> AsyncIterator[tuple[Fetcher, cache.Cache]]:
    """A fetcher that shares the hosts' budgets with all that use the same Redis."""
    answers = await cache.connect(settings)
    try:
        async with fetcher(settings, redis=answers.link) as pages:
            yield pages, answers
    finally:
        await answers.close()


def recipe_parameters(engine: llm.Engine | None) -> dict[str, Any]:
    """All that decides an extraction's outcome: rules, engine, and the shape of the answer."""
    schema = json.dumps(Extraction.model_json_schema(), sort_keys=True).encode()
    return {
        "rules": rules.VERSION,
        "schema": hashlib.sha256(schema).hexdigest()[:16],
        "engine": engine.recipe if engine else None,
    }


def recipe_id(parameters: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(parameters, sort_keys=True).encode()).hexdigest()[:16]


@contextmanager
def only_writer(folder: Path, flow: str = "ingest") -> Iterator[None]:
    """A lock that the system frees whatever becomes of us; those of other flows do not meet it.

    Raises: StoreError where another process holds it.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / f"{flow}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreError(
                f"{folder}: another {flow} is writing there; wait for it, or see `rolecall status`"
            ) from error
        yield
