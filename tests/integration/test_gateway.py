"""The gateway over real HTTP on loopback: every way in which a server fails, and whose fault it is."""

import asyncio
import json
import time
from collections import Counter

import pytest

from tasks import llm
from tasks.errors import ExtractionError
from tasks.llm.gateway import Gateway
from tests.obedient import NOTHING, Obedient, completion, serve

WANTED = frozenset(name for key in ("salary", "seniority", "skills", "city") for name in llm.columns(key))
QUICK = {"vllm_patience_seconds": 0.6, "vllm_timeout_seconds": 4, "connect_timeout_seconds": 4}


@pytest.fixture
def server():
    return Obedient()


@pytest.fixture
def url(server):
    with serve(server) as address:
        yield address


def document(number=0, text="We build bridges in Ghent.", title="Engineer"):
    return llm.Document(f"h{number}", title, "Ghent", text, WANTED)


def ask(settings, documents):
    async def all_answers():
        engine = await llm.connect(settings)
        try:
            return [answer async for answer in llm.ask(engine, documents)], engine
        finally:
            await llm.close(engine)

    return asyncio.run(all_answers())


def outcomes(settings, count=1, **words):
    answers, engine = ask(settings, [document(number, **words) for number in range(count)])
    return Counter(answer.outcome for answer in answers), engine


def always(status, content="", headers=None, seconds=0.0):
    return lambda body: (status, content, headers or {}, seconds)


def test_a_request_holds_our_words_first_a_schema_and_nothing_random(server, url, make_settings):
    outcomes(make_settings(vllm_url=url), 2)
    first, second = server.asked
    assert first["messages"][0] == second["messages"][0]
    assert first["messages"][0]["role"] == "system"
    assert first["temperature"] == 0
    assert "seed" not in first
    assert first["max_tokens"] == 1024
    assert first["response_format"]["type"] == "json_schema"
    assert first["model"] == "obedient@1"


def test_answers_come_as_they_are_finished(server, url, make_settings):
    server.reply = lambda body: (
        200, completion(json.dumps(NOTHING)), {}, 0.2 if "Title: slow" in body["messages"][1]["content"] else 0.0,
    )  # fmt: skip
    answers, _ = ask(make_settings(vllm_url=url), [document(0, title="slow"), document(1), document(2)])
    assert answers[-1].content_hash == "h0"


def test_usage_and_the_share_of_the_servers_time_are_kept(server, url, make_settings):
    server.reply = always(200, completion(json.dumps(NOTHING)), seconds=0.1)
    answers, _ = ask(make_settings(vllm_url=url), [document(number) for number in range(8)])
    asked = answers[0].asked
    assert (asked.prompt_tokens, asked.cached_tokens, asked.completion_tokens) == (900, 800, 40)
    assert 0.05 < sum(answer.asked.seconds for answer in answers) < 0.6  # eight side by side, not eight times 0.1


@pytest.mark.parametrize(
    ("content", "outcome"),
    [
        ("no JSON at all", "invalid"),
        ('{"salary": null', "invalid"),
        ("", "invalid"),
        ("[]", "misfit"),
        ("{}", "misfit"),
        (json.dumps({**NOTHING, "surprise": 1}), "misfit"),
        (json.dumps({**NOTHING, "seniority": {"quote": "Engineer", "value": "wizard"}}), "misfit"),
        (json.dumps({**NOTHING, "skills": ["x"] * 13}), "misfit"),
        (json.dumps({**NOTHING, "city": {"quote": "x" * 900, "value": "x"}}), "misfit"),
        (json.dumps({**NOTHING, "salary": {"quote": "x", "min": "1e999", "max": None, "currency": None,
                                          "period": None}}), "misfit"),
    ],
)  # fmt: skip
def test_a_broken_answer_has_its_outcome_and_costs_one_posting(server, url, make_settings, content, outcome):
    server.reply = lambda body: (
        200, completion(content if "bad" in body["messages"][1]["content"] else json.dumps(NOTHING)), {}, 0.0,
    )  # fmt: skip
    answers, engine = ask(make_settings(vllm_url=url), [document(0, title="bad"), document(1), document(2)])
    assert {answer.content_hash: answer.outcome for answer in answers} == {
        "h0": outcome, "h1": "answered", "h2": "answered",
    }  # fmt: skip
    assert engine.fault is None


def test_an_answer_that_is_cut_off_is_asked_for_once_more_with_twice_the_room(server, url, make_settings):
    server.reply = always(200, completion('{"salary"', "length"))
    assert outcomes(make_settings(vllm_url=url))[0] == {"truncated": 1}
    assert [body["max_tokens"] for body in server.asked] == [1024, 2048]


def test_a_model_that_refuses_is_counted_as_refused(server, url, make_settings):
    server.reply = always(200, completion(None, "content_filter"))
    assert outcomes(make_settings(vllm_url=url))[0] == {"refused": 1}


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_request_that_the_server_refuses_is_not_sent_again(server, url, make_settings, status):
    server.reply = always(status, {"error": {"message": "too long"}})
    found, engine = outcomes(make_settings(vllm_url=url))
    assert (found, len(server.asked), engine.fault) == ({"refused": 1}, 1, None)


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_asked_again_later_and_by_fewer(server, url, make_settings, status):
    busy = iter([True] * 12)
    server.reply = lambda body: (
        (status, {"error": {"message": "busy"}}, {"retry-after": "0"}, 0.0)
        if next(busy, False)
        else (200, completion(json.dumps(NOTHING)), {}, 0.0)
    )
    answers, engine = ask(make_settings(vllm_url=url, vllm_patience_seconds=30), [document(n) for n in range(10)])
    assert Counter(answer.outcome for answer in answers) == {"answered": 10}
    assert engine._throttle.limit < 16
    assert engine.fault is None


