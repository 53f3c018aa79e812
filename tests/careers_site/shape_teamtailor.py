"""Teamtailor's shape: {company}.teamtailor.com/jobs.rss, at most 100 items at a time unless more are asked for."""

from html import escape
from typing import Any

from tests.careers_site import shapes
from tests.careers_site.chance import uuid
from tests.careers_site.faults import Answer
from tests.careers_site.openings import Board, Opening
from tests.careers_site.places import Place

KIND = shapes.XML
LIST = "/jobs.rss?per_page=10000"
LIMIT = 100
_REMOTE = {"remote": "fully", "hybrid": "hybrid", "onsite": "none"}


def row(board: Board, opening: Opening, public_url: str) -> dict[str, Any]:
    role, native = board.role(opening), id_of(board, opening)
    return {
        "id": native,
        "title": role.title,
        "description": role.html,
        "pubDate": f"{role.posted_on:%a, %d %b %Y} 10:29:07 +0200",
        "link": f"{public_url}/jobs/teamtailor/{board.firm.slug}/{native}",
        "remoteStatus": _REMOTE[role.workplace],
        "guid": native,
        "locations": [_place(place) for place in (role.place, *role.more_places)],
        "department": role.department,
        "company": board.firm.name,
    }


def id_of(board: Board, opening: Opening) -> str:
    return uuid(board.key, opening.key)


def job_of(path: tuple[str, ...], query: dict[str, str]) -> str:
    return ""


def reply(asked: shapes.Asked) -> Answer:
    if asked.path != ("jobs.rss",):
        return unknown(asked.slug)
    first, count = shapes.whole(asked.query.get("offset"), 0), shapes.whole(asked.query.get("per_page"), LIMIT)
    items = "\n".join(map(_item, asked.rows()[first : first + count]))
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:tt="https://teamtailor.com/locations">'
    link = f"<title>{escape(asked.slug)}</title><link>{asked.site}/jobs</link>"
    return shapes.xml(f"{head}\n<channel>{link}\n{items}\n</channel>\n</rss>\n")


def unknown(slug: str) -> Answer:
    return shapes.html("<!doctype html><title>Page not found</title>", 404)


def _item(job: dict[str, Any]) -> str:
    names = ("title", "description", "pubDate", "link", "remoteStatus", "guid")
    plain = "".join(f"<{name}>{escape(job[name])}</{name}>" for name in names if name in job)
    places = "".join(f"<tt:location>{place}</tt:location>" for place in job["locations"])
    return (
        f"<item>{plain}<tt:locations>{places}</tt:locations><tt:department>{escape(job['department'])}"
        "</tt:department><tt:role/></item>"
    )


def _place(place: Place) -> str:
    names = {"name": f"{place.city} office", "city": place.city, "country": place.country}
    return "".join(f"<tt:{name}>{escape(words)}</tt:{name}>" for name, words in names.items())
