"""Workday's shape: {tenant}.wd5.myworkdayjobs.com/wday/cxs/{tenant}/{site}, with its limits."""

from collections import Counter
from datetime import timedelta
from typing import Any

from tests.careers_site import shapes
from tests.careers_site.chance import number
from tests.careers_site.faults import Answer
from tests.careers_site.openings import Board, Opening
from tests.careers_site.roles import Role

KIND = shapes.JSON
LIST = "/wday/cxs/{slug}/Careers/jobs"
LIMIT, CAP, VALUES = 20, 2000, 100
KEYS = {"appliedFacets", "limit", "offset", "searchText"}
_LISTED = ("title", "externalPath", "locationsText", "postedOn", "remoteType", "timeType", "bulletFields")
_TIME = {"part_time": "Part time"}
_WORKER = {"contract": "Contractor", "intern": "Intern", "temporary": "Temporary"}
_REMOTE = {"remote": "Remote", "hybrid": "Hybrid", "onsite": "On-site"}
_GROUPED = "locationMainGroup"


def company(slug: str) -> tuple[str, str]:
    return f"{slug}.wd5/Careers", f"/workday/{slug}"


def row(board: Board, opening: Opening, public_url: str) -> dict[str, Any]:
    """A third of the boards states no remote type; a page keeps the address that its first title gave it."""
    role, native = board.role(opening), id_of(board, opening)
    path = f"/job/{_words(role.place.label)}/{_words(role.first_title)}_{native}"
    more = [place.label for place in role.more_places]
    return {
        "id": native,
        "title": role.title,
        "externalPath": path,
        "locationsText": f"{1 + len(more)} Locations" if more else role.location,
        "postedOn": _ago(board, role),
        "bulletFields": [native[:7]],
        "timeType": _TIME.get(role.employment, "Full time"),
        **({"remoteType": _REMOTE[role.workplace]} if board.key % 3 else {}),
        "info": _info(role, native, more) | {"externalUrl": f"{public_url}/Careers{path}"},
        "facets": {
            "jobFamilyGroup": [role.department],
            "timeType": [_TIME.get(role.employment, "Full time")],
            "locations": list(dict.fromkeys([role.location, *more])),
            "workerSubType": [_WORKER.get(role.employment, "Regular")],
        },
    }


def id_of(board: Board, opening: Opening) -> str:
    """The requisition; every third posting is the second one of it."""
    return f"R{100_000 + board.key % 8 * 100_000 + opening.key}" + ("-1" if opening.key % 3 == 2 else "")


def job_of(path: tuple[str, ...], query: dict[str, str]) -> str:
    return path[-1] if path[4:5] == ("job",) else ""


def reply(asked: shapes.Asked) -> Answer:
    if asked.path[:4] != ("wday", "cxs", asked.slug, "Careers"):
        return unknown(asked.slug)
    if asked.path[4:] == ("jobs",):
        return _list(asked)
    found = asked.row(asked.path[-1])
    if not found:
        return unknown(asked.slug)
    told = {name: found[name] for name in ("title", "remoteType", "timeType") if name in found}
    return shapes.json({"jobPostingInfo": found["info"] | told, "hiringOrganization": {"name": "", "url": ""}})


def unknown(slug: str) -> Answer:
    return _refused(404)


def _refused(status: int) -> Answer:
    return shapes.json(
        {"errorCode": f"HTTP_{status}", "httpStatus": status, "message": "", "messageParams": {}}, status
    )


def _list(asked: shapes.Asked) -> Answer:
    """All four keys or 422; `total` at offset 0 only; from the cap on, the last page before it again."""
    sent = asked.sent
    if set(sent) != KEYS:
        return _refused(422)
    facets, limit = sent["appliedFacets"], sent["limit"]
    if limit > LIMIT or _GROUPED in facets or any(len(values) > VALUES for values in facets.values()):
        return _refused(400)
    rows = [row for row in asked.rows() if all(_is_of(row, name, values) for name, values in facets.items())]
    offset = min(sent["offset"], max(0, CAP - limit))
    jobs = [{name: row[name] for name in _LISTED if name in row} for row in rows[offset : offset + limit]]
    total = len(rows) + asked.more if sent["offset"] == 0 else 0
    return shapes.json({"total": total, "jobPostings": jobs, "facets": _facets(rows), "userAuthenticated": False})


def _is_of(row: dict[str, Any], name: str, values: list[str]) -> bool:
    return any(_value(value) in values for value in row["facets"].get(name, []))


def _value(descriptor: str) -> str:
    return f"{number(descriptor):032x}"


def _facets(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of places stand in a group."""
    found = []
    for name in ("jobFamilyGroup", "timeType", "locations", "workerSubType"):
        counts = Counter(value for row in rows for value in row["facets"][name])
        values = [{"descriptor": word, "id": _value(word), "count": count} for word, count in counts.items()]
        facet = {"facetParameter": name, "descriptor": name, "values": values}
        found.append({"facetParameter": _GROUPED, "values": [facet]} if name == "locations" else facet)
    return found


def _info(role: Role, native: str, more: list[str]) -> dict[str, Any]:
    return {
        "id": f"{number(native):032x}", "jobDescription": role.html, "location": role.location,
        **({"additionalLocations": more} if more else {}), "postedOn": "Posted Today",
        "startDate": role.posted_on.isoformat(), "jobReqId": native[:7], "jobPostingSiteId": "Careers",
        "country": {"descriptor": role.place.country, "id": f"{number(role.place.code):032x}"},
        "canApply": True, "posted": True,
    }  # fmt: skip


def _words(text: str) -> str:
    """As the addresses have it: each sign that is no letter or digit is a dash."""
    return "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in text)


def _ago(board: Board, role: Role) -> str:
    days = (board.today + timedelta(days=board.day) - role.posted_on).days
    return {0: "Posted Today", 1: "Posted Yesterday"}.get(days, f"Posted {min(days, 30)}{'+' * (days > 29)} Days Ago")
