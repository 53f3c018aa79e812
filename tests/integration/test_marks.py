"""The reader's own words of a job: who may write them, who may see them, and what is refused."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.jobs_file import Served, insert_company, insert_job, make_file, serving

SECRET = "sesame-77"
SEEN_BY_OTHERS = [
    *("/rolecall/jobs/1", "/rolecall/jobs/1.json", "/rolecall/jobs?is_open=1", "/rolecall/jobs.json?is_open=1"),
    *("/rolecall/jobs.csv?is_open=1", "/rolecall/jobs_full", "/rolecall/jobs_full.json", "/rolecall/jobs_full.csv"),
    *("/rolecall/search?q=welder", "/rolecall/search.json?q=welder", "/rolecall/jobs.json?_sort_desc=listed_on"),
    *("/rolecall/companies/lever~3Abolt", "/rolecall/jobs/2", "/", "/rolecall/new_today.json", "/rolecall/job_changes"),
    *("/rolecall/jobs.json?status__notnull=1", "/rolecall/jobs.json?is_open=1&_nocol=title&_col=note"),
]


def fill(db: sqlite3.Connection) -> None:
    insert_company(db, open_jobs=2)
    insert_job(db, 1, title="Welder", status=SECRET, note=f"note {SECRET}", first_seen_at="2026-01-01T00:00:00Z")
    insert_job(db, 2, title="Welder")


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("ROLECALL_PUBLIC", raising=False)
    monkeypatch.delenv("ROLECALL_HOSTS", raising=False)
    return make_file(tmp_path / "rolecall.db", fill)


@pytest.fixture
def site(path: Path) -> Iterator[Served]:
    with serving(path) as served:
        yield served


def marks(path: Path, pk: int = 1) -> tuple[Any, ...]:
    with closing(sqlite3.connect(path)) as db:
        return tuple(db.execute("SELECT status, note FROM jobs WHERE pk = ?", [pk]).fetchone())


JSON = {"accept": "application/json"}


def test_only_what_is_sent_is_changed_and_empty_is_null(site: Served, path: Path) -> None:
    answer = site.post("/-/mark/1", {"status": "  applied\tfor "}, headers=JSON)
    assert answer.json() == {"ok": True, "status": "applied for", "note": f"note {SECRET}"}
    answer = site.post("/-/mark/1", {"note": " \r\n "}, headers=JSON)
    assert answer.json() == {"ok": True, "status": "applied for", "note": None}
    assert marks(path) == ("applied for", None)
    assert marks(path, 2) == (None, None)


def test_a_form_leads_back_to_the_job(site: Served, path: Path) -> None:
    answer = site.post("/-/mark/2", {"status": "saved", "note": "a\r\nb"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/rolecall/jobs/2#mine")
    assert marks(path, 2) == ("saved", "a\nb")


def test_a_mark_is_logged_for_those_who_follow_the_file(site: Served, path: Path) -> None:
    site.post("/-/mark/2", {"status": "saved"})
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT job_pk FROM job_revisions ORDER BY revision DESC LIMIT 1").fetchone() == (2,)


@pytest.mark.parametrize(
    ("form", "headers", "client", "status"),
    [
        ({"status": "x" * 41}, {}, "127.0.0.1", 400),
        ({"note": "x" * 10_001}, {}, "127.0.0.1", 400),
        ({"status": "a\x00b"}, {}, "127.0.0.1", 400),
        ({"note": "a\x00b"}, {}, "127.0.0.1", 400),
        ({"status": "a\x1bb"}, {}, "127.0.0.1", 400),
        ({"other": "x"}, {}, "127.0.0.1", 400),
        ({}, {}, "127.0.0.1", 400),
        ({"note": "x" * 200_001}, {}, "127.0.0.1", 413),
        ({"status": "x"}, {"sec-fetch-site": "cross-site"}, "127.0.0.1", 403),
        ({"status": "x"}, {"sec-fetch-site": "same-site"}, "127.0.0.1", 403),
        ({"status": "x"}, {"origin": "http://evil.example"}, "127.0.0.1", 403),
        ({"status": "x"}, {"origin": "http://localhost:9"}, "127.0.0.1", 403),
        ({"status": "x"}, {"origin": "null"}, "127.0.0.1", 403),
        ({"status": "x"}, {"sec-fetch-site": "same-origin", "origin": "null"}, "127.0.0.1", 403),
        ({"status": "x"}, {"cookie": "ds_csrftoken=1"}, "127.0.0.1", 403),
        ({"status": "x"}, {}, "192.0.2.7", 403),
        ({"status": "x"}, {}, "2001:db8::1", 403),
        ({"status": "x"}, {"x-forwarded-for": "192.0.2.7"}, "127.0.0.1", 403),
        ({"status": "x"}, {"host": "evil.example"}, "127.0.0.1", 400),
    ],
)
def test_a_refused_mark_writes_nothing(
    site: Served, path: Path, form: dict[str, str], headers: dict[str, str], client: str, status: int
) -> None:
    answer = site.post("/-/mark/2", form, headers=headers, client=client)
    assert answer.status_code == status
    assert len(answer.text.splitlines()) == 1
    assert marks(path, 2) == (None, None)


@pytest.mark.parametrize("client", ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"])
@pytest.mark.parametrize("headers", [{"origin": "http://localhost", "sec-fetch-site": "same-origin"}, {}])
def test_this_machine_may_write(site: Served, client: str, headers: dict[str, str]) -> None:
    assert site.post("/-/mark/2", {"status": "x"}, client=client, headers=headers).status_code == 303


def test_a_form_of_a_browser_needs_its_token(site: Served, path: Path) -> None:
    page = site.get("/rolecall/jobs/2")
    token = page.cookies["ds_csrftoken"]
    assert f'name="csrftoken" value="{token}"' in page.text
    cookies = {"ds_csrftoken": token}
    assert site.post("/-/mark/2", {"status": "x"}, cookies=cookies).status_code == 403
    assert site.post("/-/mark/2", {"status": "x", "csrftoken": token}, cookies=cookies).status_code == 303
    assert marks(path, 2) == ("x", None)


def test_other_methods_and_jobs_that_are_not_there(site: Served) -> None:
    assert site.get("/-/mark/1").status_code == 405
    assert site.post("/-/mark/99", {"status": "x"}, headers=JSON).json() == {"ok": False, "error": "No job 99."}
    assert site.post("/-/mark/99", {"status": "x"}).status_code == 404


def test_bytes_that_are_no_form_are_refused(site: Served) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    for content in (b"\xff=1", b"status=%ff", b"&".join([b"a=1"] * 50)):
        assert site.ask("POST", "/-/mark/2", content=content, headers=headers).status_code == 400


def test_a_busy_file_answers_one_line(site: Served, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rolecall_reader.marks.PATIENCE_MS", 50)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        answer = site.post("/-/mark/2", {"status": "x"}, headers=JSON)
    assert answer.status_code == 503
    assert answer.json()["error"] == "The file is busy: another program is writing to it. Try again in a moment."


def test_a_file_that_may_not_be_written_answers_one_line(path: Path) -> None:
    with serving(path, is_immutable=True) as site:
        answer = site.post("/-/mark/2", {"status": "x"})
    assert (answer.status_code, answer.text) == (503, "This server may not write to the file.")


@pytest.mark.parametrize("address", SEEN_BY_OTHERS)
def test_others_do_not_see_marks(site: Served, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    before = site.get(address)  # an editor asked first: nothing that was prepared for him is used for others
    for client, is_public in (("192.0.2.7", ""), ("192.0.2.7", "1"), ("127.0.0.1", "1")):
        monkeypatch.setenv("ROLECALL_PUBLIC", is_public)
        answer = site.get(address, client=client)
        assert answer.status_code == before.status_code == 200
        assert SECRET not in answer.text
        assert "csrftoken" not in answer.text


def test_editors_see_marks(site: Served) -> None:
    assert SECRET in site.get("/rolecall/jobs/1").text
    assert SECRET in site.get("/rolecall/jobs_full.json").text
    assert site.get("/rolecall/jobs.json?status__notnull=1&_shape=array").json()[0]["status"] == SECRET


def test_a_filter_tells_others_nothing(site: Served) -> None:
    for words in (f"status={SECRET}", "status__notnull=1", f"note__contains={SECRET}"):
        assert site.get(f"/rolecall/jobs.json?{words}&_shape=array", client="192.0.2.7").json() == []


def test_search_and_views_go_on_behind_the_veil(site: Served) -> None:
    rows = site.get("/rolecall/jobs.json?_search=welder&_shape=array", client="192.0.2.7").json()
    assert [row["pk"] for row in rows] == [2, 1]
    rows = site.get("/rolecall/jobs_full.json?_shape=array", client="192.0.2.7").json()
    assert [(row["title"], row["status"]) for row in rows] == [("Welder", None)] * 2


def test_others_run_no_sql(site: Served) -> None:
    assert site.get("/rolecall?sql=select+1", client="192.0.2.7").status_code == 403
    assert site.get("/rolecall?sql=select+1").status_code == 200


def test_a_public_instance_takes_marks_of_a_signed_in_actor_alone(
    site: Served, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROLECALL_PUBLIC", "1")
    assert site.post("/-/mark/2", {"status": "x"}).status_code == 403
    token = site.get("/rolecall/jobs/2", cookies=site.signed_in({"id": "me"})).cookies["ds_csrftoken"]
    cookies = {**site.signed_in({"id": "me"}), "ds_csrftoken": token}
    assert site.post("/-/mark/2", {"status": "x", "csrftoken": token}, cookies=cookies).status_code == 303
    assert marks(path, 2) == ("x", None)
    assert SECRET in site.get("/rolecall/jobs/1", cookies=cookies, client="192.0.2.7").text


def test_editors_can_be_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLECALL_PUBLIC", "1")
    with serving(path, metadata={"plugins": {"rolecall": {"editors": {"id": "me"}}}}) as site:
        assert SECRET in site.get("/rolecall/jobs/1", cookies=site.signed_in({"id": "me"})).text
        assert SECRET not in site.get("/rolecall/jobs/1", cookies=site.signed_in({"id": "you"})).text
