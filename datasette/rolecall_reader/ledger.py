"""A run as the file tells it: its numbers, and its ledger rows one after another in the order in which they landed."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

RECENT = 20  # runs; who is further behind goes on with the run of now
PAGE = 500  # rows read at once
Row = Mapping[str, Any]
Ask = Callable[[str, Mapping[str, Any]], Awaitable[Sequence[Row]]]

CURRENT = """
SELECT id FROM (
  SELECT id, state, coalesce(finished_at, started_at) AS moved_at FROM runs ORDER BY id DESC LIMIT :recent
) ORDER BY state = 'running' DESC, moved_at DESC, id DESC LIMIT 1
"""
AFTER = "SELECT min(id) AS id FROM runs WHERE id > :run"
COLUMNS = """
board_runs.run_id, company_id, name, outcome, guard, claimed, fetched, new, changed, closed, reopened, requests, bytes,
retries, seconds, error, at
"""
ROWS = f"""
SELECT {COLUMNS} FROM board_runs CROSS JOIN companies ON companies.id = company_id
WHERE run_id = :run AND at >= :at AND (at, company_id) > (:at, :company) ORDER BY at, company_id LIMIT :page
"""
NEWEST = f"""
SELECT {COLUMNS} FROM board_runs CROSS JOIN companies ON companies.id = company_id
WHERE run_id = :run ORDER BY at DESC, company_id DESC LIMIT :page
"""
STATE = """
SELECT runs.id, flow, state, flow_run_id, started_at, finished_at, runs.boards, runs.extracted, sums.*,
  round(sums.requests / max(1, 86400 * (julianday(last_at) - julianday(started_at))), 1) AS requests_per_second
FROM runs CROSS JOIN (
  SELECT count(*) AS done, coalesce(sum(outcome IN ('failed', 'blocked', 'gone')), 0) AS failed,
    coalesce(sum(new), 0) AS new, coalesce(sum(changed), 0) AS changed, coalesce(sum(closed), 0) AS closed,
    coalesce(sum(reopened), 0) AS reopened, coalesce(sum(requests), 0) AS requests, max(at) AS last_at
  FROM board_runs WHERE run_id = :run
) AS sums WHERE runs.id = :run
"""


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place between two ledger rows: after that row of that run. Shape: empty words are the run's beginning."""

    run: int
    at: str = ""
    company: str = ""

    def __str__(self) -> str:
        return f"{self.run},{quote(self.at, safe=':')},{quote(self.company, safe=':/')}"

    @classmethod
    def read(cls, text: str) -> "Position":
        """The position that was written so.

        Raises: ValueError.
        """
        run, at, company = text.split(",", 2)
        if not (run.isascii() and run.isdecimal()) or len(run) > 18:
            raise ValueError("the number of a run is a number")
        return cls(int(run), unquote(at), unquote(company))

    @classmethod
    def of(cls, row: Row) -> "Position":
        return cls(row["run_id"], row["at"], row["company_id"])


async def current(ask: Ask) -> int:
    """The run that is on its way, else the last one; 0 where there was none."""
    rows = await ask(CURRENT, {"recent": RECENT})
    return int(rows[0]["id"]) if rows else 0


async def state(ask: Ask, run: int) -> dict[str, Any] | None:
    """The numbers of a run so far. Units: `requests_per_second` from its start to its latest row."""
    rows = await ask(STATE, {"run": run})
    return dict(rows[0]) if rows else None


async def newest(ask: Ask, run: int, count: int) -> Sequence[Row]:
    return await ask(NEWEST, {"run": run, "page": count})


async def rest(ask: Ask, position: Position) -> Sequence[Row]:
    """The next rows of the run, a page at the most."""
    return await ask(ROWS, {"run": position.run, "at": position.at, "company": position.company, "page": PAGE})


async def following(ask: Ask, position: Position, run: int) -> Position:
    """Where to go on once the rows of the position's own run are read: run by run, up to `run`."""
    if not 0 < run - position.run <= RECENT:
        return Position(run)
    return Position(int((await ask(AFTER, {"run": position.run}))[0]["id"]))
