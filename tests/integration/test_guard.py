"""What keeps a served page safe: hosts by name, no downloads, no SQL and no pages of Datasette's own for others."""

from collections.abc import Iterator

import pytest

from tests.jobs_file import Served, insert_company, insert_job, make_file, serving


def fill(db: object) -> None:
    insert_company(db, open_jobs=1)
    insert_job(db, 1)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(make_file(tmp_path_factory.mktemp("guard") / "rolecall.db", fill)) as served:
        yield served


@pytest.fixture(params=["", "1"], ids=["private", "public"])
def is_public(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setenv("ROLECALL_PUBLIC", request.param)
    return bool(request.param)


@pytest.mark.parametrize("path", ["/", "/rolecall/jobs/1", "/static/rolecall.css", "/robots.txt", "/-/versions.json"])
def test_a_host_that_is_not_known_gets_one_line(site: Served, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.setenv("ROLECALL_HOSTS", "jobs.example")
    answer = site.get(path, headers={"host": "evil.example"})
    assert (answer.status_code, answer.text) == (400, "This host is not one of ROLECALL_HOSTS.")
    assert "script-src" in answer.headers["content-security-policy"]
    assert site.get(path, headers={"host": "jobs.example:443"}).status_code == 200


def test_a_public_instance_takes_any_host_where_none_is_named(site: Served, is_public: bool) -> None:
    answer = site.get("/rolecall/jobs/1", headers={"host": "anything.example"})
    assert answer.status_code == (200 if is_public else 400)


@pytest.mark.parametrize("path", ["/rolecall.db", "/rolecall.db?_dl=on", "/rolecall~2Edb"])
def test_the_file_cannot_be_downloaded(site: Served, is_public: bool, path: str) -> None:
    assert site.get(path).status_code in (403, 404)
    assert b"SQLite format" not in site.get(path).content


@pytest.mark.parametrize(
    "path",
    [
        *("/rolecall?sql=select+1", "/rolecall.json?sql=select+1", "/rolecall.csv?sql=select+1"),
        *("/rolecall/jobs?is_open=1&_where=1=1", "/rolecall/jobs.json?_where=1=1", "/rolecall/jobs.csv?_where=1=1"),
        "/rolecall/companies?_where=exists(select+1)",
    ],
)
def test_others_run_no_sql_of_their_own(site: Served, is_public: bool, path: str) -> None:
    assert site.get(path, client="192.0.2.7").status_code in (400, 403)
    assert (site.get(path).status_code == 200) is not is_public


@pytest.mark.parametrize(
    "path", ["versions", "settings.json", "plugins.json", "databases.json", "threads", "permissions"]
)
def test_a_public_instance_hides_what_it_is_made_of(site: Served, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.setenv("ROLECALL_PUBLIC", "1")
    assert site.get(f"/-/{path}").status_code == 404


@pytest.mark.parametrize(
    "path", ["/rolecall/searches", "/rolecall/alerts.json", "/rolecall/jobs_fts", "/rolecall/jobs_search"]
)
def test_tables_of_the_owner_and_of_the_index_are_closed(site: Served, is_public: bool, path: str) -> None:
    assert site.get(path).status_code == 403


def test_a_list_has_at_most_two_hundred_rows(site: Served) -> None:
    assert site.get("/rolecall/jobs.json?_size=5000").status_code == 400
    assert site.datasette.setting("sql_time_limit_ms") == 500
