"""A careers page through ScrapeGraphAI to a real vLLM: random weights propose, and the page believes none of it."""

import re

import httpx
import pytest

from tests.fake_openai import Site, serve
from tests.integration.test_scrapegraph import Bench, needs_library
from tests.vllm.conftest import API_KEY

ANSWERED = "vllm:request_success_total"


@pytest.fixture
def bench(model_server, prefect_api, make_settings, tmp_path, monkeypatch):
    monkeypatch.setenv("ROLECALL_VLLM_API_KEY", API_KEY)
    site = Site()
    with serve(site) as site_url:
        bench = Bench(site, site_url, None, model_server.url, make_settings, tmp_path)
        monkeypatch.setenv("ROLECALL_VLLM_API_KEY", API_KEY)
        yield bench


@needs_library
def test_all_that_random_weights_propose_is_dropped_and_counted(bench, model_server):
    before = model_server.metric(ANSWERED)
    assert bench.ingest().name == "Completed", bench.board()
    outcome, claimed, fetched, closed, error = bench.board()
    assert (outcome, claimed > 0, fetched, closed) == ("truncated", True, 0, 0)
    assert re.fullmatch(rf"read by a model: 0 of {claimed} proposals stand on the page", error)
    assert bench.open_jobs() == []
    asked = model_server.metric(ANSWERED) - before
    assert asked >= 1
    assert bench.ingest().name == "Completed"
    assert bench.board()[4].endswith("which has not changed since")
    assert model_server.metric(ANSWERED) - before == asked


@needs_library
def test_a_server_that_does_not_let_us_in_fails_the_board_with_one_line(bench, monkeypatch):
    monkeypatch.setenv("ROLECALL_VLLM_API_KEY", "wrong")
    assert bench.ingest().name == "Partial"
    assert f"HTTP {httpx.codes.UNAUTHORIZED}" in bench.board()[4]
    assert bench.board()[0] == "failed"
