"""Single flight over a real redis-server: who asks a model about a content, when others want to as well."""

import asyncio
import json
import signal
import subprocess
import sys
import time
from contextlib import closing

import pytest
import redis

from tasks import cache, store
from tasks.cache import embedded
from tasks.extract import extract_batch
from tasks.model import Asked, Extraction
from tasks.run import open_run
from tasks.settings import ROOT
from tasks.store import boards as landing
from tasks.store import extractions, pending, runs
from tests.benchmarks import boards
from tests.careers_site import Site
from tests.integration.redis_here import needs_redis, server, settings
from tests.shouting import ShoutingEngine

__all__ = ["server", "settings"]
pytestmark = needs_redis

CLAIMS = ["rolecall:claim:r1:h1", "rolecall:claim:r1:h2"]


@pytest.fixture
def direct(settings, server):
    with redis.Redis.from_url(embedded.address(settings)) as client:
        yield client


def together(settings, steps, claim_seconds=30.0, count=2):
    """Await the steps with so many caches, each as another run would have it."""

    async def all_steps():
        caches = [await cache.connect(settings, claim_seconds) for _ in range(count)]
        try:
            return await steps(*caches)
        finally:
            for each in caches:
                await each.close()

    return asyncio.run(all_steps())


def test_a_content_is_claimed_by_one_alone_until_it_is_released(settings, direct):
    async def steps(ours, theirs):
        assert await ours.claim("r1", ["h1", "h2", "h1"]) == ["h1", "h2"]
        assert sorted(direct.keys()) == [name.encode() for name in CLAIMS]
        assert await theirs.claim("r1", ["h1", "h2", "h3"]) == ["h3"]
        assert await theirs.claim("r2", ["h1"]) == ["h1"]
        assert await ours.claim("r1", ["h1", "h3"]) == []
        await ours.release("r1", ["h1", "h3", "h9"])
        assert await theirs.claim("r1", ["h1", "h2", "h3"]) == ["h1"]

    together(settings, steps)
    assert direct.keys() == []


def test_batches_of_one_run_share_out_what_they_want_at_the_same_time(settings, server):
    contents = [f"h{number}" for number in range(1200)]

    async def steps(ours, theirs):
        wanted = contents[:900], contents[300:], contents[300:900], contents
        got = await asyncio.gather(*(each.claim("r1", some) for each in (ours, theirs) for some in wanted))
        assert sorted(content for each in got for content in each) == sorted(contents)

    together(settings, steps)


def test_a_claim_outlives_its_expiry_while_its_holder_lives(settings, direct):
    async def steps(ours, theirs):
        await ours.claim("r1", ["h1", "h2"])
        await ours.release("r1", ["h2"])
        await asyncio.sleep(1)
        assert await theirs.claim("r1", ["h1", "h2"]) == ["h2"]
        assert 0 < direct.pttl(CLAIMS[0]) <= 300

    together(settings, steps, claim_seconds=0.3)


def test_a_new_claim_is_renewed_too_when_the_first_ones_were_released(settings, server):
    async def steps(ours, theirs):
        for content in ("h1", "h2"):
            await ours.claim("r1", [content])
            await asyncio.sleep(0.7)
            assert await theirs.claim("r1", [content]) == []
            await ours.release("r1", [content])
            await asyncio.sleep(0.2)
        assert await theirs.claim("r1", ["h1", "h2"]) == ["h1", "h2"]

    together(settings, steps, claim_seconds=0.3)


def test_nobody_releases_or_renews_what_another_has_claimed_since(settings, direct):
    async def steps(ours, theirs):
        await ours.claim("r1", ["h1", "h2"])
        direct.delete(*CLAIMS)  # as if they had run out while the machine slept
        assert await theirs.claim("r1", ["h1", "h2"]) == ["h1", "h2"]
        held = direct.mget(CLAIMS)
        await ours.release("r1", ["h1"])
        await asyncio.sleep(0.3)
        assert direct.mget(CLAIMS) == held

    together(settings, steps, claim_seconds=0.6)


HOLDER = """
import asyncio
from tasks import cache, settings

async def hold():
    ours = await cache.connect(settings.load(), claim_seconds=0.5)
    print(await ours.claim("r1", ["h1", "h2"]), flush=True)
    await asyncio.sleep(60)

asyncio.run(hold())
"""


def test_the_claims_of_a_killed_process_are_soon_free(settings, server):
    holder = subprocess.Popen([sys.executable, "-c", HOLDER], stdout=subprocess.PIPE, text=True, cwd=ROOT)

    async def steps(ours):
        assert holder.stdout.readline() == "['h1', 'h2']\n"
        await asyncio.sleep(1)
        assert await ours.claim("r1", ["h1", "h2"]) == []
        holder.kill()
        deadline, got = time.monotonic() + 5, []
        while len(got) < 2 and time.monotonic() < deadline:
            got += await ours.claim("r1", ["h1", "h2"])
            await asyncio.sleep(0.02)
        assert sorted(got) == ["h1", "h2"]

    try:
        together(settings, steps, count=1)
    finally:
        holder.kill()
        holder.wait()


