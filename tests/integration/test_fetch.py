"""Fetching: real HTTP on loopback for what a server does, a transport of ours for hosts elsewhere."""

import asyncio
import gzip
import time
from datetime import UTC, datetime

import httpx
import pytest

from tasks import addresses
from tasks.errors import BlockedError, FetchError, GoneError, TransientError
from tasks.fetch import Counts, fetcher
from tasks.hosts import retry_after_seconds
from tasks.model import Request
from tests.careers_site import Site, list_path, serve


@pytest.fixture(scope="module")
def careers():
    site = Site(postings=40, companies=6)
    with serve(site) as url:
        yield site, url


def get(settings, url, base_url=None, transport=None, accept="json", validators=None, counts=None):
    async def one():
        async with fetcher(settings, transport) as pages:
            return await pages.fetch(Request(url, accept), counts or Counts(), base_url, validators)

    return asyncio.run(one())


def answering(*answers):
    """A transport that gives these answers in turn, the last one for ever, and notes the requests."""
    seen = []

    def handle(request):
        seen.append(request)
        answer = answers[min(len(seen), len(answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return answer(request) if callable(answer) else answer

    transport = httpx.MockTransport(handle)
    transport.seen = seen
    return transport


def test_a_page_comes_with_its_validators_and_304_says_unchanged(make_settings, careers):
    site, url = careers
    board = site.first("greenhouse")
    address = url + list_path("greenhouse", board)
    counts = Counts()
    page = get(make_settings(), address, url, counts=counts)
    assert page.json()["jobs"]
    assert (counts.requests, counts.bytes) == (1, len(page.body))
    assert get(make_settings(), address, url, validators={"If-None-Match": page.headers["etag"]}) is None


@pytest.mark.parametrize(
    ("kind", "options", "error", "said"),
    [
        ("status-500", {}, TransientError, "HTTP 500"),
        ("status-404", {}, GoneError, "HTTP 404"),
        ("status-403", {}, BlockedError, "HTTP 403"),
        ("status-418", {}, FetchError, "HTTP 418"),
        ("hang", {}, TransientError, "no complete answer within 0.5 s"),
        ("slow-drip", {"seconds": 0.1}, TransientError, "no complete answer within 0.5 s"),
        ("reset", {}, TransientError, "RemoteProtocolError"),
        ("huge-body", {"megabytes": 4}, FetchError, "larger than 1000000 bytes"),
        ("gzip-bomb", {"megabytes": 50}, FetchError, "larger than 1000000 bytes"),
        ("redirect-private", {}, BlockedError, "a private address"),
        ("redirect-loop", {}, FetchError, "more than 5 redirects"),
    ],
)
def test_what_a_board_does_wrong_says_who_acts(make_settings, careers, kind, options, error, said):
    site, url = careers
    board = site.first("greenhouse")
    site.misbehave("greenhouse", board, kind, **options)
    settings = make_settings(page_timeout_seconds=0.5 if "0.5 s" in said else 20, page_max_bytes=1_000_000)
    try:
        with pytest.raises(error, match=said) as caught:
            get(settings, url + list_path("greenhouse", board), url)
    finally:
        site.behave()
    assert type(caught.value) is error
    assert "\n" not in str(caught.value)


def test_retry_after_pauses_the_host_for_everybody(make_settings, careers):
    site, url = careers
    board = site.first("greenhouse")
    address = url + list_path("greenhouse", board)
    site.misbehave("greenhouse", board, "status-429", times=1, retry_after=1)

    async def twice():
        async with fetcher(make_settings()) as pages:
            with pytest.raises(TransientError) as caught:
                await pages.fetch(Request(address), Counts(), url)
            started = time.monotonic()
            await pages.fetch(Request(url + list_path("lever", site.first("lever"))), Counts(), url)
            return caught.value.retry_after_seconds, time.monotonic() - started

    seconds, waited = asyncio.run(twice())
    assert seconds == 1
    assert waited > 0.8


def test_a_pause_too_long_to_wait_for_fails_at_once(make_settings):
    busy = answering(httpx.Response(429, headers={"retry-after": "3600"}))

    async def twice():
        async with fetcher(make_settings(), busy) as pages:
            for said in ("HTTP 429", "asked for a pause of 3"):
                with pytest.raises(TransientError, match=said):
                    await pages.fetch(Request("https://boards.example/a"), Counts())

    asyncio.run(twice())
    assert len(busy.seen) == 1


def test_three_failures_in_a_row_give_a_host_a_pause(make_settings):
    down = answering(httpx.Response(500))

    async def many():
        async with fetcher(make_settings(requests_per_second=1000, host_pause_max_seconds=1), down) as pages:
            for _ in range(5):
                with pytest.raises(TransientError):
                    await pages.fetch(Request("https://boards.example/a"), Counts())

    asyncio.run(many())
    assert len(down.seen) == 3


def test_a_host_is_asked_no_oftener_than_its_rate(make_settings):
    fine = answering(httpx.Response(200, content=b"{}"))

    async def many():
        async with fetcher(make_settings(requests_per_second=5), fine) as pages:
            started = time.monotonic()
            await asyncio.gather(*(pages.fetch(Request(f"https://boards.example/{n}"), Counts()) for n in range(11)))
            return time.monotonic() - started

    assert asyncio.run(many()) > 1.9


def test_no_more_requests_in_flight_to_a_host_than_allowed(make_settings):
    flying, most = 0, 0

    async def slow(request):
        nonlocal flying, most
        flying += 1
        most = max(most, flying)
        await asyncio.sleep(0.02)
        flying -= 1
        return httpx.Response(200, content=b"{}")

    async def many():
        settings = make_settings(requests_per_second=1000, requests_per_host=3)
        async with fetcher(settings, httpx.MockTransport(slow)) as pages:
            await asyncio.gather(*(pages.fetch(Request(f"https://boards.example/{n}"), Counts()) for n in range(12)))

    asyncio.run(many())
    assert most == 3


def robots(text, status=200):
    def answer(request):
        return (
            httpx.Response(status, text=text) if request.url.path == "/robots.txt" else httpx.Response(200, text="page")
        )

    return answering(answer)


def test_robots_txt_is_asked_once_and_only_for_html(make_settings):
    rules = robots("User-agent: *\nDisallow: /private")

    async def several():
        async with fetcher(make_settings(requests_per_second=1000), rules) as pages:
            await asyncio.gather(
                *(pages.fetch(Request(f"https://careers.example/{n}", "html"), Counts()) for n in range(4))
            )
            await pages.fetch(Request("https://careers.example/private/api", "json"), Counts())
            with pytest.raises(BlockedError, match="robots"):
                await pages.fetch(Request("https://careers.example/private/page", "html"), Counts())

    asyncio.run(several())
    assert [request.url.path for request in rules.seen].count("/robots.txt") == 1


@pytest.mark.parametrize("status", [404, 403, 401, 400])
def test_a_site_without_robots_txt_has_no_rules(make_settings, status):
    assert get(make_settings(), "https://careers.example/a", transport=robots("", status), accept="html").text == "page"


def test_a_site_whose_robots_txt_fails_is_left_alone_for_now(make_settings):
    with pytest.raises(TransientError, match=r"robots\.txt"):
        get(make_settings(), "https://careers.example/a", transport=robots("", 503), accept="html")


def test_the_user_agent_names_us_and_our_contact(make_settings):
    fine = answering(httpx.Response(200, content=b"{}"))
    get(make_settings(contact="mailto:someone@example.com"), "https://boards.example/a", transport=fine)
    assert fine.seen[0].headers["user-agent"] == "rolecall/0.1 (+mailto:someone@example.com)"


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1:1/",
        "http://localhost/",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://169.254.169.254/latest/",
        "http://192.168.1.1/",
        "http://0.0.0.0/",
        "http://2130706433/",
        "http://0x7f000001/",
        "file:///etc/passwd",
        "gopher://x/",
    ],
)
def test_a_redirect_into_this_machine_or_its_network_is_refused(make_settings, careers, target):
    """The first hop is a public host; the second goes through the real transport, which must not connect."""
    wire = httpx.AsyncHTTPTransport()
    wire._pool._network_backend = addresses.PublicOnly()

    async def first_hop_only(request):
        if request.url.host == "boards.example":
            return httpx.Response(302, headers={"location": target})
        return await wire.handle_async_request(request)

    with pytest.raises((BlockedError, TransientError)) as caught:
        get(make_settings(), "https://boards.example/a", transport=httpx.MockTransport(first_hop_only))
    if isinstance(caught.value, TransientError):
        assert "no address for" in str(caught.value)  # a form that no resolver here takes for a number


def test_a_name_that_resolves_to_this_machine_is_refused_by_the_connection_itself(make_settings, careers):
    _, url = careers
    port = url.rsplit(":", 1)[1]
    with pytest.raises(BlockedError, match="private address"):
        get(make_settings(), f"http://localhost:{port}/robots.txt")
    assert get(make_settings(), f"http://localhost:{port}/robots.txt", f"http://localhost:{port}", accept="xml")


def test_a_packed_page_is_unpacked_and_counted_unpacked(make_settings):
    packed = httpx.Response(200, content=gzip.compress(b"x" * 5000), headers={"content-encoding": "gzip"})
    counts = Counts()
    page = get(make_settings(), "https://boards.example/a", transport=answering(packed), counts=counts)
    assert page.body == b"x" * 5000
    assert counts.bytes == 5000


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        (" 0 ", 0.0),
        ("Mon, 23 Nov 2026 12:00:30 GMT", 30.0),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(header, seconds):
    assert retry_after_seconds(header, datetime(2026, 11, 23, 12, 0, tzinfo=UTC)) == seconds


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("10.1.2.3", False),
        ("127.0.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("::ffff:192.168.0.1", False),
        ("2002:7f00:1::", False),
        ("224.0.0.1", False),
    ],
)
def test_public_addresses_are_told_from_private_ones(address, public):
    assert addresses.is_public(address) is public
