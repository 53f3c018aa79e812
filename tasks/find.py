"""From an address that a person has to a board that answers: by the address, else by what its page holds.

Reason: what a page says is only a proposal; the board's own list proves it, so that no row is a guess.
"""

import asyncio
import html
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import ValidationError

from tasks import normalize, resolve
from tasks.addresses import is_loopback
from tasks.companies import known_sources
from tasks.errors import ConfigError, FetchError, GoneError, ParseError, TransientError
from tasks.model import Company, Page, Posting, Request
from tasks.probe import Answer, Asker, ask, stated_name
from tasks.reading import items_of, strictly
from tasks.sources import _jsonld, _links

FOLLOWED = 2  # links from the address that was given
JOB_OF_GREENHOUSE = re.compile(r"[?&]gh_jid=(\d+)")  # on a company's own site: whose platform, but not which board
PROOFS = 3  # pages, at the most, that are read to see one posting of a careers site


@dataclass(slots=True)
class Finding:
    """Where an address leads. Shape: `found`, `refused` for good, or `failed` for now; `said` is what was seen."""

    url: str
    outcome: Literal["found", "refused", "failed"] = "refused"
    company: Company | None = None
    postings: int | None = None
    is_more: bool = False
    said: list[str] = field(default_factory=list)
    name: str | None = None  # of the page that led to the board
    job: str | None = None  # an id that the board must show, where its name is only likely


async def find(url: str, asker: Asker | None, name: str | None = None) -> Finding:
    """The board of an address: proven, or where nobody is to ask by the address alone."""
    finding, asker = Finding(url), asker and asker.remembering()
    try:
        address = resolve.web_address(url)
        if asker is None:
            company = resolve.of_address(address)
            finding.said += [] if company else ["is no platform's address; only its page could tell"]
            return _settled(finding, company, name) if company else finding
        async for company in _candidates(address, asker, finding):
            asked = company.model_copy(update={"base_url": asker.platforms.get(company.source, company.base_url)})
            if await _is_proven(asked, asker, finding):
                return _settled(finding, asked, name)
    except ConfigError as error:
        finding.said.append(str(error))
    except FetchError as error:
        finding.outcome = "failed" if isinstance(error, TransientError) else finding.outcome
        finding.said.append(str(error))
    return finding


def _settled(finding: Finding, company: Company, name: str | None) -> Finding:
    finding.outcome = "found"
    finding.company = company
    with suppress(ValidationError):  # a name of a page that no row can have
        known = name or finding.name or company.name
        finding.company = Company.model_validate(company.model_dump() | {"name": known})
    return finding


async def _is_proven(company: Company, asker: Asker, finding: Finding) -> bool:
    """Whether the board answers; of a careers site, whether one of its jobs can be read."""
    answer = await ask(company, asker)
    if answer.outcome not in ("answers", "empty"):
        finding.outcome = "failed" if answer.outcome == "failed" else finding.outcome
        finding.said.append(f"{company.id} is {answer.outcome}: {answer.detail}")
        return False
    if finding.job and finding.job not in {each.id for each in answer.items if isinstance(each, Posting)}:
        finding.said.append(f"{company.id} answers, but has no job {finding.job}")
        return False
    if company.source in resolve.OF_ANY_HOST and not await _shows_a_posting(company, answer, asker):
        finding.said.append(f"{company.board}: has links that look like jobs, but no JobPosting behind them")
        return False
    finding.postings, finding.is_more = answer.postings, answer.is_more
    finding.name = answer.name or finding.name
    return True


async def _shows_a_posting(company: Company, answer: Answer, asker: Asker) -> bool:
    source, waiting = import_module(f"tasks.sources.{company.source}"), list(answer.items)
    for _ in range(PROOFS + 1):
        if any(isinstance(each, Posting) for each in waiting):
            return True
        request = next((each for each in waiting if isinstance(each, Request)), None)
        if request is None:
            return False
        with suppress(GoneError, ParseError):
            page = await asker.page(request, company.base_url)
            with strictly(company, page):
                found = await asyncio.to_thread(items_of, company, source, page)
                answer.name = stated_name(page) or answer.name
            if request.accept == "xml":
                answer.postings, answer.is_more = len(found), False
            waiting = [*found, *waiting[1:]]
            continue
        waiting = waiting[1:]
    return False


