"""What a run asked of each host, and what it did not have to do."""

import sqlite3
from collections.abc import Mapping
from typing import Any

from tasks.store import transaction

COUNTS = (
    "requests bytes not_modified too_many failures waits wait_seconds pauses robots_allowed robots_refused"
).split()


def add(connection: sqlite3.Connection, run_id: int, tallies: Mapping[str, Mapping[str, float | None]]) -> None:
    """Add these counts of hosts to those that the run has already: it may have been cut off and gone on with.

    Raises: StoreError.
    """
    if not tallies:
        return
    names = [*COUNTS, "crawl_delay_seconds"]
    sums = ", ".join(f"{name} = {name} + excluded.{name}" for name in COUNTS)
    with transaction(connection):
        connection.executemany(
            f"""INSERT INTO host_runs(run_id, host, {", ".join(names)})
                VALUES (?, ?, {", ".join("?" * len(names))}) ON CONFLICT(run_id, host) DO UPDATE SET {sums},
                  crawl_delay_seconds = coalesce(excluded.crawl_delay_seconds, crawl_delay_seconds)""",
            [(run_id, host, *(tally[name] for name in names)) for host, tally in tallies.items()],
        )


def savings(connection: sqlite3.Connection, run_id: int | None = None) -> dict[str, Any] | None:
    """What a run was spared, the last one where none is named; None where no board was asked yet."""
    row = connection.execute(
        "SELECT * FROM savings WHERE ?1 IS NULL OR run_id = ?1 ORDER BY run_id DESC LIMIT 1", (run_id,)
    ).fetchone()
    return dict(row) if row else None
