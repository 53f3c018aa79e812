"""The only owner of Redis: extractions by recipe and content hash, asked before any extraction.

Whatever ails Redis, the run completes: the first fault is said once, and the cache is left out from then on.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from redis.asyncio import Redis

from tasks.cache import claims, counts, embedded
from tasks.cache.link import FAULTS, Link, chunks
from tasks.model import Extraction
from tasks.settings import Settings

__all__ = ["FAULTS", "Cache", "connect"]

PREFIX = "rolecall:x"
SCANNED = 1000  # keys of one SCAN, and of what is done with them


class Cache:
    """Look-ups that never raise; `fault` says in one line why the cache is left out, None while it serves."""

    def __init__(self, link: Link, ttl_seconds: int, value_max_bytes: int, claim_seconds: float = claims.SECONDS):
        self._link = link
        self._ttl_seconds, self._value_max_bytes = ttl_seconds, value_max_bytes
        self._claims, self._counts = claims.Claims(link, claim_seconds), counts.Counts()

    @property
    def fault(self) -> str | None:
        return self._link.fault

    @property
    def link(self) -> Link:
        """The Redis itself, for what else a run shares with others."""
        return self._link

    @property
    def is_full(self) -> bool:
        """Whether Redis took no more entries and evicts nothing."""
        return self._link.is_full

    async def get(self, recipe: str, hashes: Sequence[str], is_again: bool = False) -> dict[str, Extraction]:
        """What is known of these contents under this recipe; unreadable values count as unknown.

        Shape: what is looked for `is_again` was counted as missing before.
        """
        found: dict[str, Extraction] = {}
        for chunk in chunks(hashes):
            values = await self._link.ask(_values, recipe, chunk)
            for content, value in zip(chunk, values or [], strict=False):  # none where Redis is away
                extraction = self._read(value)
                if extraction is not None:
                    found[content] = extraction
        saved = [extraction.asked.seconds for extraction in found.values() if extraction.asked]
        misses = 0 if is_again else len(hashes) - len(found)
        self._counts.add(recipe, hits=len(found), misses=misses, saved_calls=len(saved), saved_seconds=sum(saved))
        return found

    async def put(self, recipe: str, extractions: Mapping[str, Extraction]) -> int:
        """Keep the sound and not too large ones of these for the time to live; how many were kept."""
        sound = {
            content: each.model_dump_json(exclude_defaults=True).encode()
            for content, each in extractions.items()
            if each.is_sound
        }
        values = [(content, value) for content, value in sound.items() if len(value) <= self._value_max_bytes]
        self._counts.add(recipe, too_large=len(sound) - len(values))
        return sum([await self._link.write(self._set, recipe, chunk) or 0 for chunk in chunks(values)])

    async def claim(self, recipe: str, hashes: Sequence[str]) -> list[str]:
        """Those of these contents that nobody is asking a model about; they are ours until released."""
        return await self._claims.take(recipe, hashes)

    async def release(self, recipe: str, hashes: Sequence[str]) -> None:
        await self._claims.release(recipe, hashes)

    async def recipes(self) -> list[str]:
        """Those that have entries.

        Raises: redis.exceptions.RedisError, as all below, since here somebody asked for it.
        """
        return sorted({_recipe(key) async for keys in self._scan() for key in keys})

    async def invalidate(self, recipe: str | None = None, hashes: Sequence[str] | None = None) -> int:
        """Forget a recipe, some contents under every recipe, or all; how many entries went. The counts stay."""
        wanted, gone = None if hashes is None else set(hashes), 0
        async for keys in self._scan(recipe or "*"):
            forgotten = [key for key in keys if wanted is None or key.rsplit(":", 1)[1] in wanted]
            gone += await self._asked.unlink(*forgotten) if forgotten else 0
        return gone

    async def stats(self) -> dict[str, Any]:
        """Entries, their bytes and what they saved, in all and per recipe, and the server's memory."""
        zero = dict.fromkeys(["entries", "bytes", *counts.NAMES], 0)
        recipes: dict[str, dict[str, float]] = {
            recipe: {**zero, **each} for recipe, each in (await counts.read(self._asked)).items()
        }
        async for keys in self._scan():
            pipeline = self._asked.pipeline(transaction=False)
            for key in keys:
                pipeline.memory_usage(key)
            for key, size in zip(keys, await pipeline.execute(), strict=True):
                row = recipes.setdefault(_recipe(key), dict(zero))
                row["entries"] += 1
                row["bytes"] += size or 0
        memory = await self._asked.info("memory")
        return {
            **{name: sum(row[name] for row in recipes.values()) for name in zero},
            "used_bytes": memory["used_memory"],
            "max_bytes": memory.get("maxmemory", 0),
            "recipes": recipes,
        }

    async def close(self) -> None:
        await self._claims.close()
        await self._link.write(self._set, "", [])
        if self._link.client is not None:
            await self._link.client.aclose()

    @property
    def _asked(self) -> Redis:
        assert self._link.client is not None
        return self._link.client

    async def _scan(self, recipe: str = "*") -> AsyncIterator[list[str]]:
        """Keys of entries, some at a time."""
        keys: list[str] = []
        async for key in self._asked.scan_iter(match=f"{PREFIX}:{recipe}:*", count=SCANNED):
            keys.append(key.decode())
            if len(keys) >= SCANNED:
                yield keys
                keys = []
        if keys:
            yield keys

    async def _set(self, client: Redis, recipe: str, values: Sequence[tuple[str, bytes]]) -> int:
        """Entries and counts in one round trip."""
        pipeline = client.pipeline(transaction=False)
        for content, value in values:
            pipeline.set(_key(recipe, content), value, ex=self._ttl_seconds)
        self._counts.move(pipeline, self._ttl_seconds)
        await pipeline.execute()
        return len(values)

    def _read(self, value: bytes | str | None) -> Extraction | None:
        if value is None or len(value) > self._value_max_bytes:
            return None
        try:
            return Extraction.model_validate_json(value)
        except ValidationError:
            return None


async def connect(settings: Settings, claim_seconds: float = claims.SECONDS) -> Cache:
    """The cache that the settings name: `redis_url`, else the embedded server where one runs, else none."""
    link = await _link(settings)
    return Cache(link, int(settings.cache_ttl_days * 86400), settings.cache_value_max_bytes, claim_seconds)


async def _link(settings: Settings) -> Link:
    url = embedded.address(settings)
    if url in (None, "off"):
        said = "ROLECALL_REDIS_URL is off" if url else "no redis-server runs or can be started"
        return Link(None, f"no cache: {said}")
    try:
        client = Redis.from_url(
            url,
            socket_timeout=settings.redis_timeout_seconds,
            socket_connect_timeout=settings.redis_timeout_seconds,
            retry=None,
        )
    except ValueError as error:
        return Link(None, f"no cache: REDIS_URL is not understood ({error})")
    link = Link(client)
    await link.ask(_ping)
    return link


async def _ping(client: Redis) -> bool:
    return bool(await client.ping())


async def _values(client: Redis, recipe: str, hashes: Sequence[str]) -> list[bytes | str | None]:
    return await client.mget([_key(recipe, content) for content in hashes])


def _key(recipe: str, content: str) -> str:
    return f"{PREFIX}:{recipe}:{content}"


def _recipe(key: str) -> str:
    return key.removeprefix(f"{PREFIX}:").rsplit(":", 1)[0]
