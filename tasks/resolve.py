"""Which board an address belongs to, and where a page leads: by the sources' own `ADDRESSES`, with no request.

Reason: a platform is known by its module alone, so a new source is recognised without a list of sources kept here.
"""

import html
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from importlib import import_module
from string import Formatter
from typing import NamedTuple
from urllib.parse import unquote, urljoin, urlsplit

from pydantic import ValidationError

from tasks.companies import known_sources
from tasks.errors import ConfigError
from tasks.model import Company, Page
from tasks.normalize import tree
from tasks.sources._links import NO_JOB, WORDS, absolute

ADDRESS = 500  # characters of an address that are looked at
ADDRESSES = 5000  # of a page
WEIGHT_OF_EMBED = 5  # a page embeds its own board, and links to those of others too
OWN_HOSTS = {  # platforms that serve a careers site under the company's host, by what its pages load
    "teamtailor": re.compile(r"//[\w.-]*teamtailor(?:-cdn)?\.com/", re.I),
    "recruitee": re.compile(r"//[\w.-]*(?:recruiteecdn\.com|recruitee\.com)/", re.I),
    "personio": re.compile(r"//[\w.-]*cdn\.personio\.(?:de|com)/", re.I),
}
OF_ANY_HOST = {"jobspy", "jsonld", "rss", "scrapegraph"}  # no platform: their addresses say nothing of whose they are
OF_THE_PLATFORM = frozenset(
    "about academy api app apps assets auth blog cdn cdn-cgi css dashboard developer developers docs embed favicon.ico"
    " fonts forms get go hello help images img info js login media news partners platform privacy robots.txt scripts"
    " sitemap.xml static status support trust widget widgets www".split()
)
ESCAPES = {
    "\\/": "/", "\\u002f": "/", "\\x2f": "/", "%2f": "/", "\\u003a": ":", "%3a": ":", "%3f": "?", "%3d": "=",
    "\\u003d": "=", "%26": "&", "\\u0026": "&", "\\u003f": "?", "\\u002d": "-", "\\x3d": "=", "\\x26": "&",
}  # fmt: skip
ESCAPED = re.compile("|".join(map(re.escape, ESCAPES)), re.I)
FOUND = re.compile(rf"(?:\bhttps?:)?//([\w.-]+\.[a-z]{{2,}}(?::\d+)?(?:[/?][^\s\"'<>\\^`{{|}}]{{0,{ADDRESS}}})?)", re.I)
BARE = re.compile(r"[\"'=\s]((?:[\w-]+\.){2,}[a-z]{2,}/[^\s\"'<>\\^`{|}]{1,200})", re.I)  # without `//`, in a script
NAMED = re.compile(rf"\b(?:{WORDS}|join us|join our team|work (?:with|for|at) (?:us|\w+)|we.re hiring)\b", re.I)
OF_JOBS = re.compile(rf"(?:^|[/.-]){WORDS}(?:[/.-]|$)", re.I)
ELSEWHERE = re.compile(
    r"(?:^|\.)(?:linkedin|indeed|glassdoor|facebook|twitter|x|instagram|youtube|xing|tiktok|google|github)\.\w+$", re.I
)
EMBEDS = {"script[src]": "src", "iframe[src]": "src", "iframe[data-src]": "data-src", "form[action]": "action"}
SEPARATED = re.compile(r"\s+[|–—·•»:-]\s+|\s*[|»]\s*")
OF_A_TITLE = re.compile(
    rf"\b(?:current|open|all|our)\b|\b{WORDS}\b|\b(?:careers|jobs|home(?:page)?|work|apply)\b", re.I
)
SAYS_NOTHING = {"team", "the team", "us", "me", "here", "welcome", "untitled", "index"}
JOINING = re.compile(r"^(?:\W|(?:at|bei|chez|in|with|for|by|the team of|join|welcome to)\b)+|\W+$", re.I)


class Pattern(NamedTuple):
    """One expression of a source's `ADDRESSES`."""

    source: str
    expression: re.Pattern[str]
    board: str  # what the groups make, `{tenant}/{site}`
    base_url: str | None


