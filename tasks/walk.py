"""Walking a board: page after page as its source asks for them, to a verdict on how complete the listing is.

Reason: what a walk has read stays with the board's row, so a retry goes on where the one before it stopped.
"""

import asyncio
import hashlib
import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any

import orjson

from tasks import normalize, search
from tasks.errors import FetchError, GoneError, ParseError, TransientError
from tasks.fetch import Counts
from tasks.llm import scrapegraph
from tasks.model import Company, Page, Posting, Request
from tasks.run import Run
from tasks.store.boards import LANDED, TEXT
from tasks.store.ledger import BoardRun, KnownPage, Visit, known_pages

log = logging.getLogger(__name__)

MISFITS = (LookupError, TypeError, ValueError, AttributeError, RecursionError)
PAGES_AT_ONCE = 8
ERROR = 500  # characters of a board's
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


async def walk(company: Company, board: BoardRun, run: Run, counts: Counts, is_last_try: bool = False) -> None:
    """Follow the board's pages to the end and judge how complete the listing is.

    Raises: FetchError, ParseError; beside the first, a missing page is only a missing posting, one that cannot be had
    or read is a gap in the listing, if no later try can mend it.
    """
    source = import_module(f"tasks.sources.{company.source}")
    known: dict[str, KnownPage] = {}
    if run.reader is not None and not run.is_full and not _is_searched(source):
        known = known_pages(run.reader, company, parser_version(company.source))
    first = source.start(company)
    queue, asked, shown = deque([first]), {first.key}, set[str]()
    visits, gaps, is_cut = list[Visit | None](), list[FetchError | ParseError](), False
    while queue and _asked(visits) + len(gaps) < run.settings.board_max_pages:
        wave = [queue.popleft() for _ in range(min(len(queue), PAGES_AT_ONCE))]
        reading = (_visit(company, source, request, board, run, counts, known.get(request.key)) for request in wave)
        for request, answer in zip(wave, await asyncio.gather(*reading, return_exceptions=True), strict=True):
            if isinstance(answer, GoneError) and request is not first:
                visits.append(None)
            elif isinstance(answer, FetchError | ParseError) and request is not first and (
                is_last_try or not isinstance(answer, TransientError)
            ):  # fmt: skip
                gaps.append(answer)
            elif isinstance(answer, BaseException):
                raise answer
            else:
                visits.append(answer)
                follow, is_repeat = _follow(answer, asked, shown)
                is_cut = is_cut or (is_repeat and not getattr(source, "LAST_PAGE_REPEATS", False))
                asked.update(each.key for each in follow)
                queue.extend(follow)
    _judge(board, visits, is_cut=bool(is_cut or queue or gaps))
    if gaps and not board.seen:
        raise gaps[0]
    if gaps:  # what could be had lands, and proves nothing about the rest
        board.error = str(gaps[0]) + (f" (and {len(gaps) - 1} more of its pages)" if len(gaps) > 1 else "")
    if hasattr(source, "STALE_AFTER_DAYS"):
        _doubt(board, source, visits[0], gaps)
    board.misses_to_close = source.MISSES_TO_CLOSE
    board.visited.clear()


def _asked(visits: Sequence[Visit | None]) -> int:
    return sum(visit is None or visit.how != "not_asked" for visit in visits)


def _follow(visit: Visit, asked: set[str], shown: set[str]) -> tuple[list[Request], bool]:
    """Where a page leads that was not asked for yet, and whether it only repeats pages before it: then to no further
    page of the list, which may well go on like this for ever.
    """
    fresh = list({each.key: each for each in visit.page.requests if each.key not in asked}.values())
    shows = {*visit.page.posting_ids, *(each.key for each in visit.page.requests if each.is_settled)}
    is_repeat = bool(shows) and shows <= shown
    shown |= shows if not visit.is_detail else set()
    further = [each for each in fresh if each.is_settled]
    return (further, len(further) < len(fresh)) if is_repeat else (fresh, False)


def _judge(board: BoardRun, visits: Sequence[Visit | None], is_cut: bool) -> None:
    """Gather what the pages yielded. Shape: claims of JSON pages are one total, those of other pages add up."""
    read = [visit for visit in visits if visit is not None]
    rows = {row[0]: row for visit in reversed(read) for row in reversed(visit.rows)}
    board.rows = list(reversed(rows.values()))
    board.seen = list(dict.fromkeys(native for visit in read for native in visit.page.posting_ids))
    board.pages = [visit.page for visit in read]
    _count(board, read)
    claims = [visit.page.claimed for visit in read if visit.page.claimed is not None]
    is_listed = any(request.accept == "html" for visit in read for request in visit.page.requests)
    board.claimed = None if not claims else sum(claims) if is_listed else max(claims)
    dry = len(visits) - len(read) + sum(visit.is_dry for visit in read)
    board.error = None
    if not board.seen:
        board.outcome, board.error = "empty", "the listing holds no posting"
    elif is_cut:
        board.outcome, board.error = "truncated", f"the listing goes on after {len(visits)} pages"
    elif board.claimed is not None and board.fetched + dry < board.claimed:
        board.outcome = "truncated"
        board.error = f"the platform claims {board.claimed} postings, {board.fetched} were seen"
    else:
        board.outcome = "unchanged" if all(visit.is_unchanged for visit in read) else "complete"


