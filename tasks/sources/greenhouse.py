"""Greenhouse, a board of boards-api.greenhouse.io.

Site:   https://job-boards.greenhouse.io/{board}; companies in the EU are served by the same API
API:    GET /v1/boards/{board}/jobs?content=true&pay_transparency=true (developers.greenhouse.io/job-board.html)
Board:  the last part of the public page's address, `stripe`
Paging: none, all jobs in one answer; `meta.total` counts them
Shape:  `content` is HTML escaped once. Several places in `location.name` stand apart by `;` or `|`; where it only says
        Hybrid or Remote, the offices are the places. Custom fields (`metadata`) give employment and workplace by their
        names; money in them is ignored: budgets stand there too. Pay's period is prose. `updated_at` dates no posting.
Limits: no country or city
Checked: 22 recordings of 2023 to 2026; `pay_input_ranges` by the vendor's documents alone
"""

import re
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from tasks.model import Company, Page, Posting, Request
from tasks.sources._jsonld import JOBS, day, pay, period, real_html
from tasks.vocabulary import employment_type, fold, workplace_type

MISSES_TO_CLOSE = 1
WHOLE = TypeAdapter(Annotated[int, Field(ge=0, le=10**13)])
WITHOUT_CENTS = {"CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND"}  # nowhere said whether these come in hundredths
BARE = re.compile(r"(?:fully|100|remote|hybrid|on ?site|in ?office|flexible|friendly|first|only|or| )+")
EMPLOYMENT = re.compile(r"\b(?:employment|time|contract|worker) (?:type|status)\b|\bcommitment\b", re.I)
WORKPLACE = re.compile(r"\b(?:location type|work(?:ing|place)? (?:type|model|mode|arrangement)|remote|hybrid)\b", re.I)


def start(company: Company) -> Request:
    origin = company.origin("https://boards-api.greenhouse.io")
    return Request(f"{origin}/v1/boards/{company.board}/jobs?content=true&pay_transparency=true")


def parse(company: Company, page: Page) -> Iterator[Posting | Request]:
    yield from map(_posting, JOBS.validate_python(page.json()["jobs"]))


def claimed(company: Company, page: Page) -> int | None:
    total = (page.json().get("meta") or {}).get("total")
    return None if total is None else WHOLE.validate_python(total)


def _posting(job: dict[str, Any]) -> Posting:
    place = (job.get("location") or {}).get("name") or ""
    bare = bool(BARE.fullmatch(fold(place)))
    number, opened, closes = map(job.get, ("requisition_id", "first_published", "application_deadline"))
    offices = [office.get("location") or office["name"] for office in job.get("offices") or []]
    workplaces = {workplace_type(word) for word in _stated(job, WORKPLACE)}
    employments = {employment_type(word) for word in _stated(job, EMPLOYMENT)} - {None}
    return Posting(
        id=f"{job['id']:d}",
        title=job["title"],
        url=job["absolute_url"],
        description_html=real_html(job.get("content") or ""),
        locations=tuple(offices or [place]) if bare else tuple(re.split(r"[;|]", place)),
        department=next((department["name"] for department in job.get("departments") or []), None),
        requisition_id=number if number and re.search(r"\d", number) else None,  # `See Opening ID` on every job
        employment_type=employments.pop() if len(employments) == 1 else None,
        workplace_type=workplace_type(place) if bare else workplaces.pop() if len(workplaces) == 1 else None,
        posted_on=day(opened) if opened else None,
        expires_on=day(closes) if closes else None,
        **_salary(job.get("pay_input_ranges") or []),
    )


def _stated(job: dict[str, Any], name: re.Pattern[str]) -> list[str]:
    values = (field["value"] for field in job.get("metadata") or [] if name.search(field["name"]))
    return [word for one in values for word in (one if isinstance(one, list) else [one]) if isinstance(word, str)]


def _salary(ranges: list[dict[str, Any]]) -> dict[str, Any]:
    """One range over all of them; nothing where they differ in currency or period."""
    kinds = {(each["currency_type"], period(f"{each.get('title')} {each.get('blurb')}")) for each in ranges}
    lows = [WHOLE.validate_python(each["min_cents"]) / 100 for each in ranges if each.get("min_cents")]
    highs = [WHOLE.validate_python(each["max_cents"]) / 100 for each in ranges if each.get("max_cents")]
    is_one = len(kinds) == 1 and next(iter(kinds))[0] not in WITHOUT_CENTS
    return pay(min(lows, default=None), max(highs, default=None), *kinds.pop()) if is_one else {}
