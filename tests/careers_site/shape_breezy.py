"""Breezy's shape: {company}.breezy.hr/json, and a page with schema.org JobPosting for each position."""

from typing import Any

from tests.careers_site import shape_jsonld, shapes
from tests.careers_site.chance import uuid
from tests.careers_site.faults import Answer
from tests.careers_site.openings import Board, Opening
from tests.careers_site.places import Place
from tests.careers_site.roles import Role

KIND = shapes.JSON
LIST = "/json"
_EMPLOYMENT = {
    "full_time": ("fullTime", "Full-Time"), "part_time": ("partTime", "Part-Time"),
    "contract": ("contract", "Contract"),
    "intern": ("internship", "Internship"), "temporary": ("temporary", "Temporary"),
}  # fmt: skip
_ON_PAGE = ("page",)


def row(board: Board, opening: Opening, public_url: str) -> dict[str, Any]:
    """Every second board states pay in words on its list, the others on the page."""
    role, native = board.role(opening), id_of(board, opening)
    page = shape_jsonld.row(board, opening, public_url)
    kind, label = _EMPLOYMENT[role.employment]
    is_listed = board.key % 2
    if is_listed:
        page["ld"] = {name: fact for name, fact in page["ld"].items() if name != "baseSalary"}
    return {
        "id": native, "friendly_id": f"{native}-position", "name": role.title,
        "url": f"{public_url}/p/{native}-position", "published_date": f"{role.posted_on}T10:00:00.000Z",
        "type": {"id": kind, "name": label},
        "location": _location(role.place) | {"is_remote": role.workplace == "remote"},
        "locations": [_location(place) for place in role.more_places],
        "department": role.department, "salary": _pay(role) if is_listed else "",
        "page": page,
    }  # fmt: skip


def id_of(board: Board, opening: Opening) -> str:
    return uuid(board.key, opening.key).replace("-", "")[:12]


def job_of(path: tuple[str, ...], query: dict[str, str]) -> str:
    return path[1].removesuffix("-position") if len(path) == 2 and path[0] == "p" else ""


def reply(asked: shapes.Asked) -> Answer:
    if number := job_of(asked.path, asked.query):
        job = asked.row(number)
        if job is None:
            return shapes.html("<!doctype html><title>Not found</title>", 404)
        return Answer(shape_jsonld.detail(job["page"], asked.site), 200, shapes.HTML)
    if asked.path != ("json",):
        return unknown(asked.slug)
    return shapes.json([{name: fact for name, fact in job.items() if name not in _ON_PAGE} for job in asked.rows()])


def unknown(slug: str) -> Answer:
    """The page that sells the product, on another host."""
    return Answer(b"", 302, shapes.HTML, [(b"location", b"https://breezy.example/")])


def _location(place: Place) -> dict[str, Any]:
    return {
        "name": place.label, "city": place.city, "state": {"id": place.region, "name": place.region},
        "country": {"id": place.code, "name": place.country},
    }  # fmt: skip


def _pay(role: Role) -> str:
    if not (role.pay and role.pay_shown):
        return ""
    low, high, currency, period = role.pay
    return f"{currency} {low:,} – {high:,} / {period}"
