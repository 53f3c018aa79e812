"""Embeddings over real HTTP on loopback: what is asked, what of an answer is believed, and whose fault is whose."""

import asyncio
import math
import struct

import pytest

from tasks.errors import ConfigError, ExtractionError
from tasks.llm.embeddings import AT_ONCE, IN_FLIGHT, Embedder
from tests.embedding_server import EmbeddingServer, answer, embed, nearness, serve, server, url

__all__ = ["server", "url"]

QUICK = {"vllm_patience_seconds": 0.6}


def embedded(settings, texts, before=None):
    """The vectors and the embedder; `before` is done once it is connected."""

    async def ask():
        embedder = await Embedder.connect(settings)
        try:
            if before:
                before()
            return await embedder.vectors(texts), embedder
        finally:
            await embedder.close()

    return asyncio.run(ask())


def misbehaving(server, reply):
    def begin():
        server.asked.clear()
        server.reply = reply

    return begin


def test_vectors_are_of_unit_length_in_the_order_of_the_texts(url, server, make_settings):
    texts = ["rust engineer", "nurse in a clinic", "engineer of rust systems"]
    vectors, embedder = embedded(make_settings(embedding_url=url), texts)
    assert embedder.dimensions == server.dimensions == 64
    for text, vector in zip(texts, vectors, strict=True):
        values = struct.unpack("<64f", vector)
        assert math.hypot(*values) == pytest.approx(1)
        plain = embed(text, 64)
        assert values == pytest.approx([each / math.hypot(*plain) for each in plain], abs=1e-6)
    assert nearness(vectors[0], vectors[2]) > nearness(vectors[0], vectors[1]) + 0.3


def test_many_texts_go_in_requests_of_some_and_not_all_at_once(url, server, make_settings):
    server.reply = lambda body: (200, server.answer(body["input"]), 0.02)
    texts = [f"text {number}" for number in range(50 * AT_ONCE + 1)]
    vectors, _ = embedded(make_settings(embedding_url=url), texts)
    assert all(vectors)
    assert sorted(server.texts[1:]) == sorted(texts)
    assert max(len(body["input"]) for body in server.asked) == AT_ONCE
    assert 1 < server.most_at_once <= IN_FLIGHT


def test_the_server_gets_the_model_its_key_and_cuts_what_is_too_long(url, server, make_settings):
    embedded(make_settings(embedding_url=f"{url}/v1", embedding_api_key="secret"), ["one"])
    assert server.asked[-1] == {
        "model": "hashed@1",
        "input": ["one"],
        "encoding_format": "float",
        "truncate_prompt_tokens": -1,
    }
    assert set(server.keys) == {"Bearer secret"}


@pytest.mark.parametrize("part", ["model", "revision", "dimensions"])
def test_what_decides_a_vector_is_part_of_the_recipe(make_settings, part):
    plain, other = EmbeddingServer(), EmbeddingServer(32 if part == "dimensions" else 64)
    other.model = "hashed@2" if part == "model" else "hashed@1"
    fields = {"embedding_revision": "abc"} if part == "revision" else {}
    with serve(plain) as first, serve(other) as second:
        one = embedded(make_settings(embedding_url=first), [])[1].recipe
        two = embedded(make_settings(embedding_url=second, **fields), [])[1].recipe
    flat = [recipe | recipe["engine"] for recipe in (one, two)]
    assert {name for name in flat[0] if name != "engine" and flat[0][name] != flat[1][name]} == {part}


UNUSABLE = {
    "too few": (lambda texts: answer([[1.0] * 64] * (len(texts) - 1)), "2 vectors for 3 texts"),
    "too many": (lambda texts: answer([[1.0] * 64] * (len(texts) + 1)), "4 vectors for 3 texts"),
    "one twice": (lambda texts: {"data": [{"index": 0, "embedding": [1.0] * 64}] * 3}, "3 vectors for 3 texts"),
    "other dimensions": (lambda texts: answer([[1.0] * 65] * 3), "vectors of 65 dimensions instead of 64"),
    "mixed dimensions": (lambda texts: answer([[1.0] * 64, [1.0] * 64, [1.0] * 63]), "vectors of different lengths"),
    "no list": (lambda texts: answer(["AAAA"] * 3), "vectors of different lengths"),
    "no embeddings": (lambda texts: {"data": [{"index": 0}]}, "an answer without embeddings"),
    "no object": (lambda texts: [], "an answer without embeddings"),
}


@pytest.mark.parametrize("case", UNUSABLE)
def test_an_answer_that_is_none_is_believed_in_no_part_and_ends_the_asking(url, server, make_settings, case):
    reply, reason = UNUSABLE[case]
    begin = misbehaving(server, lambda body: (200, reply(body["input"]), 0.0))
    vectors, embedder = embedded(make_settings(embedding_url=url, **QUICK), ["a", "b", "c"], begin)
    assert vectors == [None] * 3
    assert embedder.is_left_out
    assert embedder.warning == f"the embedding server is left out ({reason}): its texts wait for the next run"
    assert len(server.asked) == 1


