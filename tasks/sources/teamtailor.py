"""Teamtailor, a career site of {board}.teamtailor.com or on the company's own domain.

Site:   https://{board}.teamtailor.com
API:    GET /jobs.rss?per_page=100&offset=0, the feed of the career site (api.teamtailor.com needs a key)
Board:  the first part of the host, `acme`; for a site elsewhere its whole host, `careers.acme.example`
Paging: per_page and offset; a page that is not full is the last
Shape:  places stand in `tt:location`, each with a name, a city and a country's name; `remoteStatus` with or without a
        namespace. Its `none` stands on every job that says nothing, `temporary` is for the time being: neither tells.
        `tt:role` is a group of jobs within the department.
Limits: no pay, no employment type, no total. A redirect to another host fails the board: write that host
Checked: fields and paging as others read them (jobseek, 2026); the one recording is of another feed, /jobs.json
"""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from tasks.model import Company, Page, Posting, Request
from tasks.sources._links import at_home
from tasks.sources._readings import address, host, place
from tasks.sources._xml import feed_day, markup, root, text
from tasks.vocabulary import country, workplace_type

MISSES_TO_CLOSE = 1
ADDRESSES = {
    r"(?!(?:www|app|api|docs|support|help|blog|get|go|info|status|developers?|partners?|assets|scripts|images)\.)"
    r"(?P<board>[\w-]+)\.teamtailor\.com": None,
    r"(?P<board>[\w-]+\.[a-z]{2,4}\.teamtailor\.com)": None,
}
LIMIT = 100
STATED = {"fully", "hybrid"}


def start(company: Company, offset: int = 0) -> Request:
    origin = company.origin(f"https://{host(company.board, 'teamtailor.com')}")
    return Request(f"{origin}/jobs.rss?per_page={LIMIT}&offset={offset}", "xml")


def parse(company: Company, page: Page) -> Iterator[Posting | Request]:
    channel = root(at_home(page), "rss").find("channel")
    if channel is None:
        raise ValueError("a feed without a channel")
    jobs = channel.findall("item")
    yield from map(_posting, jobs)
    asked = re.search(r"[?&]offset=(\d+)", page.request.url)
    if len(jobs) >= LIMIT and asked:
        yield start(company, int(asked[1]) + len(jobs))


def claimed(company: Company, page: Page) -> int | None:
    return None


def _posting(job: Element) -> Posting:
    spots = job.findall("{*}locations/{*}location")
    lands, remote = {country(text(spot, "{*}country")) for spot in spots}, text(job, "{*}remoteStatus")
    return Posting(
        id=text(job, "guid"),
        title=text(job, "title"),
        url=address(text(job, "link")),
        description_html=markup(job.find("description")),
        locations=tuple(map(_place, spots)),
        country=lands.pop() if len(lands) == 1 else None,
        city=text(spots[0], "{*}city") if spots else None,
        department=text(job, "{*}department"),
        workplace_type=workplace_type(remote) if remote in STATED else None,
        posted_on=feed_day(text(job, "pubDate")),
    )


def _place(spot: Element) -> str:
    return place(text(spot, "{*}city"), text(spot, "{*}country")) or text(spot, "{*}name")
