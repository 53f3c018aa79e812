"""Workable, an account of apply.workable.com.

Site:   https://apply.workable.com/{board}
API:    GET /api/v1/widget/accounts/{board}?details=true, the feed of its widget for careers pages
Board:  the first part of the public page's path, `acme`
Paging: none, all jobs in one answer; a job stands there once for each of its places, under one `shortcode`
Shape:  `locations` names a row's places, city, state and country where it is missing; a `hidden` place is one that the
        employer does not show and is left out. `telecommuting` says remote; without it nothing is known, hybrid jobs
        lack it too. `experience` is kept where it is one level of ours. `created_at` dates no posting.
Limits: no pay; Cloudflare answers 429 for hours to those who ask often, so one request in two seconds
Checked: 5 rows of 2 widgets, recorded 2026, all without a text; `full_description` by others' accounts of the feed
"""

from collections.abc import Iterator
from typing import Any

from tasks.model import Company, Page, Posting, Request, Seniority
from tasks.sources._readings import JOBS, address, day, place, sections
from tasks.vocabulary import country, employment_type

MISSES_TO_CLOSE = 1
REQUESTS_PER_SECOND = 0.5
PARTS = ("Description", "Requirements", "Benefits")
ADDRESSES = {
    r"^apply\.workable\.com/(?:api/v\d/(?:widget/)?accounts/)?(?!(?:api|j)(?:/|$))(?P<board>[\w-]+)": None,
    r"^www\.workable\.com/api/accounts/(?P<board>[\w-]+)": None,
    r"^(?!(?:www|apply|jobs?|api|help|support|developers?|resources|get)\.)(?P<board>[\w-]+)\.workable\.com": None,
}
LEVELS: dict[str, Seniority] = {
    "Internship": "intern", "Entry level": "entry", "Director": "director", "Executive": "executive"
}  # fmt: skip


def start(company: Company) -> Request:
    origin = company.origin("https://apply.workable.com")
    return Request(f"{origin}/api/v1/widget/accounts/{company.board}?details=true")


def parse(company: Company, page: Page) -> Iterator[Posting | Request]:
    yield from map(_posting, _jobs(page))


def claimed(company: Company, page: Page) -> int | None:
    return len(_jobs(page))


def _jobs(page: Page) -> list[list[dict[str, Any]]]:
    """The rows of each job together."""
    jobs: dict[str, list[dict[str, Any]]] = {}
    for row in JOBS.validate_python(page.json()["jobs"]):
        jobs.setdefault(row["shortcode"], []).append(row)
    return list(jobs.values())


def _posting(rows: list[dict[str, Any]]) -> Posting:
    job, places = rows[0], [spot for row in rows for spot in _places(row)]
    lands = {country(spot.get("countryCode") or spot.get("country")) for spot in places}
    towns = {spot.get("city") for spot in places}
    told = [(name if name != "Description" else None, job.get(name.lower())) for name in PARTS]
    return Posting(
        id=job["shortcode"],
        title=job["title"],
        url=address(job["url"]),
        apply_url=address(job.get("application_url")),
        description_html=job.get("full_description") or sections(told),
        locations=tuple(place(spot.get("city"), spot.get("region"), spot.get("country")) for spot in places),
        country=lands.pop() if len(lands) == 1 else None,
        city=towns.pop() if len(towns) == 1 else None,
        department=job.get("department"),
        requisition_id=job.get("code"),
        employment_type=employment_type(job.get("employment_type")),
        workplace_type="remote" if all(row.get("telecommuting") is True for row in rows) else None,
        seniority=LEVELS.get(job.get("experience") or ""),
        posted_on=day(job.get("published_on")),
    )


def _places(row: dict[str, Any]) -> list[dict[str, Any]]:
    own = {"city": row.get("city"), "region": row.get("state"), "country": row.get("country")}
    return [spot for spot in JOBS.validate_python(row.get("locations") or [own]) if not spot.get("hidden")]