def test_without_redis_the_batches_of_one_run_still_share_out(make_settings):
    async def steps(ours):
        assert await ours.claim("r1", ["h1", "h2"]) == ["h1", "h2"]
        assert await ours.claim("r1", ["h2", "h3"]) == ["h3"]
        await ours.release("r1", ["h2"])
        assert await ours.claim("r1", ["h1", "h2"]) == ["h2"]

    together(make_settings(redis_url="off"), steps, count=1)


@pytest.mark.parametrize("ailment", [signal.SIGKILL, signal.SIGSTOP], ids=["dies", "hangs"])
def test_a_redis_that_fails_while_claims_are_held_is_left_out_and_they_stay_ours(settings, server, caplog, ailment):
    async def steps(ours):
        assert await ours.claim("r1", ["h1"]) == ["h1"]
        server.send_signal(ailment)
        assert await ours.claim("r1", ["h1", "h2"]) == ["h2"]
        assert "Redis is left out" in ours.fault
        await asyncio.sleep(0.4)
        await ours.release("r1", ["h1"])
        assert await ours.claim("r1", ["h1", "h2"]) == ["h1"]

    together(settings, steps, claim_seconds=0.3, count=1)
    assert caplog.text.count("Redis is left out") == 1


def test_a_redis_that_dies_unasked_is_noticed_by_the_renewal_and_nothing_is_raised(settings, server):
    async def steps(ours):
        await ours.claim("r1", ["h1"])
        server.kill()
        await asyncio.sleep(0.4)
        assert "Redis is left out" in ours.fault

    together(settings, steps, claim_seconds=0.3, count=1)


def test_a_redis_that_is_full_is_claimed_around(settings, direct):
    direct.config_set("maxmemory-policy", "noeviction")
    direct.config_set("maxmemory", 1)

    async def steps(ours):
        assert await ours.claim("r1", ["h1"]) == ["h1"]
        assert await ours.claim("r1", ["h1", "h2"]) == ["h2"]
        assert (ours.is_full, ours.fault) == (True, None)

    together(settings, steps, count=1)


def test_two_runs_at_the_same_time_ask_the_model_once_about_each_content(make_settings, tmp_path, server, settings):
    patient = {"redis_url": embedded.address(settings), "redis_timeout_seconds": 5}
    made = make_settings(**patient, engine="tests.extracting:SlowEngine", extract_batch=15)
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        land(folder, made)
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.extracting", folder],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
        )
        for folder in folders
    ]  # fmt: skip
    try:
        for each in started:
            assert each.stdout.readline() == "ready\n"
        said = [each.stdin.write("go\n") and each.stdin.flush() for each in started]
        said = [json.loads(each.communicate(timeout=60)[0]) for each in started]
    finally:
        for each in started:
            each.kill()
    asked = [content for each in said for content in each["asked"]]
    answered = [answered_in(folder) for folder in folders]
    assert len(answered[0]) > 50
    assert [sorted(asked)] * 2 == answered
    assert [each["jobs"] for each in said] == [said[0]["jobs"]] * 2
    assert all(recipe for *_, recipe in said[0]["jobs"])
    assert sum(each["saved_calls"] for each in said) == len(asked)


def answered_in(folder):
    with closing(store.open_reader(folder / "rolecall.db")) as reader:
        rows = reader.execute("SELECT content_hash FROM extractions WHERE outcome = 'answered' ORDER BY 1")
        return [row[0] for row in rows]


def test_what_another_run_answered_just_before_we_claimed_it_is_not_asked_again(
    make_settings, tmp_path, server, settings, monkeypatch
):
    patient = {"redis_url": embedded.address(settings), "redis_timeout_seconds": 5}
    made = make_settings(**patient, engine="tests.shouting:ShoutingEngine")
    answer = Extraction(seniority="mid", asked=Asked(outcome="answered", seconds=0.5))
    claim = cache.Cache.claim

    async def answer_and_claim(self, recipe, hashes):
        await self.put(recipe, dict.fromkeys(hashes, answer))
        return await claim(self, recipe, hashes)

    async def steps():
        async with open_run(made) as run:
            run.id, _ = runs.start(run.writer, {}, [], made)
            extractions.register(run.writer, run.recipe, run.recipe_parameters)
            rows = pending.pending(run.reader, run.pending(), 0, 1000)
            await extract_batch.fn(rows, run, len(rows))
            return dict(runs.latest(run.writer))

    monkeypatch.setattr(cache.Cache, "claim", answer_and_claim)
    monkeypatch.setattr(ShoutingEngine, "asked", [])
    land(made.data_dir, made)
    row = asyncio.run(steps())
    assert ShoutingEngine.asked == []
    saved = len(answered_in(made.data_dir))
    assert saved > 50
    assert (row["model_calls"], row["saved_calls"], row["saved_seconds"]) == (0, saved, saved / 2)


def land(folder, settings):
    found = boards.board_runs(Site(postings=90, companies=3))
    folder.mkdir(exist_ok=True)
    with closing(store.open_database(folder / "rolecall.db")) as writer:
        run_id, _ = runs.start(writer, {}, [board.company for board in found], settings)
        landing.land(writer, run_id, found, settings)
