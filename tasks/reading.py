"""Reading a page: what its source makes of it, as rows to land, requests to follow and a memory for the next run."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any

import orjson

from tasks import normalize
from tasks.errors import ParseError
from tasks.model import Company, Page, Posting, Request
from tasks.store.boards import LANDED, TEXT
from tasks.store.ledger import KnownPage, Visit

MISFITS = (LookupError, TypeError, ValueError, AttributeError, RecursionError)
MOST_ITEMS = 20_000  # of a page
SHARED = ("bodies.py", "model.py", "nesting.py", "normalize.py", "vocabulary.py", "llm/listing.py",
          "llm/scrapegraph_child.py")  # fmt: skip


@cache
def parser_version(source: str) -> str:
    """Hash of all code that decides what a page of this source yields: after a change of it, none counts as known."""
    folder = Path(__file__).parent
    files = [*sorted((folder / "sources").glob("_*.py")), folder / "sources" / f"{source}.py"]
    files += [folder / name for name in SHARED]
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]


@contextmanager
def strictly(company: Company, page: Page) -> Iterator[None]:
    """Raises: ParseError for whatever the page's shape makes its source stumble over."""
    try:
        yield
    except MISFITS as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        raise ParseError(company.name, company.source, page.url, reason) from error


def items_of(company: Company, source: ModuleType, page: Page) -> list[Posting | Request]:
    """What the source finds on a page; to be read `strictly`."""
    items = list(islice(source.parse(company, page), MOST_ITEMS + 1))
    if len(items) > MOST_ITEMS:
        raise ValueError(f"more than {MOST_ITEMS} postings and addresses on one page")
    return items


def read(company: Company, source: ModuleType, page: Page) -> Visit:
    """What one page yields.

    Raises: ParseError.
    """
    with strictly(company, page):
        items, claimed = items_of(company, source, page), source.claimed(company, page)
        faults, remarks = source.told(page) if is_searched(source) else ([], [])
        postings = [item for item in items if isinstance(item, Posting)]
        rows = [row(company, posting) for posting in postings]
    memory = KnownPage(
        request=page.request.key,
        etag=page.headers.get("etag"),
        last_modified=page.headers.get("last-modified"),
        body_hash=hashlib.sha256(page.body).hexdigest(),
        parser=parser_version(company.source),
        claimed=claimed,
        posting_ids=[posting.id for posting in postings],
        requests=[item for item in items if isinstance(item, Request)],
        fetched_at=page.fetched_at.isoformat(timespec="seconds"),
        bytes=len(page.body),
    )
    return Visit(memory, "read", rows, is_dry(page.request, memory), faults=faults, remarks=remarks)


def is_dry(request: Request, page: KnownPage) -> bool:
    """An HTML page that holds no posting and leads nowhere: accounted for, not missing."""
    return request.accept == "html" and not page.posting_ids and not page.requests


def row(company: Company, posting: Posting) -> tuple[Any, ...]:
    """The posting as it will stand in the file. Shape: the columns LANDED and TEXT of the store."""
    html = normalize.clean_html(posting.description_html)
    text = normalize.html_to_text(html)
    unstored = {"description_html", "locations", "origin", "hiring_organization"}
    values = posting.model_dump(mode="json", exclude=unstored) | {
        "id": f"{company.id}:{posting.id}",
        "company_id": company.id,
        "company": posting.hiring_organization or company.name,
        "location": "; ".join(posting.locations) or None,
        "url": normalize.without_tracking(posting.url),
        "content_hash": normalize.content_hash(posting, text),
        "html": html,
        "text": text,
        "facts": orjson.dumps(normalize.facts(posting), option=orjson.OPT_SORT_KEYS).decode(),
        "origin": posting.origin,
    }
    return tuple(values[name] for name in (*LANDED, *TEXT))


def is_searched(source: ModuleType) -> bool:
    return getattr(source, "IS_SEARCHED", False)


def asks_model(source: ModuleType) -> bool:
    return getattr(source, "IS_READ_BY_MODEL", False)
