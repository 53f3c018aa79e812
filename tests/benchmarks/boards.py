"""Boards of the careers site without a server: pages, postings and rows to land, made in this process."""

from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from urllib.parse import parse_qsl, urlsplit

from tasks.model import Company, Page, Posting, Request
from tasks.reading import row
from tasks.store.ledger import BoardRun
from tests.careers_site import Site
from tests.careers_site.answers import answer, call_of

AT = datetime(2026, 11, 2, 12, tzinfo=UTC)
HOST = "http://127.0.0.1"


def companies_of(site: Site) -> list[Company]:
    rows = (line.split(",") for line in site.companies_csv(HOST).splitlines()[1:])
    return [
        Company(name=",".join(name), source=source, board=board, base_url=base) for *name, source, board, base in rows
    ]


def pages(site: Site, company: Company) -> Iterator[Page]:
    """Every page of a board, in the order in which it is met."""
    source = import_module(f"tasks.sources.{company.source}")
    queue = [source.start(company)]
    asked = set(queue)
    for request in queue:
        page = Page(request, request.url, body(site, request), AT)
        yield page
        follow = [item for item in source.parse(company, page) if isinstance(item, Request) and item not in asked]
        asked.update(follow)
        queue += follow


def body(site: Site, request: Request) -> bytes:
    parts = urlsplit(request.url)
    call = call_of(parts.path, dict(parse_qsl(parts.query)), parts.netloc)
    assert call is not None, request.url
    return answer(site, call, None, {}).body


def postings(site: Site, company: Company) -> list[Posting]:
    source = import_module(f"tasks.sources.{company.source}")
    items = (item for page in pages(site, company) for item in source.parse(company, page))
    return [item for item in items if isinstance(item, Posting)]


def board_runs(site: Site) -> list[BoardRun]:
    """What scraping the site today would hand to the writer."""
    found = []
    for company in companies_of(site):
        jobs = postings(site, company)
        rows = [row(company, posting) for posting in jobs]
        found.append(BoardRun(company, outcome="complete", rows=rows, seen=[posting.id for posting in jobs]))
    return found