async def _candidates(address: str, asker: Asker, finding: Finding) -> AsyncIterator[Company]:
    """Boards that the address may belong to, the likeliest first; a page is read only when the one before it failed.

    Raises: FetchError where the address itself cannot be had.
    """
    if company := resolve.of_address(address):
        yield company
        return
    queue, asked, later = [address], set[str](), list[Company]()
    while queue and len(asked) <= FOLLOWED:
        url = queue.pop(0)
        asked.add(url)
        page = await _page(url, address, asker, finding)
        if page is None:
            continue
        finding.name = resolve.site_name(page) or finding.name
        for company in await asyncio.to_thread(_of_platforms, page, finding):
            yield company
        for company in _by_job_id(page, finding):
            yield company
        finding.job = None
        own = await asyncio.to_thread(lambda read: list(_of_the_site(read)), page)
        is_root = not urlsplit(page.url).path.strip("/")
        for company in [] if is_root else own:
            yield company
        later += own if is_root else []
        fresh = [each for each in resolve.careers_links(page) if each not in asked and each not in queue]
        queue = [*fresh[:FOLLOWED], *queue]
        finding.said.append(
            f"{page.url}: no address of a platform{'' if own else ', no links that look like jobs, no feed of them'}"
        )
    for company in later:
        yield company


async def _page(url: str, address: str, asker: Asker, finding: Finding) -> Page | None:
    """None where it cannot be had or read, which the finding then says.

    Raises: FetchError where it is the address itself that cannot be had.
    """
    try:
        page = await asker.page(Request(url, "html"), _home(url, address))
        await asyncio.to_thread(normalize.tree, page.text)  # what is too heavy to be read is told once, here
    except FetchError as error:
        if url == address:
            raise
        finding.said.append(str(error))
        return None
    except ValueError as error:
        finding.said.append(f"{url}: {error}")
        return None
    return page


def _of_platforms(page: Page, finding: Finding) -> list[Company]:
    if company := resolve.of_address(page.url) or resolve.own_host(page):
        return [company]
    found = resolve.votes(page)
    best = resolve.winner(found)
    if found and not best:
        named = ", ".join(company.id for company, _ in list(found.values())[:5])
        finding.said.append(f"{page.url}: leads to {len(found)} boards ({named}); add the one that you mean")
    return [best] if best else []


def _by_job_id(page: Page, finding: Finding) -> list[Company]:
    """Boards called like the site, of which the one is right that shows the very job."""
    if not (found := JOB_OF_GREENHOUSE.search(page.url) or JOB_OF_GREENHOUSE.search(html.unescape(page.text))):
        return []
    finding.job = found[1]
    words = resolve.titled("greenhouse", urlsplit(page.url).hostname or ""), resolve.site_name(page) or ""
    boards = dict.fromkeys(re.sub(r"[^a-z0-9]", "", each.lower()) for each in words)
    return [Company(name=each, source="greenhouse", board=each) for each in boards if each and not each.isdigit()]


def _of_the_site(page: Page) -> Iterator[Company]:
    """The page as a board itself: of jobs with JSON-LD, of one such job the list above it; then its feeds."""
    items: list[dict[str, Any]] = []
    with suppress(ValueError):
        items = _jsonld.items(page)
    parts = urlsplit(page.url)
    rest = _links.below_jobs(parts.path)
    if len(items) == 1 and rest:
        yield from _own("jsonld", parts._replace(path=parts.path.removesuffix(rest), query="").geturl())
    elif items or _links.jobs(page, _links.hrefs(page)):
        yield from _own("jsonld", page.url)
    for url in resolve.feeds(page) if "rss" in known_sources() else []:
        yield from _own("rss", url)


def _own(source: str, url: str) -> Iterator[Company]:
    """Shape: the board is the address without its scheme; another scheme or port stands in `base_url`."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    is_plain = parts.scheme == "https" and parts.port is None
    board = f"{host}{parts.path}{'?' if parts.query else ''}{parts.query}".rstrip("/")
    with suppress(ValidationError):
        base_url = None if is_plain else f"{parts.scheme}://{parts.netloc}"
        yield Company(name=resolve.titled(source, host), source=source, board=board, base_url=base_url)


def _home(url: str, address: str) -> str | None:
    """This machine may be asked where the person named it, and only the host that they named."""
    host = urlsplit(address).hostname or ""
    return address if is_loopback(host) and urlsplit(url).hostname == host else None
