"""The ledger of a run in the making, and what each page yielded last time."""

import json
import sqlite3
import zlib
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from tasks.model import Company, Request
from tasks.store import now, written

LEDGER = (
    "outcome guard claimed fetched new changed closed reopened requests bytes not_modified same_bytes not_asked "
    "bytes_saved retries seconds error"
).split()
PROVEN = ("complete", "unchanged")
FAILED = ("failed", "blocked", "gone")


@dataclass(slots=True)
class KnownPage:
    """What a page yielded when it was last read."""

    request: str
    etag: str | None
    last_modified: str | None
    body_hash: str
    parser: str
    claimed: int | None
    posting_ids: list[str]
    requests: list[Request]
    fetched_at: str
    bytes: int = 0

    def is_younger(self, days: float) -> bool:
        """Than about so many days: each page has an age of its own, so that not all come due at once."""
        spread = 0.75 + zlib.crc32(self.request.encode()) / 2**33
        then = datetime.fromisoformat(self.fetched_at)
        return datetime.now(UTC) - then < timedelta(days=days * spread)

    def validators(self) -> dict[str, str]:
        """Request headers that ask for the page only if it changed."""
        pairs = (("If-None-Match", self.etag), ("If-Modified-Since", self.last_modified))
        return {name: value for name, value in pairs if value}


@dataclass(slots=True)
class Visit:
    """What one page yielded, read now or remembered; `is_dry` accounts for a missing posting."""

    page: KnownPage
    how: Literal["read", "not_modified", "same_bytes", "not_asked"]
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    is_dry: bool = False
    is_detail: bool = False
    faults: list[str] = field(default_factory=list)  # why a search does not show what it could
    remarks: list[str] = field(default_factory=list)  # what else a search says of itself

    @property
    def is_unchanged(self) -> bool:
        return self.how != "read"


@dataclass(slots=True)
class BoardRun:
    """One row of the ledger in the making: what scraping a board brought, and what landing it did."""

    company: Company
    outcome: str = "failed"
    claimed: int | None = None
    rows: list[tuple[Any, ...]] = field(default_factory=list)  # LANDED + TEXT
    seen: list[str] = field(default_factory=list)  # the platform's ids, those of unchanged pages included
    pages: list[KnownPage] = field(default_factory=list)
    visited: dict[str, Visit] = field(default_factory=dict)  # what a try has read, for the next one
    misses_to_close: int = 1
    is_partial: bool = False  # its source never shows all it has
    stale_after_days: int | None = None  # jobs that this source has not shown for so long are closed
    requests: int = 0
    bytes: int = 0
    not_modified: int = 0
    same_bytes: int = 0
    not_asked: int = 0
    bytes_saved: int = 0
    retries: int = 0
    seconds: float = 0.0
    error: str | None = None
    guard: str | None = None
    new: int = 0
    changed: int = 0
    closed: int = 0
    reopened: int = 0

    @property
    def fetched(self) -> int:
        return len(self.seen)


def known_pages(connection: sqlite3.Connection, company: Company, parser: str) -> dict[str, KnownPage]:
    """Pages that this same parser read before, by request; empty where a job of theirs is missing from the file."""
    found = {}
    for row in connection.execute("SELECT * FROM pages WHERE company_id = ? AND parser = ?", (company.id, parser)):
        values = dict(row)
        del values["company_id"]
        values["posting_ids"] = json.loads(row["posting_ids"])
        values["requests"] = [Request(**request) for request in json.loads(row["requests"])]
        found[row["request"]] = KnownPage(**values)
    ids = [f"{company.id}:{native}" for page in found.values() for native in page.posting_ids]
    held = connection.execute(
        "SELECT count(*) FROM json_each(?) JOIN jobs ON jobs.id = json_each.value", (json.dumps(ids),)
    ).fetchone()[0]
    return found if held == len(ids) else {}


def moment(connection: sqlite3.Connection, run_id: int) -> str:
    """Now; later than the run's latest row whatever the clock says, since readers follow a run by `at`."""
    last = connection.execute("SELECT max(at) FROM board_runs WHERE run_id = ?", (run_id,)).fetchone()[0]
    return now() if last is None else max(now(), written(datetime.fromisoformat(last) + timedelta(milliseconds=1)))


def remember(connection: sqlite3.Connection, run_id: int, board: BoardRun, at: str) -> None:
    """The ledger row, the company's counts, and what each page yielded."""
    company = board.company.id
    names = ["run_id", "company_id", *LEDGER, "at"]
    sets = ", ".join(f"{name} = excluded.{name}" for name in [*LEDGER, "at"])
    connection.execute(
        f"""INSERT INTO board_runs({", ".join(names)}) VALUES ({", ".join("?" * len(names))})
            ON CONFLICT(run_id, company_id) DO UPDATE SET {sets}""",
        (run_id, company, *(getattr(board, name) for name in LEDGER), at),
    )
    if board.new or board.closed or board.reopened:
        connection.execute(
            """UPDATE companies SET open_jobs =
                 (SELECT count(*) FROM jobs WHERE company_id = companies.id AND is_open = 1) WHERE id = ?""",
            (company,),
        )
    if board.outcome in PROVEN:
        connection.execute("UPDATE companies SET confirmed_at = ? WHERE id = ?", (at, company))
    if board.outcome in PROVEN or board.outcome == "truncated":
        connection.execute("DELETE FROM pages WHERE company_id = ?", (company,))
        connection.executemany(
            "INSERT INTO pages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (_page_row(company, page) for page in board.pages),
        )


def _page_row(company: str, page: KnownPage) -> tuple[Any, ...]:
    requests = [asdict(request) for request in page.requests]
    return (
        company, page.request, page.etag, page.last_modified, page.body_hash, page.parser, page.claimed,
        json.dumps(page.posting_ids), json.dumps(requests), page.fetched_at, page.bytes,
    )  # fmt: skip
