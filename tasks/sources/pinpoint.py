"""Pinpoint, a careers site of {board}.pinpointhq.com or on the company's own domain.

Site:   https://{board}.pinpointhq.com
API:    GET /postings.json, the feed for the company's own website
Board:  the first part of the host, `acme`; for a site on a domain of its own that host, `jobs.acme.example`
Paging: none, all postings in one answer
Shape:  the text is four parts, three of them under a heading of the employer's (`…_header`). Figures of pay are there
        even where `compensation_visible` is not true, and are then not read. Without `url` the `path` below the site is
        the page. Department and requisition stand in `job`, in some answers beside it. `contract_temp` is two types.
Limits: dates of posting in few answers; pay per two weeks or once has no word here and is left out
Checked: 2 postings of one site, recorded 2026; employment types by the vendor's documents (developers.pinpointhq.com)
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

from tasks.model import Company, Page, Posting, Request
from tasks.sources._readings import JOBS, address, day, host, pay, period, place, sections
from tasks.vocabulary import country, employment_type, workplace_type

MISSES_TO_CLOSE = 1
ADDRESSES = {
    r"^(?!(?:www|app|api|developers?|help|support|status|go|info)\.)(?P<board>[\w-]+)\.pinpointhq\.com": None,
    r"^(?P<board>[\w-]+(?:\.[\w-]+)*\.(?!pinpointhq\.com)[\w-]+\.[a-z]+)/postings\.json": None,
}
PARTS = ("description", "key_responsibilities", "skills_knowledge_expertise", "benefits")


def start(company: Company) -> Request:
    return Request(f"{_site(company)}/postings.json")


def parse(company: Company, page: Page) -> Iterator[Posting | Request]:
    yield from (_posting(company, job) for job in JOBS.validate_python(page.json()["data"]))


def claimed(company: Company, page: Page) -> int | None:
    return len(JOBS.validate_python(page.json()["data"]))


def _site(company: Company) -> str:
    return company.origin(f"https://{host(company.board, 'pinpointhq.com')}")


def _posting(company: Company, job: dict[str, Any]) -> Posting:
    role, spot = job.get("job") or {}, job.get("location") or {}
    team = role.get("department") or job.get("department") or {}
    where = spot.get("name") or place(spot.get("city"), spot.get("province"), spot.get("country"))
    kind, path = job.get("employment_type"), address(job.get("url") or job["path"])
    return Posting(
        id=job["id"] if isinstance(job["id"], str) else f"{job['id']:d}",
        title=job["title"],
        url=path and urljoin(f"{_site(company)}/", path),
        description_html=sections((job.get(f"{part}_header"), job.get(part)) for part in PARTS),
        locations=(where,) if where else (),
        country=country(spot.get("country")),
        city=spot.get("city"),
        department=team.get("name"),
        requisition_id=role.get("requisition_id") or job.get("requisition_id") or job.get("reference"),
        employment_type=employment_type(kind) if kind != "contract_temp" else None,
        workplace_type=workplace_type(job.get("workplace_type")),
        posted_on=day(job.get("first_published_at")),
        expires_on=day(job.get("deadline_at") or job.get("deadline")),
        **(_salary(job) if job.get("compensation_visible") is True else {}),
    )


def _salary(job: dict[str, Any]) -> dict[str, Any]:
    low, high, code, stated = (
        job.get(f"compensation_{name}") for name in ("minimum", "maximum", "currency", "frequency")
    )
    unit = period(stated or "")
    return {} if stated and unit is None else pay(low, high, code, unit)
