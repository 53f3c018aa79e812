"""Greenhouse's shape: boards-api.greenhouse.io/v1/boards/{board}/jobs."""

from html import escape
from typing import Any

import orjson

from tests.careers_site.chance import number
from tests.careers_site.openings import Board, Opening
from tests.careers_site.roles import Role

UNKNOWN = b'{"status":404,"error":"Job board not found"}'
_EMPLOYMENT = {"full_time": "Full-time", "part_time": "Part-time", "contract": "Contract", "intern": "Intern"}
_PLACE = {"remote": "Remote", "hybrid": "Hybrid", "onsite": "On-Site"}
_PAY_TITLE = {"hour": "Hourly Pay Range", "month": "Monthly Salary Range", "year": "Annual Salary Range"}
_IN_CONTENT = ("content", "departments", "offices")


def row(board: Board, opening: Opening, public_url: str) -> dict[str, Any]:
    """The posting with everything that the API can tell of it; `listing` leaves out what was not asked for."""
    role, native = board.role(opening), int(board.id_of(opening))
    clock = _clock(board.key, opening.number)
    return {
        "absolute_url": f"{public_url}/jobs/greenhouse/{board.firm.slug}/{native}",
        "data_compliance": [{"type": "gdpr", "requires_consent": False, "retention_period": None}],
        "internal_job_id": native + 500_000_000,
        "location": {"name": "; ".join([role.location, *(place.label for place in role.more_places)])},
        "metadata": _metadata(role, board.key),
        "id": native,
        "updated_at": f"{role.updated_on}{clock}",
        "requisition_id": role.requisition or None,
        "title": role.title,
        "pay_input_ranges": _ranges(role),
        "company_name": board.firm.name,
        "first_published": f"{role.posted_on}{clock}",
        "language": role.language,
        "application_deadline": None,
        "content": escape(f'<div class="content-intro">{role.html}</div>'),
        "departments": [_named(board.key, role.department)],
        "offices": [_named(board.key, role.place.city) | {"location": f"{role.place.city}, {role.place.country}"}],
    }


def listing(rows: list[dict[str, Any]], query: dict[str, str], more: int = 0) -> bytes:
    """The board's jobs; `more` is added to the total that is claimed."""
    jobs = [_asked(job, query, whole=query.get("content") == "true") for job in rows]
    return orjson.dumps({"jobs": jobs, "meta": {"total": len(jobs) + more}})


def detail(job: dict[str, Any], query: dict[str, str]) -> bytes:
    return orjson.dumps(_asked(job, query, whole=True))


def _asked(job: dict[str, Any], query: dict[str, str], whole: bool) -> dict[str, Any]:
    hidden = () if whole else _IN_CONTENT
    if query.get("pay_transparency") != "true":
        hidden = (*hidden, "pay_input_ranges")
    return {name: value for name, value in job.items() if name not in hidden}


def _clock(*key: object) -> str:
    second = number(*key, "clock") % 86_400
    return f"T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}-05:00"


def _named(key: int, name: str) -> dict[str, Any]:
    return {"id": 4_000_000_000 + number(key, name) % 99_999_999, "name": name, "child_ids": [], "parent_id": None}


def _metadata(role: Role, key: int) -> list[dict[str, Any]] | None:
    """A third of the boards states no metadata, another third only the employment type."""
    fields = (("Employment Type", _EMPLOYMENT.get(role.employment)), ("Location Type", _PLACE[role.workplace]))
    return [
        {"id": 4_095_122_002 + place, "name": name, "value": value, "value_type": "single_select"}
        for place, (name, value) in enumerate(fields[: key % 3])
    ] or None


def _ranges(role: Role) -> list[dict[str, Any]]:
    if not (role.pay and role.pay_shown):
        return []
    title = _PAY_TITLE[role.pay.period]
    low, high = role.pay.low * 100, role.pay.high * 100
    return [{"min_cents": low, "max_cents": high, "currency_type": role.pay.currency, "title": title, "blurb": ""}]
