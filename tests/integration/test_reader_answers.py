"""Kept answers and the JSON API over a real Datasette: 304 while nothing changed, reasons with every refusal."""

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from datasette.app import Datasette

from rolecall_reader.site import reader_of
from tasks.settings import ROOT
from tests.reader_files import AT, add_job, insert, new_file

FIELDS = (
    "pk id title company company_id location country city workplace_type employment_type seniority department "
    "salary_min salary_max salary_currency salary_period yearly_min skills posted_on first_seen_at changed_at "
    "closed_at is_open url apply_url badges"
).split()
LOCAL = ("127.0.0.1", 5000)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "rolecall.db"
    with closing(new_file(path)) as db:
        for pk in range(1, 41):
            add_job(db, pk, "Rust and cranes.", posted_on=f"2026-10-{pk % 28 + 1:02}", skills='["Rust"]')
        db.execute("UPDATE jobs SET status = 'applied', note = 'mine' WHERE pk = 7")
        insert(db, "job_changes", job_pk=7, run_id=1, field="title", old="Smith", new="Welder 7", at=AT)
        db.execute("UPDATE jobs SET is_open = 0, closed_at = ? WHERE pk = 8", (AT,))
    return path


class Site:
    """One Datasette on one event loop, asked as a server would ask it."""

    def __init__(self, file: Path, runner: asyncio.Runner) -> None:
        self.datasette = Datasette([str(file)], config_dir=ROOT / "datasette")
        self._runner = runner
        self.app = self.datasette.app()
        self.run(reader_of(self.datasette).ready())

    def run(self, waiting: Any) -> Any:
        return self._runner.run(waiting)

    async def ask(self, address: str, client: tuple[str, int] = LOCAL, method: str = "GET", **headers: str) -> "Answer":
        path, _, query = address.partition("?")
        pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        scope = {"type": "http", "http_version": "1.1", "method": method, "path": path, "raw_path": path.encode(),
                 "query_string": query.encode(), "headers": [(b"host", b"localhost"), *pairs], "client": client,
                 "scheme": "http", "server": ("localhost", 80)}  # fmt: skip
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        return Answer(sent)

    def get(self, address: str, **options: Any) -> "Answer":
        return self.run(self.ask(address, **options))


class Answer:
    def __init__(self, sent: list[Any]) -> None:
        self.status = sent[0]["status"]
        self.headers = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
        self.body = b"".join(each.get("body", b"") for each in sent[1:])

    def json(self) -> Any:
        return json.loads(self.body)


@pytest.fixture
def site(file: Path) -> Iterator[Site]:
    with asyncio.Runner() as runner:
        yield Site(file, runner)


@pytest.fixture
def writer(file: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        yield db


@pytest.mark.parametrize("address", ["/", "/?q=rust", "/api/jobs", "/api/jobs/7", "/api/facets", "/api/stats"])
def test_what_did_not_change_is_not_sent_again(site: Site, writer: sqlite3.Connection, address: str) -> None:
    first = site.get(address)
    assert first.status == 200
    tag = first.headers["etag"]
    again = site.get(address, if_none_match=f'"x", {tag}')
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag)
    assert site.get(address, if_none_match='"x"').body == first.body
    writer.execute("UPDATE jobs SET title = 'Smith' WHERE pk = 7")
    changed = site.get(address, if_none_match=tag)
    assert changed.status == 200
    assert changed.headers["etag"] != tag


def slowed(site: Site, monkeypatch: pytest.MonkeyPatch, seconds: float) -> list[Any]:
    """The questions that reach the reader from now on, each answered so much later."""
    reader, calls = reader_of(site.datasette), []
    real = reader.jobs

    async def slow(*given: Any, **named: Any) -> Any:
        calls.append(given)
        await asyncio.sleep(seconds)
        return await real(*given, **named)

    monkeypatch.setattr(reader, "jobs", slow)
    return calls


