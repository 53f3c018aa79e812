"""Rippling, a board of api.rippling.com.

Site:   https://ats.rippling.com/{board}/jobs
API:    GET /platform/api/ats/v1/board/{board}/jobs, …/jobs/{uuid} for the text; not documented
Board:  the part of the public page's path before `jobs`, `acme`
Paging: none, all rows in one answer
Shape:  a job has a row for each of its places, which share its `uuid`. A place may begin with Remote or Hybrid; with
        one among them that says neither, the kind is unknown. `employmentType.label` is the platform's code
        (`SALARIED_FT`), its `id` the employer's words. Pay is a range per place, one where currency and unit agree.
Limits: no country, no city; nothing is known of a rate
Checked: 2 rows of one recorded list; the detail by others' account
"""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from tasks.model import Company, Page, Posting, Request
from tasks.sources._readings import JOBS, address, day, pay_of_all, period, sections
from tasks.vocabulary import employment_type, workplace_type

MISSES_TO_CLOSE = 1
ADDRESSES = {
    r"^ats\.rippling\.com/(?:[a-z]{2}-[a-z]{2}/)?(?P<board>(?!(?:api|_next|embed)/)[\w-]+)/jobs": None,
    r"^(?:api\.rippling\.com/platform/api/ats/v1|ats\.rippling\.com/api/v\d)/board/(?P<board>[\w-]+)": None,
}
FLEXIBLE = re.compile(r"(remote|hybrid)(?: ?\(.*| - .*)?", re.I)


def start(company: Company) -> Request:
    return Request(_jobs(company))


def parse(company: Company, page: Page) -> Iterator[Posting | Request]:
    if page.request.is_settled:
        yield _posting(company, page.json(), page.request.about or {})
        return
    for number, rows in _listed(page).items():
        places = [(row.get("workLocation") or {}).get("label") for row in rows]
        about = {name: rows[0].get(name) for name in ("name", "department", "url")}
        about["places"] = [place for place in dict.fromkeys(places) if place]
        yield Request(f"{_jobs(company)}/{quote(number, safe='')}", about=about, is_settled=True)


def claimed(company: Company, page: Page) -> int | None:
    return None if page.request.is_settled else len(_listed(page))


def _jobs(company: Company) -> str:
    return f"{company.origin('https://api.rippling.com')}/platform/api/ats/v1/board/{company.board}/jobs"


def _listed(page: Page) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in JOBS.validate_python(page.json()):
        found.setdefault(row["uuid"], []).append(row)
    return found


def _posting(company: Company, job: dict[str, Any], about: dict[str, Any]) -> Posting:
    places = about.get("places") or job.get("workLocations") or []
    kinds = {workplace_type(match[1]) if (match := FLEXIBLE.fullmatch(place)) else None for place in places}
    team, kind, told = about.get("department") or {}, job.get("employmentType") or {}, job["description"]
    code = (kind.get("label") or "").replace("_FT", " full-time").replace("_PT", " part-time")
    bands = [(band.get("rangeStart"), band.get("rangeEnd"), band.get("currency"), period(band.get("frequency") or ""))
             for band in job.get("payRangeDetails") or []]  # fmt: skip
    return Posting(
        id=job["uuid"],
        title=job["name"],
        url=address(about.get("url")) or f"https://ats.rippling.com/{company.board}/jobs/{job['uuid']}",
        description_html=sections((None, told.get(part)) for part in ("company", "role")),
        locations=tuple(places),
        department=team.get("label") or (job.get("department") or {}).get("name"),
        employment_type=employment_type(", ".join(filter(None, (code, kind.get("id"))))),
        workplace_type=kinds.pop() if len(kinds) == 1 else None,
        posted_on=day(job.get("createdOn")),
        **({} if any(unit is None for *_, unit in bands) else pay_of_all(bands)),
    )
