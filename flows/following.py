"""What the commands of the companies file do with many boards at once, in one event loop."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import closing
from typing import Any, TypeVar

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from flows import show
from tasks import companies as companies_file
from tasks import liveness, resolve, store
from tasks.errors import ConfigError
from tasks.find import find
from tasks.model import Company
from tasks.probe import Asker, ask
from tasks.run import open_fetcher
from tasks.settings import Settings
from tasks.store import checks

THERE = ("added", "present", "found")
Item = TypeVar("Item")
Result = TypeVar("Result")


async def found(
    wishes: dict[str, str | None], settings: Settings, is_offline: bool, is_dry: bool,
    note: Callable[[dict[str, Any]], None] | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """Where each address leads; rows are written as they are found.

    Shape: an entry of the import's journal each, `outcome` one of `THERE` where there is a board.
    Raises: ConfigError.
    """

    async def one(url: str) -> dict[str, Any]:
        finding = await find(url, None if is_offline else asker, wishes[url])
        entry: dict[str, Any] = {"url": url, "outcome": finding.outcome, "at": store.now()}
        if finding.company is not None:
            there = companies_file.holds if is_dry else companies_file.add
            is_there = there(settings.companies_file, finding.company)
            new = "found" if is_dry else "added"
            entry["outcome"] = "present" if is_there == is_dry else new
        shown = None if finding.postings is None else f"{finding.postings:,}{'+' if finding.is_more else ''}"
        entry |= {"company": finding.company and finding.company.model_dump(), "postings": shown, "said": finding.said}
        if note is not None:
            note(entry)
        return entry

    if not is_offline:
        companies_file.require_contact_of(filter(None, map(_address, wishes)), settings.contact)
    async with open_fetcher(settings) as (pages, _):
        asker = Asker(pages, settings.contact)
        return await _each(list(wishes), one, settings.max_companies, "addresses")


def _address(url: str) -> str | None:
    """None where it is no address: that is told beside it, later."""
    try:
        return resolve.web_address(url)
    except ConfigError:
        return None


async def checked(chosen: list[Company], settings: Settings) -> list[dict[str, Any]]:
    """How each board answers now, as it is remembered; of a dead one what might be done.

    Raises: StoreError.
    """
    async with open_fetcher(settings) as (pages, _):
        asker = Asker(pages, settings.contact)
        with closing(store.open_database(settings.database)) as writer:

            async def one(company: Company) -> dict[str, Any]:
                known, row = checks.known(writer, company), company.model_dump()
                if liveness.is_fresh(known):
                    said = {"postings": known.open_jobs, "detail": f"seen whole at {known.confirmed_at}"}
                    return {**row, "result": "confirmed", **said, "suggestions": []}
                answer = await ask(company, asker)
                result, lines = liveness.judged(answer, known), list[str]()
                if result != "unasked":
                    checks.remember(writer, company, result, answer.postings, answer.detail)
                if result == "gone" and liveness.is_dead(checks.known(writer, company).answers):
                    result, lines = "dead", [_advice(*each) for each in await liveness.suggestions(company, asker)]
                said = {"postings": answer.postings, "detail": answer.detail}
                return {**row, "result": result, **said, "suggestions": lines}

            return await _each(chosen, one, settings.max_companies, "boards")


def _advice(company: Company, postings: int | None) -> str:
    row = ",".join([company.name, company.source, company.board, company.base_url or ""])
    return f"{company.id} answers with {postings or 0:,} postings: if it is the same company, make the row `{row}`"


async def _each(
    items: Collection[Item], one: Callable[[Item], Awaitable[Result]], at_once: int, what: str
) -> list[Result]:
    """What each item comes to, a bounded number of them at once, with a bar on a terminal."""
    slots = asyncio.Semaphore(at_once)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=show.err, transient=True, disable=not show.err.is_terminal) as bars:
        bar = bars.add_task(what, total=len(items))

        async def bounded(item: Item) -> Result:
            async with slots:
                result = await one(item)
            bars.advance(bar)
            return result

        return await asyncio.gather(*map(bounded, items))
