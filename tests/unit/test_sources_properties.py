"""Whatever a board answers, the walker's door yields postings and requests or a ParseError: for every source there is.

Runs few examples; `HYPOTHESIS_PROFILE=thorough` in the environment runs two thousand of each.
"""

import gzip
import json
import os
import re
from copy import deepcopy
from dataclasses import replace
from html import escape
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks import reading
from tasks.errors import ParseError
from tasks.model import Company, Page, Posting, Request
from tasks.sources import _jsonld
from tests.unit.test_sources import NAMES, PAGES, recorded

Recorded = tuple[ModuleType, Company, Page]

settings.register_profile("quick", max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
settings.register_profile("thorough", settings.get_profile("quick"), max_examples=2000)
PROFILE = settings.get_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
ANY = PROFILE if "HYPOTHESIS_PROFILE" in os.environ else settings(PROFILE, max_examples=12)

RECORDED = [recorded(path) for path in PAGES]
OF = {name: [each for each in RECORDED if each[1].source == name] for name in NAMES}
WITH_JSON = {name: [each for each in pages if each[2].request.accept == "json"] for name, pages in OF.items()}
WITH_TAGS = {name: [each for each in pages if each[2].request.accept != "json"] for name, pages in OF.items()}
FEEDS = {name: pages for name in NAMES if (pages := [each for each in OF[name] if each[2].request.accept == "xml"])}
LINKED = [each for each in RECORDED if each[2].request.accept == "html" and b"JobPosting" in each[2].body]
WORDS = [
    "", " ", "{'a': [", "[{'@type': 1}]", "&lt;p&gt;", "&#0;", "\ud800", "\0", "\u202e", "http://[",
    "javascript:alert(1)", "//[", "/jobs/1", "JobPosting", "€", "1" * 90, "9" * 5000, "k" * 90,
    "x" * 3000, "<p>" * 300, "]]>", "1e999", "-0",
    "9999-12-31T23:59:59-14:00", "0001-01-01T00:00+14:00", "2026-99-99", "2026-W01-1",
    "1 Jan 10000", "7/21/2026", "Wed, 99 Foo 2026 25:61:61 +9999",
    "$1,000 to ", "NaN", "true", "null", "Z\u0307" * 200,
]  # fmt: skip
NUMBERS = [10**400, -1, 0, 1, 10**18, 1e308, -1e-320, float("nan"), float("inf")]
VALUES = st.one_of(
    st.none(), st.booleans(), st.sampled_from(NUMBERS), st.sampled_from(WORDS), st.text(max_size=20),
    st.sampled_from([[], {}, [[]], [None], {"": None}, {"name": {}}, [1, "a", {}], [[[[]]]], ["x"] * 500]),
).map(deepcopy)  # fmt: skip
PIECES = [
    "<![CDATA[", "]]>", "<!--", "-->", "&nbsp;", "&#xD800;", "&", "<", ">", "<x>", "</x>", '<x y="',
    "<?xml version='1.1'?>",
    "<!DOCTYPE x [<!ENTITY e 'e'>]>", "&e;", "\ufffe", "\0", "</script>", '<script type="application/ld+json">',
    '{"@type":"JobPosting"}', '<p itemscope itemtype="https://schema.org/JobPosting">', '<a href="//[">x</a>',
    '<base href="http://[">', "<svg>", "<template>", "<table>", "<div>" * 300, *WORDS,
]  # fmt: skip


def check(module: ModuleType, company: Company, page: Page) -> None:
    """Reads one page; the only freedom is whether it is refused."""
    for read in (lambda: list(module.parse(company, page)), lambda: module.claimed(company, page)):
        try:
            found = read()
        except reading.MISFITS:
            continue
        assert isinstance(found, list | int | None)
        for item in found if isinstance(found, list) else []:
            assert isinstance(item, Posting | Request)
            assert urlsplit(item.url).scheme in ("http", "https")
    try:
        visit = reading.read(company, module, page)
    except ParseError:
        return
    for row in visit.rows:
        for value in row:
            assert value is None or isinstance(value, str | int | float)
            assert not isinstance(value, str) or value.encode() is not None


def changed(data: st.DataObject, payload: Any) -> Any:
    """A copy with one to three places replaced, taken out, doubled or moved up."""
    root = [deepcopy(payload)]
    for _ in range(data.draw(st.integers(1, 3))):
        node: Any = root
        while True:
            keys = list(node) if isinstance(node, dict) else list(range(len(node)))
            key = data.draw(st.sampled_from(keys))
            if not isinstance(node[key], dict | list) or not node[key] or data.draw(st.integers(0, 5)) == 0:
                break
            node = node[key]
        how = data.draw(st.integers(0, 5))
        if how == 0 and node is not root:
            del node[key]
        elif how == 1:
            node[key] = [node[key], node[key]]
        elif how == 2 and isinstance(node, list):
            node.append(node[key])
        else:
            node[key] = data.draw(VALUES)
        if not root or not root[0]:
            break
    return root[0]


def cut(data: st.DataObject, text: str) -> str:
    """The text with up to three stretches taken out, doubled or replaced, mostly between tags."""
    for _ in range(data.draw(st.integers(1, 3))):
        spots = [match.start() for match in re.finditer(r"[<>\"&=]", text)] or [0]
        start = data.draw(st.sampled_from(spots)) + data.draw(st.integers(0, 1))
        end = start + data.draw(st.sampled_from([0, 0, 1, 5, 40, 400]))
        piece = data.draw(st.sampled_from(PIECES)) if data.draw(st.booleans()) else text[start:end] * 2
        text = text[:start] + piece + text[end:]
    return text


def dumped(value: Any) -> bytes:
    return json.dumps(value).encode("utf-8", "replace")


@pytest.mark.parametrize("name", NAMES)
@settings(ANY)
@given(st.data())
def test_any_bytes_are_read_or_refused(name: str, data: st.DataObject) -> None:
    module, company, page = data.draw(st.sampled_from(OF[name]))
    body = data.draw(
        st.binary(max_size=200) | st.lists(st.sampled_from(PIECES)).map(lambda parts: _bytes("".join(parts)))
    )
    for wrapped in (body, b"\x1f\x8b" + body, gzip.compress(body), b"\xff\xfe" + body, b"[" + body + b"]"):
        check(module, company, replace(page, body=wrapped))
    script = b'<script type="application/ld+json">{"@type":"JobPosting",' + body + b"}</script>"
    check(module, company, replace(page, body=script))
    check(module, company, replace(page, body=page.body[: len(body) * 10] + body))


@pytest.mark.parametrize("name", [name for name in NAMES if WITH_JSON[name]])
@settings(ANY)
@given(st.data())
def test_any_change_to_an_answer_in_json_is_read_or_refused(name: str, data: st.DataObject) -> None:
    module, company, page = data.draw(st.sampled_from(WITH_JSON[name]))
    check(module, company, replace(page, body=dumped(changed(data, page.json()))))
    if page.request.about is not None:
        about = changed(data, page.request.about)
        check(module, company, replace(page, request=replace(page.request, about=about)))


@pytest.mark.parametrize("name", [name for name in NAMES if WITH_TAGS[name]])
@settings(ANY)
@given(st.data())
def test_any_change_to_a_page_or_feed_is_read_or_refused(name: str, data: st.DataObject) -> None:
    module, company, page = data.draw(st.sampled_from(WITH_TAGS[name]))
    check(module, company, replace(page, body=_bytes(cut(data, page.text))))


@settings(PROFILE)
@given(st.data())
def test_any_change_to_a_job_posting_is_read_or_refused(data: st.DataObject) -> None:
    module, company, page = data.draw(st.sampled_from(LINKED))
    items = _jsonld.items(page)
    if items:
        script = dumped(changed(data, data.draw(st.sampled_from(items)))).replace(b"</", b"<\\/")
        check(module, company, replace(page, body=b'<script type="application/ld+json">' + script + b"</script>"))


@settings(PROFILE)
@given(st.lists(st.text(max_size=30) | st.sampled_from(WORDS)))
def test_any_links_are_followed_or_left(hrefs: list[str]) -> None:
    module, company, page = next(each for each in OF["jsonld"] if each[2].request.accept == "html")
    links = "".join(f'<a href="{href}">x</a>' for href in hrefs)
    check(module, company, replace(page, body=_bytes(links)))
    entries = "".join(f"<url><loc><![CDATA[{href}]]></loc></url>" for href in hrefs)
    request = Request("https://e.example/sitemap.xml", "xml")
    check(module, company, replace(page, request=request, body=_bytes(f"<urlset>{entries}</urlset>")))


@pytest.mark.parametrize("name", FEEDS)
@settings(ANY)
@given(st.data())
def test_any_entry_of_a_feed_is_read_or_refused(name: str, data: st.DataObject) -> None:
    module, company, page = data.draw(st.sampled_from(FEEDS[name]))
    tags = sorted(set(re.findall(r"<([\w:-]+)", page.text)))
    words = st.text(max_size=20) | st.sampled_from(WORDS)
    parts = data.draw(st.lists(st.tuples(st.sampled_from(tags), words), max_size=8))
    entry = "".join(f"<{tag}>{escape(text)}</{tag}>" for tag, text in parts)
    spot = data.draw(st.sampled_from([match.start() for match in re.finditer(r"</", page.text)] or [0]))
    check(module, company, replace(page, body=_bytes(page.text[:spot] + entry + page.text[spot:])))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")
