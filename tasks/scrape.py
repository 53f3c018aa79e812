"""Verb: scrape a board, page by page, into a row of the ledger and rows to land. No SQLite writes in here."""

import asyncio
import hashlib
import logging
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import orjson
from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.runtime import task_run
from prefect.states import Completed, Failed
from prefect.tasks import Task

from tasks import normalize
from tasks.errors import BlockedError, GoneError, ParseError, PipelineError, TransientError
from tasks.fetch import Counts
from tasks.llm import scrapegraph
from tasks.model import Company, Page, Posting, Request
from tasks.run import Run
from tasks.store.boards import LANDED, TEXT
from tasks.store.ledger import BoardRun, KnownPage, known_pages

log = logging.getLogger(__name__)

MISFITS = (LookupError, TypeError, ValueError, AttributeError, RecursionError)
PAGES_AT_ONCE = 8
SHARED = ("model.py", "normalize.py", "vocabulary.py", "llm/listing.py", "llm/scrapegraph_child.py")
ENDINGS: dict[type[BaseException], str] = {GoneError: "gone", BlockedError: "blocked"}


@dataclass(slots=True)
class Visit:
    """What one page yielded, read now or remembered."""

    page: KnownPage
    is_unchanged: bool
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    is_dry: bool = False  # an HTML page that holds no posting and leads nowhere: accounted for, not missing


@cache
def parser_version() -> str:
    """Hash of all code that decides what a page yields: after a change of it, no page counts as unchanged."""
    folder = Path(__file__).parent
    files = [*sorted((folder / "sources").glob("*.py")), *(folder / name for name in SHARED)]
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]


async def is_transient(_: Task[Any, Any], __: TaskRun, state: State[Any]) -> bool:
    """Prefect asks this before each retry; only what may heal by itself is tried again."""
    return isinstance(await state.aresult(raise_on_failure=False), TransientError)


@task(
    task_run_name="{company.name}",
    retry_jitter_factor=0.5,
    retry_condition_fn=is_transient,
    cache_policy=NO_CACHE,
    persist_result=False,
)
async def scrape_company(company: Company, board: BoardRun, run: Run) -> State[Any]:
    """Fill `board` from its platform; a failed state with one line and the error where that cannot be done."""
    started = time.monotonic()
    board.retries = (task_run.run_count or 1) - 1
    counts = Counts()
    try:
        await walk(company, board, run, counts)
    except PipelineError as error:
        return Failed(message=str(error), data=error)
    finally:
        board.requests += counts.requests
        board.bytes += counts.bytes
        board.seconds = round(board.seconds + time.monotonic() - started, 3)
    return Completed(message=f"{board.outcome}: {board.fetched} postings")


def failed(board: BoardRun, error: BaseException) -> BoardRun:
    """The board's row when scraping it ended with this error."""
    board.outcome = ENDINGS.get(type(error), "failed")
    board.error = " ".join(str(error).split())[:500] or type(error).__name__
    board.rows, board.seen, board.pages = [], [], []
    return board


async def walk(company: Company, board: BoardRun, run: Run, counts: Counts) -> None:
    """Follow the board's pages to the end and judge how complete the listing is.

    Raises: FetchError, ParseError; beside the first, a missing page is only a missing posting, a blocked one a gap.
    """
    source = import_module(f"tasks.sources.{company.source}")
    known: dict[str, KnownPage] = {}
    if run.reader is not None and not run.is_full:
        known = known_pages(run.reader, company, parser_version())
    first = source.start(company)
    queue, asked, visits, blocked = deque([first]), {first.key}, list[Visit | None](), None
    while queue and len(visits) < run.settings.board_max_pages:
        wave = [queue.popleft() for _ in range(min(len(queue), PAGES_AT_ONCE))]
        reading = (_visit(company, source, request, run, counts, known.get(request.key)) for request in wave)
        for request, answer in zip(wave, await asyncio.gather(*reading, return_exceptions=True), strict=True):
            if isinstance(answer, GoneError) and request is not first:
                visits.append(None)
                continue
            if isinstance(answer, BlockedError) and request is not first:
                blocked = answer
                continue
            if isinstance(answer, BaseException):
                raise answer
            visits.append(answer)
            fresh = [follow for follow in answer.page.requests if follow.key not in asked]
            asked.update(follow.key for follow in fresh)
            queue.extend(fresh)
    _judge(board, visits, is_cut=bool(queue or blocked))
    if blocked and not board.seen:
        raise blocked
    if blocked:  # what we were let into lands, and proves nothing about the rest
        board.error = str(blocked)
    if _asks_model(source):
        _doubt(board, visits[0], blocked)
    board.misses_to_close = source.MISSES_TO_CLOSE


