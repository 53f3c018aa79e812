import json
import sqlite3
from contextlib import closing
from dataclasses import fields

import pytest

from rolecall_reader import words
from tasks import store
from tasks.errors import StoreError
from tasks.hosts import Tally
from tasks.model import Company, Evidence, Extraction, Posting
from tasks.reading import row
from tasks.store import boards, extractions, hosts, ledger, pending, runs

QUILL = Company(name="Quill", source="greenhouse", board="quill")
VEGA = Company(name="Vega", source="jsonld", board="vega.example/jobs")


@pytest.fixture
def settings(make_settings):
    return make_settings()


@pytest.fixture
def db(settings):
    connection = store.open_database(settings.database)
    yield connection
    for check in ("PRAGMA integrity_check", "PRAGMA foreign_key_check"):
        assert [tuple(row) for row in connection.execute(check)] in ([("ok",)], [])
    connection.execute("INSERT INTO jobs_fts(jobs_fts, rank) VALUES ('integrity-check', 1)")
    connection.close()


def posting(native, title="Engineer", text="We build pipelines", **fields):
    address = f"https://example.com/{native}"
    return Posting(id=str(native), title=title, url=address, description_html=f"<p>{text}</p>", **fields)


def run(db, settings, postings, company=QUILL, outcome="complete", misses_to_close=1, **fields):
    """One run over one board."""
    run_id, _ = runs.start(db, {}, [company], settings)
    board = ledger.BoardRun(company, outcome=outcome, misses_to_close=misses_to_close, **fields)
    board.rows = [row(company, each) for each in postings]
    board.seen = [each.id for each in postings]
    boards.land(db, run_id, [board], settings)
    runs.finish(db, run_id, None, [])
    return board


def jobs(db, columns="id, title, is_open"):
    return [tuple(each) for each in db.execute(f"SELECT {columns} FROM jobs ORDER BY id")]


def changes(db):
    query = "SELECT jobs.id, field, old, new FROM job_changes JOIN jobs ON jobs.pk = job_pk ORDER BY job_changes.id"
    return [tuple(each) for each in db.execute(query)]


def hits(db, text):
    return [each["title"] for each in words.best(db, text, 10)]


def test_postings_land_once_and_are_found(db, settings):
    first = run(db, settings, [posting(1), posting(2, "Nurse", "Night shifts in C++ & Café")])
    again = run(db, settings, [posting(1), posting(2, "Nurse", "Night shifts in C++ & Café")])
    assert (first.new, first.changed, again.new, again.changed) == (2, 0, 0, 0)
    assert hits(db, "nights cafe") == ["Nurse"]
    assert hits(db, "c++") == ["Nurse"]
    assert changes(db) == []


def test_an_unchanged_posting_writes_nothing(db, settings):
    run(db, settings, [posting(1)])
    before = jobs(db, "*")
    written = db.total_changes
    run(db, settings, [posting(1)])
    assert jobs(db, "*") == before
    assert db.total_changes - written < 12  # run, ledger, company and scratch tables


def test_an_edit_is_logged_reindexed_and_asks_for_extraction_again(db, settings):
    run(db, settings, [posting(1)])
    db.execute("UPDATE jobs SET recipe = 'r'")
    board = run(db, settings, [posting(1, "Staff Engineer", "We build bridges", locations=("Berlin", "Paris"))])
    assert (board.new, board.changed) == (0, 1)
    assert [(field, old, new) for _, field, old, new in changes(db)][:2] == [
        ("title", "Engineer", "Staff Engineer"),
        ("location", None, "Berlin; Paris"),
    ]
    assert changes(db)[2][1] == "content_hash"
    assert hits(db, "bridges") == ["Staff Engineer"]
    assert hits(db, "pipelines") == []
    assert jobs(db, "recipe") == [(None,)]
    assert db.execute("SELECT count(*) FROM job_texts").fetchone()[0] == 1


def test_the_readers_own_columns_survive_every_change(db, settings):
    run(db, settings, [posting(1), posting(2)])
    db.execute("UPDATE jobs SET status = 'applied', note = 'call back' WHERE id = 'greenhouse:quill:1'")
    run(db, settings, [posting(1, "Edited"), posting(2)])
    run(db, settings, [posting(2)])
    run(db, settings, [posting(1, "Back"), posting(2)])
    assert jobs(db, "status, note")[0] == ("applied", "call back")


