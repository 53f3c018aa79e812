"""How many requests may be in flight to a model server: as many as it works on, and a few that wait."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

START = 16
WAITING_ROOM = 0.25  # of those it works on: the next ones are there when one is finished
LEAST_ROOM = 4
GROWTH = 1.25
HALVING_SECONDS = 1.0


class Throttle:
    """Slots that adapt. Shape: `limit` moves between 1 and `most`; `in_flight` is how many are taken now."""

    def __init__(self, most: int):
        self.most = most
        self.limit = float(min(START, most))
        self.in_flight = 0
        self.is_told = False  # by the server's own figures; without them each success widens it a little
        self._freed = asyncio.Condition()
        self._halved_at = 0.0

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Wait for a slot and hold it."""
        async with self._freed:
            await self._freed.wait_for(lambda: self.in_flight < int(self.limit))
            self.in_flight += 1
        try:
            yield
        finally:
            async with self._freed:
                self.in_flight -= 1
                self._freed.notify()

    async def observed(self, running: float, waiting: float) -> None:
        """Follow the server's own figures, which count other clients' requests too."""
        self.is_told = True
        room = max(LEAST_ROOM, running * WAITING_ROOM)
        if waiting > room:
            await self._set(self.in_flight - (waiting - room))
        elif waiting <= room / 2 and self.in_flight >= int(self.limit):
            await self._set(max(self.limit * GROWTH, self.limit + LEAST_ROOM))

    async def succeeded(self) -> None:
        if not self.is_told:
            await self._set(self.limit + 1 / self.limit)

    async def backed_off(self) -> None:
        """429, 503 or a timeout: half as many, once a second at most, since all in flight meet the same fault."""
        if time.monotonic() - self._halved_at >= HALVING_SECONDS:
            self._halved_at = time.monotonic()
            await self._set(self.limit / 2)

    async def _set(self, limit: float) -> None:
        async with self._freed:
            self.limit = min(float(self.most), max(1.0, limit))
            self._freed.notify_all()
