"""SmartRecruiters' shape: api.smartrecruiters.com/v1/companies/{company}/postings; the text stands in the detail."""

from typing import Any

from tests.careers_site import shapes
from tests.careers_site.faults import Answer
from tests.careers_site.openings import Board, Opening
from tests.careers_site.places import Place
from tests.careers_site.roles import Role

KIND = shapes.JSON
LIST = "/v1/companies/{slug}/postings?limit=100&offset=0"
MOST = 100
_EMPLOYMENT = {
    "full_time": ("permanent", "Full-time"), "part_time": ("part-time", "Part-time"),
    "contract": ("contract", "Contract"),
    "intern": ("intern", "Intern"), "temporary": ("temporary", "Temporary"),
}  # fmt: skip
_IN_DETAIL = ("postingUrl", "applyUrl", "active", "compensation", "jobAd")
_PARTS = ("companyDescription", "jobDescription", "qualifications", "additionalInformation")


def row(board: Board, opening: Opening, public_url: str) -> dict[str, Any]:
    role, native = board.role(opening), id_of(board, opening)
    page = f"{public_url}/jobs/smartrecruiters/{board.firm.slug}/{native}"
    kind, label = _EMPLOYMENT[role.employment]
    return {
        "id": native, "name": role.title, "uuid": native, "refNumber": role.requisition,
        "company": {"identifier": board.firm.slug, "name": board.firm.name},
        "releasedDate": f"{role.posted_on}T09:15:00.000Z",
        "location": _location(role.place, role.workplace),
        "department": {"id": "7", "label": role.department} if board.key % 2 else {},
        "function": {"id": "other", "label": role.department},
        "typeOfEmployment": {"id": kind, "label": label},
        "experienceLevel": {"id": "mid_senior_level", "label": "Mid-Senior Level"},
        "postingUrl": page, "applyUrl": f"{page}?oga=true", "active": True,
        "compensation": _pay(role), "jobAd": {"sections": _sections(role)},
    }  # fmt: skip


def id_of(board: Board, opening: Opening) -> str:
    return str(744_000_000_000_000 + board.key % 90_000 * 10_000 + opening.key)


def job_of(path: tuple[str, ...], query: dict[str, str]) -> str:
    return path[4] if len(path) == 5 and path[3] == "postings" else ""


def reply(asked: shapes.Asked) -> Answer:
    """The API grants no more than 100 postings a page, however many are asked for."""
    if asked.path[:4] != ("v1", "companies", asked.slug, "postings"):
        return shapes.json({"message": "Not Found"}, 404)
    if number := job_of(asked.path, asked.query):
        job = asked.row(number)
        return shapes.json(job) if job else shapes.json({"message": "Posting not found"}, 404)
    rows = asked.rows()
    offset, limit = shapes.whole(asked.query.get("offset"), 0), min(shapes.whole(asked.query.get("limit"), 10), MOST)
    content = [_without(job, _IN_DETAIL) for job in rows[offset : offset + limit]]
    return shapes.json({"offset": offset, "limit": limit, "totalFound": len(rows) + asked.more, "content": content})


def unknown(slug: str) -> Answer:
    """As if the company had no postings."""
    return shapes.json({"offset": 0, "limit": MOST, "totalFound": 0, "content": []})


def _without(job: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name, value in job.items() if name not in names}


def _location(place: Place, workplace: str) -> dict[str, Any]:
    """`fullLocation` leaves a gap where there is no region."""
    region = "" if place.region == place.city else place.region
    return {
        "city": place.city, "region": region, "country": place.code.lower(),
        "remote": workplace == "remote", "hybrid": workplace == "hybrid",
        "fullLocation": f"{place.city}, {region}, {place.country}",
    }  # fmt: skip


def _sections(role: Role) -> dict[str, Any]:
    """What comes after the third part goes into the fourth."""
    parts = [*role.parts[:3], ("More", "".join(f"<h4>{head}</h4>{text}" for head, text in role.parts[3:]))]
    return {name: {"title": head, "text": text} for name, (head, text) in zip(_PARTS, parts, strict=True)}


def _pay(role: Role) -> dict[str, Any] | None:
    if not (role.pay and role.pay_shown):
        return None
    low, high, currency, period = role.pay
    return {"min": low, "max": high, "currency": currency, "period": period}