@pytest.mark.parametrize(
    "fault",
    [
        always(429, {"error": {"message": "busy"}}),
        always(503, "down for maintenance"),
        always(401, {"error": {"message": "key"}}),
    ],
)
def test_a_server_that_stays_away_is_left_out_and_no_posting_is_to_blame(server, url, make_settings, fault):
    server.reply = fault
    found, engine = outcomes(make_settings(vllm_url=url, **QUICK), 40)
    assert found == {"unreachable": 40}
    assert "vLLM is left out" in engine.fault
    assert len(server.asked) < 2 * 40  # the first ones twice, those that were to follow not at all


def test_a_server_that_dies_in_mid_batch_is_left_out(server, url, make_settings):
    def reply(body):
        if len(server.asked) > 5:
            server.models = (500, {})
            return (500, {"error": {"message": "engine dead"}}, {}, 0.0)
        return (200, completion(json.dumps(NOTHING)), {}, 0.0)

    server.reply = reply
    found, engine = outcomes(make_settings(vllm_url=url, **QUICK), 60)
    assert found["answered"] == 5
    assert found["unreachable"] == 55
    assert engine.fault


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (always(500, {"error": {"message": "this one kills me"}}), "error"),
        (always(200, {"surprise": True}), "error"),
        (always(200, "not JSON"), "error"),
        (always(200, {"choices": []}), "error"),
        (always(200, "x" * 5_000_000), "error"),
        (always(200, completion(json.dumps(NOTHING)), seconds=9.0), "timeout"),
    ],
)
def test_a_fault_of_a_server_that_is_well_is_the_postings(server, url, make_settings, fault, outcome):
    well = always(200, completion(json.dumps(NOTHING)))
    server.reply = lambda body: fault(body) if "bad" in body["messages"][1]["content"] else well(body)
    slow = {"vllm_timeout_seconds": 1.5} if outcome == "timeout" else {"vllm_patience_seconds": 5}
    documents = [document(0, title="bad"), *(document(number) for number in range(1, 6))]
    answers, engine = ask(make_settings(vllm_url=url, **{**QUICK, **slow}), documents)
    found = {answer.content_hash: answer.outcome for answer in answers}
    assert (found.pop("h0"), set(found.values()), engine.fault) == (outcome, {"answered"}, None)


def test_no_more_are_in_flight_than_the_server_works_on_and_lets_wait(server, url, make_settings):
    server.load = (8.0, 40.0)  # more wait than are worked on
    server.reply = always(200, completion(json.dumps(NOTHING)), seconds=0.25)
    _, engine = outcomes(make_settings(vllm_url=url), 16)
    assert engine._throttle.limit <= 2
    server.load, server.most_at_once = (8.0, 0.0), 0
    _, engine = outcomes(make_settings(vllm_url=url, vllm_in_flight=24), 150)
    assert 16 < server.most_at_once <= 24


def test_a_long_text_is_cut_to_the_room_and_the_cut_is_counted(server, url, make_settings):
    padding = "\n".join(f"We are a fine company number {number}." for number in range(2000))
    text = f"Bridge Engineer wanted.\n{padding}\nRequirements\n7+ years with welding. Salary: EUR 80,000\n{padding}"
    answers, _ = ask(make_settings(vllm_url=url), [document(text=text)])
    (sent,) = [body["messages"][1]["content"] for body in server.asked]
    assert len(sent.encode()) // 4 < 8192 - 2048
    assert "Bridge Engineer wanted" in sent
    assert "7+ years with welding. Salary: EUR 80,000" in sent
    assert answers[0].asked.cut_tokens > 20_000
    assert answers[0].outcome == "answered"


def test_a_server_that_does_not_count_tokens_gets_no_more_than_surely_fits(server, url, make_settings):
    server.tokenizes = False
    answers, engine = ask(make_settings(vllm_url=url), [document(text="word " * 50_000)])
    assert len(server.asked[0]["messages"][1]["content"]) <= 2 * engine.room_tokens
    assert answers[0].asked.cut_tokens > 0


@pytest.mark.parametrize(
    ("models", "said"),
    [
        ((401, {"error": {"message": "no key"}}), "cannot be used (HTTP 401: no key)"),
        ((200, {"data": []}), "serves no model"),
        ((200, "hello"), "does not speak as vLLM does"),
        ((200, {"data": [{"id": "other"}]}), "serves other; ROLECALL_VLLM_MODEL=mine"),
        ((200, {"data": [{"id": "mine", "max_model_len": 1024}]}), "a context of 1024 tokens leaves"),
    ],
)
def test_a_server_that_cannot_be_used_is_told_in_one_line(server, url, make_settings, models, said):
    server.models = models
    with pytest.raises(ExtractionError) as caught:
        asyncio.run(Gateway.connect(make_settings(vllm_url=url, vllm_model="mine")))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_absent_server_is_told_at_once(make_settings):
    began = time.monotonic()
    with pytest.raises(ExtractionError, match="cannot be used"):
        asyncio.run(Gateway.connect(make_settings(vllm_url="http://127.0.0.1:1/v1/")))
    assert time.monotonic() - began < 5


def test_the_key_is_sent_and_never_shown(server, url, make_settings):
    settings = make_settings(vllm_url=url, vllm_api_key="s3cret-key")
    outcomes(settings)
    assert "s3cret-key" not in repr(settings)
    assert "s3cret-key" not in str(settings.model_dump())