@cache
def patterns() -> tuple[Pattern, ...]:
    """Those of all source modules; a match may not begin in the middle of a host's name."""
    modules = [(name, import_module(f"tasks.sources.{name}")) for name in known_sources()]
    return tuple(
        Pattern(name, re.compile(rf"(?<![\w.@-])(?:{each})", re.I), getattr(module, "BOARD", "{board}"), base_url)
        for name, module in modules
        for each, base_url in getattr(module, "ADDRESSES", {}).items()
    )


def web_address(text: str) -> str:
    """What a person wrote as an address: `https://` is added where no scheme stands.

    Raises: ConfigError where it is none.
    """
    url = text.strip()
    if not re.match(r"[a-z][a-z0-9+.-]*://", url, re.I):
        url = f"https://{url.removeprefix('//')}"
    with suppress(ValueError):
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
        is_host = bool(re.fullmatch(r"[\w-]+(?:\.[\w-]+)+|localhost|[0-9a-f:.]*:[0-9a-f:.]*", host, re.I))
        if parts.scheme in ("http", "https") and is_host and "@" not in parts.netloc and not re.search(r"\s", url):
            return url.partition("#")[0]
    raise ConfigError("is not a web address; write it as `https://www.example.com/careers`")


def of_address(url: str) -> Company | None:
    """The board that an address of a platform belongs to, under a name made of the board's."""
    address = re.sub(r"^(?:https?:)?//", "", url.strip(), flags=re.I)[:ADDRESS]
    for pattern in patterns():
        if (match := pattern.expression.search(address)) and (board := _board(pattern, match)):
            with suppress(ValidationError):
                return Company(
                    name=titled(pattern.source, board), source=pattern.source, board=board, base_url=pattern.base_url
                )
    return None


def _board(pattern: Pattern, match: re.Match[str]) -> str | None:
    """The groups put together; what stands in the host is the same in any case."""
    names = [name for _, name, _, _ in Formatter().parse(pattern.board) if name]
    if any(not match[name] for name in names):
        return None
    slash = match.string.find("/")
    host = slash if slash >= 0 else len(match.string)
    parts = {name: match[name].lower() if match.end(name) <= host else match[name].rstrip(".") for name in names}
    is_theirs = any(part.lower() in OF_THE_PLATFORM for part in parts.values())
    return None if is_theirs else pattern.board.format(**parts)


def titled(source: str, board: str) -> str:
    """A board's name in words, as far as it goes: `acme-labs` is Acme Labs."""
    host, _, _ = board.partition("/")
    labels = [label for label in host.split(".") if label.lower() not in ("www", "careers", "career", "jobs", "com")]
    word = labels[0] if labels else host
    if source == "icims":
        word = re.sub(r"^(?:careers|jobs|external|university|global|[a-z]+careers)-", "", word) or word
    words = [each for each in re.split(r"[-_\s]+", unquote(word)) if each] or [board]
    return " ".join(each[:1].upper() + each[1:] for each in words)


def votes(page: Page) -> dict[str, tuple[Company, int]]:
    """The boards that a page leads to, by id, with how many of its addresses do; those with most first."""
    found: dict[str, tuple[Company, int]] = {}
    embedded = set(_embeds(page))
    for address in addresses(page):
        company = of_address(address)
        if company and company.source not in OF_ANY_HOST:
            first, count = found.get(company.id.casefold(), (company, 0))
            weight = WEIGHT_OF_EMBED if address in embedded else 1
            found[company.id.casefold()] = (first, count + weight)
    return dict(sorted(found.items(), key=lambda item: -item[1][1]))


def winner(found: dict[str, tuple[Company, int]]) -> Company | None:
    """The board that has more than half of all votes."""
    total = sum(count for _, count in found.values())
    return next((company for company, count in found.values() if count * 2 > total), None)


