"""Oracle Recruiting Cloud, a careers site of {host}.

Site:   https://{host}/hcmUI/CandidateExperience/en/sites/{site}
API:    GET /hcmRestApi/resources/latest/recruitingCEJobRequisitions, what the site itself asks for
Board:  host and site, `acme.fa.us2.oraclecloud.com/CX_1`
Paging: limit and offset inside `finder`, up to `TotalJobsCount`; without that until a page is not full
Shape:  the list has title, places and date, the job's page the text in up to three parts. A place is city, region and
        country in words. `WorkplaceTypeCode` is ORA_REMOTE, ORA_HYBRID or ORA_ONSITE. An unknown site has no items
Limits: no pay; often 403 to data centres
Checked: 2 list entries and 1 job page, recorded 2026; `TotalJobsCount` by others' accounts
"""

import re
from collections.abc import Iterator
from typing import Any

from tasks.model import Company, Page, Posting, Request
from tasks.sources._readings import COUNT, JOBS, day, sections
from tasks.vocabulary import country, employment_type, workplace_type

MISSES_TO_CLOSE = 1
LIMIT = 200
LISTED = "Id Title PostedDate PrimaryLocation WorkplaceTypeCode JobSchedule JobFamily secondaryLocations".split()
BOARD = "{host}/{site}"
HOST = r"(?P<host>[\w.-]+\.oraclecloud\.com)"
ADDRESSES = {
    rf"{HOST}/hcmUI/CandidateExperience/(?:[\w-]+/)?sites/(?P<site>[\w-]+)": None,
    rf"{HOST}/hcmRestApi/.*siteNumber(?:=|%3D)(?P<site>[\w-]+)": None,
}
API = "hcmRestApi/resources/latest/recruitingCEJobRequisition"
EXPAND = "requisitionList.workLocation,requisitionList.secondaryLocations"
PARTS = {"Description": "", "Responsibilities": "Responsibilities", "Qualifications": "Qualifications"}


def start(company: Company, offset: int = 0) -> Request:
    origin, site = _parts(company)
    finder = f"findReqs;siteNumber={site},limit={LIMIT},offset={offset},sortBy=POSTING_DATES_DESC"
    return Request(f"{origin}/{API}s?onlyData=true&expand={EXPAND}&finder={finder}")


def parse(company: Company, page: Page) -> Iterator[Posting | Request]:
    if page.request.about is not None:
        yield _posting(company, page, page.request.about)
        return
    (origin, site), total = _parts(company), claimed(company, page)
    jobs = JOBS.validate_python(page.json()["items"][0]["requisitionList"])
    so_far = int(re.findall(r",offset=(\d+)", page.request.url)[0]) + len(jobs)
    if jobs and (len(jobs) == LIMIT if total is None else so_far < total):
        yield start(company, so_far)
    for job in jobs:
        finder = f"ById;Id={job['Id']},siteNumber={site}"
        url = f"{origin}/{API}Details?onlyData=true&expand=all&finder={finder}"
        yield Request(url, about={name: job[name] for name in LISTED if job.get(name)}, is_settled=True)


def claimed(company: Company, page: Page) -> int | None:
    total = None if page.request.about else page.json()["items"][0].get("TotalJobsCount")
    return total if total is None else COUNT.validate_python(total)


def _parts(company: Company) -> tuple[str, str]:
    host, site = company.board.rsplit("/", 1)
    return company.origin(f"https://{host}"), site


def _posting(company: Company, page: Page, listed: dict[str, Any]) -> Posting:
    (job,), (origin, site) = JOBS.validate_python((answer := page.json()).get("items", [answer])), _parts(company)
    spots = [listed.get("PrimaryLocation"), *(spot.get("Name") for spot in listed.get("secondaryLocations") or [])]
    return Posting(
        id=str(job["Id"]),
        title=listed["Title"],
        url=f"{origin}/hcmUI/CandidateExperience/en/sites/{site}/job/{listed['Id']}",
        description_html=sections((heading, job[f"External{name}Str"]) for name, heading in PARTS.items()),
        locations=tuple(filter(None, spots)),
        country=country(job.get("PrimaryLocationCountry")) if len(spots) == 1 else None,
        department=listed.get("JobFamily"),
        employment_type=employment_type(listed.get("JobSchedule")),
        workplace_type=workplace_type(listed.get("WorkplaceTypeCode")) or workplace_type(job.get("WorkplaceType")),
        posted_on=day(listed.get("PostedDate") or job.get("ExternalPostedStartDate")),
    )
