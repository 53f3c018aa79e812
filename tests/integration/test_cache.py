"""The cache over a real redis-server, and every way in which it can be absent."""

import asyncio
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest
import redis

from tasks import cache, child
from tasks.cache import embedded
from tasks.model import Asked, Evidence, Extraction
from tasks.settings import ROOT
from tests.integration.redis_here import needs_redis, server, settings

__all__ = ["server", "settings"]
pytestmark = needs_redis

FOUND = Extraction(
    seniority="senior",
    salary_min=50000.5,
    skills=["Go"],
    evidence={"seniority": Evidence(origin="rules", part="title", quote="Sr")},
)


def talk(settings, *steps):
    """Run the steps one after another against one cache; their answers, and the cache's fault."""

    async def all_steps():
        connected = await cache.connect(settings)
        try:
            answers = []
            for step in steps:
                answer = step(connected)
                answers.append(await answer if asyncio.iscoroutine(answer) else answer)
            return answers, connected.fault
        finally:
            await connected.close()

    return asyncio.run(all_steps())


def put(recipe="r1", *contents):
    return lambda c: c.put(recipe, dict.fromkeys(contents or ("h1",), FOUND))


def get(recipe="r1", *contents):
    return lambda c: c.get(recipe, list(contents or ("h1",)))


def client(settings):
    return redis.Redis(unix_socket_path=embedded.url(settings.data_dir).removeprefix("unix://"))


def test_what_is_put_is_got_under_its_recipe_alone(settings, server):
    answers, fault = talk(settings, put("r1", "h1", "h2"), get("r1", "h1", "h3"), get("r2", "h1"))
    assert answers[1:] == [{"h1": FOUND}, {}]
    assert fault is None


def test_entries_are_json_with_a_time_to_live(settings, server):
    talk(settings, put())
    with client(settings) as direct:
        assert direct.get("rolecall:x:r1:h1").startswith(b'{"salary_min":50000.5')
        assert 29 * 86400 < direct.ttl("rolecall:x:r1:h1") <= 30 * 86400
        assert direct.config_get("maxmemory-policy")["maxmemory-policy"] == "allkeys-lru"


@pytest.mark.parametrize("garbage", [b"", b"\x80\x04pickle", b"[]", b'{"seniority": "wizard"}', b'{"surprise": 1}'])
def test_unreadable_entries_count_as_unknown(settings, server, garbage):
    with client(settings) as direct:
        direct.set("rolecall:x:r1:h1", garbage)
    (answer,), fault = talk(settings, get())
    assert (answer, fault) == ({}, None)


def test_invalidate_forgets_a_recipe_some_contents_or_all(settings, server):
    fill = [put("r1", "h1", "h2"), put("r2", "h1", "h3")]
    answers, _ = talk(settings, *fill, lambda c: c.invalidate(recipe="r1"), lambda c: c.stats())
    assert (answers[2], entries(answers[3])) == (2, {"r2": 2})
    answers, _ = talk(settings, *fill, lambda c: c.invalidate(hashes=["h1"]), lambda c: c.stats())
    assert (answers[2], entries(answers[3])) == (2, {"r1": 1, "r2": 1})
    answers, _ = talk(settings, *fill, lambda c: c.invalidate(), lambda c: c.recipes(), lambda c: c.stats())
    assert (answers[2], answers[3], answers[4]["entries"]) == (4, [], 0)


def entries(stats):
    return {recipe: row["entries"] for recipe, row in stats["recipes"].items()}


def test_a_long_list_is_asked_for_in_parts(settings, server):
    contents = [f"h{number}" for number in range(1200)]
    answers, _ = talk(settings, put("r1", *contents[:-1]), get("r1", *contents))
    assert answers == [1199, dict.fromkeys(contents[:-1], FOUND)]
    with client(settings) as direct:
        assert direct.info("commandstats")["cmdstat_mget"]["calls"] == 3


def test_what_is_too_large_is_not_cached_but_counted_and_not_read_either(make_settings, server):
    settings = make_settings(cache_value_max_bytes=1000)
    large = FOUND.model_copy(update={"skills": ["Go" * 1000]})
    with client(settings) as direct:
        direct.set("rolecall:x:r1:h3", large.model_dump_json())
    answers, _ = talk(settings, lambda c: c.put("r1", {"h1": FOUND, "h2": large}), get("r1", "h1", "h2", "h3"))
    assert answers == [1, {"h1": FOUND}]
    (stats,), _ = talk(settings, lambda c: c.stats())
    assert (stats["entries"], stats["too_large"]) == (2, 1)  # the one of them not ours


@pytest.mark.parametrize("outcome", ["truncated", "invalid", "unreachable"])
def test_what_a_model_stumbled_over_is_not_cached(settings, server, outcome):
    stumbled = FOUND.model_copy(update={"asked": Asked(outcome=outcome)})
    answers, _ = talk(settings, lambda c: c.put("r1", {"h1": stumbled, "h2": FOUND}), get("r1", "h1", "h2"))
    assert answers == [1, {"h2": FOUND}]