def test_who_asks_at_once_waits_for_one_answer(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = slowed(site, monkeypatch, 0.05)

    async def crowd() -> list[Answer]:
        return await asyncio.gather(*(site.ask("/api/jobs?limit=3") for _ in range(20)))

    assert len({answer.body for answer in site.run(crowd())}) == 1
    assert len(calls) == 1


@pytest.mark.parametrize("headers", [{"cookie": "ds_actor=x"}, {"cookie": "ds_messages=x"}, {"authorization": "x"}])
def test_who_is_known_gets_an_answer_of_their_own(site: Site, headers: dict[str, str]) -> None:
    assert "etag" in site.get("/api/jobs").headers
    assert "etag" not in site.get("/api/jobs", **headers).headers


def test_a_post_clears_what_was_kept(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Any] = []
    reader = reader_of(site.datasette)
    real = reader.jobs

    async def counted(*given: Any, **named: Any) -> Any:
        calls.append(given)
        return await real(*given, **named)

    monkeypatch.setattr(reader, "jobs", counted)
    for method in ("GET", "GET", "POST", "GET"):
        site.get("/api/jobs" if method == "GET" else "/nowhere", method=method)
    assert len(calls) == 2


def test_what_this_machine_may_see_is_not_kept_for_others(site: Site) -> None:
    assert next(row for row in site.get("/api/jobs?limit=100").json()["jobs"] if row["pk"] == 7)["status"] == "applied"
    for asked in ({"client": ("192.0.2.1", 5000)}, {"x_forwarded_for": "192.0.2.1"}):
        found = site.get("/api/jobs?limit=100", **asked).json()["jobs"]
        assert not [row for row in found if "status" in row or "note" in row]
        assert site.get("/api/jobs?status=applied", **asked).json()["reasons"] == {"status": "is the owner's own"}
        assert "status" not in site.get("/api/facets", **asked).json()["facets"]
        assert not {"status", "note"} & site.get("/api/jobs/7", **asked).json().keys()


def test_a_page_with_a_form_is_its_reader_s_own(site: Site) -> None:
    token = "a-token-of-one-reader"
    seen = site.get("/rolecall/jobs/7", cookie=f"ds_csrftoken={token}")
    if token.encode() in seen.body:
        assert "etag" not in seen.headers
    assert token.encode() not in site.get("/rolecall/jobs/7").body
    assert "etag" in site.get("/", cookie=f"ds_csrftoken={token}").headers


def test_the_page_shown_while_the_bitmaps_are_read_is_not_kept(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with asyncio.Runner() as runner:
        site = Site.__new__(Site)
        site.datasette, site._runner = Datasette([str(file)], config_dir=ROOT / "datasette"), runner
        site.app = site.datasette.app()
        reader = reader_of(site.datasette)
        monkeypatch.setattr(reader, "warm", lambda: None)
        cold = site.get("/")
        assert cold.status == 200
        assert b"Welder" in cold.body
        assert b"Counting the jobs" in cold.body
        monkeypatch.undo()
        runner.run(reader.ready())
        assert b"Counting the jobs" not in site.get("/", if_none_match=cold.headers["etag"]).body


def test_a_list_has_what_the_documentation_names(site: Site) -> None:
    answer = site.get("/api/jobs?q=rust&limit=2").json()
    assert answer.keys() == set("jobs total is_total_exact next previous query sort remark revision".split())
    assert (answer["total"], answer["is_total_exact"], answer["query"], answer["sort"]) == (
        39,
        True,
        "q=rust&limit=2",
        "best",
    )
    for row in answer["jobs"]:
        assert set(FIELDS) <= set(row)
        assert (row["skills"], row["is_open"], type(row["badges"])) == (["Rust"], True, list)
        assert "⟪Rust⟫" in row["excerpt"]


@pytest.mark.parametrize("query", ["", "q=rust", "sort=found", "is_open=any&sort=closed"])
def test_cursors_lead_through_the_whole_list_and_back(site: Site, query: str) -> None:
    first = site.get(f"/api/jobs?{query}&limit=15").json()
    second = site.get(f"/api/jobs?{query}&limit=15&after={first['next']}").json()
    third = site.get(f"/api/jobs?{query}&limit=15&after={second['next']}").json()
    assert third["next"] is None
    pks = [row["pk"] for page in (first, second, third) for row in page["jobs"]]
    assert len(pks) == len(set(pks)) == first["total"]
    back = site.get(f"/api/jobs?{query}&limit=15&before={third['previous']}").json()
    assert back["jobs"] == second["jobs"]
    assert site.get(f"/api/jobs?{query}&limit=15&before={back['previous']}").json()["jobs"] == first["jobs"]


@pytest.mark.parametrize(
    ("address", "status", "named"),
    [
        ("/api/jobs?limit=0&wage=3", 400, {"limit", "wage"}), ("/api/jobs?after=nowhere", 400, {"after"}),
        ("/api/jobs?before=nowhere", 400, {"before"}), ("/api/facets?sort=salary", 400, {"sort"}),
        ("/api/facets?yearly_min=1", 400, {"yearly_min"}), ("/api/jobs/99", 404, {"id"}),
        ("/api/jobs/x%2Fy", 404, {"id"}), ("/api/jobs/99999999999999999999", 404, {"id"}),
        ("/api/nothing", 404, {"path"}), ("/api", 404, {"path"}),
    ],
)  # fmt: skip
def test_a_refusal_is_json_with_reasons(site: Site, address: str, status: int, named: set[str]) -> None:
    answer = site.get(address)
    assert (answer.status, answer.headers["content-type"]) == (status, "application/json; charset=utf-8")
    assert answer.json()["ok"] is False
    assert answer.json()["error"]
    assert set(answer.json()["reasons"]) == named
    assert "etag" not in answer.headers


def test_a_job_is_had_by_its_pk_and_by_its_id_with_its_history(site: Site) -> None:
    job = site.get("/api/jobs/7").json()
    assert site.get("/api/jobs/lever:bolt:7").json() == job
    assert (job["title"], job["is_open"], job["note"], job["skills"]) == ("Welder 7", True, "mine", ["Rust"])
    assert [change["old"] for change in job["history"]] == ["Smith"]
    assert job["description"] == "Rust and cranes."


def test_the_state_of_the_file_is_counted(site: Site) -> None:
    stats = site.get("/api/stats").json()
    assert (stats["companies"], stats["runs"], stats["last_run"]["id"]) == (1, 1, 1)
    assert set(stats) == {"open_jobs", "companies", "runs", "new_today", "closed_this_week", "last_run"}


def test_facets_say_what_each_choice_would_leave(site: Site) -> None:
    facets = site.get("/api/facets?is_open=any&skills=Rust").json()["facets"]
    assert facets["skills"] == [{"value": "Rust", "count": 40, "is_chosen": True}]
    assert facets["status"] == [{"value": "applied", "count": 1, "is_chosen": False}]


def test_what_was_made_before_a_post_ended_is_not_kept(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = slowed(site, monkeypatch, 0.2)

    async def both() -> None:
        asked = asyncio.create_task(site.ask("/api/jobs"))
        await asyncio.sleep(0.05)
        await site.ask("/nowhere", method="POST")
        await asked
        await site.ask("/api/jobs")

    site.run(both())
    assert len(calls) == 2


def test_a_busy_site_answers_as_the_file_was_seconds_ago(
    site: Site, writer: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = reader_of(site.datasette)
    real, slow_ones = reader.jobs, asyncio.Event()

    async def slow(asked: Any, *given: Any, **named: Any) -> Any:
        if asked.of("country"):
            await slow_ones.wait()
        return await real(asked, *given, **named)

    monkeypatch.setattr(reader, "jobs", slow)
    before = site.get("/api/jobs")
    writer.execute("DELETE FROM jobs WHERE pk = 40")

    async def beside_two_slow_ones() -> "Answer":
        slow_asks = [asyncio.create_task(site.ask(f"/api/jobs?country={code}")) for code in ("DE", "FR")]
        await asyncio.sleep(0.3)
        answer = await site.ask("/api/jobs")
        slow_ones.set()
        await asyncio.gather(*slow_asks)
        return answer

    assert site.run(beside_two_slow_ones()).body == before.body
    assert site.get("/api/jobs").json()["total"] == before.json()["total"] - 1
