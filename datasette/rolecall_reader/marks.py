"""The reader's own words of a job: read from a form, written to the file."""

import sqlite3
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlsplit

STATUSES = ("saved", "applied", "interviewing", "offer", "rejected", "hidden")  # suggested; any word will do
LONGEST = {"status": 40, "note": 10_000}  # characters
LARGEST_FORM = 200_000  # bytes: the longest note, each character written %XX%XX%XX%XX
PATIENCE_MS = 4_000
NOT_WRITABLE = "This server may not write to the file."


class RefusedError(Exception):
    """Nothing was written. Shape: the status of the answer, and the line that it says."""

    def __init__(self, status: int, line: str) -> None:
        super().__init__(status, line)
        self.status, self.line = status, line


def require_same_origin(headers: Mapping[str, str]) -> None:
    """Refuse what another site's page sends; a program without a browser says neither of these headers."""
    if headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        raise RefusedError(403, "Another site may not write here.")
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc.lower() != headers.get("host", "").lower():
        raise RefusedError(403, "Another origin may not write here.")


async def form_of(receive: Any) -> dict[str, str]:
    """The fields of a form, however it comes in pieces."""
    body, is_more = b"", True
    while is_more:
        message = await receive()
        if message["type"] != "http.request":
            raise RefusedError(400, "The form broke off.")
        body += message.get("body", b"")
        is_more = message.get("more_body", False)
        if len(body) > LARGEST_FORM:
            raise RefusedError(413, f"A form has at most {LARGEST_FORM:,} bytes.")
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=20))
    except ValueError as error:
        raise RefusedError(400, "That is no form in UTF-8.") from error


def marks_of(form: Mapping[str, str]) -> dict[str, str | None]:
    """What a form sends of status and note; blank is None."""
    found = {name: form[name] for name in LONGEST if name in form}
    if not found:
        raise RefusedError(400, "Send status, note or both.")
    return {name: mark_of(name, text) for name, text in found.items()}


def mark_of(name: str, text: str) -> str | None:
    words = " ".join(text.split()) if name == "status" else text.replace("\r\n", "\n").strip()
    if len(words) > LONGEST[name]:
        raise RefusedError(400, f"A {name} has at most {LONGEST[name]:,} characters.")
    if "\x00" in words or (name == "status" and not words.isprintable()):
        raise RefusedError(400, f"A {name} is words.")
    return words or None


async def write_marks(database: Any, pk: int, marks: Mapping[str, str | None]) -> dict[str, str | None]:
    """Change what is named and nothing else; both marks as they are now."""
    found: dict[str, str | None] | None = await written(database, partial(update, pk=pk, marks=marks))
    if found is None:
        raise RefusedError(404, f"No job {pk}.")
    return found


async def written(database: Any, write: Callable[[Any], Any]) -> Any:
    """What `write` makes of the one connection that writes.

    Raises: RefusedError where the file takes nothing.
    """
    if not database.is_mutable:
        raise RefusedError(503, NOT_WRITABLE)
    try:
        return await database.execute_write_fn(write)
    except sqlite3.OperationalError as error:
        raise RefusedError(503, reason(error)) from error


def update(connection: Any, pk: int, marks: Mapping[str, str | None]) -> dict[str, str | None] | None:
    changes = ", ".join(f"{name} = :{name}" for name in LONGEST if name in marks)
    connection.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")
    with connection:
        sql = f"UPDATE jobs SET {changes} WHERE pk = :pk RETURNING status, note"
        row = connection.execute(sql, {**marks, "pk": pk}).fetchone()
    return {"status": row[0], "note": row[1]} if row else None


def reason(error: sqlite3.Error) -> str:
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return "The file is busy: another program is writing to it. Try again in a moment."
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return NOT_WRITABLE
    return "The file could not be written."