def test_stats_say_what_was_known_and_what_that_saved_whatever_is_forgotten_since(settings, server):
    answered = FOUND.model_copy(update={"asked": Asked(outcome="answered", seconds=1.25)})
    talk(
        settings,
        get("r1", "h1", "h2", "h3"),
        lambda c: c.put("r1", {"h1": answered, "h2": FOUND}),
        get("r1", "h1", "h2", "h3"),
        lambda c: c.get("r1", ["h1", "h3"], is_again=True),
        get("r2", "h1"),
    )
    talk(settings, get("r1", "h2"), lambda c: c.invalidate(recipe="r2"))
    (stats,), _ = talk(settings, lambda c: c.stats())
    row = stats["recipes"]["r1"]
    assert 150 < row.pop("bytes") < 1500
    assert row == {"entries": 2, "hits": 4, "misses": 4, "saved_calls": 2, "saved_seconds": 2.5, "too_large": 0}
    assert (stats["recipes"]["r2"]["misses"], stats["hits"], stats["misses"]) == (1, 4, 5)
    assert 0 < stats["used_bytes"] < stats["max_bytes"] == 256 * 1024 * 1024
    answers, _ = talk(settings, lambda c: c.invalidate(), lambda c: c.stats())
    assert (answers[1]["entries"], answers[1]["hits"], answers[1]["saved_seconds"]) == (0, 4, 2.5)
    with client(settings) as direct:
        assert 29 * 86400 < direct.ttl("rolecall:count:r1") <= 30 * 86400


def test_the_embedded_server_survives_a_restart_with_its_entries(settings):
    for expected in ({}, {"h1": FOUND}):
        started = embedded.start(settings)
        answers, _ = talk(settings, get(), put())
        child.stop(started)
        assert answers[0] == expected


def test_a_second_start_uses_the_server_that_runs(settings, server):
    assert embedded.start(settings) is None
    assert embedded.is_answering(settings)


def test_the_socket_is_its_owners_alone_and_no_port_is_open(settings, server):
    with client(settings) as direct:
        assert direct.config_get("port")["port"] == "0"
    assert (settings.data_dir / "redis.sock").stat().st_mode & 0o077 == 0


def test_a_folder_too_deep_for_a_socket_gets_one_elsewhere(make_settings, tmp_path):
    settings = make_settings(data_dir=tmp_path / ("deep" * 40))
    started = embedded.start(settings)
    try:
        assert embedded.is_answering(settings)
    finally:
        child.stop(started)


def left_out(settings, said, *steps):
    answers, fault = talk(settings, *steps, get(), put(), get())
    assert said in fault
    assert answers[-1] == {}
    assert "\n" not in fault


def test_no_server_installed_means_no_cache(settings, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(embedded, "find_spec", lambda name: None)
    assert embedded.start(settings) is None
    left_out(settings, "no redis-server runs or can be started")


def test_off_means_no_cache(make_settings):
    left_out(make_settings(redis_url="off"), "is off")


def test_an_address_that_is_none_says_so(make_settings):
    left_out(make_settings(redis_url="memcached://x"), "not understood")


def test_a_refused_connection_leaves_the_cache_out(make_settings):
    left_out(make_settings(redis_url="redis://127.0.0.1:1"), "ConnectionError")


def test_a_server_that_dies_in_mid_run_leaves_the_cache_out(settings, server):
    def kill(_):
        server.kill()
        server.wait()

    left_out(settings, "goes on without cache", put(), get(), kill)


def test_a_server_that_hangs_costs_one_time_out(settings, server):
    started = None

    def hang(_):
        nonlocal started
        server.send_signal(signal.SIGSTOP)
        started = time.monotonic()

    left_out(settings, "TimeoutError", put(), hang)
    assert time.monotonic() - started < 3 * settings.redis_timeout_seconds + 0.5


def test_a_server_that_never_answers_at_all_costs_one_time_out(make_settings):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        held = []
        threading.Thread(target=lambda: held.append(silent.accept()), daemon=True).start()
        started = time.monotonic()
        left_out(make_settings(redis_url=f"redis://127.0.0.1:{silent.getsockname()[1]}"), "TimeoutError")
        assert time.monotonic() - started < 1.5


def test_a_full_server_is_still_read(settings, server, caplog):
    talk(settings, put())
    with client(settings) as direct:
        direct.config_set("maxmemory-policy", "noeviction")
        direct.config_set("maxmemory", 1)
    answers, fault = talk(settings, put("r1", "h9"), put("r1", "h8"), get("r1", "h1", "h9"))
    assert answers[-1] == {"h1": FOUND}
    assert fault is None
    assert caplog.text.count("Redis is full") == 1


def test_a_server_with_a_password_that_we_lack_leaves_the_cache_out(settings, server):
    with client(settings) as direct:
        direct.config_set("requirepass", "secret")
    left_out(settings, "authenticate")


def test_the_embedded_server_ends_with_the_process_that_started_it(settings):
    code = (
        "import os, signal; from tasks import settings; from tasks.cache import embedded; "
        "print(embedded.start(settings.load()).pid, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    pid = int(run.stdout)
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and embedded.is_answering(settings):
        time.sleep(0.05)
    assert not embedded.is_answering(settings), f"redis-server {pid} outlived its parent"
