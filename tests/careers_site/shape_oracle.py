"""Oracle's shape: {host}/hcmRestApi/resources/latest/recruitingCEJobRequisitions, limit and offset inside `finder`."""

import re
from typing import Any

from tests.careers_site import shapes
from tests.careers_site.faults import Answer
from tests.careers_site.openings import Board, Opening
from tests.careers_site.places import Place

KIND = shapes.JSON
API = "/hcmRestApi/resources/latest/recruitingCEJobRequisition"
LIST = f"{API}s?onlyData=true&finder=findReqs;siteNumber=CX_1,limit=200,offset=0"
MOST = 200
_SCHEDULE = {"full_time": "Full time", "part_time": "Part time", "contract": "Contract", "intern": "Internship",
             "temporary": "Temporary"}  # fmt: skip


def company(slug: str) -> tuple[str, str]:
    return f"{slug}.fa.us2.oraclecloud.com/CX_1", f"/oracle/{slug}"


def row(board: Board, opening: Opening, public_url: str) -> dict[str, Any]:
    role = board.role(opening)
    texts = [text for _, text in role.parts]
    return {
        "id": id_of(board, opening),
        "Title": role.title,
        "PostedDate": role.posted_on.isoformat(),
        "PrimaryLocation": _spot(role.place),
        "ShortDescriptionStr": texts[0],
        "WorkplaceTypeCode": f"ORA_{role.workplace.upper()}",
        "JobSchedule": _SCHEDULE[role.employment],
        "JobFamily": role.department,
        "secondaryLocations": [{"Name": _spot(place), "CountryCode": place.code} for place in role.more_places],
        "ExternalDescriptionStr": "\n".join(texts[:2]),
        "ExternalResponsibilitiesStr": "\n".join(texts[2:4]),
        "ExternalQualificationsStr": "\n".join(texts[4:]),
        "PrimaryLocationCountry": role.place.code,
        "updated": role.updated_on.isoformat(),
    }


def id_of(board: Board, opening: Opening) -> str:
    return str(20_000 + board.key % 10_000 + opening.key)


def job_of(path: tuple[str, ...], query: dict[str, str]) -> str:
    found = re.search(r"ById;Id=(\w+)", query.get("finder", ""))
    return found[1] if found else ""


def reply(asked: shapes.Asked) -> Answer:
    number = job_of(asked.path, asked.query)
    if number:
        job = asked.row(number)
        return shapes.json({"items": [_detail(job)] if job else [], "count": int(bool(job)), "hasMore": False})
    said = dict(re.findall(r"(\w+)=(\w+)", asked.query.get("finder", "")))
    if f"/{'/'.join(asked.path)}" != f"{API}s" or said.get("siteNumber") != "CX_1":
        return unknown(asked.slug)
    rows, limit, offset = asked.rows(), min(int(said.get("limit", 25)), MOST), int(said.get("offset", 0))
    jobs = [_listed(job) for job in rows[offset : offset + limit]]
    found = {"TotalJobsCount": len(rows) + asked.more, "Limit": limit, "Offset": offset, "requisitionList": jobs}
    return shapes.json({"items": [found], "count": 1, "hasMore": False})


def unknown(slug: str) -> Answer:
    return shapes.json({"title": "Not Found", "status": "404"}, 404)


def _listed(job: dict[str, Any]) -> dict[str, Any]:
    hidden = ("ExternalDescriptionStr", "ExternalResponsibilitiesStr", "ExternalQualificationsStr")
    return {name: value for name, value in _detail(job).items() if name not in hidden}


def _detail(job: dict[str, Any]) -> dict[str, Any]:
    return {"Id": job["id"]} | {name: value for name, value in job.items() if name not in ("id", "updated")}


def _spot(place: Place) -> str:
    return f"{place.city}, {place.region}, {place.country}"
