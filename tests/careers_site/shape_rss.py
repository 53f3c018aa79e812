"""An RSS feed of jobs on any site: the newest sixty, and no further page."""

from html import escape
from typing import Any

from tests.careers_site import shapes
from tests.careers_site.chance import uuid
from tests.careers_site.faults import Answer
from tests.careers_site.openings import Board, Opening

KIND = shapes.XML
LIST = "/jobs.rss"
NEWEST = 60


def company(slug: str) -> tuple[str, str]:
    return f"{slug}.example/jobs.rss", f"/rss/{slug}"


def row(board: Board, opening: Opening, public_url: str) -> dict[str, Any]:
    role, native = board.role(opening), id_of(board, opening)
    pay = role.pay if role.pay_shown else None
    return {
        "id": native,
        "title": role.title,
        "link": f"{public_url}/jobs/rss/{board.firm.slug}/{native}",
        "guid": native,
        "description": role.html,
        "pubDate": f"{role.posted_on:%a, %d %b %Y} 10:29:07 GMT",
        "author": "someone@example.com",
        "job:company": board.firm.name,
        "job:location": role.location,
        "job:type": role.employment.replace("_", "-"),
        "job:minimumSalary": str(pay.low) if pay else "",
        "job:maximumSalary": str(pay.high) if pay else "",
        "job:salaryCurrency": pay.currency if pay else "",
        "job:salaryInterval": pay.period.title() if pay else "",
        "posted_on": str(role.posted_on),
    }


def id_of(board: Board, opening: Opening) -> str:
    return uuid(board.key, opening.key)


def job_of(path: tuple[str, ...], query: dict[str, str]) -> str:
    return ""


def reply(asked: shapes.Asked) -> Answer:
    if asked.path != ("jobs.rss",):
        return unknown(asked.slug)
    newest = sorted(asked.rows(), key=lambda job: job["posted_on"], reverse=True)[:NEWEST]
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:job="https://jobs.example/ns">'
    items = "\n".join(f"<item>{_item(job)}</item>" for job in newest)
    return shapes.xml(f"{head}\n<channel><title>Jobs</title>\n{items}\n</channel>\n</rss>\n")


def unknown(slug: str) -> Answer:
    return shapes.html("<!doctype html><title>Page not found</title>", 404)


def _item(job: dict[str, Any]) -> str:
    inner = {name: words for name, words in job.items() if name not in ("id", "posted_on")}
    return "".join(f"<{name}>{escape(words)}</{name}>" for name, words in inner.items())
