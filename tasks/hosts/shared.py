"""What all processes and machines know of a host, in Redis; each for itself where there is none."""

import math
import time
from dataclasses import dataclass

from limits import RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from redis.asyncio import Redis

from tasks.cache.link import Link

PREFIX = "rolecall:host"
RATE_KEPT_SECONDS = 60  # beyond two of its intervals: a rate that nobody names any more is forgotten
PAUSE_KEPT_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class Known:
    """What the others say of a host. Units: seconds, requests a second."""

    pause_seconds: float = 0.0
    rate: float = math.inf


class Shared:
    """One budget, one pause and one rate for each host; whatever ails Redis, requests go on at this process' own."""

    def __init__(self, link: Link | None):
        self._link = link or Link(None, "no Redis")
        self._here = MovingWindowRateLimiter(MemoryStorage())
        self._there = self._here
        if self._link.client is not None:
            pool = self._link.client.connection_pool
            storage = RedisStorage("async+redis://", implementation="redispy", key_prefix=PREFIX, connection_pool=pool)  # type: ignore[arg-type]  # limits' own hint forgets its pool
            self._there = MovingWindowRateLimiter(storage)

    async def known(self, name: str, rate: float) -> Known:
        """What others say, told what rate we name."""
        return await self._link.ask(_known, name, rate) or Known()

    async def pause(self, name: str, seconds: float) -> None:
        """Shape: a longer pause that others have told stays."""
        if seconds > 0:
            await self._link.ask(_pause, name, min(seconds, PAUSE_KEPT_SECONDS))

    async def wait(self, name: str, rate: float, is_shared: bool) -> float:
        """Seconds until it is worth asking again, 0 where the turn is ours and counted."""
        item = RateLimitItemPerSecond(max(1, math.floor(rate + 1e-9)), max(1, math.ceil(round(1 / rate, 6))))
        if is_shared:
            wait = await self._link.ask(_wait, self._there, item, name)
            if wait is not None:
                return wait
        return await _hit(self._here, item, name)

    async def get(self, name: str) -> bytes | None:
        """A text that another process has left."""
        return await self._link.ask(_get, name)

    async def put(self, name: str, text: bytes, seconds: int) -> None:
        await self._link.write(_put, name, text, seconds)


async def _hit(limiter: MovingWindowRateLimiter, item: RateLimitItemPerSecond, name: str) -> float:
    if await limiter.hit(item, name):
        return 0.0
    window = await limiter.get_window_stats(item, name)
    return min(max(0.005, window.reset_time - time.time()), float(item.get_expiry()))  # clocks may differ


async def _wait(_: Redis, limiter: MovingWindowRateLimiter, item: RateLimitItemPerSecond, name: str) -> float:
    return await _hit(limiter, item, name)


async def _known(client: Redis, name: str, rate: float) -> Known:
    pipeline = client.pipeline(transaction=False)
    pipeline.pttl(f"{PREFIX}:pause:{name}")
    pipeline.get(f"{PREFIX}:rate:{name}")
    left, told = await pipeline.execute()
    lowest = _number(told)
    if rate <= lowest:
        seconds = RATE_KEPT_SECONDS + math.ceil(2 / rate)
        await client.set(f"{PREFIX}:rate:{name}", repr(rate), ex=seconds)
    return Known(max(0, left) / 1000, lowest)


def _number(value: bytes | None) -> float:
    """Shape: infinity for what is no rate."""
    try:
        rate = float(value or b"inf")
    except ValueError:
        return math.inf
    return rate if rate > 0 else math.inf


async def _pause(client: Redis, name: str, seconds: float) -> None:
    key, milliseconds = f"{PREFIX}:pause:{name}", math.ceil(seconds * 1000)
    if await client.pttl(key) < milliseconds:
        await client.set(key, b"1", px=milliseconds)


async def _get(client: Redis, name: str) -> bytes | None:
    value = await client.get(f"{PREFIX}:{name}")
    return value.encode() if isinstance(value, str) else value


async def _put(client: Redis, name: str, text: bytes, seconds: int) -> bool:
    return bool(await client.set(f"{PREFIX}:{name}", text, ex=seconds))
