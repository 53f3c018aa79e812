"""Workable's shape: apply.workable.com/api/v1/widget/accounts/{account}, one row for each place of a job."""

from typing import Any

from tests.careers_site import shapes
from tests.careers_site.chance import number, uuid
from tests.careers_site.faults import Answer
from tests.careers_site.openings import Board, Opening
from tests.careers_site.places import Place

KIND = shapes.JSON
LIST = "/api/v1/widget/accounts/{slug}?details=true"
_EMPLOYMENT = {
    "full_time": "Full-time", "part_time": "Part-time", "contract": "Contract",
    "intern": "Other", "temporary": "Temporary",
}  # fmt: skip


def row(board: Board, opening: Opening, public_url: str) -> dict[str, Any]:
    """The job once, with all its places; some remote jobs hide theirs. `reply` makes a row of each place."""
    role, native = board.role(opening), id_of(board, opening)
    is_remote = role.workplace == "remote"
    is_hidden = is_remote and number(board.key, opening.number, "hidden") % 3 == 0
    page = f"{public_url}/jobs/workable/{board.firm.slug}/{native}"
    return {
        "id": native,
        "title": role.title,
        "shortcode": native,
        "code": role.requisition,
        "employment_type": _EMPLOYMENT[role.employment],
        "telecommuting": is_remote,
        "department": role.department,
        "url": page, "shortlink": page, "application_url": f"{page}/apply",
        "published_on": str(role.posted_on), "created_at": str(role.posted_on.replace(day=1)),
        "education": "", "experience": "Mid-Senior level", "function": role.team, "industry": board.firm.sector,
        "description": role.html,
        "places": [_place(place, is_hidden) for place in (role.place, *role.more_places)],
    }  # fmt: skip


def id_of(board: Board, opening: Opening) -> str:
    return uuid(board.key, opening.key).replace("-", "")[:10].upper()


def job_of(path: tuple[str, ...], query: dict[str, str]) -> str:
    return ""


def reply(asked: shapes.Asked) -> Answer:
    if asked.path != ("api", "v1", "widget", "accounts", asked.slug):
        return unknown(asked.slug)
    unasked = () if asked.query.get("details") == "true" else ("description",)
    jobs = [line for job in asked.rows() for line in _lines(job, unasked)]
    return shapes.json({"name": asked.slug, "description": None, "jobs": jobs})


def unknown(slug: str) -> Answer:
    return shapes.json({"error": "Not found"}, 404)


def _lines(job: dict[str, Any], unasked: tuple[str, ...]) -> list[dict[str, Any]]:
    shared = {name: value for name, value in job.items() if name not in ("id", "places", *unasked)}
    return [
        shared | {"country": spot["country"], "city": spot["city"], "state": spot["region"], "locations": [spot]}
        for spot in job["places"]
    ]


def _place(place: Place, is_hidden: bool) -> dict[str, Any]:
    return {
        "country": place.country, "countryCode": place.code, "city": place.city, "region": place.region,
        "hidden": is_hidden,
    }  # fmt: skip
