"""News of a run over a real Redis: they reach who listens, and cost a run nothing where they cannot be told."""

import asyncio
import json

import pytest
import redis

from tasks import cache
from tasks.cache import embedded, news
from tasks.model import Extraction
from tests.integration.redis_here import needs_redis, server, settings

__all__ = ["server", "settings"]
pytestmark = needs_redis


@pytest.fixture
def client(settings, server):
    with redis.Redis.from_url(embedded.address(settings)) as client:
        yield client


def tell(settings, run_id):
    """The cache's fault afterwards, and whether it still keeps entries."""

    async def told():
        connected = await cache.connect(settings)
        await news.tell(connected.link, run_id)
        kept = await connected.put("recipe", {"content": Extraction(seniority="senior")})
        await connected.close()
        return connected.fault, kept

    return asyncio.run(told())


def test_who_listens_hears_which_run_has_moved(settings, client):
    listener = client.pubsub(ignore_subscribe_messages=True)
    listener.subscribe(news.CHANNEL)
    assert tell(settings, 7)[0] is None
    heard = next(message for message in listener.listen() if message)
    assert json.loads(heard["data"]) == {"run": 7}
    listener.close()


def test_news_that_cannot_be_told_do_not_end_the_cache(settings, client):
    client.execute_command("ACL", "SETUSER", "default", "resetchannels")
    fault, kept = tell(settings, 7)
    assert (fault, kept) == (None, 1)


def test_without_redis_news_are_told_to_nobody(settings):
    fault, kept = tell(settings, 7)
    assert fault.startswith("no cache: no redis-server runs")
    assert kept == 0