@pytest.mark.parametrize("row", [[math.nan] * 64, [math.inf] + [0.0] * 63, [0.0] * 64, ["1"] * 64, [10**400] * 64])
def test_a_vector_that_is_no_direction_costs_its_own_text_alone(url, server, make_settings, row):
    def reply(body):
        good = [embed(text, 64) for text in body["input"]]
        return 200, answer([row if text == "bad" else each for text, each in zip(body["input"], good, strict=True)]), 0

    vectors, embedder = embedded(make_settings(embedding_url=url), ["a", "bad", "c"], misbehaving(server, reply))
    assert [vector is None for vector in vectors] == [False, True, False]
    assert (embedder.is_left_out, embedder.warning) == (False, "the embedding server gave no vector for 1 texts")


def test_a_text_that_is_refused_is_found_by_halves(url, server, make_settings):
    def reply(body):
        if "bad" in body["input"]:
            return 400, {"error": {"message": "cannot"}}, 0
        return 200, server.answer(body["input"]), 0

    texts = [f"text {number}" for number in range(31)]
    texts.insert(11, "bad")
    vectors, embedder = embedded(make_settings(embedding_url=url), texts, misbehaving(server, reply))
    assert [number for number, vector in enumerate(vectors) if vector is None] == [11]
    assert len(server.asked) == 11  # 32, then twice a half of each part that holds it
    assert not embedder.is_left_out


@pytest.mark.parametrize("status", [500, 503, 429, 401])
def test_a_server_that_stays_away_is_left_out_with_one_line(url, server, make_settings, status):
    begin = misbehaving(server, lambda body: (status, {"error": {"message": "no"}}, 0.0))
    texts = [f"text {number}" for number in range(40 * AT_ONCE)]
    vectors, embedder = embedded(make_settings(embedding_url=url, **QUICK), texts, begin)
    assert vectors == [None] * len(texts)
    assert embedder.is_left_out
    assert f"HTTP {status}" in embedder.warning
    assert len(server.asked) <= 40  # none was asked twice but the first ones, the last ones not at all


def test_a_server_that_is_busy_for_a_moment_is_asked_again(url, server, make_settings):
    busy = iter([True] * 3)

    def reply(body):
        return (503, "busy", 0) if next(busy, False) else (200, server.answer(body["input"]), 0)

    settings = make_settings(embedding_url=url, vllm_patience_seconds=30)
    vectors, embedder = embedded(settings, ["a", "b"], misbehaving(server, reply))
    assert all(vectors)
    assert (len(server.asked), embedder.warning) == (4, None)


def test_a_server_that_answers_too_late_is_left_out(url, server, make_settings):
    settings = make_settings(embedding_url=url, vllm_timeout_seconds=1.5, **QUICK)
    texts = [f"text {number}" for number in range(3 * AT_ONCE)]
    begin = misbehaving(server, lambda body: (200, server.answer(body["input"]), 4))
    vectors, embedder = embedded(settings, texts, begin)
    assert vectors == [None] * len(texts)
    assert "no answer within 1.5 s" in embedder.warning


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ((400, {"error": {"message": "The model does not support Embeddings API"}}, 0), "does not support Embeddings"),
        ((404, {"detail": "Not Found"}, 0), "HTTP 404"),
        ((200, {"choices": []}, 0), "an answer without embeddings"),
        ((200, answer([[math.nan]]), 0), "no finite numbers"),
        ((200, answer([[]]), 0), "vectors of 0 dimensions"),
        ((200, answer([[1.0] * 9000]), 0), "vectors of 9000 dimensions"),
    ],
)
def test_a_server_that_does_not_embed_says_so_at_once(url, server, make_settings, reply, reason):
    server.reply = lambda body: reply
    with pytest.raises(ExtractionError, match=reason):
        embedded(make_settings(embedding_url=url), ["a"])


def test_no_server_no_address_and_no_such_model_are_one_line_each(url, make_settings):
    with pytest.raises(ExtractionError, match="cannot be used"):
        embedded(make_settings(embedding_url="http://127.0.0.1:9"), ["a"])
    with pytest.raises(ExtractionError, match="serves hashed@1; ROLECALL_EMBEDDING_MODEL=other"):
        embedded(make_settings(embedding_url=url, embedding_model="other"), ["a"])
    with pytest.raises(ConfigError, match="ROLECALL_EMBEDDING_URL is not set"):
        embedded(make_settings(embedding_url="", embedding_model=""), ["a"])
