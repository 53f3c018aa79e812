"""Ashby's shape: api.ashbyhq.com/posting-api/job-board/{name}."""

import re
from html import unescape
from typing import Any

import orjson

from tests.careers_site.chance import number, uuid
from tests.careers_site.openings import Board, Opening
from tests.careers_site.pay import Pay
from tests.careers_site.places import Place
from tests.careers_site.roles import Role

UNKNOWN = b"Not Found"
_EMPLOYMENT = {
    "full_time": "FullTime", "part_time": "PartTime", "contract": "Contract",
    "intern": "Intern", "temporary": "Temporary",
}  # fmt: skip
_PLACE = {"remote": "Remote", "hybrid": "Hybrid", "onsite": "OnSite"}
_SIGNS = {"USD": "$", "GBP": "£", "EUR": "€", "CAD": "CA$", "AUD": "A$", "INR": "₹", "JPY": "¥"}
_NOTHING = {"compensationTierSummary": None, "scrapeableCompensationSalarySummary": None}
_NO_PAY: dict[str, Any] = {**_NOTHING, "compensationTiers": [], "summaryComponents": []}
_TAG = re.compile(r"<[^>]+>")


def row(board: Board, opening: Opening, public_url: str) -> dict[str, Any]:
    """The posting; one in twenty-five is not listed, and such rows are sent like every other."""
    role, native = board.role(opening), board.id_of(opening)
    url = f"{public_url}/jobs/ashby/{board.firm.slug}/{native}"
    html = role.html.replace("<p>", '<p style="min-height:1.5em">')
    return {
        "id": native,
        "title": role.title,
        "department": role.department,
        "team": role.team,
        "employmentType": _EMPLOYMENT[role.employment],
        "location": role.location,
        "shouldDisplayCompensationOnJobPostings": role.pay_shown,
        "secondaryLocations": [{"location": place.label, "address": _address(place)} for place in role.more_places],
        "publishedAt": f"{role.posted_on}T{_clock(board.key, opening.number)}.557+00:00",
        "isListed": number(board.key, opening.number, "listed") % 25 != 0,
        "isRemote": role.workplace == "remote" or (role.workplace == "hybrid" and opening.number % 4 == 0),
        "workplaceType": None if opening.number % 11 == 0 else _PLACE[role.workplace],
        "address": _address(role.place),
        "jobUrl": url,
        "applyUrl": f"{url}/application",
        "descriptionHtml": html,
        "descriptionPlain": unescape(_TAG.sub("", html)),
        "compensation": _compensation(role, board.key, opening.key),
    }


def listing(rows: list[dict[str, Any]], query: dict[str, str], more: int = 0) -> bytes:
    """The board's jobs, with what they pay where that was asked for; Ashby claims no total."""
    if query.get("includeCompensation") != "true":
        rows = [{name: value for name, value in job.items() if name != "compensation"} for job in rows]
    return orjson.dumps({"jobs": rows, "apiVersion": "1"})


def detail(job: dict[str, Any], query: dict[str, str]) -> bytes:
    return orjson.dumps(job)


def _clock(*key: object) -> str:
    second = number(*key, "clock") % 86_400
    return f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"


def _address(place: Place) -> dict[str, Any]:
    names = {"addressRegion": place.region, "addressCountry": place.country, "addressLocality": place.city}
    return {"postalAddress": names}


def _compensation(role: Role, *key: object) -> dict[str, Any]:
    if not (role.pay and role.pay_shown):
        return _NO_PAY
    summary, has_equity = _summary(role.pay), number(*key, "equity") % 2 == 0
    parts = [_part(role.pay, summary, "Salary", uuid(*key, "part"))]
    if has_equity:
        parts.append(_part(role.pay, "Offers Equity", "EquityPercentage", uuid(*key, "equity")) | _UNSTATED)
    text = f"{summary} • Offers Equity" if has_equity else summary
    tier = {
        "id": uuid(*key, "tier"),
        "tierSummary": text,
        "title": None,
        "additionalInformation": None,
        "components": parts,
    }
    return {
        "compensationTierSummary": text,
        "scrapeableCompensationSalarySummary": summary.replace("–", "-"),
        "compensationTiers": [tier],
        "summaryComponents": [part | {"summary": None} for part in parts],
    }


_UNSTATED = {"interval": "NONE", "currencyCode": None, "minValue": None, "maxValue": None}


def _part(pay: Pay, summary: str, kind: str, name: str) -> dict[str, Any]:
    return {
        "id": name,
        "summary": summary,
        "compensationType": kind,
        "interval": f"1 {pay.period.upper()}",
        "currencyCode": pay.currency,
        "minValue": pay.low,
        "maxValue": pay.high,
    }


def _summary(pay: Pay) -> str:
    sign = _SIGNS.get(pay.currency, f"{pay.currency} ")
    if pay.period == "hour":
        return f"{sign}{pay.low} – {sign}{pay.high} per hour"
    months = " per month" if pay.period == "month" else ""
    return f"{sign}{pay.low / 1000:g}K – {sign}{pay.high / 1000:g}K{months}"
