"""kill -9 at any instant loses nothing and counts nothing twice: the rerun ends where an undisturbed run ends."""

import contextlib
import random
import shutil
import sqlite3
import time

import pytest

from tests.careers_site import Site, serve

MIX = {"greenhouse": 7, "lever": 6, "ashby": 6, "jsonld": 5}
SMALL = {"extract_batch": 10, "upsert_batch": 20}  # many transactions, so that a kill falls between and into them
LIVES = (  # a run and its reruns are killed in these phases, ten times in all, and the last rerun is let finish
    ("scrape", "land", "extract"),
    ("scrape", "extract", "extract"),
    ("land", "extract"),
    ("land", "land"),
)
TIMES = {"added_at", "confirmed_at", "first_seen_at", "changed_at", "closed_at", "listed_on", "fetched_at", "at"}
OWN = {"pk", "id", "job_pk", "run_id"}
LEDGER = "company_id, outcome, guard, claimed, fetched, new, changed, closed, reopened, error"
PROGRESS = """SELECT (SELECT count(*) FROM board_runs JOIN runs ON runs.id = run_id WHERE finished_at IS NULL),
  (SELECT count(*) FROM jobs WHERE recipe IS NULL AND is_open = 1)"""
STATE = {
    "jobs": ("SELECT * FROM jobs", OWN - {"id"}),
    "job_texts": ("SELECT * FROM job_texts", set()),
    "companies": ("SELECT * FROM companies", set()),
    "job_changes": ("SELECT jobs.id AS job, job_changes.* FROM job_changes JOIN jobs ON jobs.pk = job_pk", OWN),
    "extractions": ("SELECT * FROM extractions", set()),
    "pages": ("SELECT * FROM pages", set()),
    "ledger": (f"SELECT {LEDGER} FROM board_runs WHERE run_id = (SELECT max(id) FROM runs)", set()),
    "runs": ("SELECT state, boards, failed, new, changed, closed, reopened FROM runs ORDER BY id", set()),
}


@pytest.fixture(scope="module")
def site():
    site = Site(postings=400, companies=24, churn=0.3, mix=MIX, latency_seconds=0.05)
    with serve(site) as url:
        yield site, url


@pytest.fixture(scope="module")
def first_day(site, make_shell):
    """What an undisturbed first run leaves."""
    return run_to_the_end(make_shell(*site, **SMALL))


@pytest.fixture(scope="module")
def second_day(site, first_day, make_shell):
    """What an undisturbed run of the next day leaves, the boards having changed."""
    site[0].advance()
    return run_to_the_end(copied(first_day, make_shell(*site, **SMALL)))


def copied(shell, to):
    shutil.copytree(shell.data, to.data, ignore=shutil.ignore_patterns("*.sock", "redis"))
    return to


def run_to_the_end(shell):
    said = shell("ingest")
    assert said.code == 0, said.err
    return shell


def state(shell):
    """The file's content without what names an instant, a rowid or a run."""
    found = {}
    with contextlib.closing(sqlite3.connect(shell.database)) as database:
        for table, (sql, left_out) in STATE.items():
            rows = database.execute(sql)
            names = [name for name, *_ in rows.description]
            kept = [place for place, name in enumerate(names) if name not in left_out | TIMES]
            found[table] = sorted((tuple(row[place] for place in kept) for row in rows), key=repr)
    return found


def is_sound(shell):
    with contextlib.closing(sqlite3.connect(shell.database)) as database:
        checked = database.execute("PRAGMA integrity_check").fetchall()
        foreign = database.execute("PRAGMA foreign_key_check").fetchall()
        database.execute("INSERT INTO jobs_fts(jobs_fts, rank) VALUES ('integrity-check', 1)")  # raises where it is not
    return checked == [("ok",)] and foreign == []


def kill_in(phase, chance, site, shell):
    """Start a run, and kill it with signal 9 at an instant of its phase."""
    asked, landed = site.journal.total, progress(shell)[0]
    share, requests, pending = chance.uniform(0, 0.6), chance.randint(1, 12), 0
    process = shell.start("ingest")
    while process.poll() is None:
        done, left = progress(shell)
        is_landed = done == len(site.boards)
        pending = max(pending, left) if is_landed else 0
        is_past = {
            "scrape": site.journal.total - asked >= requests,
            "land": done > landed + share * (len(site.boards) - landed - 1),
            "extract": is_landed and left < pending * (1 - share),
        }[phase]
        if is_past:
            time.sleep(chance.uniform(0, 0.02))
            process.kill()
            break
        time.sleep(0.003)
    process.communicate()
    assert process.returncode == -9, f"it ended before it could be killed in phase {phase}"
    assert progress(shell) != (0, 0) or phase == "scrape"


def progress(shell):
    """Boards landed by the run that is under way, and jobs that wait to be extracted."""
    try:
        with contextlib.closing(sqlite3.connect(f"{shell.database.as_uri()}?mode=ro", uri=True)) as database:
            return database.execute(PROGRESS).fetchone()
    except sqlite3.OperationalError:  # not made yet
        return 0, 0


def is_same(shell, undisturbed):
    assert is_sound(shell)
    mine, theirs = state(shell), state(undisturbed)
    for table in STATE:
        assert mine[table] == theirs[table], table
    return True


@pytest.mark.parametrize("life", LIVES, ids=" then ".join)
def test_a_first_ingest_that_is_killed_ends_as_if_it_had_not_been(life, site, first_day, make_shell):
    chance, shell = random.Random(repr(life)), make_shell(*site, **SMALL)
    site[0].advance(0)
    for phase in life:
        kill_in(phase, chance, site[0], shell)
    assert is_same(run_to_the_end(shell), first_day)
    assert shell.is_quiet()


@pytest.mark.parametrize("life", LIVES, ids=" then ".join)
def test_a_second_ingest_that_is_killed_counts_no_miss_twice(life, site, first_day, second_day, make_shell):
    chance, shell = random.Random(repr(life) + "2"), copied(first_day, make_shell(*site, **SMALL))
    site[0].advance(1)
    for phase in life:
        kill_in(phase, chance, site[0], shell)
    assert is_same(run_to_the_end(shell), second_day)
    missed = shell.rows("SELECT DISTINCT misses, is_open FROM jobs WHERE id LIKE 'jsonld:%' AND misses > 0")
    assert missed == [(1, 1)]
    assert shell.is_quiet()