def test_texts_shared_by_two_jobs_stay_until_the_last_one_lets_go(db, settings):
    run(db, settings, [posting(1), posting(2)])
    assert db.execute("SELECT count(*) FROM job_texts").fetchone()[0] == 1
    run(db, settings, [posting(1, text="other"), posting(2)])
    run(db, settings, [posting(1, text="other"), posting(2, text="other")])
    assert db.execute("SELECT text FROM job_texts").fetchall()[0][0] == "other"


def test_a_job_missing_from_a_proven_listing_closes_and_comes_back(db, settings):
    run(db, settings, [posting(1), posting(2), posting(3), posting(4)])
    closed = run(db, settings, [posting(1), posting(2), posting(3)])
    assert closed.closed == 1
    assert jobs(db, "is_open, closed_at IS NULL")[3] == (0, 0)
    back = run(db, settings, [posting(each) for each in (1, 2, 3, 4)])
    assert (back.reopened, back.new) == (1, 0)
    assert jobs(db, "is_open, closed_at")[3] == (1, None)
    log = [(field, old, new) for _, field, old, new in changes(db)]
    assert log == [("is_open", "1", "0"), ("is_open", "0", "1")]
    assert db.execute("SELECT open_jobs FROM companies").fetchone()[0] == 4


@pytest.mark.parametrize("outcome", ["truncated", "empty", "gone", "blocked", "failed"])
def test_nothing_closes_unless_the_listing_was_proven(db, settings, outcome):
    run(db, settings, [posting(1), posting(2)])
    board = run(db, settings, [] if outcome != "truncated" else [posting(1)], outcome=outcome)
    assert board.closed == 0
    assert [each[2] for each in jobs(db)] == [1, 1]


def test_a_scraped_page_closes_at_its_second_miss(db, settings):
    everything = [posting(each) for each in range(8)]
    run(db, settings, everything, VEGA, misses_to_close=2)
    assert run(db, settings, everything[:7], VEGA, misses_to_close=2).closed == 0
    run(db, settings, everything, VEGA, misses_to_close=2)
    assert run(db, settings, everything[:7], VEGA, misses_to_close=2).closed == 0
    assert run(db, settings, everything[:7], VEGA, misses_to_close=2).closed == 1


def test_a_listing_much_smaller_than_usual_closes_nothing_until_it_is_the_usual(db, settings):
    everything = [posting(each) for each in range(100)]
    run(db, settings, everything)
    told = [run(db, settings, everything[:40]) for _ in range(4)]
    assert told[0].error.startswith("40 postings where 100 are usual")
    assert [(board.guard, board.closed) for board in told] == [("drop", 0), ("drop", 0), (None, 60), (None, 0)]


def test_more_than_half_of_a_board_closes_only_when_a_second_run_agrees(db, settings):
    everything = [posting(each) for each in range(40)]
    run(db, settings, everything)
    others = everything[:15] + [posting(each) for each in range(100, 120)]
    first, second = run(db, settings, others), run(db, settings, others)
    assert (first.guard, first.closed) == ("blast", 0)
    assert first.error == "25 of 40 jobs would close: nothing is closed until a second run agrees"
    assert (second.guard, second.closed) == (None, 25)


def test_a_small_board_closes_without_the_blast_guard(db, settings):
    run(db, settings, [posting(each) for each in range(6)])
    swapped = [posting(1), *(posting(each) for each in range(50, 55))]
    assert run(db, settings, swapped).closed == 5


def test_an_empty_listing_is_believed_at_its_third_sight_a_day_later(db, settings):
    run(db, settings, [posting(1)])
    for _ in range(3):
        assert run(db, settings, [], outcome="empty").closed == 0
    db.execute("UPDATE board_runs SET at = strftime('%Y-%m-%dT%H:%M:%fZ', at, '-2 days')")
    assert run(db, settings, [], outcome="empty").closed == 1


