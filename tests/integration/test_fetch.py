"""Fetching: real HTTP on loopback for what a server does, a transport of ours for hosts elsewhere."""

import asyncio
import gzip

import httpx
import pytest

from tasks.errors import BlockedError, FetchError, GoneError, TransientError
from tasks.fetch import Counts, fetcher
from tasks.model import Request
from tests.answering import answering
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


def test_the_user_agent_names_us_and_our_contact(make_settings):
    fine = answering(httpx.Response(200, content=b"{}"))
    get(make_settings(contact="mailto:someone@example.com"), "https://boards.example/a", transport=fine)
    assert fine.seen[0].headers["user-agent"] == "rolecall/0.1 (+mailto:someone@example.com)"


def test_a_packed_page_is_unpacked_and_counted_unpacked(make_settings):
    packed = httpx.Response(200, content=gzip.compress(b"x" * 5000), headers={"content-encoding": "gzip"})
    counts = Counts()
    page = get(make_settings(), "https://boards.example/a", transport=answering(packed), counts=counts)
    assert page.body == b"x" * 5000
    assert counts.bytes == 5000
