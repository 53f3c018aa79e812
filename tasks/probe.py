"""One call of a board's list: whether it is there, how much it shows, and what it calls itself."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from types import ModuleType
from typing import Any, Literal
from urllib.parse import urlsplit

from tasks import companies
from tasks.errors import BlockedError, FetchError, GoneError, ParseError
from tasks.fetch import Counts, Fetcher
from tasks.model import Company, Page, Posting, Request
from tasks.reading import asks_model, items_of, strictly
from tasks.resolve import OF_ANY_HOST
from tasks.sources import _jsonld

UNKNOWN_LOOKS_EMPTY = {"smartrecruiters"}  # says of a company that it has never heard of what it says of an idle one
NAMES = (
    ("company_name",), ("name",), ("company", "name"), ("jobs", "company_name"), ("offers", "company_name"),
    ("content", "company", "name"),
)  # fmt: skip

Outcome = Literal["answers", "empty", "doubtful", "gone", "blocked", "failed", "unasked"]


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks. Shape: `platforms` are base addresses to ask in place of the platforms' own, by source; `pages` are
    those that are not asked for twice.
    """

    fetcher: Fetcher
    contact: str | None = None
    platforms: Mapping[str, str] = field(default_factory=dict)
    pages: dict[tuple[str, str], Page] | None = None

    def remembering(self) -> "Asker":
        """The same, for one address and what it leads to."""
        return replace(self, pages={})

    async def page(self, request: Request, home: str | None = None, requests_per_second: float | None = None) -> Page:
        """Raises: FetchError; ConfigError where a host of others is to be asked and we have not said who we are."""
        companies.require_contact_of([request.url], self.contact)
        key = request.key, request.accept
        if self.pages is not None and key in self.pages:
            return self.pages[key]
        page = await self.fetcher.fetch(request, Counts(), home, requests_per_second=requests_per_second)
        assert page is not None  # without validators there is no 304
        if self.pages is not None:
            self.pages[key] = page
        return page


@dataclass(slots=True)
class Answer:
    """How a board answered one call of its list. Shape: `is_more` says that the list has further pages."""

    outcome: Outcome
    postings: int | None = None
    is_more: bool = False
    detail: str | None = None
    name: str | None = None
    page: Page | None = None
    items: list[Posting | Request] = field(default_factory=list)


async def ask(company: Company, asker: Asker) -> Answer:
    """One call of the board's list.

    Raises: ConfigError.
    """
    source = import_module(f"tasks.sources.{company.source}")
    request = source.start(company)
    if urlsplit(request.url).scheme not in ("http", "https"):
        return Answer("unasked", detail="a search of other boards: only an ingest can tell")
    try:
        page = await asker.page(request, company.base_url, getattr(source, "REQUESTS_PER_SECOND", None))
    except FetchError as error:
        known: dict[type[FetchError], Outcome] = {GoneError: "gone", BlockedError: "blocked"}
        return Answer(known.get(type(error), "failed"), detail=str(error))
    return await asyncio.to_thread(_read, company, source, page)


def _read(company: Company, source: ModuleType, page: Page) -> Answer:
    """Shape: a redirect that leaves the board's host, to a page that is no list, says that the board is gone."""
    has_left = company.source not in OF_ANY_HOST and _host(page.url) != _host(page.request.url)
    away = Answer("gone", detail=f"leads away to {_host(page.url)}: {page.request.url}") if has_left else None
    try:
        with strictly(company, page):
            items, claimed = items_of(company, source, page), source.claimed(company, page)
            name = stated_name(page)
    except ParseError as error:
        return away or Answer("failed", detail=f"an unexpected shape ({error.reason[:120]}): {page.url}")
    if asks_model(source):
        return Answer("answers", detail="the page is there; what it holds, a model reads", page=page)
    jobs = [each for each in items if isinstance(each, Posting) or each.is_settled or each.accept == "html"]
    count, is_more = len(jobs) if claimed is None else claimed, claimed is None and len(jobs) < len(items)
    if count or is_more:
        return Answer("answers", count, is_more, name=name, page=page, items=items)
    if away:
        return away
    is_doubtful = company.source in UNKNOWN_LOOKS_EMPTY
    told = "no posting; so the platform answers for a company that it does not know, too" if is_doubtful else None
    return Answer("doubtful" if is_doubtful else "empty", 0, detail=told, name=name, page=page)


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def stated_name(page: Page) -> str | None:
    """What the answer calls the company: of several names the one that most of its postings have."""
    if page.request.accept == "json":
        value = page.json()
        found = [list(_at(value, path)) for path in NAMES if isinstance(value, dict) or path != ("name",)]
    else:
        orgs = [item.get("hiringOrganization") for item in _jsonld.items(page)]
        found = [[org.get("name") if isinstance(org, dict) else org for org in orgs]]
    counts = Counter(word.strip() for words in found for word in words if isinstance(word, str) and word.strip())
    (name, count) = counts.most_common(1)[0] if counts else ("", 0)
    return name if count * 2 > counts.total() and len(name) <= 100 and name.isprintable() else None


def _at(value: Any, path: tuple[str, ...]) -> Iterator[Any]:
    if isinstance(value, list):
        for each in value:
            yield from _at(each, path)
    elif not path:
        yield value
    elif isinstance(value, dict) and path[0] in value:
        yield from _at(value[path[0]], path[1:])
