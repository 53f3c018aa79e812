"""News of a run, told through Redis to whoever looks on: a hint to read the file again, never the content itself."""

import json

import redis.exceptions
from redis.asyncio import Redis

from tasks.cache.link import Link

CHANNEL = "rolecall:progress"


async def tell(link: Link, run_id: int) -> None:
    """Say that this run has moved. Shape: nobody hears it where Redis is away, or lets us use no channel."""
    await link.ask(_publish, json.dumps({"run": run_id}))


async def _publish(client: Redis, message: str) -> None:
    try:
        await client.publish(CHANNEL, message)
    except redis.exceptions.NoPermissionError:
        return  # of channels alone: the cache is still ours to use
