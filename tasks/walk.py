"""Walking a board: page after page as its source asks for them, to a verdict on how complete the listing is.

Reason: what a walk has read stays with the board's row, so a retry goes on where the one before it stopped.
"""

import asyncio
import hashlib
import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib import import_module
from types import ModuleType

from tasks import search
from tasks.errors import BlockedError, FetchError, GoneError, ParseError, TransientError
from tasks.fetch import Counts
from tasks.llm import scrapegraph
from tasks.model import Company, Request
from tasks.reading import asks_model, is_dry, is_searched, parser_version, read
from tasks.run import Run
from tasks.store.ledger import BoardRun, KnownPage, Visit, known_pages

log = logging.getLogger(__name__)

PAGES_AT_ONCE = 8
ERROR = 500  # characters of a board's


@dataclass(slots=True)
class _Way:
    """Where a walk has been, and where it still leads. Shape: `shown` are postings and job pages that lists showed."""

    first: Request
    repeats_last: bool
    queue: deque[Request] = field(default_factory=deque)
    asked: set[str] = field(default_factory=set)
    shown: set[str] = field(default_factory=set)
    visits: list[Visit | None] = field(default_factory=list)
    gaps: list[FetchError | ParseError] = field(default_factory=list)
    requested: int = 0  # pages, of all but those that were left alone
    refused: int = 0
    is_let_in: bool = False  # to a job's page, this time or before
    is_repeated: bool = False

    def leads_on(self, pages: int) -> bool:
        """Not beyond so many pages, nor where all job pages so far were refused."""
        is_shut = self.refused >= PAGES_AT_ONCE and not self.is_let_in
        return bool(self.queue) and self.requested < pages and not is_shut

    def wave(self) -> list[Request]:
        return [self.queue.popleft() for _ in range(min(len(self.queue), PAGES_AT_ONCE))]

    def take(self, request: Request, answer: Visit | BaseException, is_last_try: bool) -> None:
        """Raises: the answer, where it is an error that is more than a missing posting or a gap."""
        is_first, is_hopeless = request is self.first, is_last_try or not isinstance(answer, TransientError)
        self.requested += not (isinstance(answer, Visit) and answer.how == "not_asked")
        if isinstance(answer, GoneError) and not is_first:
            self.visits.append(None)
        elif isinstance(answer, FetchError | ParseError) and not is_first and is_hopeless:
            self.gaps.append(answer)
            self.refused += isinstance(answer, BlockedError)
        elif isinstance(answer, BaseException):
            raise answer
        else:
            self.visits.append(answer)
            self.is_let_in |= answer.is_detail
            follow, is_repeat = _follow(answer, self.asked, self.shown)
            self.is_repeated |= is_repeat and not self.repeats_last
            self.asked.update(each.key for each in follow)
            self.queue.extend(follow)


async def walk(company: Company, board: BoardRun, run: Run, counts: Counts, is_last_try: bool = False) -> None:
    """Follow the board's pages to the end and judge how complete the listing is.

    Raises: FetchError, ParseError; beside the first, a missing page is only a missing posting, one that cannot be had
    or read is a gap in the listing, if no later try can mend it.
    """
    source = import_module(f"tasks.sources.{company.source}")
    known: dict[str, KnownPage] = {}
    if run.reader is not None and not run.is_full and not is_searched(source):
        known = known_pages(run.reader, company, parser_version(company.source))
    first = source.start(company)
    way = _Way(first, getattr(source, "LAST_PAGE_REPEATS", False), deque([first]), {first.key})
    while way.leads_on(run.settings.board_max_pages):
        wave = way.wave()
        reading = (_visit(company, source, request, board, run, counts, known.get(request.key)) for request in wave)
        for request, answer in zip(wave, await asyncio.gather(*reading, return_exceptions=True), strict=True):
            way.take(request, answer, is_last_try)
    gaps = way.gaps
    _judge(board, way.visits, is_cut=bool(way.is_repeated or way.queue or gaps))
    if gaps and not board.seen:
        raise gaps[0]
    if gaps:  # what could be had lands, and proves nothing about the rest
        board.error = str(gaps[0]) + (f" (and {len(gaps) - 1} more of its pages)" if len(gaps) > 1 else "")
    if hasattr(source, "STALE_AFTER_DAYS"):
        _doubt(board, source, way.visits[0], gaps)
    board.misses_to_close = source.MISSES_TO_CLOSE
    board.visited.clear()


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
    if not asks_model(source):
        return
    proposed, kept = listing.page.claimed or 0, len(listing.page.requests)
    told = f"read by a model: {kept} of {proposed} proposals stand on the page"
    told += ", which has not changed since" if listing.is_unchanged else ""
    board.outcome, board.error = "truncated", f"{told}; {gaps[0]}" if gaps else told
    log.info("%s: %s", board.company.name, board.error)


async def _visit(
    company: Company, source: ModuleType, request: Request, board: BoardRun, run: Run, counts: Counts,
    known: KnownPage | None,
) -> Visit:  # fmt: skip
    if request.key not in board.visited:
        if known is not None and request.is_settled and known.is_younger(run.settings.detail_max_age_days):
            visit = Visit(known, "not_asked", is_dry=is_dry(request, known))
        else:
            visit = await _ask(company, source, request, run, counts, known)
        visit.is_detail = request.is_settled
        board.visited[request.key] = visit
    return board.visited[request.key]


async def _ask(
    company: Company, source: ModuleType, request: Request, run: Run, counts: Counts, known: KnownPage | None
) -> Visit:
    if is_searched(source):
        async with run.searching:
            return await run.work(read, company, source, await search.page(company, request, run.settings, counts))
    validators, rate = known.validators() if known else None, getattr(source, "REQUESTS_PER_SECOND", None)
    page = await run.fetcher.fetch(request, counts, company.base_url, validators, requests_per_second=rate)
    if known is not None and (page is None or hashlib.sha256(page.body).hexdigest() == known.body_hash):
        known.fetched_at = datetime.now(UTC).isoformat(timespec="seconds")
        return Visit(known, "not_modified" if page is None else "same_bytes", is_dry=is_dry(request, known))
    assert page is not None  # without validators there is no 304
    if asks_model(source) and request == source.start(company):
        async with run.reading:
            page = replace(page, claims=await scrapegraph.claims(company, page, run.settings, run.engine))
    return await run.work(read, company, source, page)
