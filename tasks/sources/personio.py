"""Personio, a career page of {board}.jobs.personio.de or .com.

Site:   https://{board}.jobs.personio.de
API:    GET /xml?language=en (developer.personio.de/docs/retrieving-open-job-positions)
Board:  the first part of the host, `acme`; where only .com answers the whole host, `acme.jobs.personio.com`
Paging: none, all positions in one document
Shape:  the text is `jobDescription`s, each a heading and HTML in CDATA. `employmentType` says who is hired and wins;
        a permanent one leaves the hours to `schedule`, where `full-or-part-time` is neither. `experienced` is no level
        of ours. A position's page is made of its `id`. `office` is what the employer calls it, `Remote` among them,
        `subcompany` a legal entity of the same employer.
Limits: an employer may switch the feed off: it then answers 404 or with a page, which fails the board, as does the
        page of personio.com that an unknown board may be sent on to
Checked: 11 positions of one feed, recorded 2024, and the same feed broken, which is refused
"""

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from tasks.model import Company, Page, Posting, Request, Seniority
from tasks.sources._readings import day, host, pay, period, real_html, sections
from tasks.sources._xml import root, text
from tasks.vocabulary import employment_type

MISSES_TO_CLOSE = 1
ADDRESSES = {
    r"^(?P<board>[\w-]+)\.jobs\.personio\.de": None,
    r"^(?P<board>[\w-]+\.jobs\.personio\.com)": None,
    r"^(?P<board>[\w-]+)-jobs\.personio\.de": None,
}
LEVELS: dict[str, Seniority] = {"student": "intern", "entry-level": "entry", "executive": "executive"}


def start(company: Company) -> Request:
    return Request(f"{company.origin(f'https://{_host(company)}')}/xml?language=en", "xml")


def parse(company: Company, page: Page) -> Iterator[Posting | Request]:
    yield from (_posting(company, position) for position in root(page, "workzag-jobs").findall("position"))


def claimed(company: Company, page: Page) -> int | None:
    return len(root(page, "workzag-jobs").findall("position"))


def _host(company: Company) -> str:
    return host(company.board, "jobs.personio.de")


def _posting(company: Company, position: Element) -> Posting:
    offices = [position.find("office"), *position.findall("additionalOffices/office")]
    parts = position.findall("jobDescriptions/jobDescription")
    number = int(text(position, "id"))
    return Posting(
        id=str(number),
        title=text(position, "name"),
        url=f"https://{_host(company)}/job/{number}",
        description_html=sections((text(part, "name"), real_html(text(part, "value"))) for part in parts),
        locations=tuple(text(office, ".") for office in offices),
        department=text(position, "department"),
        employment_type=employment_type(text(position, "employmentType"))
        or employment_type(text(position, "schedule")),
        seniority=LEVELS.get(text(position, "seniority")),
        posted_on=day(text(position, "createdAt")),
        **_salary(position.find("salaryInformation")),
    )


def _salary(offer: Element | None) -> dict[str, Any]:
    low, high, code, stated = (text(offer, name) for name in ("min", "max", "currencyCode", "type"))
    unit = period(stated)
    return {} if stated and unit is None else pay(low, high, code, unit)
