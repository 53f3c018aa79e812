"""Politeness: how often, how many at once and when each host may be asked again, by all processes together.

Reason: a circuit breaker of three states. Closed: asked at its rate. Open: after three failures in a row (no answer,
5xx, 429, 403) nobody asks for a pause that doubles while they go on. Half-open: when the pause is over one request
goes ahead, and what it finds decides for those behind it.
"""

import time
from asyncio import Semaphore, sleep
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from tasks import gate
from tasks.addresses import is_loopback
from tasks.cache.link import Link
from tasks.errors import BlockedError, FetchError
from tasks.hosts.robots import KEPT_SECONDS
from tasks.hosts.shared import Shared
from tasks.hosts.tally import FAILURES_TO_PAUSE, Host, Tally
from tasks.settings import Settings

__all__ = ["Hosts", "Tally"]

PAUSE_SECONDS = 5.0
PAUSE_MAX_SECONDS = 60.0
FAST = 100.0  # requests a second; a host on this machine with as many needs no breaker and no look-up


class Hosts:
    """The hosts of one run, each with its slots, its rate, its pause and its counts."""

    def __init__(self, settings: Settings, link: Link | None = None, pause_seconds: float = PAUSE_SECONDS):
        self._settings, self._pause_seconds = settings, pause_seconds
        self._hosts: dict[str, Host] = {}
        self._shared = Shared(link)

    @asynccontextmanager
    async def turn(self, url: str, requests_per_second: float | None = None) -> AsyncIterator[Tally]:
        """Wait until the host may be asked, and hold one of its slots. Shape: its counts, to be added to.

        Raises: FetchError at once where the host's pause is longer than we are willing to wait.
        """
        host = self._host(url)
        host.slow_down(self._named(host, requests_per_second))
        async with host.slots, AsyncExitStack() as held:
            began = time.monotonic()
            await held.enter_async_context(host.line)
            while (wait := await self._wait(host, url)) > 0:
                await sleep(wait)
                host.slept_at = time.monotonic()
            if host.slept_at > began:
                host.tally.waits += 1
                host.tally.wait_seconds += time.monotonic() - began
            if not host.is_tripped:  # else this is the one that goes ahead
                await held.aclose()
            yield host.tally

    def succeeded(self, url: str) -> None:
        self._host(url).failures = 0

    async def failed(self, url: str) -> None:
        """Count a failure; three in a row give a host (not this machine) a pause, that grows while they go on."""
        host = self._host(url)
        host.failures += 1
        host.tally.failures += 1
        if host.is_tripped:
            await self.pause(
                url, min(self._pause_seconds * 2 ** (host.failures - FAILURES_TO_PAUSE), PAUSE_MAX_SECONDS)
            )

    async def pause(self, url: str, seconds: float) -> None:
        """Nobody asks this host before so many seconds have passed."""
        host = self._host(url)
        host.tally.pauses += 1
        host.paused_until = max(host.paused_until, time.monotonic() + seconds)
        if self._is_shared(host):
            await self._shared.pause(host.name, seconds)

    def verdict(self, url: str, delay_seconds: float, is_allowed: bool) -> None:
        """Keep to what robots.txt says of a page.

        Raises: BlockedError.
        """
        host = self._host(url)
        if delay_seconds:
            host.tally.crawl_delay_seconds = delay_seconds
        longest, said = self._settings.crawl_delay_max_seconds, None
        if not is_allowed:
            said = "disallows it"
        elif delay_seconds > longest:
            said = f"asks for {delay_seconds:g} s between requests, ROLECALL_CRAWL_DELAY_MAX_SECONDS is {longest:g}"
        if said:
            host.tally.robots_refused += 1
            raise BlockedError(f"robots.txt {said}", url)
        host.tally.robots_allowed += 1
        if delay_seconds:
            host.slow_down(1 / max(1.0, delay_seconds))  # less than a second is no window of the limiter

    def rate(self, url: str) -> float:
        """Requests a second that we ask this host at, whatever others do."""
        host = self._host(url)
        return self._named(host, None) if host.rate is None else host.rate

    def take(self) -> dict[str, dict[str, float | None]]:
        """The counts of each host since they were last taken."""
        return {host.name: host.tally.take() for host in self._hosts.values() if host.tally != Tally()}

    def is_patient(self, seconds: float) -> bool:
        """Whether a pause of so many seconds is waited for."""
        return seconds <= self._settings.host_pause_max_seconds

    async def remembered(self, origin: str) -> bytes | None:
        """A robots.txt that another process has read lately."""
        return await self._shared.get(f"robots:{origin}") if self._is_shared(self._host(origin)) else None

    async def remember(self, origin: str, text: bytes) -> None:
        if self._is_shared(self._host(origin)):
            await self._shared.put(f"robots:{origin}", text, KEPT_SECONDS)

    async def _wait(self, host: Host, url: str) -> float:
        """Seconds to wait before looking again, 0 where the host may be asked now."""
        rate, pause = self.rate(url), host.pause_seconds
        is_shared = self._is_shared(host)
        if is_shared:
            known = await self._shared.known(host.name, rate)
            rate, pause = min(rate, known.rate), max(pause, known.pause_seconds)
        if not self.is_patient(pause):
            raise FetchError(
                f"{host.name} is left alone for {pause:.0f} s more, longer than ROLECALL_HOST_PAUSE_MAX_SECONDS", url
            )
        return pause or await self._shared.wait(host.name, rate, is_shared)

    def _host(self, url: str) -> Host:
        name = gate.name_of(url)
        if name not in self._hosts:
            is_here = is_loopback(gate.read(url).host)
            is_own = is_here and self._settings.loopback_requests_per_second >= FAST
            self._hosts[name] = Host(name, Semaphore(self._settings.requests_per_host), is_here, is_own)
        return self._hosts[name]

    def _named(self, host: Host, named: float | None) -> float:
        """Shape: a source's own rate takes the place of the default, never of a lower one that a person set."""
        if host.is_here:
            return self._settings.loopback_requests_per_second
        rate = self._settings.requests_per_second
        if named is None:
            return rate
        return min(named, rate) if "requests_per_second" in self._settings.model_fields_set else named

    def _is_shared(self, host: Host) -> bool:
        return not host.is_own or (host.rate or FAST) < FAST
