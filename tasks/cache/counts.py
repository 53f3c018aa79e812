"""What the cache was asked, what it knew and what that saved: added up here, written to Redis with the next entries."""

from collections import defaultdict

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline

PREFIX = "rolecall:count"
NAMES = ("hits", "misses", "too_large", "saved_calls", "saved_seconds")


class Counts:
    """Counts per recipe that Redis does not know yet."""

    def __init__(self) -> None:
        self._counts: defaultdict[str, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))

    def add(self, recipe: str, **counts: float) -> None:
        """Shape: names are those of NAMES. Units: seconds of the model's server."""
        for name, count in counts.items():
            if count:
                self._counts[recipe][name] += count

    def move(self, pipeline: Pipeline, ttl_seconds: int) -> None:
        """Queue all increments. Shape: a recipe's counts live as long after their last change as its entries."""
        for recipe, counts in self._counts.items():
            key = f"{PREFIX}:{recipe}"
            for name, count in counts.items():
                pipeline.hincrbyfloat(key, name, count)
            pipeline.expire(key, ttl_seconds)
        self._counts.clear()


async def read(client: Redis) -> dict[str, dict[str, float]]:
    """Counts by recipe."""
    found = {}
    async for key in client.scan_iter(match=f"{PREFIX}:*", count=1000):
        values = [float(value or 0) for value in await client.hmget(key, NAMES)]
        found[key.decode().removeprefix(f"{PREFIX}:")] = {
            name: round(value, 3) if name.endswith("_seconds") else int(value)
            for name, value in zip(NAMES, values, strict=True)
        }
    return found
