"""Jobvite's shape: app.jobvite.com/CompanyJobs/Xml.aspx?c={company}, which sends an unknown company elsewhere."""

from typing import Any

from tests.careers_site import shapes
from tests.careers_site.chance import uuid
from tests.careers_site.faults import Answer
from tests.careers_site.openings import Board, Opening

KIND = shapes.XML
LIST = "/CompanyJobs/Xml.aspx?c={slug}"
_KIND = {
    "full_time": "Full-Time", "part_time": "Part-Time", "contract": "Contract",
    "intern": "Intern", "temporary": "Temporary",
}  # fmt: skip


def row(board: Board, opening: Opening, public_url: str) -> dict[str, Any]:
    role, native = board.role(opening), id_of(board, opening)
    date, site = role.posted_on, f"{public_url}/jobs/jobvite/{board.firm.slug}/{native}"
    return {
        "id": native,
        "title": role.title,
        "requisitionid": role.requisition,
        "category": role.department,
        "jobtype": _KIND[role.employment],
        "location": role.location,
        "date": f"{date.month}/{date.day}/{date.year}",
        "detail-url": site,
        "apply-url": f"{site}?k=Apply",
        "briefdescription": role.sections[0][1],
        "description": role.html,
    }


def id_of(board: Board, opening: Opening) -> str:
    return f"o{uuid(board.key, opening.key)[:7]}"


def job_of(path: tuple[str, ...], query: dict[str, str]) -> str:
    return ""


def reply(asked: shapes.Asked) -> Answer:
    if asked.path != ("CompanyJobs", "Xml.aspx") or asked.query.get("c") != asked.slug:
        return unknown(asked.slug)
    jobs = "\n".join(
        "<job>" + "".join(f"<{name}><![CDATA[{words}]]></{name}>" for name, words in job.items()) + "</job>"
        for job in asked.rows()
    )
    return shapes.xml(f'<?xml version="1.0" encoding="utf-8"?>\n<result>\n{jobs}\n</result>\n')


def unknown(slug: str) -> Answer:
    return Answer(b"", 302, headers=[(b"location", b"/?invalid=1")])
