"""JazzHR's shape: {company}.applytojob.com/apply/jobs, a table of links to pages of their own."""

from html import escape
from typing import Any

import orjson

from tests.careers_site import shape_jsonld, shapes
from tests.careers_site.chance import uuid
from tests.careers_site.faults import Answer
from tests.careers_site.openings import Board, Opening

KIND = shapes.HTML
LIST = "/apply/jobs"
_COMPANY = {"@context": "https://schema.org", "@type": "Organization"}


def row(board: Board, opening: Opening, public_url: str) -> dict[str, Any]:
    """One page in seven has the company's JSON-LD alone."""
    found, native = shape_jsonld.row(board, opening, public_url), id_of(board, opening)
    return {**found, "id": native, "ld": found["ld"] if opening.number % 7 else _COMPANY | {"name": board.firm.name}}


def id_of(board: Board, opening: Opening) -> str:
    return uuid(board.key, opening.key).replace("-", "")[:10]


def job_of(path: tuple[str, ...], query: dict[str, str]) -> str:
    return path[3] if path[:3] == ("apply", "jobs", "details") and len(path) == 4 else ""


def reply(asked: shapes.Asked) -> Answer:
    number = job_of(asked.path, asked.query)
    if number:
        job = asked.row(number)
        return shapes.html(_page(job)) if job else unknown(asked.slug)
    if asked.path != ("apply", "jobs"):
        return unknown(asked.slug)
    rows = "\n".join(_row(asked.site, job) for job in asked.rows())
    table = f'<table id="jobs_table"><tr><th>Title</th><th>Location</th></tr>\n{rows}\n</table>'
    return shapes.html(f'<!doctype html><title>Jobs</title><div id="job_listings_wrapper">\n{table}\n</div>\n')


def unknown(slug: str) -> Answer:
    return shapes.html("<!doctype html><title>Not found</title>", 404)


def _row(site: str, job: dict[str, Any]) -> str:
    """The link stands there twice, once for small screens."""
    link = f'href="{site}/apply/jobs/details/{job["id"]}?&amp;">{escape(job.get("title", ""))}</a>'
    links = f'<a class="job_title_link" {link} <a class="mobile" {link}'
    return f'<tr id="row_job_{job["id"]}"><td>{links}</td><td>{escape(job["place"])}</td></tr>'


def _page(job: dict[str, Any]) -> str:
    script = orjson.dumps(job["ld"]).decode().replace("</", "<\\/")
    text = (
        f'<h1 class="job_title">{escape(job.get("title", ""))}</h1>\n<div class="job_description">{job["html"]}</div>'
    )
    return f'<!doctype html>\n<script type="application/ld+json">{script}</script>\n{text}\n'
