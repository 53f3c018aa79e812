"""Hints through Redis that a run has moved: they wake up who reads the file, which is read each second without them."""

import asyncio
import hashlib
import os
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import redis.exceptions
from redis.asyncio import Redis

CHANNEL = "rolecall:progress"  # as tasks/cache/news.py has it
RETRY_SECONDS = 2.0
CONNECT_SECONDS = 1.0
SOCKET_MAX_BYTES = 100
FAULTS = (redis.exceptions.RedisError, OSError, TimeoutError, ValueError)  # the last one of an address that is none


def address(database: Path, environ: Mapping[str, str] = os.environ) -> str | None:
    """Of the Redis that the environment names, else of the one beside the file, where one is."""
    named = environ.get("ROLECALL_REDIS_URL") or environ.get("REDIS_URL")
    if named:
        return None if named == "off" else named
    socket = beside(database)
    return f"unix://{socket}" if socket.exists() else None


def beside(database: Path) -> Path:
    """The socket of the embedded server, as tasks/cache/embedded.py names it."""
    socket = database.resolve().parent / "redis.sock"
    if len(str(socket).encode()) <= SOCKET_MAX_BYTES:
        return socket
    name = hashlib.sha256(str(socket).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"rolecall-{os.getuid()}-{name}" / "redis.sock"


async def listen(where: Callable[[], str | None], hint: asyncio.Event) -> None:
    """Set the event at each hint, for ever; a Redis that goes away is looked for again."""
    while True:
        url = where()
        if url:
            with suppress(*FAULTS):
                await _subscribed(url, hint)
        await asyncio.sleep(RETRY_SECONDS)


async def _subscribed(url: str, hint: asyncio.Event) -> None:
    async with Redis.from_url(url, socket_connect_timeout=CONNECT_SECONDS) as client, client.pubsub() as channel:
        await channel.subscribe(CHANNEL)
        async for message in channel.listen():
            if message["type"] == "message":
                hint.set()