def test_a_posting_past_its_own_date_lands_closed_and_opens_when_it_is_given_a_later_one(db, settings):
    assert run(db, settings, [posting(1, expires_on="2020-01-01"), posting(2, expires_on="2999-01-01")]).new == 2
    assert jobs(db, "is_open") == [(0,), (1,)]
    assert run(db, settings, [posting(1, expires_on="2020-01-01"), posting(2, expires_on="2020-01-01")]).closed == 1
    assert jobs(db, "is_open") == [(0,), (0,)]
    assert run(db, settings, [posting(1, expires_on="2999-01-01"), posting(2, expires_on="2020-01-01")]).reopened == 1
    assert jobs(db, "is_open, expires_on") == [(1, "2999-01-01"), (0, "2020-01-01")]
    assert db.execute("SELECT open_jobs FROM companies").fetchone()[0] == 1


def test_a_refused_batch_leaves_no_trace(db, settings):
    run(db, settings, [posting(1)])
    before = [db.execute(f"SELECT * FROM {table}").fetchall() for table in ("jobs", "job_texts", "board_runs", "pages")]
    run_id, _ = runs.start(db, {}, [QUILL], settings)
    good = ledger.BoardRun(QUILL, outcome="complete", rows=[row(QUILL, posting(2))], seen=["2"])
    bad = ledger.BoardRun(VEGA, outcome="complete")  # a company that this run does not follow
    with pytest.raises(StoreError, match="FOREIGN KEY"):
        boards.land(db, run_id, [good, bad], settings)
    after = [db.execute(f"SELECT * FROM {table}").fetchall() for table in ("jobs", "job_texts", "board_runs", "pages")]
    assert after == before


def test_a_run_that_was_cut_off_is_gone_on_with_and_failed_boards_are_tried_again(db, settings):
    first, _ = runs.start(db, {"full": False}, [QUILL, VEGA], settings)
    boards.land(db, first, [ledger.BoardRun(QUILL, outcome="empty"), ledger.BoardRun(VEGA)], settings)
    again, landed = runs.start(db, {"full": False}, [QUILL, VEGA], settings)
    assert (again, landed) == (first, {QUILL.id})
    other, landed = runs.start(db, {"full": True}, [QUILL, VEGA], settings)
    assert (other, landed) == (first + 1, set())
    assert [tuple(each) for each in db.execute("SELECT state, finished_at IS NULL FROM runs")] == [
        ("interrupted", 0),
        ("running", 1),
    ]


def test_the_rows_of_a_run_are_in_order_of_time_whatever_the_clock_says(db, settings):
    run_id, _ = runs.start(db, {}, [QUILL, VEGA], settings)
    boards.land(db, run_id, [ledger.BoardRun(VEGA)], settings)
    db.execute("UPDATE board_runs SET at = '2999-12-31T23:59:59.999Z'")  # the clock was set back since
    boards.land(db, run_id, [ledger.BoardRun(QUILL)], settings)
    latest = db.execute("SELECT company_id, at FROM board_runs ORDER BY at DESC LIMIT 1").fetchone()
    assert tuple(latest) == (QUILL.id, "3000-01-01T00:00:00.000Z")


def test_a_run_knows_its_flow_run_from_its_start(db, settings):
    for flow_run in ("first", "second"):  # the second one goes on with it
        run_id, _ = runs.start(db, {}, [QUILL], settings, flow_run_id=flow_run)
        assert [tuple(row) for row in db.execute("SELECT id, flow_run_id FROM runs")] == [(run_id, flow_run)]


def test_a_run_that_was_cut_off_long_ago_is_not_gone_on_with(db, settings):
    first, _ = runs.start(db, {}, [QUILL], settings)
    db.execute("UPDATE runs SET started_at = strftime('%Y-%m-%dT%H:%M:%fZ', started_at, '-2 hours')")
    assert runs.start(db, {}, [QUILL], settings) == (first + 1, set())


def test_a_renamed_company_is_renamed_in_its_jobs_and_in_the_index(db, settings):
    run(db, settings, [posting(1)])
    renamed = Company(name="Feather", source="greenhouse", board="quill")
    runs.start(db, {}, [renamed], settings)
    assert hits(db, "feather") == ["Engineer"]
    assert hits(db, "quill") == []


