"""BambooHR's shape: {company}.bamboohr.com/careers/list; text, date and pay stand in the detail."""

from typing import Any

from tests.careers_site import shapes
from tests.careers_site.faults import Answer
from tests.careers_site.openings import Board, Opening
from tests.careers_site.roles import Role

KIND = shapes.JSON
LIST = "/careers/list"
_EMPLOYMENT = {
    "full_time": "Full Time", "part_time": "Part-Time", "contract": "Contractor", "intern": "Internship",
    "temporary": "Seasonal",
}  # fmt: skip
_KINDS = {"onsite": "0", "remote": "1", "hybrid": "2"}
_IN_DETAIL = (
    "jobOpeningShareUrl",
    "description",
    "datePosted",
    "compensation",
    "jobOpeningStatus",
    "minimumExperience",
)
_NOWHERE = {"city": None, "state": None, "province": None, "country": None}


def row(board: Board, opening: Opening, public_url: str) -> dict[str, Any]:
    """Every second board has its places in `atsLocation`."""
    role, native, is_other = board.role(opening), id_of(board, opening), board.key % 2
    office = {"city": role.place.city, "state": role.place.region}
    other = {"city": role.place.city, "state": None, "province": role.place.region, "country": role.place.country}
    return {
        "id": native, "jobOpeningName": role.title,
        "departmentId": "18", "departmentLabel": f"{role.department} ",
        "employmentStatusLabel": _EMPLOYMENT[role.employment], "employmentType": None,
        "location": {"city": None, "state": None} if is_other else office,
        "atsLocation": other if is_other else _NOWHERE,
        "isRemote": None, "locationType": _KINDS[role.workplace],
        "jobOpeningShareUrl": f"{public_url}/jobs/bamboohr/{board.firm.slug}/{native}",
        "description": role.html, "datePosted": str(role.posted_on), "compensation": _pay(role),
        "jobOpeningStatus": "Open",
    }  # fmt: skip


def id_of(board: Board, opening: Opening) -> str:
    return str(1000 + opening.key)


def job_of(path: tuple[str, ...], query: dict[str, str]) -> str:
    return path[1] if len(path) == 3 and (path[0], path[2]) == ("careers", "detail") else ""


def reply(asked: shapes.Asked) -> Answer:
    if number := job_of(asked.path, asked.query):
        job = asked.row(number)
        facts = {name: value for name, value in (job or {}).items() if name not in ("id", "isRemote")}
        return shapes.json({"meta": [], "result": {"jobOpening": facts}}) if job else shapes.json({}, 404)
    if asked.path != ("careers", "list"):
        return shapes.html("<!doctype html><title>Not found</title>", 404)
    rows = [{name: value for name, value in job.items() if name not in _IN_DETAIL} for job in asked.rows()]
    return shapes.json({"meta": {"totalCount": len(rows) + asked.more}, "result": rows})


def unknown(slug: str) -> Answer:
    """The page that sells the product, on another host."""
    return Answer(b"", 302, shapes.HTML, [(b"location", b"https://www.bamboohr.example/")])


def _pay(role: Role) -> str | None:
    if not (role.pay and role.pay_shown):
        return None
    low, high, currency, period = role.pay
    return f"{currency} {low:,} - {high:,} per {period}"
