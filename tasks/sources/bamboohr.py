"""BambooHR, a careers site of {board}.bamboohr.com.

Site:   https://{board}.bamboohr.com/careers
API:    GET /careers/list, /careers/{id}/detail for the text; what the site's own page asks, not documented
Board:  the first part of the host, `acme`
Paging: none, all openings in one answer; `meta.totalCount` counts them
Shape:  `locationType` 0 is on site, 1 remote, 2 hybrid; `isRemote` alone is remote, and beside a 0 nothing is known.
        `atsLocation` stands in for an empty `location`. `compensation` is words, read where they are plain amounts.
        What the detail leaves open is as the list has it; one whose `jobOpeningStatus` is not Open is not read.
Limits: the list has no dates. An unknown board is sent on to www.bamboohr.com, which fails it: moved or gone
Checked: 2 openings of one recorded list; the detail by others' account
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from tasks.model import Company, Page, Posting, Request, WorkplaceType
from tasks.sources._links import at_home
from tasks.sources._readings import COUNT, JOBS, address, day, host, pay_in_words, place, real_html
from tasks.vocabulary import country, employment_type

MISSES_TO_CLOSE = 1
NO_BOARD = r"^(?!(?:www|app|api|help|support|documentation|partners|status|images\d*)\.)"
ADDRESSES = {NO_BOARD + r"(?P<board>[\w-]+)\.bamboohr\.com": None}
LABELS = ("id", "jobOpeningName", "departmentLabel", "employmentStatusLabel")
STATED = (*LABELS, "location", "atsLocation", "isRemote", "locationType")
PLACE = ("city", "state", "province", "addressCountry", "country")
KINDS: dict[str, WorkplaceType] = {"0": "onsite", "1": "remote", "2": "hybrid"}


def start(company: Company) -> Request:
    return Request(f"{_site(company)}/careers/list")


def parse(company: Company, page: Page) -> Iterator[Posting | Request]:
    if page.request.is_settled:
        stated = {name: fact for name, fact in at_home(page).json()["result"]["jobOpening"].items() if fact}
        if stated.get("jobOpeningStatus") in (None, "Open"):
            yield _posting(company, (page.request.about or {}) | stated)
        return
    for job in _listed(page):
        url = f"{_site(company)}/careers/{quote(job['id'], safe='')}/detail"
        yield Request(url, about={name: job[name] for name in STATED if job.get(name) is not None}, is_settled=True)


def claimed(company: Company, page: Page) -> int | None:
    if page.request.is_settled:
        return None
    return COUNT.validate_python((page.json().get("meta") or {}).get("totalCount", len(_listed(page))))


def _site(company: Company) -> str:
    return company.origin(f"https://{host(company.board, 'bamboohr.com')}")


def _listed(page: Page) -> list[dict[str, Any]]:
    return JOBS.validate_python(at_home(page).json()["result"])


def _posting(company: Company, job: dict[str, Any]) -> Posting:
    spots = [[*map(spot.get, PLACE)] for spot in (job.get("location"), job.get("atsLocation")) if spot]
    town, state, province, *lands = next(filter(any, spots), [None] * len(PLACE))
    land, kind = lands[0] or lands[1], KINDS.get(str(job.get("locationType")))
    if job.get("isRemote") is True and kind in (None, "onsite"):
        kind = None if "locationType" in job else "remote"
    return Posting(
        id=job["id"],
        title=job["jobOpeningName"],
        url=address(job.get("jobOpeningShareUrl")) or f"{_site(company)}/careers/{job['id']}",
        description_html=real_html(job.get("description", "")),
        locations=(place(town, state or province, land),),
        country=country(land),
        city=town,
        department=job.get("departmentLabel"),
        employment_type=employment_type(job.get("employmentStatusLabel")),
        workplace_type=kind,
        posted_on=day(job.get("datePosted")),
        **pay_in_words(job.get("compensation")),
    )
