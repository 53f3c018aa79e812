"""SmartRecruiters, a company of api.smartrecruiters.com.

Site:   https://jobs.smartrecruiters.com/{board}, also careers.smartrecruiters.com/{board}
API:    GET /v1/companies/{board}/postings, …/{id} for the text (developers.smartrecruiters.com/docs/posting-api)
Board:  the company's identifier, the first part of the public page's path, `BoschGroup`
Paging: `limit` 100, `offset` up to `totalFound`; all pages are asked for after the first: one that waited for
        the jobs of the page before it would meet a list that has moved on
Shape:  `id` is the posting, `refNumber` a requisition that several share. `remote` and `hybrid` both false is what
        nobody has filled in. `fullLocation` has gaps (`Remote, , Chile`). Only levels that are ours are read.
Limits: an unknown company is 200 and no postings, as one that has none: both are empty boards, which close nothing.
        The vendor allows 10 requests per second, 8 at once. The list does not tell of a change of the text
Checked: 4 lists and 4 jobs, recorded 2018 to 2026; `compensation` stood in none and is read by others' account
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from tasks.model import Company, Page, Posting, Request, Seniority
from tasks.sources._readings import COUNT, JOBS, address, day, pay_per, place, sections
from tasks.vocabulary import country, employment_type, workplace_type

MISSES_TO_CLOSE, LIMIT, MOST = 1, 100, 100_000
REQUESTS_PER_SECOND = 8.0
SITE = r"(?:jobs|careers)\.smartrecruiters\.com/(?:(?:external-referrals|oneclick-ui)/company/|ni/(?=\w))?"
NO_BOARD = r"(?!(?:external-referrals|oneclick-ui|ni|api|assets|static)(?:/|$))"
ADDRESSES = {rf"^(?:{SITE}{NO_BOARD}|api\.smartrecruiters\.com/v1/companies/)(?P<board>[\w-]+)": None}
LABELLED = ("department", "function", "typeOfEmployment", "experienceLevel")
STATED = ("name", "refNumber", "releasedDate", "location", "language", *LABELLED)
PARTS = ("companyDescription", "jobDescription", "qualifications", "additionalInformation")
LEVELS: dict[str, Seniority] = {"internship": "intern", "entry_level": "entry"}
LEVELS |= {"director": "director", "executive": "executive"}


def start(company: Company) -> Request:
    return Request(f"{_postings(company)}?limit={LIMIT}&offset=0")


def parse(company: Company, page: Page) -> Iterator[Posting | Request]:
    found = page.json()
    if page.request.is_settled:
        yield from [_posting(company, found)] if found.get("active") is not False else []
        return
    total, step = COUNT.validate_python(found["totalFound"]), COUNT.validate_python(found["limit"]) or LIMIT
    for offset in range(step, min(total, MOST) if page.request == start(company) else 0, step):
        yield Request(f"{_postings(company)}?limit={step}&offset={offset}")
    for job in JOBS.validate_python(found["content"]):
        about = {name: job[name] for name in STATED if job.get(name)}
        yield Request(f"{_postings(company)}/{quote(job['id'], safe='')}", about=about, is_settled=True)


def claimed(company: Company, page: Page) -> int | None:
    return None if page.request.is_settled else COUNT.validate_python(page.json()["totalFound"])


def _postings(company: Company) -> str:
    return f"{company.origin('https://api.smartrecruiters.com')}/v1/companies/{company.board}/postings"


def _posting(company: Company, job: dict[str, Any]) -> Posting:
    spot, told, offer = job.get("location") or {}, job["jobAd"]["sections"], job.get("compensation") or {}
    where = spot.get("fullLocation") or place(spot.get("city"), spot.get("region"), (spot.get("country") or "").upper())
    team, field, kind, level = (job.get(name) or {} for name in LABELLED)
    return Posting(
        id=job["id"],
        title=job["name"],
        url=address(job.get("postingUrl")) or f"https://jobs.smartrecruiters.com/{company.board}/{job['id']}",
        apply_url=address(job.get("applyUrl")),
        description_html=sections((told[part].get("title"), told[part].get("text")) for part in PARTS if part in told),
        locations=(place(*where.split(",")),),
        country=country(spot.get("country")),
        city=None if workplace_type(spot.get("city")) else spot.get("city"),
        department=team.get("label") or field.get("label"),
        requisition_id=job.get("refNumber"),
        employment_type=employment_type(kind.get("label")),
        workplace_type=workplace_type(" or ".join(flag for flag in ("remote", "hybrid") if spot.get(flag) is True)),
        seniority=LEVELS.get(level.get("id") or ""),
        posted_on=day(job.get("releasedDate")),
        **pay_per(offer.get("min"), offer.get("max"), offer.get("currency"), offer.get("period")),
    )
