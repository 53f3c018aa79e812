"""Workday, a careers site of {tenant}.{pod}.myworkdayjobs.com.

Site:   https://{tenant}.{pod}.myworkdayjobs.com/{site}
API:    POST /wday/cxs/{tenant}/{site}/jobs with all four keys, GET …{externalPath}; what the site itself asks for
Board:  tenant, data centre and site, `acme.wd5/Careers`; each site is a board, a requisition may stand on several
Paging: 20 at most; `total` counts at offset 0 only. Beyond `CAP` nothing is shown: so long a list is asked for by each
        value of the facet that covers it with the least overlap; what has no value there is claimed, not seen
Shape:  `locationsText` may be `2 Locations`: places are the job page's, `US, TX, Remote` among them, which is no
        workplace. `startDate` dates the posting (5 of 5 recorded). The id is requisition and posting, `R-123-1`
Limits: no pay, city, department; entries with neither title nor path are only claimed; job pages may answer 403
Checked: 3 job pages and 6 list entries of 3 sites, recorded 2025 and 2026; facets and `CAP` by others' accounts
"""

from collections.abc import Iterator

from tasks.model import Company, Page, Posting, Request
from tasks.sources._readings import COUNT, JOBS, address, by_facet, day
from tasks.vocabulary import country, employment_type, workplace_type

MISSES_TO_CLOSE = 1
LIMIT, CAP = 20, 2000
FACETS = ("jobFamilyGroup", "timeType", "locations", "workerSubType")
LISTED = ("title", "locationsText", "timeType", "remoteType", "bulletFields")  # `postedOn` changes by itself
BOARD = "{tenant}.{pod}/{site}"
SITE = r"(?:[a-z]{2}-[a-z]{2}/)?(?!(?:wday|[a-z]{2}-[a-z]{2})(?:/|$)|\w+\.(?:txt|xml))(?P<site>[\w-]+)"
ADDRESSES = {rf"(?P<tenant>[\w-]+)\.(?P<pod>wd\d+)\.myworkdayjobs\.com/(?:wday/cxs/[\w-]+/)?{SITE}": None}


def start(company: Company, facets: dict[str, list[str]] | None = None, offset: int = 0) -> Request:
    body = {"appliedFacets": facets or {}, "limit": LIMIT, "offset": offset, "searchText": ""}
    return Request(f"{_api(company)}/jobs", body=body)


def parse(company: Company, page: Page) -> Iterator[Posting | Request]:
    if (asked := page.request.body) is None:
        yield _posting(company, page)
        return
    jobs = [job for job in JOBS.validate_python(page.json()["jobPostings"]) if {"title", "externalPath"} & job.keys()]
    total = COUNT.validate_python(0 if asked["offset"] else page.json()["total"])
    parts = _parts(page, total) if total >= CAP else []
    rest = [(asked["appliedFacets"], range(LIMIT, min(total, CAP), LIMIT))]
    spans = [(facets, range(0, count if count < CAP else 1, LIMIT)) for facets, count in parts] or rest
    yield from (start(company, facets, offset) for facets, span in spans for offset in span)
    for job in [] if parts else jobs:  # a page that is parted shows nothing, or its first part would only repeat it
        about = {name: job[name] for name in LISTED if name == "title" or job.get(name)}
        yield Request(f"{_api(company)}/{address(job['externalPath']).lstrip('/')}", about=about, is_settled=True)


def claimed(company: Company, page: Page) -> int | None:
    total = COUNT.validate_python(page.json()["total"]) if page.request == start(company) else None
    return total if total != CAP else max(total, sum(count for _, count in _parts(page, total)))  # it may be cut


def _api(company: Company) -> str:
    host, _, site = company.board.partition("/")
    return f"{company.origin(f'https://{host}.myworkdayjobs.com')}/wday/cxs/{host.partition('.')[0]}/{site}"


def _parts(page: Page, total: int) -> list[tuple[dict[str, list[str]], int]]:
    applied = (page.request.body or {})["appliedFacets"]
    values = by_facet(page.json().get("facets"), [name for name in FACETS if name not in applied], total)
    return [(applied | {name: [value]}, count) for name, value, count in values]


def _posting(company: Company, page: Page) -> Posting:
    job, path = page.json()["jobPostingInfo"], page.request.url.removeprefix(_api(company))
    number = job.get("jobReqId")
    return Posting(
        id=path[path.rfind(f"_{number}") + 1 :],
        title=job["title"],
        url=address(job["externalUrl"]),
        description_html=job.get("jobDescription") or "",
        locations=(job.get("location") or "", *(job.get("additionalLocations") or [])),
        country=country((job.get("country") or {}).get("descriptor")),
        requisition_id=number,
        employment_type=employment_type(job.get("timeType")),
        workplace_type=workplace_type(job.get("remoteType")),
        posted_on=day(job.get("startDate")),
        expires_on=day(job.get("endDate")),
    )
