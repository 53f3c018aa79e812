"""Politeness: how often, how many at once and when each host may be asked again."""

import asyncio
import math
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from limits import RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from tasks.addresses import is_loopback
from tasks.errors import TransientError
from tasks.settings import Settings

FAILURES_TO_PAUSE = 3
PAUSE_SECONDS = 5.0
PAUSE_MAX_SECONDS = 60.0


@dataclass(slots=True)
class Host:
    """What we know of one host in this run."""

    slots: asyncio.Semaphore
    paused_until: float = 0.0  # monotonic seconds
    failures: int = 0  # in a row


class Hosts:
    """The hosts of one run, each with its slots, its rate, its pause and its count of failures."""

    def __init__(self, settings: Settings):
        self._settings = settings
        self._hosts: dict[str, Host] = defaultdict(lambda: Host(asyncio.Semaphore(settings.requests_per_host)))
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    @asynccontextmanager
    async def turn(self, url: str) -> AsyncIterator[None]:
        """Wait until the host may be asked, and hold one of its slots.

        Raises: TransientError at once where the host's pause is longer than we are willing to wait.
        """
        name = urlsplit(url).netloc
        host = self._hosts[name]
        async with host.slots:
            while (wait := host.paused_until - time.monotonic()) > 0:
                if wait > self._settings.host_pause_max_seconds:
                    raise TransientError(f"{name} asked for a pause of {wait:.0f} s", url, 429, wait)
                await asyncio.sleep(wait)
            rate = self._rate(url)
            while not await self._limiter.hit(rate, name):
                window = await self._limiter.get_window_stats(rate, name)
                await asyncio.sleep(max(0.005, window.reset_time - time.time()))
            yield

    def succeeded(self, url: str) -> None:
        self._hosts[urlsplit(url).netloc].failures = 0

    def failed(self, url: str) -> None:
        """Count a failure; three in a row give a host (not this machine) a pause, that grows while they go on."""
        host = self._hosts[urlsplit(url).netloc]
        host.failures += 1
        if host.failures >= FAILURES_TO_PAUSE and not is_loopback(urlsplit(url).hostname or ""):
            self.pause(url, min(PAUSE_SECONDS * 2 ** (host.failures - FAILURES_TO_PAUSE), PAUSE_MAX_SECONDS))

    def pause(self, url: str, seconds: float) -> None:
        host = self._hosts[urlsplit(url).netloc]
        host.paused_until = max(host.paused_until, time.monotonic() + seconds)

    def _rate(self, url: str) -> RateLimitItemPerSecond:
        here = is_loopback(urlsplit(url).hostname or "")
        rate = self._settings.loopback_requests_per_second if here else self._settings.requests_per_second
        return RateLimitItemPerSecond(max(1, math.floor(rate)), max(1, math.ceil(1 / rate)))


def retry_after_seconds(value: str | None, now: datetime) -> float | None:
    """Seconds of a Retry-After header, given as seconds or as a date; None where absent or unreadable."""
    if not value:
        return None
    if value.strip().isdigit():
        return float(value)
    try:
        then = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, ((then if then.tzinfo else then.replace(tzinfo=UTC)) - now).total_seconds())
