"""iCIMS' shape: {portal}.icims.com/jobs/search, cards on pages, and a page per job with a JobPosting."""

from html import escape
from typing import Any

import orjson

from tests.careers_site import shape_jsonld, shapes
from tests.careers_site.faults import Answer
from tests.careers_site.openings import Board, Opening

KIND = shapes.HTML
LIST = "/jobs/search?ss=1&pr=0&in_iframe=1"
CARDS = 20


def row(board: Board, opening: Opening, public_url: str) -> dict[str, Any]:
    """Half of the portals say how many pages there are."""
    found, native = shape_jsonld.row(board, opening, public_url), id_of(board, opening)
    slug = found["id"].rpartition("-")[0]
    return {**found, "id": native, "slug": slug, "is_counted": board.key % 2 == 0, "name": found["title"]}


def id_of(board: Board, opening: Opening) -> str:
    return str(2000 + board.key % 5000 + opening.key)


def job_of(path: tuple[str, ...], query: dict[str, str]) -> str:
    return path[1] if len(path) == 4 and (path[0], path[3]) == ("jobs", "job") else ""


def reply(asked: shapes.Asked) -> Answer:
    number = job_of(asked.path, asked.query)
    if number:
        job = asked.row(number)
        return shapes.html(_page(job)) if job else unknown(asked.slug)
    if asked.path != ("jobs", "search"):
        return unknown(asked.slug)
    rows = asked.rows()
    pages = max(1, -(-len(rows) // CARDS))
    at = min(shapes.whole(asked.query.get("pr"), 0), pages - 1)  # past the end the last one is shown again
    cards = "\n".join(_card(asked.site, job) for job in rows[at * CARDS : (at + 1) * CARDS])
    count = f"<h2 class='iCIMS_SubHeader'>Search Results Page {at + 1} of {pages}</h2>"
    is_counted = bool(rows) and rows[0]["is_counted"]
    body = f'{count if is_counted else ""}<ul class="iCIMS_JobsTable">\n{cards}\n</ul>'
    return shapes.html(f"<!doctype html><title>Careers</title>\n{body}\n")


def unknown(slug: str) -> Answer:
    return shapes.html("<!doctype html><title>Not found</title>", 404)


def _card(site: str, job: dict[str, Any]) -> str:
    label = '<span class="sr-only field-label">'
    title = f"{label}Job Title</span><h3>{escape(job.get('title', ''))}</h3>"
    place = f"{label}Job Locations</span><span>{escape(job['place'])}</span>"
    link = f'<a class="iCIMS_Anchor" href="{site}/jobs/{job["id"]}/{job["slug"]}/job?in_iframe=1">{title}</a>'
    return f'<li class="iCIMS_JobCardItem"><div>{place}</div><div>{link}</div></li>'


def _page(job: dict[str, Any]) -> str:
    script = orjson.dumps(job["ld"]).decode().replace("</", "<\\/")
    return f'<!doctype html>\n<script type="application/ld+json">{script}</script>\n<h1>{escape(job["name"])}</h1>\n'