def extraction(**fields):
    evidence = {"seniority": Evidence(origin="rules", part="title", quote="Engineer", start=0)}
    return Extraction(seniority="senior", skills=["SQL"], evidence=evidence, **fields)


def fill(db, found, recipe="r1", provisional=()):
    extractions.register(db, recipe, {})
    rows = pending.pending(db, pending.Selection(recipe), 0, 100)
    answers = {each["content_hash"]: found for each in rows}
    run_id = runs.latest(db)["id"]
    return extractions.apply(db, run_id, recipe, rows, answers, set(answers), provisional)


def test_the_platforms_facts_win_and_extraction_fills_the_rest(db, settings):
    run(db, settings, [posting(1, salary_min=90000.0, salary_max=120000.0, salary_currency="EUR", seniority="lead")])
    assert fill(db, extraction(salary_min=1.0, salary_period="year", workplace_type="remote")) == 1
    columns = "salary_min, salary_currency, salary_period, seniority, workplace_type, skills, recipe"
    assert jobs(db, columns) == [(90000.0, "EUR", None, "lead", "remote", '["SQL"]', "r1")]
    assert pending.count_pending(db, pending.Selection("r1")) == 0
    assert pending.count_pending(db, pending.Selection("r2")) == 1


def test_the_period_is_added_where_the_amounts_agree(db, settings):
    run(db, settings, [posting(1, salary_min=90000.0, salary_max=120000.0, salary_currency="EUR")])
    fill(db, extraction(salary_min=90000.0, salary_max=120000.0, salary_period="year", salary_currency="USD"))
    assert jobs(db, "salary_currency, salary_period") == [("EUR", "year")]


def test_a_provisional_extraction_fills_the_job_but_leaves_it_pending(db, settings):
    run(db, settings, [posting(1)])
    content = db.execute("SELECT content_hash FROM jobs").fetchone()[0]
    assert fill(db, extraction(), provisional={content}) == 0
    assert jobs(db, "seniority, recipe") == [("senior", None)]


def test_a_changed_salary_of_an_edited_posting_stands_in_its_history(db, settings):
    run(db, settings, [posting(1)])
    fill(db, extraction(salary_min=50000.0))
    run(db, settings, [posting(1, text="We pay more")])
    fill(db, extraction(salary_min=60000.5))
    assert changes(db)[-1][1:] == ("salary_min", "50000", "60000.5")
    fill(db, extraction(salary_min=70000.0), recipe="r2")
    assert changes(db)[-1][3] == "60000.5"  # a new recipe of ours is no change of theirs


def test_the_pending_are_found_by_rowid_without_sorting(db, settings):
    run(db, settings, [posting(each) for each in range(9)])
    seen = []
    db.set_trace_callback(seen.append)
    pending.pending(db, pending.Selection("r1"), 0, 5)
    db.set_trace_callback(None)
    plan = " ".join(row["detail"] for row in db.execute(f"EXPLAIN QUERY PLAN {seen[0]}"))
    assert "SEARCH jobs USING INTEGER PRIMARY KEY" in plan
    assert "TEMP B-TREE" not in plan


def test_evidence_reads_back_as_it_was_written(db, settings):
    run(db, settings, [posting(1)])
    fill(db, extraction())
    content = db.execute("SELECT content_hash FROM jobs").fetchone()[0]
    assert extractions.stored(db, "r1", [content, "unknown"]) == {content: extraction()}
    seen = db.execute("SELECT facts, origin, evidence FROM job_provenance").fetchone()
    assert (seen["facts"], seen["origin"]) == ("{}", "platform")
    assert json.loads(seen["evidence"])["seniority"]["quote"] == "Engineer"


@pytest.mark.parametrize(
    "text", ['"', '"(', "NEAR(", "a AND", "*", "title:", "-", "c++ OR", "\x00", "''; DROP TABLE jobs"]
)
def test_no_search_is_a_syntax_error(db, settings, text):
    run(db, settings, [posting(1)])
    assert isinstance(words.best(db, text, 10), list)


