"""A careers site of HTML pages: a list of links, a page per job with schema.org JobPosting, and a sitemap."""

import re
import unicodedata
from datetime import timedelta
from html import escape, unescape
from typing import Any

import orjson

from tests.careers_site.openings import Board, Opening
from tests.careers_site.places import Place
from tests.careers_site.roles import Role

UNKNOWN = b"<!doctype html><title>Not found</title><h1>This page does not exist.</h1>"
_EMPLOYMENT = {
    "full_time": "FULL_TIME", "part_time": "PART_TIME", "contract": "CONTRACTOR",
    "intern": "INTERN", "temporary": "TEMPORARY",
}  # fmt: skip
_NAV = '<nav><a href="/">Home</a> <a href="#about">About us</a> <a href="{site}/private">Staff</a></nav>'
_CRUMBS = {"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": []}


def row(board: Board, opening: Opening, public_url: str) -> dict[str, Any]:
    """Shape: `id` ends the address of the job's page, `ld` is its JobPosting."""
    role, name = board.role(opening), board.id_of(opening)
    return {
        "id": f"{_slug(role.first_title)}-{name}",
        "title": role.title,
        "place": role.location,
        "html": role.html,
        "company": board.firm.name,
        "changed_on": role.updated_on.isoformat(),
        "nesting": board.key % 4,
        "ld": _posting(board, role, name, is_escaped=board.key % 5 == 0),
    }


def listing(rows: list[dict[str, Any]], site: str) -> bytes:
    """The careers page at `site`/jobs."""
    company = escape(rows[0]["company"] if rows else site.rsplit("/", 1)[-1])
    items = "\n".join(
        f'<li><a href="{site}/jobs/{job["id"]}">{escape(job["title"])}</a> <span>{escape(job["place"])}</span></li>'
        for job in rows
    )
    found = f'<ul class="openings">\n{items}\n</ul>' if rows else "<p>There are no open positions right now.</p>"
    return _page(f"Careers at {company}", f"{_NAV.format(site=site)}\n<h1>Careers at {company}</h1>\n{found}")


def detail(job: dict[str, Any], site: str) -> bytes:
    """The job's page; how the JobPosting is nested differs from site to site."""
    if "page" in job:  # recorded
        return bytes(job["page"])
    ld = job["ld"]
    nested = (ld, [ld], {"@context": "https://schema.org", "@graph": [_CRUMBS, ld]}, ld)[job["nesting"]]
    scripts = _script(_CRUMBS) * (job["nesting"] == 3) + _script(nested)
    text = f"<h1>{escape(job['title'])}</h1>\n<p>{escape(job['place'])}</p>\n<main>{job['html']}</main>"
    apply = f'<p><a href="mailto:jobs@{site.rsplit("/", 1)[-1]}.example">Apply</a></p>'
    title = f"{escape(job['title'])} | {escape(job['company'])}"
    return _page(title, f"{_NAV.format(site=site)}\n{text}\n{apply}", scripts)


def sitemap(rows: list[dict[str, Any]], site: str, origin: str) -> bytes:
    entries = "\n".join(
        f"<url><loc>{origin}{site}/jobs/{job['id']}</loc><lastmod>{job['changed_on']}</lastmod></url>" for job in rows
    )
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    return f"{head}\n<url><loc>{origin}{site}/jobs</loc></url>\n{entries}\n</urlset>\n".encode()


def plain_page(row: dict[str, Any]) -> bytes:
    """A page for people: where the API boards' links lead."""
    title = escape(row.get("title") or row.get("text", ""))
    text = row.get("descriptionHtml") or row.get("description") or unescape(row.get("content", ""))
    return _page(title, f"<h1>{title}</h1>\n<main>{text}</main>")


def _page(title: str, body: str, head: str = "") -> bytes:
    start = f'<!doctype html>\n<html><head><meta charset="utf-8"><title>{title}</title>\n{head}</head>'
    return f"{start}\n<body>\n{body}\n</body></html>\n".encode()


def _script(value: Any) -> str:
    text = orjson.dumps(value).decode().replace("</", "<\\/")
    return f'<script type="application/ld+json">{text}</script>\n'


def _slug(title: str) -> str:
    ascii_title = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_title).strip("-")


def _posting(board: Board, role: Role, name: str, is_escaped: bool) -> dict[str, Any]:
    places = [_place(place) for place in (role.place, *role.more_places)]
    found: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "JobPosting",
        "title": role.title,
        "description": escape(role.html) if is_escaped else role.html,
        "identifier": {"@type": "PropertyValue", "name": board.firm.name, "value": role.requisition or name},
        "datePosted": role.posted_on.isoformat(),
        "validThrough": (role.posted_on + timedelta(days=365)).isoformat(),
        "employmentType": _EMPLOYMENT[role.employment],
        "hiringOrganization": {
            "@type": "Organization",
            "name": board.firm.name,
            "url": f"https://{board.firm.slug}.example",
        },
        "jobLocation": places if len(places) > 1 else places[0],
        "industry": role.department,
    }
    if role.workplace == "remote":
        found["jobLocationType"] = "TELECOMMUTE"
        found["applicantLocationRequirements"] = {"@type": "Country", "name": role.place.country}
    if role.pay and role.pay_shown:
        value = {"minValue": role.pay.low, "maxValue": role.pay.high, "unitText": role.pay.period.upper()}
        amount = {"@type": "QuantitativeValue", **value}
        found["baseSalary"] = {"@type": "MonetaryAmount", "currency": role.pay.currency, "value": amount}
    return found


def _place(place: Place) -> dict[str, Any]:
    address = {"addressLocality": place.city, "addressRegion": place.region, "addressCountry": place.code}
    return {"@type": "Place", "address": {"@type": "PostalAddress", **address}}
