"""Ashby, a job board of api.ashbyhq.com.

Site:   https://jobs.ashbyhq.com/{board}
API:    GET /posting-api/job-board/{board}?includeCompensation=true (developers.ashbyhq.com/docs/public-job-posting-api)
Board:  the first part of the public page's path, in its own case, `HighlightTA`
Paging: none, all jobs in one answer
Shape:  `isListed: false` is no open role and is not counted. `isRemote` is not read: hybrid jobs have it too, so
        without `workplaceType` nothing is known. Pay stands in components of type Salary, one or more per tier (place,
        level); tiers that agree in currency and interval are one range, open where one of them is.
        `shouldDisplayCompensationOnJobPostings: false` is obeyed.
Limits: slow (10 s) and throttled when asked often; older answers have neither `workplaceType` nor `compensation`
Checked: 135 postings of 3 boards, recorded 2025 and 2026
"""

from collections.abc import Iterator
from typing import Any

from tasks.model import Company, Page, Posting, Request
from tasks.sources._readings import JOBS, address, day, pay_of_all, plain_html
from tasks.vocabulary import country, employment_type, workplace_type

MISSES_TO_CLOSE = 1
ADDRESSES = {
    r"(?:jobs|api)\.ashbyhq\.com/(?:posting-api/job-board/)?(?!api/|posting-api/|_next/)(?P<board>[\w.%-]+)": None,
}
PERIODS = {"1 HOUR": "hour", "1 DAY": "day", "1 WEEK": "week", "1 MONTH": "month", "1 YEAR": "year"}


def start(company: Company) -> Request:
    origin = company.origin("https://api.ashbyhq.com")
    return Request(f"{origin}/posting-api/job-board/{company.board}?includeCompensation=true")


def parse(company: Company, page: Page) -> Iterator[Posting | Request]:
    yield from map(_posting, _listed(page))


def claimed(company: Company, page: Page) -> int | None:
    return len(_listed(page))


def _listed(page: Page) -> list[dict[str, Any]]:
    return [job for job in JOBS.validate_python(page.json()["jobs"]) if job.get("isListed") is not False]


def _posting(job: dict[str, Any]) -> Posting:
    postal = (job.get("address") or {}).get("postalAddress") or {}
    places = [job.get("location"), *(place.get("location") for place in job.get("secondaryLocations") or [])]
    return Posting(
        id=job["id"],
        title=job["title"],
        url=address(job["jobUrl"]),
        apply_url=address(job.get("applyUrl")),
        description_html=job.get("descriptionHtml") or plain_html(job.get("descriptionPlain")),
        locations=tuple(place for place in places if place),
        country=country(postal.get("addressCountry")),
        city=postal.get("addressLocality"),
        department=job.get("department") or job.get("team"),
        employment_type=employment_type(job.get("employmentType")),
        workplace_type=workplace_type(job.get("workplaceType")),
        posted_on=day(job.get("publishedAt")),
        **_salary(job),
    )


def _salary(job: dict[str, Any]) -> dict[str, Any]:
    """One range over all tiers; nothing where an interval has no word here."""
    tiers = (job.get("compensation") or {}).get("compensationTiers") or []
    parts = [part for tier in tiers for part in tier.get("components") or []]
    offers = [
        (part.get("minValue"), part.get("maxValue"), part.get("currencyCode"), PERIODS.get(part.get("interval")))
        for part in parts
        if part.get("compensationType") == "Salary"
    ]
    is_hidden = job.get("shouldDisplayCompensationOnJobPostings") is False
    return {} if is_hidden or any(unit is None for *_, unit in offers) else pay_of_all(offers)
