"""Lever's shape: api.lever.co/v0/postings/{site}."""

import re
from html import unescape
from typing import Any

import orjson

from tests.careers_site.chance import number
from tests.careers_site.openings import Board, Opening
from tests.careers_site.roles import Role

UNKNOWN = b'{"ok":false,"error":"Document not found"}'
_COMMITMENT = {
    "full_time": "Full-time", "part_time": "Part-time", "contract": "Contract",
    "intern": "Internship", "temporary": "Temporary",
}  # fmt: skip
_INTERVAL = {"hour": "per-hour-wage", "month": "per-month-salary", "year": "per-year-salary"}
_TAG, _ITEMS = re.compile(r"<[^>]+>"), re.compile(r"</?ul>\n?")
_EPOCH_DAY = 719_163  # date(1970, 1, 1).toordinal()


def row(board: Board, opening: Opening, public_url: str) -> dict[str, Any]:
    role, native = board.role(opening), board.id_of(opening)
    start, body = role.sections[0][1], role.sections[1][1]
    end = "\n".join(f"<div><b>{heading}</b></div>{text}" if heading else text for heading, text in role.parts[4:])
    found = {
        "additionalPlain": _plain(end), "additional": end,
        "categories": _categories(role),
        "createdAt": _milliseconds(role, board.key, opening.number),
        "descriptionPlain": _plain(f"{start}\n{body}"), "description": f"<div>{start}</div>\n<div>{body}</div>",
        "id": native,
        "lists": [{"text": heading, "content": _ITEMS.sub("", text)} for heading, text in role.sections[2:4]],
        "text": role.title,
        "country": role.place.code,
        "workplaceType": _workplace(role, opening.number),
        "opening": start, "openingPlain": _plain(start),
        "descriptionBody": body, "descriptionBodyPlain": _plain(body),
        "hostedUrl": f"{public_url}/jobs/lever/{board.firm.slug}/{native}",
        "applyUrl": f"{public_url}/jobs/lever/{board.firm.slug}/{native}/apply",
    }  # fmt: skip
    return found | _salary(role)


def listing(rows: list[dict[str, Any]], query: dict[str, str], more: int = 0) -> bytes:
    """The site's postings from `skip` on, `limit` of them at most; Lever claims no total."""
    skip, limit = _whole(query.get("skip"), 0), _whole(query.get("limit"), len(rows))
    return orjson.dumps(rows[skip : skip + limit])


def detail(posting: dict[str, Any], query: dict[str, str]) -> bytes:
    return orjson.dumps(posting)


def _whole(text: str | None, default: int) -> int:
    return int(text) if text and text.isdigit() else default


def _plain(html: str) -> str:
    return unescape(_TAG.sub("", html))


def _categories(role: Role) -> dict[str, Any]:
    return {
        "commitment": _COMMITMENT[role.employment],
        "department": role.department,
        "location": role.location,
        "team": role.team,
        "allLocations": [role.location, *(place.label for place in role.more_places)],
    }


def _milliseconds(role: Role, *key: object) -> int:
    return (role.posted_on.toordinal() - _EPOCH_DAY) * 86_400_000 + number(*key, "clock") % 86_400_000


def _workplace(role: Role, place: int) -> str:
    return "unspecified" if place % 9 == 0 else role.workplace.replace("onsite", "on-site")


def _salary(role: Role) -> dict[str, Any]:
    if not (role.pay and role.pay_shown):
        return {}
    interval = _INTERVAL[role.pay.period]
    figures = {"min": role.pay.low, "max": role.pay.high, "currency": role.pay.currency, "interval": interval}
    return {"salaryRange": figures, "salaryDescription": "<div>Bonus and benefits come on top.</div>"}
