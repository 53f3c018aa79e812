"""Flow `embed`: vectors for the texts of open jobs that have none under the model in force; nothing is scraped.

Reason: the file itself says what is missing, so a run that was cut off goes on where it was, and a new model replaces
the old one's vectors text by text.

Needs: the SQLite file; the embedding server; the extra `semantic` for the index alone.
Writes: the SQLite file, the index `vectors.db`.
"""

import asyncio
import sqlite3
import sys
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from tasks import settings as configuration
from tasks import store
from tasks.embed import bring_up, embed_batch
from tasks.errors import ExtractionError, StoreError
from tasks.llm.embeddings import Embedder
from tasks.run import only_writer, recipe_id
from tasks.settings import Settings
from tasks.store import embeddings, extractions, vectors
from tasks.upsert import whole

BATCH = 512  # jobs of one transaction


@dataclass(slots=True)
class Embedded:
    """What came of it. Shape: `embedded` counts texts, `left` open jobs without one, `searchable` those with one."""

    embedded: int = 0
    left: int = 0
    searchable: int = 0
    warning: str | None = None


def _run_name() -> str:
    return f"embed {datetime.now(UTC):%Y-%m-%d %H:%M}"


@flow(name="embed", flow_run_name=_run_name, persist_result=False, validate_parameters=True)
async def embed(limit: int | None = None) -> State[Any]:
    """Embed what has no vector yet, `limit` jobs at most.

    Raises: ConfigError, StoreError, ExtractionError where the embedding server does not answer.
    """
    settings = configuration.load()
    with only_writer(settings.data_dir), closing(store.open_database(settings.database)) as writer:
        found = await embed_all(settings, writer, limit)
    said = f"{found.embedded:,} texts embedded, {found.left:,} left; {found.searchable:,} jobs searchable by meaning"
    return Completed(message=said, data=asdict(found))


async def embed_all(
    settings: Settings, writer: sqlite3.Connection, limit: int | None = None, batch: int = BATCH
) -> Embedded:
    """Batch after batch of what is missing, then the index.

    Raises: ConfigError, StoreError, ExtractionError where the embedding server cannot be used at all.
    """
    embedder = await Embedder.connect(settings)
    try:
        recipe = recipe_id(embedder.recipe)
        extractions.register(writer, recipe, embedder.recipe)
        done = await _embed_missing(writer, embedder, recipe, limit, batch)
        left = embeddings.count_pending(writer, recipe)
        found = Embedded(done, left, warning=embedder.warning)
        await asyncio.to_thread(_index, settings, found, recipe, embedder)
        return found
    finally:
        await embedder.close()


async def embed_if_configured(settings: Settings, writer: sqlite3.Connection) -> str | None:
    """What an ingest does at its end; one line where it could not, for whatever reason."""
    if settings.embedding_url is None:
        return None
    try:
        return (await embed_all(settings, writer)).warning
    except (ExtractionError, StoreError) as error:
        return f"{error}: search by meaning waits for the next run"


async def _embed_missing(
    writer: sqlite3.Connection, embedder: Embedder, recipe: str, limit: int | None, batch: int
) -> int:
    before_pk, taken, done = sys.maxsize, 0, 0
    while (limit is None or taken < limit) and not embedder.is_left_out:
        most = batch if limit is None else min(batch, limit - taken)
        rows = await asyncio.to_thread(embeddings.pending, writer, recipe, before_pk, most)
        if not rows:
            break
        before_pk, taken = rows[-1]["pk"], taken + len(rows)
        done += await embed_batch(whole(rows), whole(writer), whole(embedder), recipe, count=len(rows))
    return done


def _index(settings: Settings, found: Embedded, recipe: str, embedder: Embedder) -> None:
    if not vectors.is_installed():
        found.warning = found.warning or "the extra `semantic` is not installed: vectors are kept, not searched"
        return
    with closing(store.open_reader(settings.database)) as reader, vectors.opened(settings.vectors) as index:
        index.belongs_to(recipe, embedder.model, embedder.dimensions)
        found.searchable = bring_up(index, reader, recipe)
