"""Landing boards: postings, ledger row, closes and page memory of whole boards in one transaction.

Reason: a board is landed whole or not at all, so a run that is cut off can be gone on with at the next board.
"""

import sqlite3
from collections.abc import Iterable, Sequence

from tasks.settings import Settings
from tasks.store import transaction
from tasks.store.ledger import BoardRun, moment, remember
from tasks.store.lifecycle import close, reopen

LANDED = (
    "id company_id company title location country city workplace_type employment_type seniority department "
    "salary_min salary_max salary_currency salary_period requisition_id url apply_url posted_on expires_on content_hash"
).split()
KEPT = "company title location department requisition_id url apply_url posted_on expires_on content_hash".split()
TEXT = "html text facts origin".split()
WITHOUT_TEXT = """DELETE FROM stage WHERE company_id = ? AND text = '' AND id IN (
  SELECT jobs.id FROM jobs JOIN job_texts USING (content_hash) WHERE job_texts.text <> '')"""  # it takes no text away


def land(connection: sqlite3.Connection, run_id: int, boards: Sequence[BoardRun], settings: Settings) -> None:
    """Write these boards; fills in their counts.

    Raises: StoreError; then nothing of the batch was written.
    """
    at = moment(connection, run_id)
    _stage(connection, boards)
    with transaction(connection):
        _upsert(connection, run_id, at)
        counts = {row["company_id"]: row for row in connection.execute(
            "SELECT company_id, sum(is_new) AS new, sum(1 - is_new) AS changed FROM temp.touched GROUP BY company_id"
        )}  # fmt: skip
        for board in boards:
            if row := counts.get(board.company.id):
                board.new, board.changed = row["new"], row["changed"]
            board.reopened = reopen(connection, run_id, board, at)
            close(connection, run_id, board, settings, at)
            remember(connection, run_id, board, at)


def _stage(connection: sqlite3.Connection, boards: Iterable[BoardRun]) -> None:
    columns = ", ".join(LANDED + TEXT)
    connection.executescript(
        f"""CREATE TEMP TABLE IF NOT EXISTS stage ({columns});
            CREATE TEMP TABLE IF NOT EXISTS seen (company_id, id, PRIMARY KEY (company_id, id)) WITHOUT ROWID;
            CREATE TEMP TABLE IF NOT EXISTS touched (id PRIMARY KEY, company_id, is_new, old_hash) WITHOUT ROWID;
            DELETE FROM stage; DELETE FROM seen; DELETE FROM touched;"""
    )
    marks = ", ".join("?" * len(LANDED + TEXT))
    for board in boards:
        connection.executemany(f"INSERT INTO stage VALUES ({marks})", board.rows)
        if board.is_partial:
            connection.execute(WITHOUT_TEXT, (board.company.id,))
        full = ((board.company.id, f"{board.company.id}:{native}") for native in board.seen)
        connection.executemany("INSERT INTO seen VALUES (?, ?)", full)


def _upsert(connection: sqlite3.Connection, run_id: int, at: str) -> None:
    """Unchanged rows write nothing; rowids ascend, so that FTS5 keeps its batch in memory."""
    kept = ", ".join(f"jobs.{name}" for name in KEPT)
    staged = ", ".join(f"s.{name}" for name in KEPT)
    landed = ", ".join(LANDED)
    sets = ", ".join(f"{name} = excluded.{name}" for name in KEPT)
    connection.execute(
        """INSERT INTO touched SELECT s.id, s.company_id, j.pk IS NULL, j.content_hash
           FROM stage s LEFT JOIN jobs j ON j.id = s.id WHERE j.content_hash IS NOT s.content_hash"""
    )
    connection.execute(
        """INSERT INTO job_texts(content_hash, html, text, facts, origin)
           SELECT s.content_hash, s.html, s.text, s.facts, s.origin FROM stage s JOIN touched USING (id)
           WHERE true ON CONFLICT(content_hash) DO NOTHING"""
    )
    _log_changes(connection, run_id, at)
    connection.execute(
        f"""INSERT INTO jobs({landed}, first_seen_at, changed_at, is_open, closed_at)
            SELECT {", ".join(f"s.{name}" for name in LANDED)}, :at, :at,
              iif(s.expires_on < date(:at), 0, 1), iif(s.expires_on < date(:at), :at, NULL)
            FROM stage s LEFT JOIN jobs ON jobs.id = s.id
            WHERE jobs.pk IS NULL OR ({kept}) IS NOT ({staged})
            ORDER BY jobs.pk IS NULL, jobs.pk, s.posted_on, s.rowid
            ON CONFLICT(id) DO UPDATE SET {sets},
              changed_at = iif(jobs.content_hash IS excluded.content_hash, jobs.changed_at, excluded.changed_at),
              recipe = iif(jobs.content_hash IS excluded.content_hash, jobs.recipe, NULL)""",
        {"at": at},
    )
    connection.execute(
        """DELETE FROM job_texts WHERE content_hash IN (SELECT old_hash FROM touched)
           AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.content_hash = job_texts.content_hash)"""
    )


def _log_changes(connection: sqlite3.Connection, run_id: int, at: str) -> None:
    for name in ("title", "location", "department"):
        connection.execute(
            f"""INSERT INTO job_changes(job_pk, run_id, field, old, new, at)
                SELECT j.pk, ?, '{name}', j.{name}, s.{name}, ? FROM touched JOIN stage s USING (id)
                JOIN jobs j USING (id) WHERE j.{name} IS NOT s.{name} ORDER BY j.pk""",
            (run_id, at),
        )
    connection.execute(
        """INSERT INTO job_changes(job_pk, run_id, field, old, new, at)
           SELECT j.pk, ?, 'content_hash', j.content_hash, s.content_hash, ?
           FROM touched JOIN stage s USING (id) JOIN jobs j USING (id)
           JOIN job_texts t ON t.content_hash = j.content_hash WHERE t.text IS NOT s.text ORDER BY j.pk""",
        (run_id, at),
    )
