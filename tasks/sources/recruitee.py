"""Recruitee, a careers site of {board}.recruitee.com or on the company's own domain.

Site:   https://{board}.recruitee.com
API:    GET /api/offers (docs.recruitee.com/reference/intro-to-careers-site-api)
Board:  the first part of the host, `acme`; for a site on a domain of its own that host, `jobs.acme.example`
Paging: none, all offers in one answer
Shape:  only `status: published` is an open role. `remote`, `hybrid` and `on_site` are three switches: with none on, or
        several, the workplace is unknown. `salary` is typed by hand into strings: what is no plain decimal is left out,
        and so is `18.50` a `month`. Instants end in ` UTC`. `requirements` brings its own heading.
Limits: none stated
Checked: 2 offers of one site, recorded 2026; the codes beyond theirs by others' accounts
"""

import re
from collections.abc import Iterator
from typing import Any

from tasks.model import Company, Page, Posting, Request, Seniority, WorkplaceType
from tasks.sources._readings import JOBS, address, day, host, pay, period, place, sections
from tasks.vocabulary import country, employment_type

MISSES_TO_CLOSE = 1
DECIMAL = re.compile(r"\d+(?:\.\d{1,2})?")
ADDRESSES = {
    r"^(?!(?:www|api|app|docs|support|help|careers-site|career)\.)(?P<board>[\w-]+)\.recruitee\.com": None,
    r"^(?P<board>[\w-]+(?:\.[\w-]+)*\.(?!recruitee\.com)[\w-]+\.[a-z]+)/api/offers(?:[/?]|$)": None,
}
SWITCHES: dict[str, WorkplaceType] = {"remote": "remote", "hybrid": "hybrid", "on_site": "onsite"}
LEVELS: dict[str, Seniority] = {
    "entry_level": "entry", "mid_level": "mid", "manager": "manager", "senior_manager": "manager",
    "executive": "executive", "senior_executive": "executive",
}  # fmt: skip


def start(company: Company) -> Request:
    origin = company.origin(f"https://{host(company.board, 'recruitee.com')}")
    return Request(f"{origin}/api/offers")


def parse(company: Company, page: Page) -> Iterator[Posting | Request]:
    yield from map(_posting, _published(page))


def claimed(company: Company, page: Page) -> int | None:
    return len(_published(page))


def _published(page: Page) -> list[dict[str, Any]]:
    return [job for job in JOBS.validate_python(page.json()["offers"]) if job.get("status") in (None, "published")]


def _posting(job: dict[str, Any]) -> Posting:
    spots = JOBS.validate_python(job.get("locations") or [])
    places = [place(spot.get("city"), spot.get("state"), spot.get("country")) or spot.get("name") for spot in spots]
    on = [name for switch, name in SWITCHES.items() if job.get(switch) is True]
    return Posting(
        id=f"{job['id']:d}",
        title=job["title"],
        url=address(job["careers_url"]),
        apply_url=address(job.get("careers_apply_url")),
        description_html=sections([(None, job.get("description")), (None, job.get("requirements"))]),
        locations=tuple(filter(None, places)) or tuple(filter(None, [job.get("location")])),
        country=country(job.get("country_code")),
        city=job.get("city"),
        department=job.get("department"),
        employment_type=employment_type(job.get("employment_type_code")),
        workplace_type=on[0] if len(on) == 1 else None,
        seniority=LEVELS.get(job.get("experience_code") or ""),
        posted_on=day(job.get("published_at")),
        expires_on=day(job.get("close_at")),
        **_salary(job.get("salary") or {}),
    )


def _salary(offer: dict[str, Any]) -> dict[str, Any]:
    low, high = (value if DECIMAL.fullmatch(str(value)) else None for value in map(offer.get, ("min", "max")))
    unit = period(offer.get("period") or "")
    return {} if offer.get("period") and unit is None else pay(low, high, offer.get("currency"), unit)
