"""The progress of runs for many listeners at once: the file is read once for all of them, while there is one.

Reason: 50 open pages that each asked the file every second would be 50 times the queries for the same rows.
"""

import asyncio
import json
import sqlite3
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from datasette.database import QueryInterrupted

from rolecall_reader import ledger
from rolecall_reader.ledger import Ask, Position, Row

LOOK_SECONDS = 1.0
HINTS_SECONDS = 0.25  # between two looks, however many hints come
KEPT = 1000  # latest rows held for all; who is further behind reads them from the file
MOST = 200
UNREADABLE = (sqlite3.Error, QueryInterrupted)  # for the moment: the next look may find the file at rest

Hints = Callable[[asyncio.Event], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class Event:
    """Of a stream. Shape: `data` is JSON; who has seen this event has seen all up to `position`."""

    name: str
    data: str
    position: Position


class Streams:
    """All streams of this process. Shape: `describe` makes of a ledger row what listeners are told of it."""

    def __init__(self, ask: Ask, hints: Hints, describe: Callable[[Row], dict[str, Any]]):
        self._ask, self._hints, self._describe = ask, hints, describe
        self._watch: Watch | None = None
        self.count = 0

    @property
    def are_full(self) -> bool:
        return self.count >= MOST

    @property
    def is_watching(self) -> bool:
        return self._watch is not None

    @asynccontextmanager
    async def open(self, since: Position | None) -> AsyncIterator[AsyncIterator[Event]]:
        """All that happens after a position, without an end; else all of the run that is on its way, or the last."""
        self.count += 1
        if self._watch is None or self._watch.is_over:
            self._watch = Watch(self._ask, self._hints, self._describe)
        watch = self._watch
        try:
            async with aclosing(watch.events(since)) as events:
                yield events
        finally:
            self.count -= 1
            if self.count == 0:
                self._watch = None
                watch.end()

    def end(self) -> None:
        """Tell all listeners that there will be no more."""
        if self._watch is not None:
            self._watch.end()


class Watch:
    """One reader of the file, from the first listener to the last."""

    def __init__(self, ask: Ask, hints: Hints, describe: Callable[[Row], dict[str, Any]]):
        self._ask, self._hints, self._describe = ask, hints, describe
        self._head = Position(0)  # all up to here has been read
        self._kept: deque[Event] = deque(maxlen=KEPT)
        self._read = 0  # events ever put into _kept
        self._state = ""
        self._news, self._ready = asyncio.Event(), asyncio.Event()
        self._task = asyncio.create_task(self._look_on())

    @property
    def is_over(self) -> bool:
        return self._task.done()

    def end(self) -> None:
        self._task.cancel()

    async def events(self, since: Position | None) -> AsyncGenerator[Event, None]:
        await self._ready.wait()
        position = Position(self._head.run) if since is None else since
        place: int | None = None  # among the events ever read; None: to be read from the file
        told = ""
        while not self.is_over:
            news, found = self._news, list[Event]()
            if place is not None and self._read - place <= len(self._kept):
                skipped = len(self._kept) - (self._read - place)
                found, place = [each for at, each in enumerate(self._kept) if at >= skipped], self._read
            elif position == self._head:
                place = self._read
            else:
                place, (found, position) = None, await self._caught_up(position)
            for event in found:
                yield event
            position = found[-1].position if place is not None and found else position
            if place == self._read and not news.is_set():
                if self._state != told:
                    told = self._state
                    yield Event("run", told, self._head)
                else:
                    await news.wait()

    async def _caught_up(self, position: Position) -> tuple[list[Event], Position]:
        """A page of rows after a position, up to what is read by now, and where to go on."""
        head = self._head
        if position.run == head.run and position >= head:  # of a file that was there before this one
            return [], head
        rows = await self._asked(lambda: ledger.rest(self._ask, position))
        if rows is None:
            await asyncio.sleep(LOOK_SECONDS)
            return [], position
        events = [self._event(row) for row in rows]
        if position.run == head.run:
            events = [event for event in events if event.position <= head]
        if len(rows) == ledger.PAGE and events:
            return events, events[-1].position
        if position.run == head.run:
            return events, head
        return events, await ledger.following(self._ask, position, head.run)

    async def _look_on(self) -> None:
        hint = asyncio.Event()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._hints(hint))
                while True:
                    await self._asked(self._look)
                    await asyncio.sleep(HINTS_SECONDS)
                    with suppress(TimeoutError):
                        await asyncio.wait_for(hint.wait(), LOOK_SECONDS - HINTS_SECONDS)
                    hint.clear()
        finally:
            self._ready.set()
            self._tell()

    async def _look(self) -> None:
        """Read what has landed since the last look, run by run."""
        if not self._ready.is_set():
            await self._begin()
        before = self._read
        while True:
            run = await ledger.current(self._ask)  # before its rows: those of the run before are all there by then
            rows = await ledger.rest(self._ask, self._head)
            for row in rows:
                self._kept.append(self._event(row))
                self._read += 1
                self._head = self._kept[-1].position
            if len(rows) < ledger.PAGE and self._head.run != run:
                self._head = await ledger.following(self._ask, self._head, run)
            elif len(rows) < ledger.PAGE:
                break
        numbers = await ledger.state(self._ask, self._head.run)
        state = json.dumps(numbers) if numbers else ""
        if self._read > before or state != self._state or not self._ready.is_set():
            self._state = state
            self._ready.set()
            self._tell()

    async def _begin(self) -> None:
        run = await ledger.current(self._ask)
        newest = await ledger.newest(self._ask, run, 1)
        self._head = Position.of(newest[0]) if newest else Position(run)

    def _tell(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()

    def _event(self, row: Row) -> Event:
        return Event("board", json.dumps(self._describe(row)), Position.of(row))

    async def _asked(self, question: Callable[[], Awaitable[Any]]) -> Any:
        """The answer; None where the file cannot be read for the moment."""
        try:
            return await question()
        except UNREADABLE:
            return None