def _judge(board: BoardRun, visits: Sequence[Visit | None], is_cut: bool) -> None:
    """Gather what the pages yielded. Shape: claims of JSON pages are one total, those of other pages add up."""
    read = [visit for visit in visits if visit is not None]
    rows = {row[0]: row for visit in reversed(read) for row in reversed(visit.rows)}
    board.rows = list(reversed(rows.values()))
    board.seen = list(dict.fromkeys(native for visit in read for native in visit.page.posting_ids))
    board.pages = [visit.page for visit in read]
    board.not_modified = sum(visit.is_unchanged for visit in read)
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
        board.outcome = "unchanged" if board.not_modified == len(read) else "complete"


def _doubt(board: BoardRun, listing: Visit | None, blocked: BlockedError | None) -> None:
    """A listing read by a model is never proven complete: nothing closes by it, however often it says the same."""
    assert listing is not None  # the first page of a board is read, or the board has failed
    proposed, kept = listing.page.claimed or 0, len(listing.page.requests)
    told = f"read by a model: {kept} of {proposed} proposals stand on the page"
    told += ", which has not changed since" if listing.is_unchanged else ""
    board.outcome, board.error = "truncated", f"{told}; {blocked}" if blocked else told
    log.info("%s: %s", board.company.name, board.error)


def _asks_model(source: ModuleType) -> bool:
    return getattr(source, "IS_READ_BY_MODEL", False)


async def _visit(
    company: Company, source: ModuleType, request: Request, run: Run, counts: Counts, known: KnownPage | None
) -> Visit:
    page = await run.fetcher.fetch(request, counts, company.base_url, known.validators() if known else None)
    if known is not None and (page is None or hashlib.sha256(page.body).hexdigest() == known.body_hash):
        return Visit(known, is_unchanged=True, is_dry=_is_dry(request, known))
    assert page is not None  # without validators there is no 304
    if _asks_model(source) and request == source.start(company):
        async with run.reading:
            page = replace(page, claims=await scrapegraph.claims(company, page, run.settings, run.engine))
    return await run.work(_read, company, source, page)


def _read(company: Company, source: ModuleType, page: Page) -> Visit:
    """Raises: ParseError for whatever the page's shape makes the source stumble over."""
    try:
        items = list(source.parse(company, page))
        claimed = source.claimed(company, page)
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
        parser=parser_version(),
        claimed=claimed,
        posting_ids=[posting.id for posting in postings],
        requests=[item for item in items if isinstance(item, Request)],
        fetched_at=page.fetched_at.isoformat(timespec="seconds"),
    )
    return Visit(memory, is_unchanged=False, rows=rows, is_dry=_is_dry(page.request, memory))


def _is_dry(request: Request, page: KnownPage) -> bool:
    return request.accept == "html" and not page.posting_ids and not page.requests


def row(company: Company, posting: Posting) -> tuple[Any, ...]:
    """The posting as it will stand in the file. Shape: the columns LANDED and TEXT of the store."""
    html = normalize.clean_html(posting.description_html)
    text = normalize.html_to_text(html)
    values = posting.model_dump(mode="json", exclude={"description_html", "locations", "origin"}) | {
        "id": f"{company.id}:{posting.id}",
        "company_id": company.id,
        "company": company.name,
        "location": "; ".join(posting.locations) or None,
        "url": normalize.without_tracking(posting.url),
        "content_hash": normalize.content_hash(posting, text),
        "html": html,
        "text": text,
        "facts": orjson.dumps(normalize.facts(posting), option=orjson.OPT_SORT_KEYS).decode(),
        "origin": posting.origin,
    }
    return tuple(values[name] for name in (*LANDED, *TEXT))
