"""What the pages and the API make alike of a request: its question, its page of a list, or why there is none."""

from typing import Any

from datasette import Response

from rolecall_reader import asking
from rolecall_reader.asking import Asked
from rolecall_reader.editor import sees_marks
from rolecall_reader.listing import CursorError
from rolecall_reader.questions import Answer
from rolecall_reader.site import reader_of


def refusal(status: int, error: str, reasons: dict[str, str] | None = None) -> Response:
    return Response.json({"ok": False, "error": error, "reasons": reasons or {}}, status=status)


def asked_of(request: Any) -> tuple[Asked, Response | None]:
    """The question, and the refusal that says what is wrong with it."""
    asked, reasons = asking.read(request.query_string)
    if asked.of("status") and not sees_marks.get():
        reasons["status"] = "is the owner's own"
    return asked, refusal(400, "these parameters cannot be understood", reasons) if reasons else None


async def page_of(datasette: Any, request: Any) -> tuple[Asked, Answer | Response]:
    """The question, and its page with excerpts or the refusal."""
    asked, refused = asked_of(request)
    if refused:
        return asked, refused
    try:
        return asked, await reader_of(datasette).jobs(asked, with_excerpts=True)
    except CursorError as error:
        name = "after" if asked.after else "before"
        return asked, refusal(400, "no such place in this list", {name: f"{error} is no cursor"})