def addresses(page: Page) -> list[str]:
    """Every address in a page without its scheme, each once: of links, scripts and what scripts hold, unescaped."""
    text = ESCAPED.sub(lambda match: ESCAPES[match[0].lower()], html.unescape(page.text))
    whole = (match[1] for form in (FOUND, BARE) for match in form.finditer(text))
    found = (each.rstrip(".,;:)]&") for each in whole if not each.endswith(("...", "…")))  # cut short to be shown
    inner = (part for each in found for part in (each, each.rpartition("//")[2]))  # what a redirect leads to, too
    return list(dict.fromkeys([*_embeds(page), *_first(inner, ADDRESSES)]))


def _embeds(page: Page) -> Iterator[str]:
    whole = tree(page.text)
    for selector, attribute in EMBEDS.items():
        for node in whole.css(selector):
            url = absolute(page.url, node.attributes.get(attribute) or "")
            yield url.partition("//")[2][:ADDRESS]


def _first(found: Iterable[str], count: int) -> Iterator[str]:
    seen: set[str] = set()
    for each in found:
        if len(seen) >= count:
            return
        if each not in seen:
            seen.add(each)
            yield each


def own_host(page: Page) -> Company | None:
    """The platform that serves a careers site under the company's own host, by what the page loads from it."""
    host = urlsplit(page.url).hostname or ""
    loaded = "\n".join(f"//{address}" for address in _loaded(page))
    for source, mark in OWN_HOSTS.items():
        if source in known_sources() and "." in host and mark.search(loaded):
            return Company(name=titled(source, host), source=source, board=host)
    return None


def _loaded(page: Page) -> Iterator[str]:
    yield from _embeds(page)
    for node in tree(page.text).css('link[href][rel~="stylesheet" i], link[href][rel~="preload" i], img[src]'):
        url = absolute(page.url, node.attributes.get("href") or node.attributes.get("src") or "")
        yield url.partition("//")[2][:ADDRESS]


def careers_links(page: Page) -> list[str]:
    """Links that are named after jobs by their words or their address, the likeliest first, each once."""
    own, ranked = urlsplit(page.url), list[tuple[int, str]]()
    for link in tree(page.text).css("a[href]"):
        url, words = absolute(page.url, link.attributes.get("href") or ""), " ".join(link.text().split())[:200]
        parts = urlsplit(url)
        by_words, by_address = NAMED.search(words), OF_JOBS.search(f"{parts.netloc}{parts.path}")
        if not url or url == page.url or not (by_words or by_address) or ELSEWHERE.search(parts.hostname or ""):
            continue
        is_own = _site(parts.hostname or "") == _site(own.hostname or "")
        is_short = len(words.split()) <= 4 and len(parts.path.strip("/").split("/")) <= 2
        rank = 4 * (not is_own) + 2 * (not is_short) + (not (by_words and by_address))
        ranked.append((rank + 8 * bool(NO_JOB.search(parts.path) and not by_words), url))
    return list(dict.fromkeys(url for _, url in sorted(ranked, key=lambda each: each[0])))


def _site(host: str) -> str:
    return ".".join(host.split(".")[-2:]) if not host.replace(".", "").isdigit() else host


def feeds(page: Page) -> list[str]:
    """Feeds that a page names as its own and whose name or address tells of jobs."""
    nodes = tree(page.text).css('link[rel~="alternate" i][href][type*="xml" i]')
    said = (
        (node.attributes.get("title") or "", urljoin(page.url, node.attributes.get("href") or "")) for node in nodes
    )
    return [url for title, url in said if re.search(rf"\b{WORDS}\b", f"{title} {urlsplit(url).path}", re.I)]


def site_name(page: Page) -> str | None:
    """What a page calls its company: `og:site_name`, else the part of the title that is not about jobs."""
    whole = tree(page.text)
    stated = whole.css_first('meta[property="og:site_name"][content]')
    title = whole.css_first("title")
    words = [stated.attributes.get("content") or ""] if stated else []
    words += SEPARATED.split(title.text()) if title else []
    return next((name for each in words if (name := _named(each))), None)


def _named(words: str) -> str | None:
    plain = " ".join("".join(char if char.isprintable() else " " for char in words).split())
    left = JOINING.sub("", " ".join(OF_A_TITLE.sub(" ", plain).split()))
    return left if 1 < len(left) <= 60 and left.casefold() not in SAYS_NOTHING else None
