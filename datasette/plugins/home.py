"""The first page: the jobs, searched, filtered and sorted; `/-/cards` gives its next ones to who scrolls."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from datasette import Response, hookimpl

from rolecall_reader import asking, choices, details, rows
from rolecall_reader.answering import page_of
from rolecall_reader.asking import Asked
from rolecall_reader.editor import sees_marks
from rolecall_reader.facets import Choice
from rolecall_reader.listing import CursorError
from rolecall_reader.questions import Answer
from rolecall_reader.site import Reader, reader_of

PLAIN_WAIT_SECONDS = 0.1  # for the bitmaps, where the newest jobs can be shown without


@dataclass(slots=True)
class Shown:
    """A page of jobs with its facets; without them while the bitmaps are read."""

    answer: Answer
    counts: dict[str, list[Choice]]
    place: str = ""
    notice: str = ""


async def shown(reader: Reader, asked: Asked) -> Shown:
    is_plain = asked == Asked(limit=asked.limit)
    if is_plain and not await reader.ready(PLAIN_WAIT_SECONDS):
        newest = await reader.newest(asked.limit)
        return Shown(
            Answer(newest, len(newest), False, None, None, 0), {}, "", "Counting the jobs; filters come in a moment."
        )
    try:
        return Shown(*await reader.list_and_counts(asked), asked.place)
    except CursorError:
        found = await shown(reader, asked.without_place())
        found.notice = "That place in the list is gone; this is its beginning."
        return found


async def home(datasette: Any, request: Any) -> Response:
    await datasette.ensure_permissions(request.actor, [("view-database", "rolecall"), "view-instance"])
    asked, reasons = asking.read(request.query_string)
    mine = sees_marks.get()
    if asked.of("status") and not mine:
        asked = asked.choosing("status")
    found = await shown(reader_of(datasette), asked)
    database = datasette.get_database("rolecall")
    ids = {choice.value for choice in found.counts.get("company_id", [])} | set(asked.of("company_id"))
    names = await rows.company_names(database, ids)
    context = {
        "asked": asked, "answer": found.answer, "place": found.place,
        "notice": found.notice or notice_of(reasons) or found.answer.remark,
        "jobs": [rows.public(row, mine) for row in found.answer.jobs],
        "facets": list(choices.sections(asked, found.counts, names, mine)), "chips": list(choices.chips(asked, names)),
        "states": choices.states(asked), "sorts": choices.sorts(asked, found.counts, reader_of(datasette).has_meaning),
        "run": (await database.execute(details.LAST_RUN)).first(),
        "fresh": (await database.execute(details.STATS["new_today"])).single_value(), "fresh_limit": details.COUNTED,
    }  # fmt: skip
    return Response.html(await datasette.render_template("home.html", context, request=request))


async def cards(datasette: Any, request: Any) -> Response:
    """The jobs of one page as ready cards, and where the pages beside it begin."""
    _, answer = await page_of(datasette, request)
    if isinstance(answer, Response):
        return answer
    jobs = [rows.public(row, sees_marks.get()) for row in answer.jobs]
    html = await datasette.render_template("_cards.html", {"jobs": jobs}, request=request)
    return Response.json({"cards": html, "count": len(jobs), "next": answer.next, "previous": answer.previous})


def notice_of(reasons: dict[str, str]) -> str:
    return "Left out: " + "; ".join(f"{name} ({why})" for name, why in reasons.items()) if reasons else ""


@hookimpl
def startup(datasette: Any) -> None:
    reader_of(datasette).warm()


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Awaitable[Response]]]]:
    return [(r"^/$", home), (r"^/-/cards$", cards)]
