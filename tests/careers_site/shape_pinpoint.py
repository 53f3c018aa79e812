"""Pinpoint's shape: {company}.pinpointhq.com/postings.json; hidden pay is sent all the same."""

from typing import Any

from tests.careers_site import shapes
from tests.careers_site.chance import number
from tests.careers_site.faults import Answer
from tests.careers_site.openings import Board, Opening
from tests.careers_site.roles import Role

KIND = shapes.JSON
LIST = "/postings.json"
_EMPLOYMENT = {
    "full_time": "permanent_full_time", "part_time": "permanent_part_time", "contract": "freelance",
    "intern": "internship", "temporary": "fixed_term_contract",
}  # fmt: skip
_PARTS = ("key_responsibilities", "skills_knowledge_expertise", "benefits")


def row(board: Board, opening: Opening, public_url: str) -> dict[str, Any]:
    """Every second board gives no `url`, only the path of a page."""
    role, native = board.role(opening), id_of(board, opening)
    path = f"/en/postings/{native}"
    start, end = role.parts[:2], role.parts[5:]
    return {
        "id": native,
        "title": role.title,
        "url": f"{public_url}{path}" if board.key % 2 else None,
        "path": path,
        "description": "".join(text for _, text in start),
        **_sections(role.parts[2:5], end),
        "workplace_type": role.workplace,
        "employment_type": _EMPLOYMENT[role.employment],
        **_pay(role),
        "deadline_at": None,
        "first_published_at": f"{role.posted_on}T09:00:00Z",
        "job": {"id": native, "requisition_id": role.requisition or None, "department": {"name": role.department}},
        "location": {
            "id": str(number(role.place.city) % 9999), "name": role.place.label, "city": role.place.city,
            "province": role.place.region,
        },
    }  # fmt: skip


def id_of(board: Board, opening: Opening) -> str:
    return str(100_000_000 + board.key % 80_000 * 10_000 + opening.key)


def job_of(path: tuple[str, ...], query: dict[str, str]) -> str:
    return ""


def reply(asked: shapes.Asked) -> Answer:
    return shapes.json({"data": asked.rows()}) if asked.path == ("postings.json",) else unknown(asked.slug)


def unknown(slug: str) -> Answer:
    return shapes.html("<!doctype html><title>Not found</title>", 404)


def _sections(parts: list[tuple[str, str]], end: list[tuple[str, str]]) -> dict[str, str]:
    """What comes after the three parts that have a heading goes into the last of them."""
    found: dict[str, str] = {}
    for name, (heading, text) in zip(_PARTS, parts, strict=True):
        found |= {f"{name}_header": heading, name: text}
    found[_PARTS[-1]] += "".join(f"<h4>{heading}</h4>{text}" if heading else text for heading, text in end)
    return found


def _pay(role: Role) -> dict[str, Any]:
    if not role.pay:
        return {"compensation": None, "compensation_visible": False}
    low, high, currency, period = role.pay
    return {
        "compensation": f"{low} - {high} {currency} / {period}", "compensation_visible": role.pay_shown,
        "compensation_minimum": float(low), "compensation_maximum": float(high), "compensation_currency": currency,
        "compensation_frequency": period,
    }  # fmt: skip
