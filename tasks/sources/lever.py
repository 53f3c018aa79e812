"""Lever, a site of api.lever.co.

Site:   https://jobs.lever.co/{board}; in the EU https://jobs.eu.lever.co/{board}
API:    GET /v0/postings/{board}?mode=json&skip=0&limit=100 (github.com/lever/postings-api); the EU has its own host,
        `base_url` https://api.eu.lever.co, and each answers 404 for the other's boards
Board:  the first part of the public page's path, `leverdemo`
Paging: skip and limit; a page that is not full is the last
Shape:  `description` is `opening` + `descriptionBody`, which count only without it; `lists`, `salaryDescription` and
        `additional` follow; `…Plain` twins stand in. `createdAt` is milliseconds since 1970, UTC; `text` is the title.
Limits: says no total; pay per two weeks or once has no word here and is left out
Checked: 12 postings of 3 boards, recorded 2025 and 2026
"""

import re
from collections.abc import Iterator
from typing import Any

from tasks.model import Company, Page, Posting, Request
from tasks.sources._readings import JOBS, address, day, pay, plain_html
from tasks.vocabulary import country, employment_type, workplace_type

MISSES_TO_CLOSE = 1
HOSTS: dict[str, str | None] = {"": None, r"eu\.": "https://api.eu.lever.co"}
ADDRESSES = {rf"(?:jobs|api)\.{eu}lever\.co/(?:v0/postings/)?(?!v0/)(?P<board>[\w.%-]+)": HOSTS[eu] for eu in HOSTS}
LIMIT = 100
PERIODS = {f"per-{unit}-{kind}": unit for unit in "hour day week month year".split() for kind in ("salary", "wage")}


def start(company: Company, skip: int = 0) -> Request:
    origin = company.origin("https://api.lever.co")
    return Request(f"{origin}/v0/postings/{company.board}?mode=json&skip={skip}&limit={LIMIT}")


def parse(company: Company, page: Page) -> Iterator[Posting | Request]:
    yield from map(_posting, jobs := JOBS.validate_python(page.json()))
    asked = re.search(r"[?&]skip=(\d+)", page.request.url)
    if len(jobs) == LIMIT and asked:
        yield start(company, int(asked[1]) + LIMIT)


def claimed(company: Company, page: Page) -> int | None:
    return None


def _posting(job: dict[str, Any]) -> Posting:
    categories = job.get("categories") or {}
    return Posting(
        id=job["id"],
        title=job["text"],
        url=address(job["hostedUrl"]),
        apply_url=address(job.get("applyUrl")),
        description_html=_description(job),
        locations=tuple(filter(None, [categories.get("location"), *(categories.get("allLocations") or [])])),
        country=country(job.get("country")),
        department=categories.get("department") or categories.get("team"),
        employment_type=employment_type(categories.get("commitment")),
        workplace_type=workplace_type(job.get("workplaceType")),
        posted_on=day(job.get("createdAt")),
        **_salary(job.get("salaryRange") or {}),
    )


def _description(job: dict[str, Any]) -> str:
    about = _html(job, "description") or _html(job, "opening") + _html(job, "descriptionBody")
    parts = [about, *map(_list, job.get("lists") or []), _html(job, "salaryDescription"), _html(job, "additional")]
    return "\n".join(filter(None, parts))


def _list(part: dict[str, Any]) -> str:
    heading, points = part.get("text"), part.get("content")
    return (f"<h3>{heading}</h3>" if heading else "") + (f"<ul>{points}</ul>" if points else "")


def _html(job: dict[str, Any], name: str) -> str:
    return job.get(name) or plain_html(job.get(f"{name}Plain"))


def _salary(offer: dict[str, Any]) -> dict[str, Any]:
    known = pay(offer.get("min"), offer.get("max"), offer.get("currency"), PERIODS.get(offer.get("interval") or ""))
    return {} if offer.get("interval") and known.get("salary_period") is None else known
