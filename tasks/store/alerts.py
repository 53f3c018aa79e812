"""The outbox of alerts: what saved searches newly match is written before it is sent, so that a crash loses none.

Shape: in one transaction a job goes into the outbox and into `searches.alerted`, which keeps it from being told again.
"""

import json
import sqlite3

from pyroaring import BitMap

from tasks.store import now, transaction

JOBS = 100  # of one message


def searches(connection: sqlite3.Connection) -> list[sqlite3.Row]:
    return connection.execute("SELECT id, name, query, alerted, alerted_revision FROM searches ORDER BY id").fetchall()


def write(connection: sqlite3.Connection, search_id: int, matches: BitMap, revision: int) -> int:
    """Put into the outbox those of these jobs that were not told before; how many those are.

    Raises: StoreError; then nothing was written.
    """
    with transaction(connection):
        row = connection.execute("SELECT alerted FROM searches WHERE id = ?", (search_id,)).fetchone()
        if row is None:  # deleted meanwhile
            return 0
        alerted = BitMap.deserialize(row["alerted"])
        fresh = list(matches - alerted)
        connection.executemany(
            "INSERT INTO alerts(search_id, job_pks, created_at) VALUES (?, ?, ?)",
            [(search_id, json.dumps(fresh[at : at + JOBS]), now()) for at in range(0, len(fresh), JOBS)],
        )
        connection.execute(
            "UPDATE searches SET alerted = ?, alerted_revision = max(alerted_revision, ?) WHERE id = ?",
            ((alerted | matches).serialize(), revision, search_id),
        )
    return len(fresh)


def unsent(connection: sqlite3.Connection) -> list[sqlite3.Row]:
    """What waits in the outbox, the oldest first, with the names of its searches."""
    return connection.execute(
        """SELECT alerts.*, searches.name, searches.query FROM alerts JOIN searches ON searches.id = search_id
           WHERE sent_at IS NULL ORDER BY alerts.id"""
    ).fetchall()


def sent(connection: sqlite3.Connection, alert_id: int) -> None:
    with transaction(connection):
        connection.execute(
            "UPDATE alerts SET sent_at = ?, attempts = attempts + 1, error = NULL WHERE id = ?", (now(), alert_id)
        )


def not_sent(connection: sqlite3.Connection, alert_id: int, error: str) -> None:
    with transaction(connection):
        connection.execute("UPDATE alerts SET attempts = attempts + 1, error = ? WHERE id = ?", (error, alert_id))
