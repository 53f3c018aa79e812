"""iCIMS, a careers portal of {board}.icims.com.

Site:   https://{board}.icims.com/jobs/search
API:    none without a key; the page that the portal shows in a frame
Board:  the first part of the host, `careers-acme`; some are called `jobs-acme` or `uscareers-acme`
Paging: `pr` from 0, 20 to 25 cards a page; where the page says `Page 1 of 7` so many are asked for, else one after the
        other. Past the end the last page is shown again; any other page in place of the one asked for fails
Shape:  a card has title, place and number; the job's page has a JobPosting. `in_iframe=1` is the page without its frame
Limits: a page without the portal's markup, or a job's page without a JobPosting, fails. No total but that of pages
Checked: 2 cards of 1 portal, recorded 2026; the number of pages by others' accounts
"""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from selectolax.lexbor import LexborNode

from tasks.model import Company, Page, Posting, Request
from tasks.normalize import tree
from tasks.sources._jsonld import items, posting
from tasks.sources._links import absolute, at_home

MISSES_TO_CLOSE = 2
LAST_PAGE_REPEATS = True
ADDRESSES = {r"(?!(?:www|api|developer|login)\.)(?P<board>[\w-]+)\.icims\.com(?:/|$)": None}
JOB = re.compile(r"/jobs/(\d+)/([^/?#\s]+)/job\b")
PAGES = re.compile(r"\bPage\s+(\d{1,3})\s+of\s+(\d{1,3})\b")


def start(company: Company, number: int = 0) -> Request:
    origin = company.origin(f"https://{company.board}.icims.com")
    return Request(f"{origin}/jobs/search?ss=1&pr={number}&in_iframe=1", "html")


def parse(company: Company, page: Page) -> Iterator[Posting | Request]:
    if page.request.about is not None:
        yield _posting(company, at_home(page))
        return
    if (found := tree(at_home(page).text)).css_first('[class*="iCIMS_"]') is None:
        raise ValueError("a page without the portal's markup")
    links = ((_job(page, link), link) for link in found.css('a[href*="/jobs/"]'))
    jobs = {job: link for job, link in links if job}
    at = int(re.findall(r"[?&]pr=(\d+)", page.request.url)[0])
    this, last = next((map(int, said) for said in PAGES.findall(found.text(separator=" "))), (at + 1, 0))
    if this not in (at + 1, last):
        raise ValueError(f"page {this} in place of page {at + 1}")
    if jobs and (at == 0 or not last):
        yield from (start(company, number) for number in range(at + 1, last or at + 2))
    for (number, slug), link in jobs.items():
        url = f"{company.origin(f'https://{company.board}.icims.com')}/jobs/{number}/{slug}/job?in_iframe=1"
        yield Request(url, "html", about=_about(link), is_settled=True)


def claimed(company: Company, page: Page) -> int | None:
    return None


def _job(page: Page, link: LexborNode) -> tuple[str, ...]:
    """Number and name of the job that a link of this portal leads to."""
    url = absolute(page.url, link.attributes.get("href") or "")
    match = JOB.search(url)
    return match.groups() if match and urlsplit(url).netloc == urlsplit(page.url).netloc else ()


def _about(link: LexborNode) -> dict[str, Any]:
    """The words of the card, without those of labels."""
    card: LexborNode | None = link
    while card and card.tag != "li" and "iCIMS_JobCardItem" not in (card.attributes.get("class") or ""):
        card = card.parent
    words = (node.text() for node in (card or link).css("h2, h3, span:not(.field-label)"))
    return {"card": sorted({" ".join(word.split()) for word in words} - {""})}


def _posting(company: Company, page: Page) -> Posting:
    (item,) = items(page)
    number = JOB.findall(page.request.url)[0][0]
    own = {"id": number, "url": page.request.url.removesuffix("?in_iframe=1")}
    return posting(company, item, page).model_copy(update=own)
