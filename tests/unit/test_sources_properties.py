"""Whatever bytes a board answers, a source yields postings and requests or fails as the walker expects."""

import gzip
import json
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime
from html import escape
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.model import Company, Page, Posting, Request
from tasks.sources import _jsonld
from tests.record import FIXTURES

EXPECTED = (KeyError, TypeError, ValueError, AttributeError, LookupError)  # a pydantic.ValidationError is a ValueError
PAYLOADS = [
    (path.name.partition(".")[0], json.loads(path.read_bytes()))
    for path in sorted(FIXTURES.glob("*.json"))
    if not path.name.endswith((".expected.json", ".told.json", ".request.json"))
]
DETAILS = [
    (path.name.partition(".")[0], Request(**json.loads(path.read_bytes())), json.loads(answer.read_bytes()))
    for path in sorted(FIXTURES.glob("*.request.json"))
    if (answer := path.with_name(path.name.replace(".request.json", ".json"))).exists()
]
ITEMS = [
    item
    for path in sorted(FIXTURES.glob("jsonld.*.html"))
    for item in _jsonld.items(
        Page(Request("https://e.example/"), "https://e.example/", path.read_bytes(), datetime.now(UTC))
    )
]
NUMBERS = [10**400, -1, 0, 1e308, float("nan"), float("inf")]
WORDS = ["{'a': [", "[{'@type': 1}]", "&lt;p&gt;", "\ud800", "http://[", "JobPosting", "€", "1" * 90, "k" * 90]
DATES = ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00+14:00", "2026-99-99"]
LINKS = ["//[", "http://a\x00/jobs/1", "/jobs/\ud83d", "?job=1", "https:jobs/1"]
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from(
        [10**400, -1, 0, 1e308, float("nan"), float("inf"), "9999-12-31T23:59:59-14:00", "0001-01-01T00:00+14:00"]
    )
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(
        ["{'a': [", "[{'@type': 1}]", "&lt;p&gt;", "\ud800", "http://[", "JobPosting", "€", "1" * 90, "k" * 90]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


def check(source: str, body: bytes, accept: str = "json", is_start: bool = True, asked: Request | None = None) -> None:
    """Reads one page; the only freedom is which of the expected errors it raises."""
    module = import_module(f"tasks.sources.{source}")
    board = "e.example/jobs.xml" if accept == "xml" else "e.example/jobs"
    company = Company(name="Example", source=source, board=board)
    request = asked or (module.start(company) if is_start else Request("https://e.example/jobs/1", "html"))
    page = Page(request, request.url, body, datetime(2026, 1, 15, tzinfo=UTC))
    for read in (lambda: list(module.parse(company, page)), lambda: module.claimed(company, page)):
        try:
            found = read()
        except EXPECTED:
            continue
        for item in found if isinstance(found, list) else []:
            assert isinstance(item, Posting | Request)
            assert urlsplit(item.url).scheme in ("http", "https")


def changed(data: st.DataObject, payload: Any) -> Any:
    """A copy with one to three places replaced or taken out."""
    root = [deepcopy(payload)]
    for _ in range(data.draw(st.integers(1, 3))):
        node: Any = root
        while True:
            key = data.draw(st.sampled_from(list(node) if isinstance(node, dict) else list(range(len(node)))))
            if not isinstance(node[key], dict | list) or not node[key] or data.draw(st.integers(0, 5)) == 0:
                break
            node = node[key]
        if node is not root and data.draw(st.booleans()):
            del node[key]
        else:
            node[key] = data.draw(VALUES)
        if not root[0]:
            break
    return root[0]


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    for source in ("greenhouse", "lever", "ashby", "jsonld"):
        check(source, body)
    for source in ("teamtailor", "jobvite", "rss", "jazzhr"):
        check(source, body)
        check(source, b'<div id="job_listings_wrapper">' + body)
    check("jsonld", body, "xml")
    check("jsonld", b"\x1f\x8b" + body, "xml")
    check("jsonld", gzip.compress(body), "xml")
    check("jsonld", b'<div itemscope itemtype="https://schema.org/JobPosting">' + body, is_start=False)
    check("jsonld", b'<script type="application/ld+json">{"@type":"JobPosting",' + body + b"}</script>", is_start=False)


@settings(max_examples=200, deadline=None)
@given(st.data(), st.sampled_from(PAYLOADS))
def test_any_change_to_an_answer_is_read_or_refused(data: st.DataObject, recorded: tuple[str, Any]) -> None:
    source, payload = recorded
    check(source, json.dumps(changed(data, payload)).encode())


@settings(max_examples=200, deadline=None)
@given(st.data(), st.sampled_from(DETAILS))
def test_any_change_to_a_job_or_to_what_its_list_says_is_read_or_refused(
    data: st.DataObject, recorded: tuple[str, Request, Any]
) -> None:
    source, request, payload = recorded
    about = changed(data, request.about) if request.about and data.draw(st.booleans()) else request.about
    check(source, json.dumps(changed(data, payload)).encode(), asked=replace(request, about=about))


@settings(max_examples=200, deadline=None)
@given(st.data(), st.sampled_from(ITEMS))
def test_any_change_to_a_job_page_is_read_or_refused(data: st.DataObject, item: dict[str, Any]) -> None:
    script = json.dumps(changed(data, item)).replace("</", "<\\/")
    check("jsonld", f'<script type="application/ld+json">{script}</script>'.encode(), is_start=False)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.text(max_size=30) | st.sampled_from(["//[", "http://a\x00/jobs/1", "/jobs/\ud83d", "?job=1", "https:jobs/1"])
    )
)
def test_any_links_are_followed_or_left(hrefs: list[str]) -> None:
    links = "".join(f'<a href="{href}">x</a>' for href in hrefs)
    check("jsonld", links.encode("utf-8", "replace"))
    entries = "".join(f"<url><loc><![CDATA[{href}]]></loc></url>" for href in hrefs)
    check("jsonld", f"<urlset>{entries}</urlset>".encode("utf-8", "replace"), "xml")


