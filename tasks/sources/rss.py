"""Any RSS 2.0 or Atom feed of jobs, of one company or of many.

Site:   the publisher's own
API:    none; the feed (rssboard.org/rss-specification, RFC 4287)
Board:  address of the feed without its scheme, `www.example.com/jobs.rss`
Paging: links marked as next on the feed's own host (RFC 5005)
Shape:  `guid` or `id` tells a job, else its link. The feed's own elements have its namespace: `media:title` is none.
        Others count by name alone. The employer is what an element calls so, or begins the title in feeds known for
        that (TITLED); an author is a person. Words of pay join the text, a category is no department.
Limits: shows the newest only, so nothing closes for being absent; a redirect to another host fails the board
Checked: 5 items of 2 feeds, recorded 2026
"""

import html
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

from tasks.model import Company, Page, Posting, Request
from tasks.normalize import without_tracking
from tasks.sources import _xml
from tasks.sources._links import at_home
from tasks.sources._readings import address, amounts, pay, period, place, real_html, sections
from tasks.vocabulary import country, employment_type, workplace_type

MISSES_TO_CLOSE = 2
STALE_AFTER_DAYS = 30
ADDRESSES = {r"(?!\S*teamtailor\.com/)(?P<board>[\w.-]+/[^?#\s]*(?:job|career|vacanc)[^?#\s]*[./](?:rss|atom))$": None}
TITLED = re.compile(r"(?:www\.)?weworkremotely\.com/")
SECTIONS = {"examplesofduties": "Duties", "responsibilities": "Responsibilities", "requirements": "Requirements",
            "qualifications": "Qualifications", "supplementalinformation": "More", "salary": "Salary"}  # fmt: skip


def start(company: Company) -> Request:
    host, _, path = company.board.partition("/")
    return Request(f"{company.origin(f'https://{host}')}/{path}", "xml")


def parse(company: Company, page: Page) -> Iterator[Posting | Request]:
    feed, own = _xml.feed(at_home(page))
    for item in [*feed.iterfind(f"{own}item"), *feed.iterfind(f"{own}entry")]:
        yield _posting(company, page, item, own)
    further = (urljoin(page.url, href) for href in _xml.hrefs(feed, "next"))
    yield from (Request(url, "xml") for url in further if urlsplit(url).netloc == urlsplit(page.url).netloc)


def claimed(company: Company, page: Page) -> int | None:
    return None


def _posting(company: Company, page: Page, item: Element, own: str) -> Posting:
    facts, title = _xml.facts(item), _xml.text(item, f"{own}title")
    employer = title.partition(": ")[0] if TITLED.match(company.board) and ": " in title else ""
    spot, link = place(*map(facts, ("city", "state", "country"))), address(_xml.link(item, own))
    more = [(heading, real_html(facts(name))) for name, heading in SECTIONS.items()]
    return Posting(
        id=_xml.text(item, f"{own}guid") or _xml.text(item, f"{own}id") or without_tracking(link),
        title=html.unescape(title.removeprefix(f"{employer}: ")),
        url=link and urljoin(page.url, link),
        hiring_organization=facts("company companyname employer hiringorganization") or employer,
        description_html=sections([(None, _xml.content(item, own)), *more]),
        locations=tuple(_xml.texts(item, "{*}location")) or (facts("region") or spot,),
        country=country(facts("country")),
        city=facts("city"),
        department=facts("department"),
        requisition_id=facts("requisitionid jobnumber referencenumber"),
        employment_type=employment_type(facts("employmenttype jobtype type")),
        workplace_type=workplace_type(facts("remotestatus workplacetype joblocationtype")),
        posted_on=_xml.known_day(facts("pubdate published date")),
        expires_on=_xml.known_day(facts("expiresat expirationdate expirydate expires advertisetodatetimeutc")),
        **_salary(facts),
    )


def _salary(facts: Callable[[str], str]) -> dict[str, Any]:
    low, high = (next(iter(amounts(facts(f"{end}imumsalary salary{end}"))), None) for end in ("min", "max"))
    unit = period(stated := facts("salaryinterval salaryperiod"))
    return {} if stated and unit is None else pay(low, high, facts("salarycurrency"), unit)
