"""Breezy, a careers site of {board}.breezy.hr or on the company's own domain.

Site:   https://{board}.breezy.hr
API:    GET /json for the list, not documented; /p/{friendly_id} is a page with schema.org/JobPosting, by robots.txt
Board:  the first part of the host, `acme`; for a site on a domain of its own that host, `jobs.acme.example`
Paging: none, all positions in one answer
Shape:  what the list states wins over the page, which alone has the text. `is_remote: false` is what nobody has filled
        in, and a page that says remote beside it is not believed. Pay is the page's, else the plain amounts of `salary`
Limits: 403 at about 14 requests per second, counted over boards: one for each. A page without a JobPosting is an error:
        the list has that position. An unknown board is sent on to breezy.hr, which fails it: moved or gone
Checked: by others' account alone; no recording
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from tasks.model import Company, Page, Posting, Request, WorkplaceType
from tasks.sources import _jsonld
from tasks.sources._links import at_home
from tasks.sources._readings import JOBS, address, day, host, pay_in_words, place
from tasks.vocabulary import country, employment_type, workplace_type

MISSES_TO_CLOSE, REQUESTS_PER_SECOND = 2, 1.0
ADDRESSES = {r"^(?!(?:www|app|api|[\w-]+-cdn|help|developer|marketing)\.)(?P<board>[\w-]+)\.breezy\.hr": None}
STATED = ("id", "name", "url", "published_date", "type", "location", "locations", "department", "salary")


def start(company: Company) -> Request:
    return Request(f"{company.origin('https://' + host(company.board, 'breezy.hr'))}/json")


def parse(company: Company, page: Page) -> Iterator[Posting | Request]:
    if page.request.is_settled:
        yield _posting(company, page)
        return
    for job in _listed(page):
        name = job.get("friendly_id") or job["url"].rstrip("/").rpartition("/")[2]
        url = f"{start(company).url.removesuffix('/json')}/p/{quote(name, safe='')}"
        yield Request(url, "html", about={fact: job[fact] for fact in STATED if job.get(fact)}, is_settled=True)


def claimed(company: Company, page: Page) -> int | None:
    return None if page.request.is_settled else len({job["id"] for job in _listed(page)})


def _listed(page: Page) -> list[dict[str, Any]]:
    return JOBS.validate_python(at_home(page).json())


def _posting(company: Company, page: Page) -> Posting:
    found, job = _jsonld.items(at_home(page)), page.request.about or {}
    if len(found) != 1:
        raise ValueError(f"{len(found)} JobPostings on the page of one position")
    told, main, kind = _jsonld.posting(company, found[0], page), job.get("location", {}), job.get("type", {})
    stated = {
        "id": job["id"],
        "title": job["name"],
        "url": address(job.get("url")) or page.url,
        "locations": tuple(filter(None, map(_place, [main, *job.get("locations", [])]))),
        "country": country((main.get("country") or {}).get("id")),
        "city": main.get("city"),
        "department": job.get("department"),
        "employment_type": employment_type(kind.get("name")) or employment_type(kind.get("id")),
        "posted_on": day(job.get("published_date")),
    }
    own = {"origin": "platform", "requisition_id": None, "workplace_type": _workplace(main, told)}
    own |= dict.fromkeys(("country", "city") if main else ())
    own |= {} if told.salary_min or told.salary_max else pay_in_words(job.get("salary"))
    return Posting(**told.model_dump() | own | {name: fact for name, fact in stated.items() if fact})


def _workplace(spot: dict[str, Any], told: Posting) -> WorkplaceType | None:
    if spot.get("is_remote") is True:
        return workplace_type((spot.get("remote_details") or {}).get("value")) or "remote"
    return told.workplace_type if told.workplace_type != "remote" or spot.get("is_remote") is None else None


def _place(spot: dict[str, Any]) -> str:
    return spot.get("name") or place(spot.get("city"), *((spot.get(x) or {}).get("name") for x in ("state", "country")))