def _count(board: BoardRun, read: Sequence[Visit]) -> None:
    """What the walk was spared, and why."""
    board.not_modified = sum(visit.how in ("not_modified", "same_bytes") for visit in read)
    board.same_bytes = sum(visit.how == "same_bytes" for visit in read)
    board.not_asked = sum(visit.how == "not_asked" for visit in read)
    board.bytes_saved = sum(visit.page.bytes for visit in read if visit.how in ("not_modified", "not_asked"))


def _doubt(board: BoardRun, source: ModuleType, listing: Visit | None, gaps: Sequence[Exception]) -> None:
    """A listing of a source that never shows all it has proves nothing, however often it says the same: what it does
    not show for long ages out instead.
    """
    assert listing is not None  # the first page of a board is read, or the board has failed
    board.is_partial = True
    board.stale_after_days = None if gaps or listing.faults else source.STALE_AFTER_DAYS
    told = board.error or "shows a part of what there is: nothing closes for being absent"
    if board.outcome != "empty" or listing.faults:
        board.outcome = "truncated"
    board.error = "; ".join([*listing.faults, *listing.remarks])[:ERROR] or told
    if not _asks_model(source):
        return
    proposed, kept = listing.page.claimed or 0, len(listing.page.requests)
    told = f"read by a model: {kept} of {proposed} proposals stand on the page"
    told += ", which has not changed since" if listing.is_unchanged else ""
    board.outcome, board.error = "truncated", f"{told}; {gaps[0]}" if gaps else told
    log.info("%s: %s", board.company.name, board.error)


def _asks_model(source: ModuleType) -> bool:
    return getattr(source, "IS_READ_BY_MODEL", False)


def _is_searched(source: ModuleType) -> bool:
    return getattr(source, "IS_SEARCHED", False)


async def _visit(
    company: Company, source: ModuleType, request: Request, board: BoardRun, run: Run, counts: Counts,
    known: KnownPage | None,
) -> Visit:  # fmt: skip
    if request.key not in board.visited:
        if known is not None and request.is_settled and known.is_younger(run.settings.detail_max_age_days):
            visit = Visit(known, "not_asked", is_dry=_is_dry(request, known))
        else:
            visit = await _ask(company, source, request, run, counts, known)
        visit.is_detail = request.is_settled
        board.visited[request.key] = visit
    return board.visited[request.key]


async def _ask(
    company: Company, source: ModuleType, request: Request, run: Run, counts: Counts, known: KnownPage | None
) -> Visit:
    if _is_searched(source):
        async with run.searching:
            return await run.work(_read, company, source, await search.page(company, request, run.settings, counts))
    validators, rate = known.validators() if known else None, getattr(source, "REQUESTS_PER_SECOND", None)
    page = await run.fetcher.fetch(request, counts, company.base_url, validators, requests_per_second=rate)
    if known is not None and (page is None or hashlib.sha256(page.body).hexdigest() == known.body_hash):
        known.fetched_at = datetime.now(UTC).isoformat(timespec="seconds")
        return Visit(known, "not_modified" if page is None else "same_bytes", is_dry=_is_dry(request, known))
    assert page is not None  # without validators there is no 304
    if _asks_model(source) and request == source.start(company):
        async with run.reading:
            page = replace(page, claims=await scrapegraph.claims(company, page, run.settings, run.engine))
    return await run.work(_read, company, source, page)


def _read(company: Company, source: ModuleType, page: Page) -> Visit:
    """Raises: ParseError for whatever the page's shape makes the source stumble over."""
    try:
        items = list(islice(source.parse(company, page), MOST_ITEMS + 1))
        if len(items) > MOST_ITEMS:
            raise ValueError(f"more than {MOST_ITEMS} postings and addresses on one page")
        claimed = source.claimed(company, page)
        faults, remarks = source.told(page) if _is_searched(source) else ([], [])
        postings = [item for item in items if isinstance(item, Posting)]
        rows = [row(company, posting) for posting in postings]
    except MISFITS as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        raise ParseError(company.name, company.source, page.url, reason) from error
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
    return Visit(memory, "read", rows, _is_dry(page.request, memory), faults=faults, remarks=remarks)


def _is_dry(request: Request, page: KnownPage) -> bool:
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
