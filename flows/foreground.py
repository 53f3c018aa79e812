"""A flow in the foreground of a shell: with the servers that it needs, its progress, and Ctrl-C as people expect it."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import Any

from flows import local, show
from tasks.errors import PipelineError
from tasks.settings import Settings


def run(settings: Settings, start: Callable[[], Awaitable[Any]], database: Path | None) -> tuple[Any, Any]:
    """The state in which the flow ended, and its value. Shape: `start` is called with Prefect's server up.

    Raises: the flow's own PipelineError or OSError, KeyboardInterrupt.
    """
    with ExitStack() as servers:
        servers.enter_context(local.redis_server(settings))
        if not os.environ.get("PREFECT_API_URL"):
            show.note("starting a Prefect server for this run …")
        api = servers.enter_context(local.prefect_server(settings))
        from prefect.exceptions import TerminationSignal  # Prefect reads its settings at import, they are set by now

        show.note(f"Prefect UI: {api.removesuffix('/api')}/runs")
        try:
            state, value = asyncio.run(_awaited(start, database))
        except TerminationSignal as error:
            raise KeyboardInterrupt from error
    if isinstance(value, PipelineError | OSError):  # only now: the server has the flow's last records
        raise value
    return state, value


async def _awaited(start: Callable[[], Awaitable[Any]], database: Path | None) -> tuple[Any, Any]:
    running = asyncio.ensure_future(start())
    keeper = asyncio.ensure_future(_keep_sigterm())
    await show.progress(running, database)
    state = await running
    keeper.cancel()
    return state, await state.aresult(raise_on_failure=False)


async def _keep_sigterm() -> None:
    """Prefect takes SIGTERM over while a flow runs, with an exception that asyncio swallows: take it back."""
    while True:
        if signal.getsignal(signal.SIGTERM) not in (interrupted, signal.SIG_IGN):
            signal.signal(signal.SIGTERM, interrupted)
        await asyncio.sleep(0.1)


def interrupted(_: int, __: FrameType | None) -> None:
    """Once is enough: what follows is cleaning up, and that must not be cut off."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt
