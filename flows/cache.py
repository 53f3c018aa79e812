"""The commands of the Redis cache: what it holds and saved, forget parts of it, fill it from the file."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Iterable
from contextlib import closing
from typing import Annotated, Any

import typer

from flows import local, show
from flows.lookup import CompanyOption, Json
from tasks import cache, store
from tasks import settings as configuration
from tasks.errors import ConfigError
from tasks.store import extractions, recipes, search

WARMED_AT_ONCE = 500  # entries of one pipeline
COLUMNS = ("recipe", "entries", "bytes", "hits", "misses", "saved_calls", "saved_seconds", "too_large")

app = typer.Typer(no_args_is_help=True, help="Look into the Redis cache, forget parts of it, or fill it.")

Recipe = Annotated[str | None, typer.Option(help="Only this recipe: its id, or how the id begins.")]


@app.command()
def stats(as_json: Json = False) -> None:
    """What the cache holds, what it was asked and what it saved, in all and per recipe; Redis' memory."""
    settings = configuration.load()
    with local.redis_server(settings):
        found = asyncio.run(_with_cache(settings, cache.Cache.stats))
    if as_json:
        show.facts(found, as_json)
        return
    recipes = found.pop("recipes")
    show.facts(found, as_json)
    show.table([{"recipe": recipe, **row} for recipe, row in sorted(recipes.items())], COLUMNS)


@app.command()
def invalidate(
    recipe: Recipe = None,
    company: CompanyOption = None,
    content_hash: Annotated[str | None, typer.Option(help="Only this content.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All of it.")] = False,
    as_json: Json = False,
) -> None:
    """Forget cached extractions; the durable copies in the file stay, and so do the counts of `stats`."""
    if not (recipe or company or content_hash or everything):
        raise ConfigError("say what to forget: --recipe, --company, --content-hash or --all")
    settings = configuration.load()
    hashes = [content_hash] if content_hash else None
    if company:
        with closing(store.open_reader(settings.database)) as reader:
            hashes = [*(hashes or []), *search.hashes_of(reader, company)]

    async def forget(asked: cache.Cache) -> int:
        chosen = _begins(recipe, await asked.recipes()) if recipe else None
        return 0 if recipe and not chosen else await asked.invalidate(chosen, hashes)

    with local.redis_server(settings):
        show.facts({"forgotten": asyncio.run(_with_cache(settings, forget))}, as_json)


@app.command()
def warm(recipe: Recipe = None, as_json: Json = False) -> None:
    """Fill Redis from the durable copies in the file; those of the recipes of open jobs where none is named."""
    settings = configuration.load()
    with closing(store.open_reader(settings.database)) as reader:
        chosen = [recipes.resolve(reader, recipe)] if recipe else recipes.of_open_jobs(reader)
        with local.redis_server(settings):
            put = asyncio.run(_with_cache(settings, lambda asked: _warm(asked, reader, chosen)))
    show.facts(put, as_json)


async def _warm(asked: cache.Cache, reader: sqlite3.Connection, chosen: Iterable[str]) -> dict[str, int]:
    """Shape: left out are those that are too large, and those that a model stumbled over."""
    read = put = 0
    for recipe in chosen:
        for some in extractions.of_recipe(reader, recipe, WARMED_AT_ONCE):
            read, put = read + len(some), put + await asked.put(recipe, some)
            if asked.fault or asked.is_full:
                raise ConfigError(asked.fault or f"Redis is full and evicts nothing: {put} extractions were put in")
    return {"put_in": put, "left_out": read - put}


def _begins(prefix: str, ids: Iterable[str]) -> str | None:
    """The recipe whose id begins so, None where none does.

    Raises: ConfigError where several do.
    """
    found = [recipe for recipe in ids if recipe.startswith(prefix)]
    if len(found) > 1:
        raise ConfigError(f"recipe {prefix!r} fits {len(found)} of them; `rolecall cache stats` lists them")
    return next(iter(found), None)


async def _with_cache(settings: configuration.Settings, ask: Callable[[cache.Cache], Awaitable[Any]]) -> Any:
    asked = await cache.connect(settings)
    if asked.fault:
        raise ConfigError(asked.fault)
    try:
        return await ask(asked)
    except cache.FAULTS as error:
        raise ConfigError(f"Redis: {error}") from error
    finally:
        await asked.close()
