"""A file with many jobs: `python -m tests.benchmarks.filled FOLDER [JOBS]`; what the reader's benchmark reads.

Shape: roles of the careers site (2 to 4 kB of text each) at 125 a company, one in ten closed, with the columns that
extraction would fill; a ledger of 30 runs. Written by the schema alone, in batches as the writer's.
"""

import json
import random
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from multiprocessing import Pool
from pathlib import Path
from typing import Any

from tasks import normalize, store
from tasks.rules.seniority import seniority
from tasks.rules.skills import skills
from tests.careers_site.firms import Firm, firms
from tests.careers_site.places import PLACES
from tests.careers_site.roles import make_role

TODAY = datetime.now(UTC).date()
BATCH = 5000
A_COMPANY = 125
RUNS = 30
MIX = {"greenhouse": 0.5, "lever": 0.25, "ashby": 0.25}
COLUMNS = (
    "id company_id company title location country city workplace_type employment_type seniority department salary_min "
    "salary_max salary_currency salary_period skills requisition_id url posted_on is_open first_seen_at changed_at "
    "closed_at content_hash recipe html text"
).split()
TEXT = 2  # of COLUMNS, at their end


def fill(path: Path, jobs: int) -> None:
    connection = store.open_database(path)
    employers = firms(1, jobs, max(1, jobs // A_COMPANY), MIX)
    _books(connection, employers)
    names, marks = ", ".join(COLUMNS), ", ".join("?" * len(COLUMNS))
    kept = ", ".join(COLUMNS[:-TEXT])
    connection.execute(f"CREATE TEMP TABLE stage ({names})")
    with Pool(2) as pool:
        done, since, batch = 0, time.monotonic(), []
        for rows in pool.imap(_rows, employers, chunksize=8):
            batch += rows
            if len(batch) >= BATCH:
                done += _land(connection, batch, marks, kept)
                batch = []
                print(f"\r{done:,} jobs, {done / (time.monotonic() - since):,.0f}/s", end="", file=sys.stderr)
        _land(connection, batch, marks, kept)
    print(file=sys.stderr)
    connection.execute(
        "UPDATE companies SET open_jobs = (SELECT count(*) FROM jobs WHERE company_id = companies.id AND is_open = 1)"
    )
    connection.execute("PRAGMA analysis_limit = 1000")
    connection.execute("ANALYZE")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _land(connection: Any, batch: list[tuple[Any, ...]], marks: str, kept: str) -> int:
    with store.transaction(connection):
        connection.execute("DELETE FROM stage")
        connection.executemany(f"INSERT INTO stage VALUES ({marks})", batch)
        connection.execute(
            """INSERT INTO job_texts(content_hash, html, text, facts, origin)
               SELECT content_hash, html, text, '{}', 'platform' FROM stage WHERE true ON CONFLICT DO NOTHING"""
        )
        connection.execute(f"INSERT INTO jobs({kept}) SELECT {kept} FROM stage ORDER BY rowid")
        connection.execute(
            """INSERT INTO job_changes(job_pk, run_id, field, old, new, at)
               SELECT pk, ?, 'is_open', '1', '0', jobs.closed_at FROM stage JOIN jobs USING (id)
               WHERE jobs.is_open = 0 ORDER BY pk""",
            (RUNS,),
        )
    return len(batch)


def _rows(firm: Firm) -> list[tuple[Any, ...]]:
    dice = random.Random(firm.slug)
    home = dice.randrange(len(PLACES))
    return [_row(firm, index, home, dice) for index in range(firm.postings)]


def _row(firm: Firm, index: int, home: int, dice: random.Random) -> tuple[Any, ...]:
    role = make_role((firm.slug, index), firm.name, firm.sector, home, TODAY)
    html = normalize.clean_html(role.html)
    text = normalize.html_to_text(html)
    level = seniority(role.title.lower())
    pay, key = role.pay, f"{firm.source}:{firm.slug}:{index}"
    is_open = dice.random() >= 0.1
    seen = min(role.posted_on + timedelta(days=dice.randrange(3)), TODAY)
    at, closed_at = _at(seen), _at(seen + timedelta(days=dice.randrange(1, 60)))
    values = {
        "id": key, "company_id": f"{firm.source}:{firm.slug}", "company": firm.name, "title": role.title,
        "location": role.location, "country": role.place.code, "city": role.place.city,
        "workplace_type": role.workplace if dice.random() < 0.8 else None, "employment_type": role.employment,
        "seniority": level.value if level else None, "department": role.department,
        "salary_min": pay and pay.low, "salary_max": pay and pay.high, "salary_currency": pay and pay.currency,
        "salary_period": pay and pay.period, "skills": json.dumps(sorted(skills(text, text.lower()))),
        "requisition_id": role.requisition or None, "url": f"https://jobs.example/{key}",
        "posted_on": role.posted_on.isoformat(),
        "is_open": int(is_open), "first_seen_at": at, "changed_at": at, "closed_at": None if is_open else closed_at,
        "content_hash": key, "recipe": "filled", "html": html, "text": text,
    }  # fmt: skip
    return tuple(values[name] for name in COLUMNS)


def _at(day: date) -> str:
    return f"{min(day, TODAY).isoformat()}T06:00:00.000Z"


def _books(connection: Any, employers: list[Firm]) -> None:
    with store.transaction(connection):
        connection.executemany(
            "INSERT INTO companies(id, name, source, board, added_at, confirmed_at) VALUES (?, ?, ?, ?, ?, ?)",
            [
                (f"{f.source}:{f.slug}", f.name, f.source, f.slug, _at(TODAY - timedelta(RUNS)), _at(TODAY))
                for f in employers
            ],
        )
        connection.execute("INSERT INTO recipes VALUES ('filled', '{}', ?)", (_at(TODAY),))
        for run, at in _runs():
            connection.execute(
                """INSERT INTO runs(id, state, parameters, started_at, finished_at, boards, new)
                   VALUES (?, 'completed', '{}', ?, ?, ?, 0)""",
                (run, at, at, len(employers)),
            )
            connection.executemany(
                "INSERT INTO board_runs(run_id, company_id, outcome, fetched, at) VALUES (?, ?, 'complete', ?, ?)",
                [(run, f"{f.source}:{f.slug}", f.postings, at) for f in employers],
            )


def _runs() -> Iterator[tuple[int, str]]:
    for run in range(1, RUNS + 1):
        yield run, _at(TODAY - timedelta(days=RUNS - run))


if __name__ == "__main__":
    fill(Path(sys.argv[1]) / "rolecall.db", int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000)
