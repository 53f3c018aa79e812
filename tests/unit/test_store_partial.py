"""Boards that never show all they have: what they do not show for long ages out, and the employers' names stay."""

from datetime import UTC, datetime, timedelta

import pytest

from tasks.model import Company
from tasks.store import ledger, runs
from tests.unit.test_store import changes, db, hits, jobs, posting, run, settings

__all__ = ["db", "settings"]
CRAFTS = Company(name="Crafts", source="jobspy", board="site=linkedin&search_term=potter")
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def search(db, settings, monkeypatch):
    """Shape: `search(day, native ids …)` is one run over the board on that day."""

    def searching(day, *natives, is_faulty=False, outcome="truncated"):
        at = (BEGIN + timedelta(days=day)).isoformat().replace("+00:00", "Z")
        monkeypatch.setattr(ledger, "now", lambda: at)
        limit = None if is_faulty else 14
        shown = [posting(native) for native in natives]
        return run(db, settings, shown, CRAFTS, outcome, is_partial=True, stale_after_days=limit)

    return searching


def is_open(db):
    return {id.rpartition(":")[2]: bool(open_) for id, open_ in jobs(db, "id, is_open")}


def test_a_job_that_is_not_shown_for_the_days_of_its_source_closes_with_the_reason(db, search):
    search(0, 1, 2)
    assert [search(day, 1).closed for day in (1, 8, 14.9)] == [0, 0, 0]
    assert search(15, 1).closed == 1
    assert is_open(db) == {"1": True, "2": False}
    job = f"{CRAFTS.id}:2"
    assert changes(db) == [(job, "closed_because", None, "not shown for 14 days"), (job, "is_open", "1", "0")]
    assert db.execute("SELECT closed_at FROM jobs WHERE is_open = 0").fetchone()[0].startswith("2026-01-16")
    assert db.execute("SELECT open_jobs FROM companies").fetchone()[0] == 1


def test_a_job_that_is_shown_now_and_then_stays(db, search):
    search(0, 1, 2)
    for day in range(1, 60):
        search(day, *((1, 2) if day % 13 == 0 else (1,)))
    assert is_open(db) == {"1": True, "2": True}


def test_while_nobody_looks_nothing_ages(db, search):
    search(0, 1, 2)
    assert search(60, 1).closed == 0
    assert search(73, 1).closed == 0
    assert search(74, 1).closed == 1


def test_a_reading_with_a_fault_closes_nothing_but_counts_for_what_it_shows(db, search):
    search(0, 1, 2, 3)
    search(1, 1)
    assert search(10, 1, 2, is_faulty=True).closed == 0
    assert search(20, 1, is_faulty=True).closed == 0
    assert search(21, 1).closed == 1
    assert is_open(db) == {"1": True, "2": True, "3": False}
    assert search(35, 1).closed == 1


def test_a_job_first_shown_by_a_reading_with_a_fault_ages_like_any_other(db, search):
    search(0, 1, 2, is_faulty=True)
    assert [search(day, 1).closed for day in (3, 16.9, 17)] == [0, 0, 1]


def test_an_empty_listing_closes_only_what_it_has_long_not_shown(db, search):
    search(0, 1, 2)
    assert [search(day, outcome="empty").closed for day in (1, 2, 3, 4, 14)] == [0] * 5
    assert search(15, outcome="empty").closed == 2


def test_what_aged_out_opens_when_it_is_shown_again_and_ages_anew(db, search):
    search(0, 1, 2)
    search(1, 1)
    search(15, 1)
    assert search(16, 1, 2).reopened == 1
    assert [search(day, 1).closed for day in (17, 30, 31)] == [0, 0, 1]


def test_a_board_that_shows_all_it_has_keeps_no_sightings(db, settings, search):
    run(db, settings, [posting(1), posting(2)])
    run(db, settings, [posting(1)], outcome="truncated")
    assert db.execute("SELECT count(*) FROM sightings").fetchone()[0] == 0
    search(0, 1)
    assert db.execute("SELECT count(*) FROM sightings").fetchone()[0] == 1


def test_a_job_shown_without_its_text_keeps_the_text_that_is_known(db, settings):
    partial = {"company": CRAFTS, "outcome": "truncated", "is_partial": True, "stale_after_days": 14}
    run(db, settings, [posting(1, text="We throw bowls"), posting(2, text="")], **partial)
    board = run(db, settings, [posting(1, text=""), posting(2, text="Now told")], **partial)
    assert (board.changed, board.closed) == (1, 0)
    assert (hits(db, "bowls"), hits(db, "told")) == (["Engineer"], ["Engineer"])


def test_a_job_stands_under_the_employer_that_its_source_names(db, settings):
    named = posting(1, "Potter", hiring_organization="Kiln Works")
    partial = {"outcome": "truncated", "is_partial": True, "stale_after_days": 14}
    run(db, settings, [named, posting(2, "Weaver")], CRAFTS, **partial)
    assert jobs(db, "title, company") == [("Potter", "Kiln Works"), ("Weaver", "Crafts")]
    renamed = CRAFTS.model_copy(update={"name": "Crafts in Berlin"})
    runs.start(db, {}, [renamed], settings)
    assert jobs(db, "title, company") == [("Potter", "Kiln Works"), ("Weaver", "Crafts in Berlin")]
    assert (hits(db, "kiln"), hits(db, "berlin")) == (["Potter"], ["Weaver"])
    run(db, settings, [named.model_copy(update={"hiring_organization": "Kiln & Sons"})], renamed, **partial)
    assert jobs(db, "company")[0] == ("Kiln & Sons",)
    assert (hits(db, "sons"), hits(db, "works")) == (["Potter"], [])
