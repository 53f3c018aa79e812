"""Personio's shape: {company}.jobs.personio.de/xml, texts in CDATA under headings of the employer's."""

from html import escape
from typing import Any

from tests.careers_site import shapes
from tests.careers_site.faults import Answer
from tests.careers_site.openings import Board, Opening
from tests.careers_site.roles import Role

KIND = shapes.XML
LIST = "/xml?language=en"
_EMPLOYMENT = {
    "full_time": ("permanent", "full-time"), "part_time": ("permanent", "part-time"),
    "contract": ("freelance", "full-or-part-time"), "intern": ("intern", "full-time"),
    "temporary": ("temporary", "full-time"),
}  # fmt: skip


def row(board: Board, opening: Opening, public_url: str) -> dict[str, Any]:
    role = board.role(opening)
    kind, schedule = _EMPLOYMENT[role.employment]
    return {
        "id": id_of(board, opening),
        "subcompany": f"{board.firm.name} GmbH",
        "office": role.location,
        "additionalOffices": [place.label for place in role.more_places],
        "department": role.department,
        "name": role.title,
        "jobDescriptions": role.parts,
        "employmentType": kind,
        "seniority": "experienced",
        "schedule": schedule,
        "createdAt": f"{role.posted_on}T11:00:15+00:00",
        "salaryInformation": _salary(role),
    }


def id_of(board: Board, opening: Opening) -> str:
    return str(2_000_000 + board.key % 700 * 10_000 + opening.key)


def job_of(path: tuple[str, ...], query: dict[str, str]) -> str:
    return ""


def reply(asked: shapes.Asked) -> Answer:
    if asked.path != ("xml",):
        return unknown(asked.slug)
    positions = "\n".join(f"<position>{_position(job)}</position>" for job in asked.rows())
    return shapes.xml(f'<?xml version="1.0" encoding="UTF-8"?>\n<workzag-jobs>\n{positions}\n</workzag-jobs>\n')


def unknown(slug: str) -> Answer:
    return shapes.html("<!doctype html><title>Page not found</title>", 404)


def _position(job: dict[str, Any]) -> str:
    return "".join(f"<{name}>{_inner(name, value)}</{name}>" for name, value in job.items() if value)


def _inner(name: str, value: Any) -> str:
    if name == "additionalOffices":
        return "".join(f"<office>{escape(office)}</office>" for office in value)
    if name == "jobDescriptions":
        return "".join(
            f"<jobDescription><name>{heading}</name><value><![CDATA[\n{text}\n]]></value></jobDescription>"
            for heading, text in value
        )
    if name == "salaryInformation":
        return "".join(f"<{part}>{escape(words)}</{part}>" for part, words in value.items())
    return escape(value)


def _salary(role: Role) -> dict[str, str]:
    if not (role.pay and role.pay_shown):
        return {}
    low, high, currency, period = role.pay
    return {"min": f"{low}.00", "max": f"{high}.00", "currencyCode": currency, "type": f"{period}ly"}
