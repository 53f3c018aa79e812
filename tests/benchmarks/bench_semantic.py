"""How long the nearest of many vectors take, and how many of the true ones are found; on random vectors in clusters.

`python -m pytest tests/benchmarks/bench_semantic.py -o norecursedirs= --benchmark-only -s`; sizes by
`ROLECALL_BENCH_VECTORS`. A million take 2 GB of disk and two minutes to fill.
"""

import asyncio
import os
import random
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rolecall_reader.query_vectors import QueryVectors
from rolecall_reader.semantic import Vectors, is_installed
from tasks.store import vectors

SIZES = [int(size) for size in os.environ.get("ROLECALL_BENCH_VECTORS", "10000,100000").split(",")]
DIMENSIONS, CLUSTERS, SPREAD = 384, 500, 0.8
BATCH, NEAREST, LOOKED_AT, ROUNDS = 5000, 50, 5, 30
EXACT = "SELECT pk FROM vectors ORDER BY vec_distance_cosine(vector, ?) LIMIT ?"

pytestmark = pytest.mark.skipif(not is_installed(), reason="no apsw or sqlite-vec: `.venv/semantic-installed`")


def drawn(count: int) -> Iterator[bytes]:
    """Vectors around the centres of clusters; noise is drawn from a pool, for a million would take an hour."""
    chance = random.Random(1)
    centres = [[chance.gauss(0, 1) for _ in range(DIMENSIONS)] for _ in range(CLUSTERS)]
    noise = [chance.gauss(0, SPREAD) for _ in range(1_000_003)]
    for _ in range(count):
        start, centre = chance.randrange(len(noise) - DIMENSIONS), chance.choice(centres)
        yield struct.pack(f"<{DIMENSIONS}f", *map(float.__add__, centre, noise[start : start + DIMENSIONS]))


def fill(path: Path, size: int) -> float:
    began, of = time.perf_counter(), drawn(size)
    with vectors.opened(path) as index:
        index.belongs_to("bench", "bench", DIMENSIONS)
        for start in range(1, size + 1, BATCH):
            rows = [(pk, f"h{pk}") for pk in range(start, min(start + BATCH, size + 1))]
            index.write([], rows, {content: next(of) for _, content in rows})
    return time.perf_counter() - began


def recall(path: Path, asked: Vectors) -> float:
    """Of the true nearest, the share that is found."""
    found = 0
    with vectors.opened(path) as index:
        for pk in range(1, LOOKED_AT + 1):
            near = {each for each, _ in asyncio.run(asked.similar(pk, NEAREST - 1))} | {pk}
            ((vector,),) = index._connection.execute("SELECT vector FROM vectors WHERE pk = ?", (pk,)).fetchall()
            found += len(near & {each for (each,) in index._connection.execute(EXACT, (vector, NEAREST))})
    return found / (LOOKED_AT * NEAREST)


@pytest.mark.parametrize("size", SIZES)
def bench_the_nearest_of(benchmark: Any, tmp_path: Path, size: int) -> None:
    path = tmp_path / "vectors.db"
    seconds = fill(path, size)
    asked, pks = Vectors(path, QueryVectors({})), iter(range(1, size))
    with asyncio.Runner() as runner:
        cpu = time.process_time()
        near = benchmark.pedantic(lambda: runner.run(asked.similar(next(pks), NEAREST)), rounds=ROUNDS, iterations=1)
        cpu = time.process_time() - cpu
    row = {
        "table": "The nearest of many vectors", "vectors": f"{size:,} of {DIMENSIONS}",
        "ms": f"{benchmark.stats.stats.min * 1000:.0f}", "ms of CPU": f"{cpu / ROUNDS * 1000:.0f}",
        f"of the true {NEAREST}": f"{recall(path, asked):.0%}",
        "filled in s": f"{seconds:.0f}", "MB": f"{path.stat().st_size / 1e6:,.0f}",
    }  # fmt: skip
    benchmark.extra_info["rows"] = [row]
    assert len(near) == NEAREST