def test_known_pages_are_forgotten_when_a_job_of_theirs_is_missing(db, settings):
    run_id, _ = runs.start(db, {}, [QUILL], settings)
    page = ledger.KnownPage("https://example.com", '"1"', None, "h", "p", 1, ["1"], [], store.now())
    board = ledger.BoardRun(QUILL, "complete", rows=[row(QUILL, posting(1))], seen=["1"], pages=[page])
    boards.land(db, run_id, [board], settings)
    assert ledger.known_pages(db, QUILL, "p") == {"https://example.com": page}
    assert ledger.known_pages(db, QUILL, "another parser") == {}
    db.execute("DELETE FROM jobs")
    assert ledger.known_pages(db, QUILL, "p") == {}


def test_a_file_of_something_else_is_refused_untouched(settings, tmp_path):
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE t (x)")
    with pytest.raises(StoreError, match="something else"):
        store.open_database(path)
    with sqlite3.connect(path) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("t",)]


def test_a_newer_a_damaged_and_a_missing_file_say_what_they_are(settings, tmp_path):
    store.open_database(settings.database).close()
    with sqlite3.connect(settings.database) as newer:
        newer.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="newer Rolecall"):
        store.open_database(settings.database)
    damaged = tmp_path / "damaged.db"
    damaged.write_bytes(b"not a database at all" * 1000)
    with pytest.raises(StoreError, match="not a database"):
        store.open_database(damaged)
    with pytest.raises(StoreError, match="run `rolecall ingest` first"):
        store.open_reader(tmp_path / "nowhere.db")


def test_the_database_is_its_owners_alone(db, settings):
    assert settings.database.stat().st_mode & 0o077 == 0
    assert settings.data_dir.stat().st_mode & 0o077 == 0


def layout(path):
    with sqlite3.connect(path) as file:
        objects = "SELECT type, name, tbl_name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY 1, 2"
        tables = [row[1] for row in file.execute(objects) if row[0] == "table"]
        columns = {name: file.execute(f"PRAGMA table_info({name})").fetchall() for name in tables}
        return file.execute(objects).fetchall(), columns


@pytest.mark.parametrize("version", range(1, store.VERSION))
@pytest.mark.parametrize("opened", [store.open_database, store.open_reader])
def test_a_file_of_an_earlier_version_is_brought_up_to_date_and_keeps_its_rows(settings, tmp_path, version, opened):
    path = settings.database
    path.parent.mkdir()
    with sqlite3.connect(path) as old:
        steps = [store.MIGRATIONS[step] for step in range(2, version + 1)]
        old.executescript(store.SCHEMA.read_text() + "".join(steps) + f"PRAGMA user_version = {version};")
        old.execute("INSERT INTO recipes VALUES ('r1', '{}', '2026-01-01')")
        old.execute(
            "INSERT INTO extractions(content_hash, recipe, fields, evidence, at) VALUES ('h', 'r1', ?, '{}', '2026')",
            ('{"seniority": "lead"}',),
        )
    old.close()
    with closing(opened(path)) as connection:
        assert extractions.stored(connection, "r1", ["h"]) == {"h": Extraction(seniority="lead")}
    store.open_database(tmp_path / "new.db").close()
    assert layout(path) == layout(tmp_path / "new.db")


def test_what_a_run_asked_of_a_host_adds_up_when_it_is_gone_on_with(db, settings):
    run_id, _ = runs.start(db, {}, [QUILL], settings)
    first = dict.fromkeys(hosts.COUNTS, 1) | {"wait_seconds": 0.25, "crawl_delay_seconds": 5.0}
    hosts.add(db, run_id, {"boards.example": first})
    hosts.add(db, run_id, {"boards.example": first | {"crawl_delay_seconds": None}, "other.example": first})
    hosts.add(db, run_id, {})
    rows = db.execute("SELECT host, requests, robots_refused, wait_seconds, crawl_delay_seconds FROM politeness")
    assert [tuple(row) for row in rows] == [("boards.example", 2, 2, 0.5, 5.0), ("other.example", 1, 1, 0.3, 5.0)]


def test_the_counts_of_hosts_are_those_that_are_counted():
    assert {*hosts.COUNTS, "crawl_delay_seconds"} == {each.name for each in fields(Tally)}
