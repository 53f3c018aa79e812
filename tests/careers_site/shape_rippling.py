"""Rippling's shape: api.rippling.com/platform/api/ats/v1/board/{board}/jobs, one row for each place of a job."""

from typing import Any

from tests.careers_site import shapes
from tests.careers_site.chance import uuid
from tests.careers_site.faults import Answer
from tests.careers_site.openings import Board, Opening
from tests.careers_site.roles import Role

KIND = shapes.JSON
LIST = "/platform/api/ats/v1/board/{slug}/jobs"
_EMPLOYMENT = {
    "full_time": ("SALARIED_FT", "Salaried, full-time"), "part_time": ("HOURLY_PT", "Hourly, part-time"),
    "contract": ("CONTRACTOR", "Contractor"), "intern": ("SALARIED_FT", "Intern"), "temporary": ("TEMP", "Temporary"),
}  # fmt: skip
_BEFORE = {"remote": "Remote ({})", "hybrid": "Hybrid ({})", "onsite": "{}"}


def row(board: Board, opening: Opening, public_url: str) -> dict[str, Any]:
    """The job once, as its detail has it. `reply` makes rows of its places."""
    role, native = board.role(opening), id_of(board, opening)
    label, words = _EMPLOYMENT[role.employment]
    return {
        "id": native, "uuid": native, "name": role.title,
        "url": f"{public_url}/jobs/rippling/{board.firm.slug}/{native}",
        "description": {"company": _html(role.parts[:1]), "role": _html(role.parts[1:])},
        "workLocations": [
            _BEFORE[role.workplace].format(place.label) for place in dict.fromkeys((role.place, *role.more_places))
        ],
        "department": {"name": role.department, "base_department": role.department},
        "employmentType": {"label": label, "id": words},
        "createdOn": f"{role.posted_on}T12:00:00.000000-08:00",
        "payRangeDetails": _pay(role),
    }  # fmt: skip


def id_of(board: Board, opening: Opening) -> str:
    return uuid(board.key, opening.key)


def job_of(path: tuple[str, ...], query: dict[str, str]) -> str:
    return path[7] if len(path) == 8 and path[6] == "jobs" else ""


def reply(asked: shapes.Asked) -> Answer:
    if asked.path[:7] != ("platform", "api", "ats", "v1", "board", asked.slug, "jobs"):
        return unknown(asked.slug)
    if number := job_of(asked.path, asked.query):
        job = asked.row(number)
        return shapes.json({name: fact for name, fact in job.items() if name != "url"}) if job else unknown(asked.slug)
    jobs = asked.rows()
    places = max((len(job["workLocations"]) for job in jobs), default=0)
    return shapes.json([line for turn in range(places) for job in jobs for line in _line(job, turn)])


def unknown(slug: str) -> Answer:
    return shapes.json({"detail": "Not found."}, 404)


def _line(job: dict[str, Any], turn: int) -> list[dict[str, Any]]:
    """The job's row for one of its places: those of a job do not stand together."""
    own = {name: job[name] for name in ("uuid", "name", "url") if name in job}
    own["department"] = {"id": job["department"]["name"], "label": job["department"]["name"]}
    return [own | {"workLocation": {"id": it, "label": it}} for it in job["workLocations"][turn : turn + 1]]


def _html(parts: list[tuple[str, str]]) -> str:
    return "".join(f"<h3>{heading}</h3>{text}" if heading else text for heading, text in parts)


def _pay(role: Role) -> list[dict[str, Any]]:
    """The first place pays the range's lower half, the others all of it."""
    if not (role.pay and role.pay_shown):
        return []
    low, high, currency, period = role.pay
    unit = {"currency": currency, "frequency": period.upper(), "isRemote": role.workplace == "remote"}
    return [unit | {"rangeStart": low, "rangeEnd": top} for top in ((low + high) // 2, high)]
