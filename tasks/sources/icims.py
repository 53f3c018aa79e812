"""iCIMS, a career portal of {board}.icims.com.

Site:   https://{board}.icims.com/jobs
API:    none: /jobs/search?ss=1&pr=0&in_iframe=1 are the pages of the list, without the frame around them
Board:  the first part of the host, `careers-acme`
Paging: `pr` from 0, as many cards as the employer chose. A page says `Page 1 of 28`, never how many jobs: it claims its
        cards if it is the page asked for. Where none says so, they are asked for until the last one is shown again
Shape:  a job page has schema.org/JobPosting; the id is the number in its address. Another page in its place
        (the job has gone, the portal is down) is an error, which closes nothing
Limits: the list does not tell of a change of the text
Checked: 2 cards of one portal, recorded 2026 without the pages' numbers; job pages and numbers by others' accounts
"""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from tasks.model import Company, Page, Posting, Request
from tasks.sources import _jsonld
from tasks.sources._readings import host

MISSES_TO_CLOSE, LAST_PAGE_REPEATS = 2, True
ADDRESSES = {
    r"(?!(?:www|api|developer|community|support|care|login|media)\.)(?P<board>[\w-]+)\.icims\.com/jobs\b": None,
    r"(?P<board>(?:[a-z]+-)?(?:careers|jobs)-[\w-]+)\.icims\.com": None,
}
JOB = re.compile(r"/jobs/(?P<id>\d+)(?:/[^/?#\s]+)?/job\b")
NUMBERED = re.compile(r"\bPage\s+(\d+)\s+of\s+(\d+)\b", re.I)


def start(company: Company, number: int = 0) -> Request:
    return Request(f"{_site(company)}/jobs/search?ss=1&pr={number}&in_iframe=1", "html")


def parse(company: Company, page: Page) -> Iterator[Posting | Request]:
    if page.request.is_settled:
        yield _posting(company, page)
        return
    found, (number, _, pages) = _found(page), _numbers(page)
    yield from (start(company, later) for later in range(number, pages or number + bool(found)))
    for path, about in found.items():
        yield Request(f"{_site(company)}{path}?in_iframe=1", "html", about=about, is_settled=True)


def claimed(company: Company, page: Page) -> int | None:
    number, said, _ = (0, 1, 0) if page.request.is_settled else _numbers(page)
    return len(_found(page)) if number == said else None


def _site(company: Company) -> str:
    return company.origin(f"https://{host(company.board, 'icims.com')}")


def _numbers(page: Page) -> tuple[int, int, int]:
    """Which page was asked for, from 1; which it says it is, of how many: zeros where it does not."""
    body = LexborHTMLParser(page.text).body
    said = NUMBERED.search(body.text(separator=" ")) if body else None
    asked = int(re.findall(r"[?&]pr=(\d+)", page.request.url)[0]) + 1
    return (asked, int(said[1]), int(said[2])) if said else (asked, 0, 0)


def _found(page: Page) -> dict[str, dict[str, str]]:
    """Path of each job -> what its card says. Raises: ValueError where the page is none of iCIMS."""
    if "iCIMS_" not in page.text:
        raise ValueError("not a page of iCIMS")
    links = [(JOB.search(link.attributes["href"] or ""), link) for link in LexborHTMLParser(page.text).css("a[href]")]
    return {path[0]: _told(link) for path, link in links if path}


def _told(link: LexborNode) -> dict[str, str]:
    card: LexborNode | None = link
    while card and "row" not in (card.attributes.get("class") or "").split():
        card = card.parent
    place = card.css_first(".header.left") if card else None
    parts = {"title": link.css_first("h3") or link, "place": place}
    return {name: part.text(separator=" ", strip=True) for name, part in parts.items() if part}


def _posting(company: Company, page: Page) -> Posting:
    path = JOB.search(page.request.url)
    own = {"id": path["id"] if path else "", "url": page.request.url.partition("?")[0]}
    return _jsonld.posting(company, _jsonld.items(page)[0], page).model_copy(update=own)
