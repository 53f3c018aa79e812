"""Answers that are sent again: only to who would get the same, and only while the file is the same."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.jobs_file import Served, insert_company, insert_job, make_file, serving

SECRET = "sesame-77"
PAGES = ["/", "/api/jobs", "/rolecall/companies/lever~3Abolt", "/rolecall/runs", "/rolecall/jobs.json?is_open=1"]


def fill(db: sqlite3.Connection) -> None:
    insert_company(db, open_jobs=1)
    insert_job(db, 1, title="Welder", status=SECRET)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("ROLECALL_PUBLIC", raising=False)
    return make_file(tmp_path / "rolecall.db", fill)


@pytest.fixture
def site(path: Path) -> Iterator[Served]:
    with serving(path) as served:
        yield served


@pytest.mark.parametrize("page", PAGES)
def test_an_answer_is_the_same_until_the_file_changes(site: Served, path: Path, page: str) -> None:
    site.get("/api/jobs")  # the bitmaps are read
    first = site.get(page)
    known = {"if-none-match": first.headers["etag"]}
    assert site.get(page, headers=known).status_code == 304
    assert site.get(page).text == first.text
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE jobs SET title = 'Potter'")
    assert site.get(page, headers=known).status_code == 200


@pytest.mark.parametrize("page", ["/api/jobs", "/rolecall/jobs.json?is_open=1", "/rolecall/companies/lever~3Abolt"])
def test_what_an_editor_got_is_not_sent_to_others(site: Served, page: str) -> None:
    editors = site.get(page)
    assert SECRET in editors.text
    for options in ({"client": "192.0.2.7"}, {"headers": {"x-forwarded-for": "192.0.2.7"}}):
        others = site.get(page, **options)
        assert others.status_code == 200
        assert SECRET not in others.text
        known = {"if-none-match": editors.headers["etag"], **options.get("headers", {})}
        assert site.get(page, **{**options, "headers": known}).status_code == 200
    assert SECRET in site.get(page).text


def test_a_form_carries_the_token_of_its_own_browser(site: Served) -> None:
    for _ in range(2):
        token = site.get("/rolecall/jobs/1").cookies["ds_csrftoken"]
        for _ in range(2):
            page = site.get("/rolecall/jobs/1", cookies={"ds_csrftoken": token}).text
            assert re.findall(r'name="csrftoken" value="([^"]+)"', page) == [token]
