"""Greenhouse, a board of boards-api.greenhouse.io.

Site:   https://job-boards.greenhouse.io/{board}; companies in the EU are served by the same API
API:    GET /v1/boards/{board}/jobs?content=true&pay_transparency=true (developers.greenhouse.io/job-board.html)
Board:  the last part of the public page's address, `stripe`
Paging: none, all jobs in one answer; `meta.total` counts them
Shape:  `content` is HTML escaped once. `location.name` parts at `;` or `|`; empty, Hybrid or Remote: the offices.
        Custom fields (`metadata`) name employment and workplace; money in them, and on-target earnings, are not pay.
Limits: no country or city; pay's period is prose; `updated_at` dates no posting
Checked: 22 recordings of 2023 to 2026; `pay_input_ranges` by the vendor's documents alone
"""

import re
from collections.abc import Iterator
from typing import Any

from tasks.model import Company, Page, Posting, Request
from tasks.sources._readings import COUNT, JOBS, address, day, pay_of_all, period, real_html
from tasks.vocabulary import employment_type, fold, workplace_type

MISSES_TO_CLOSE = 1
ADDRESSES = {
    r"[\w-]*(?:boards|api)\.(eu\.)?greenhouse\.io/(?:v1/boards/|embed/.*\bfor=)?(?!embed/|v1/)(?P<board>\w[\w-]*)": None
}
WITHOUT_CENTS = {"CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND"}  # nowhere said whether these come in hundredths
BARE = re.compile(r"(?:fully|100|remote|hybrid|on ?site|in ?office|flexible|friendly|first|only|or|distributed| )*")
NOT_BASE = re.compile(r"\bote\b|\bon[- ]target\b|\btotal (?:target )?(?:cash|comp)", re.I)
EMPLOYMENT = re.compile(r"\b(?:employment|time|contract|worker) (?:type|status)\b|\bcommitment\b", re.I)
WORKPLACE = re.compile(r"\b(?:location type|work(?:ing|place)? (?:type|model|mode|arrangement)|remote|hybrid)\b", re.I)


def start(company: Company) -> Request:
    boards = f"{company.origin('https://boards-api.greenhouse.io')}/v1/boards"
    return Request(f"{boards}/{company.board}/jobs?content=true&pay_transparency=true")


def parse(company: Company, page: Page) -> Iterator[Posting | Request]:
    yield from map(_posting, JOBS.validate_python(page.json()["jobs"]))


def claimed(company: Company, page: Page) -> int | None:
    total = (page.json().get("meta") or {}).get("total")
    return None if total is None else COUNT.validate_python(total)


def _posting(job: dict[str, Any]) -> Posting:
    place, number = (job.get("location") or {}).get("name") or "", str(job.get("requisition_id") or "")
    is_bare = bool(BARE.fullmatch(fold(place)))
    offices = [office.get("location") or office.get("name") for office in job.get("offices") or []]
    teams = (team.get("name") for team in job.get("departments") or [])
    of_place = workplace_type(place) if is_bare else None
    workplaces = {of_place} if of_place else {workplace_type(word) for word in _stated(job, WORKPLACE)}
    employments = {employment_type(word) for word in _stated(job, EMPLOYMENT)} - {None}
    return Posting(
        id=f"{job['id']:d}",
        title=job["title"],
        url=address(job["absolute_url"]),
        description_html=real_html(job.get("content") or ""),
        locations=tuple(filter(None, offices)) if is_bare and any(offices) else tuple(re.split(r"[;|]", place)),
        department=next((name for name in teams if name and name != "No Department"), None),
        requisition_id=number if re.search(r"\d", number) else None,  # `See Opening ID` on every job
        employment_type=employments.pop() if len(employments) == 1 else None,
        workplace_type=workplaces.pop() if len(workplaces) == 1 else None,
        posted_on=day(job.get("first_published")),
        expires_on=day(job.get("application_deadline")),
        **_salary(job.get("pay_input_ranges") or []),
    )


def _stated(job: dict[str, Any], name: re.Pattern[str]) -> list[str]:
    values = (field.get("value") for field in job.get("metadata") or [] if name.search(field.get("name") or ""))
    return [word for one in values for word in (one if isinstance(one, list) else [one]) if isinstance(word, str)]


def _salary(ranges: list[dict[str, Any]]) -> dict[str, Any]:
    base = [each for each in ranges if not NOT_BASE.search(each.get("title") or "")]
    kinds = [(each.get("currency_type"), period(f"{each.get('title')} {each.get('blurb')}")) for each in base]
    known = pay_of_all((each.get("min_cents"), each.get("max_cents"), *kinds[n]) for n, each in enumerate(base))
    units = {end: known[end] / 100 for end in ("salary_min", "salary_max") if known.get(end)}
    return {} if known.get("salary_currency") in WITHOUT_CENTS else known | units
