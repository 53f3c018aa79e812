"""Oracle Recruiting Cloud, a candidate experience site on a host of oraclecloud.com.

Site:   https://{host}/hcmUI/CandidateExperience/en/sites/{site}
API:    GET /hcmRestApi/resources/latest/recruitingCEJobRequisitions and …Details, what the site itself asks for
Board:  host and site number, `acme.fa.us2.oraclecloud.com/CX_1`; a name that some sites show in its place will not do
Paging: limit and offset inside `finder`, `TotalJobsCount`; offsets go by what the first page holds, perhaps less
Shape:  the list has no text. The job page (`ById`, the id in quotes) has three parts of it, and two about the company.
        `WorkplaceTypeCode` wins over its label, the date `PostedDate` over the instant on the job page
Limits: no pay or city; a firewall may answer 403 to data centres
Checked: a list of 2 and a job page, recorded 2026 without totals, codes and schedules; those by others' accounts
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from tasks.model import Company, Page, Posting, Request
from tasks.sources._readings import COUNT, JOBS, day, real_html, sections
from tasks.vocabulary import country, employment_type, workplace_type

MISSES_TO_CLOSE, LIMIT = 1, 200
BOARD = "{host}/{site}"
PLACES = "requisitionList.workLocation,requisitionList.secondaryLocations"
WAYS = (r"hcmUI/CandidateExperience/(?:[\w-]+/)?sites/", r"hcmRestApi/.*siteNumber(?:=|%3D)(?:\"|%22)?")
ADDRESSES = {rf"(?P<host>[\w.-]+\.oraclecloud\.com)/{way}(?P<site>CX(?:_\d+)?)(?!\w)": None for way in WAYS}
LISTED = ("PostedDate", "PrimaryLocation", "secondaryLocations", "WorkplaceTypeCode", "JobSchedule")
TEXT = {f"External{part}Str": part for part in ("Description", "Responsibilities", "Qualifications")}
TEXT |= {"OrganizationDescriptionStr": "About the organization", "CorporateDescriptionStr": "About the company"}


def start(company: Company, offset: int = 0) -> Request:
    finder = f"findReqs;siteNumber={_site(company)},limit={LIMIT},offset={offset},sortBy=POSTING_DATES_DESC"
    return Request(_url(company, "s", PLACES, finder))


def parse(company: Company, page: Page) -> Iterator[Posting | Request]:
    (found,) = JOBS.validate_python(page.json()["items"])
    if page.request.is_settled:
        yield _posting(company, (page.request.about or {}) | {name: part for name, part in found.items() if part})
        return
    jobs, total = JOBS.validate_python(found["requisitionList"]), COUNT.validate_python(found["TotalJobsCount"])
    step = len(jobs) or LIMIT
    yield from (start(company, offset) for offset in range(step, total if page.request == start(company) else 0, step))
    for job in jobs:
        about = {"Title": job["Title"]} | {name: job[name] for name in LISTED if job.get(name)}
        finder = f"ById;Id=%22{quote(job['Id'], safe='')}%22,siteNumber={_site(company)}"
        yield Request(_url(company, "Details", "all", finder), about=about, is_settled=True)


def claimed(company: Company, page: Page) -> int | None:
    return None if page.request.is_settled else COUNT.validate_python(page.json()["items"][0]["TotalJobsCount"])


def _site(company: Company) -> str:
    return company.board.partition("/")[2]


def _url(company: Company, what: str, expand: str, finder: str) -> str:
    origin = company.origin(f"https://{company.board.partition('/')[0]}")
    query = f"onlyData=true&expand={expand}&finder={finder}"
    return f"{origin}/hcmRestApi/resources/latest/recruitingCEJobRequisition{what}?{query}"


def _posting(company: Company, job: dict[str, Any]) -> Posting:
    more = [spot.get("Name") or "" for spot in JOBS.validate_python(job.get("secondaryLocations") or [])]
    number, site = job["Id"], company.board.replace("/", "/hcmUI/CandidateExperience/en/sites/")
    return Posting(
        id=number,
        title=job["Title"],
        url=f"https://{site}/job/{quote(number, safe='')}",
        description_html=sections((heading, real_html(job.get(name) or "")) for name, heading in TEXT.items())
        or real_html(job.get("ShortDescriptionStr") or ""),
        locations=(job.get("PrimaryLocation") or "", *more),
        country=country(job.get("PrimaryLocationCountry")),
        department=job.get("JobFamilyName") or job.get("Category"),
        requisition_id=number,
        employment_type=employment_type(job.get("JobSchedule")),
        workplace_type=workplace_type(job.get("WorkplaceTypeCode")) or workplace_type(job.get("WorkplaceType")),
        posted_on=day(job.get("PostedDate") or job.get("ExternalPostedStartDate")),
        expires_on=day(job.get("ExternalPostedEndDate")),
    )
