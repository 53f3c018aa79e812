"""Recruitee's shape: {company}.recruitee.com/api/offers; pay per hour is typed in as if it were per month."""

from typing import Any

from tests.careers_site import shapes
from tests.careers_site.chance import number
from tests.careers_site.faults import Answer
from tests.careers_site.openings import Board, Opening
from tests.careers_site.places import Place
from tests.careers_site.roles import Role

KIND = shapes.JSON
LIST = "/api/offers"
_EMPLOYMENT = {
    "full_time": "fulltime_permanent", "part_time": "parttime_permanent", "contract": "freelance",
    "intern": "internship", "temporary": "fulltime_fixed_term",
}  # fmt: skip


def row(board: Board, opening: Opening, public_url: str) -> dict[str, Any]:
    role, native = board.role(opening), id_of(board, opening)
    page = f"{public_url}/jobs/recruitee/{board.firm.slug}/{native}"
    text, wanted = role.parts[:3], role.parts[3:]
    return {
        "id": int(native), "slug": native, "status": "published",
        "title": role.title,
        "department": role.department,
        "description": _html(text), "requirements": _html(wanted),
        "location": f"{role.place.city}, {role.place.region}, {role.place.country}",
        "city": role.place.city, "country": role.place.country, "country_code": role.place.code,
        "locations": [_place(place) for place in (role.place, *role.more_places)],
        **_workplace(role, number(board.key, opening.number, "switches")),
        "employment_type_code": _EMPLOYMENT[role.employment],
        "experience_code": "experienced",
        "salary": _salary(role),
        "created_at": f"{role.posted_on.replace(day=1)} 08:00:00 UTC",
        "published_at": f"{role.posted_on} 23:10:39 UTC", "updated_at": f"{role.updated_on} 11:45:30 UTC",
        "close_at": None,
        "careers_url": page, "careers_apply_url": f"{page}/c/new",
    }  # fmt: skip


def id_of(board: Board, opening: Opening) -> str:
    return str(1_000_000 + board.key % 800 * 10_000 + opening.key)


def job_of(path: tuple[str, ...], query: dict[str, str]) -> str:
    return ""


def reply(asked: shapes.Asked) -> Answer:
    """One offer more than is published: a draft."""
    if asked.path != ("api", "offers"):
        return unknown(asked.slug)
    offers = asked.rows()
    drafts = [offer | {"id": 1, "status": "draft"} for offer in offers[:1]]
    return shapes.json({"offers": [*offers, *drafts]})


def unknown(slug: str) -> Answer:
    return shapes.html("<!doctype html><title>Page not found</title>", 404)


def _html(parts: list[tuple[str, str]]) -> str:
    return "".join(f"<p><strong>{heading}</strong></p>{text}" if heading else text for heading, text in parts)


def _place(place: Place) -> dict[str, Any]:
    return {
        "name": place.city, "city": place.city, "state": place.region, "country": place.country,
        "country_code": place.code, "street": "", "note": None,
    }  # fmt: skip


def _workplace(role: Role, chance: int) -> dict[str, bool]:
    """One in seven has a second switch on, which makes all of them mean little."""
    on = {role.workplace, "hybrid"} if chance % 7 == 0 else {role.workplace}
    return {"remote": "remote" in on, "hybrid": "hybrid" in on, "on_site": "onsite" in on}


def _salary(role: Role) -> dict[str, str | None]:
    if not (role.pay and role.pay_shown):
        return dict.fromkeys(("min", "max", "period", "currency"))
    unit = "month" if role.pay.period == "hour" else role.pay.period
    return {"min": f"{role.pay.low}.50", "max": str(role.pay.high), "period": unit, "currency": role.pay.currency}
