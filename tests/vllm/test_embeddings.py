"""What the embedding client relies on, said by a real vLLM that embeds with the tiny model of random weights."""

import asyncio
import math
import struct
from collections.abc import Iterator

import pytest

from tasks.errors import ExtractionError
from tasks.llm.embeddings import Embedder
from tests.embedding_server import nearness
from tests.vllm.conftest import API_KEY, ModelServer

LONG = "We look for a rust engineer. " * 5000


@pytest.fixture(scope="module")
def embedding_server(tiny_model, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModelServer]:
    settings = {"OMP_NUM_THREADS": "1", "VLLM_CPU_KVCACHE_SPACE": "1", "ROLECALL_VLLM_SERVE_MAX_SEQS": "16"}
    server = ModelServer(tiny_model, tmp_path_factory.mktemp("vllm") / "embedding.log", **settings)
    try:
        server.start("--enforce-eager", "--runner", "pooling")
        yield server
    finally:
        server.stop()


def embedded(settings, texts):
    async def ask():
        embedder = await Embedder.connect(settings)
        try:
            return await embedder.vectors(texts), embedder
        finally:
            await embedder.close()

    return asyncio.run(ask())


def test_vectors_of_a_real_server_are_read_whole_and_a_long_text_is_cut_by_it(embedding_server, make_settings):
    settings = make_settings(embedding_url=embedding_server.url, embedding_api_key=API_KEY)
    texts = [f"job number {number}" for number in range(70)] + [LONG, "job number 1", " "]
    vectors, embedder = embedded(settings, texts)
    assert embedder.warning is None
    assert embedder.recipe["engine"]["model"].startswith("tiny@")
    for vector in vectors:
        values = struct.unpack(f"<{embedder.dimensions}f", vector)
        assert math.hypot(*values) == pytest.approx(1, abs=1e-5)
    assert nearness(vectors[1], vectors[71]) > 0.999  # the same words, in another batch
    assert nearness(vectors[1], vectors[70]) < 0.999


def test_a_real_server_that_does_not_embed_says_so_at_once(model_server, make_settings):
    settings = make_settings(embedding_url=model_server.url, embedding_api_key=API_KEY)
    with pytest.raises(ExtractionError, match="does not embed with tiny@"):
        embedded(settings, ["a"])