NAMES = ("title", "link", "guid", "description", "pubDate", "x:location", "x:minimumSalary", "x:salaryInterval",
         "x:type", "id", "date", "detail-url", "apply-url", "remoteStatus")  # fmt: skip
WORDS_OF_A_FEED = st.text(max_size=20) | st.sampled_from(
    [
        "https://e.example/1",
        "//[",
        "7/21/2026",
        "Wed, 19 Aug 2026 23:10:38 GMT",
        "1 Jan 10000",
        "31 Feb 2026",
        "1" * 400,
    ]
)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(NAMES), WORDS_OF_A_FEED), max_size=8))
def test_any_item_of_a_feed_is_read_or_refused(parts: list[tuple[str, str]]) -> None:
    item = "".join(f"<{name}>{escape(words)}</{name}>" for name, words in parts)
    feed = f'<rss xmlns:x="urn:x"><channel><item>{item}</item></channel></rss>'.encode("utf-8", "replace")
    check("teamtailor", feed)
    check("rss", feed)
    check("jobvite", f'<result xmlns:x="urn:x"><job>{item}</job></result>'.encode("utf-8", "replace"))


def test_hostile_pages_are_read_in_a_moment() -> None:
    for body in (b"<" * 300_000, b'<a href="' * 50_000, b"-" * 300_000, b"[" * 100_000, b'{"a":' * 100_000):
        check("jsonld", body)
        check("jsonld", b'<script type="application/ld+json">"JobPosting"' + body, is_start=False)
        check("jsonld", b'<p itemscope itemtype="https://schema.org/JobPosting">' + body, is_start=False)
        check("jsonld", body, "xml")
        for source in ("teamtailor", "jobvite", "rss", "jazzhr"):
            check(source, body)
    feed = b"<rss><channel><item>%s</item></channel></rss>"
    for part in (b"<description>" + b"<p>" * 100_000 + b"</p>" * 100_000 + b"</description>", b"<a/>" * 200_000):
        check("rss", feed % part)
        check("teamtailor", feed % part)
    deep = json.dumps({"@type": "JobPosting", "title": "x", "description": "<" * 200_000, "baseSalary": "1" * 99 + "x"})
    check("jsonld", f'<script type="application/ld+json">{deep}</script>'.encode(), is_start=False)
