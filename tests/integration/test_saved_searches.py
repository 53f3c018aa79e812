"""Saved searches: what is new in them, who may keep them, and their feeds."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.reading import Browser, add, browsing, change

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "rolecall.db"


@pytest.fixture
def browser(path: Path) -> Iterator[Browser]:
    yield from browsing(path)


def save(browser: Browser, name: str = "Remote welders", query: str = "q=welder&workplace_type=remote") -> int:
    answer = browser.post({"name": name, "query": query})
    assert answer.status_code == 200, answer.text
    return int(answer.json()["id"])


def news(browser: Browser) -> str:
    """What the page says of the only search."""
    page = browser.get("/searches").text
    return "nothing new" if "nothing new" in page else page.split(" new</span>")[0].rsplit(">", 1)[1] + " new"


def test_new_is_what_came_to_match_since_the_last_look(browser: Browser, path: Path) -> None:
    add(path, 1, workplace_type="remote")
    search = save(browser)
    assert news(browser) == "nothing new"
    add(path, 2, workplace_type="remote")
    add(path, 3, workplace_type="onsite")
    add(path, 4)
    assert news(browser) == "1 new"
    change(path, 4, workplace_type="remote")  # its facts came later
    assert news(browser) == "2 new"
    answer = browser.get(f"/searches/{search}")
    assert answer.status_code == 302
    assert answer.headers["location"] == "/?q=welder&workplace_type=remote"
    assert news(browser) == "nothing new"
    change(path, 2, title="Senior welder")
    change(path, 1, is_open=0)
    change(path, 1, is_open=1)
    assert news(browser) == "nothing new"


def test_a_log_that_was_cut_loses_nothing_new(browser: Browser, path: Path) -> None:
    import sqlite3

    add(path, 1, workplace_type="remote")
    save(browser)
    add(path, 2, workplace_type="remote")
    add(path, 3)
    with sqlite3.connect(path) as db:
        db.execute("DELETE FROM job_revisions WHERE revision < (SELECT max(revision) FROM job_revisions)")
    db.close()
    assert news(browser) == "1 new"


@pytest.mark.parametrize(
    "headers", [{"sec-fetch-site": "cross-site"}, {"sec-purpose": "prefetch"}, {"purpose": "prefetch"}]
)
def test_a_search_that_nobody_opened_was_not_looked_at(browser: Browser, path: Path, headers: dict[str, str]) -> None:
    search = save(browser)
    add(path, 1, workplace_type="remote")
    assert browser.get(f"/searches/{search}", headers=headers).status_code == 302
    assert news(browser) == "1 new"


def test_a_search_is_renamed_and_deleted(browser: Browser) -> None:
    search = save(browser, "<b>Old</b>")
    assert "&lt;b&gt;Old&lt;/b&gt;" in browser.get("/searches").text
    assert browser.post({"do": "rename", "id": search, "name": " New  name "}).status_code == 200
    assert "New name" in browser.get("/searches").text
    assert browser.post({"do": "delete", "id": search}).status_code == 200
    assert "None yet" in browser.get("/searches").text
    assert browser.post({"do": "delete", "id": search}).status_code == 404


@pytest.mark.parametrize(
    ("form", "status", "said"),
    [
        ({"name": "", "query": ""}, 400, "1 to 100 characters"),
        ({"name": "x" * 101, "query": ""}, 400, "1 to 100 characters"),
        ({"name": "a", "query": "colour=red"}, 400, "colour: no such parameter"),
        ({"name": "Remote welders", "query": ""}, 409, "a search of that name"),
        ({"do": "rename", "id": "99", "name": "a"}, 404, "No such search"),
        ({"do": "rename", "id": "1x", "name": "a"}, 400, "do=rename"),
        ({"do": "burn", "id": "1"}, 400, "do=save"),
    ],
)
def test_a_form_that_cannot_be_followed_says_why(
    browser: Browser, form: dict[str, str], status: int, said: str
) -> None:
    save(browser)
    answer = browser.post(form)
    assert (answer.status_code, said in answer.json()["error"]) == (status, True)


@pytest.mark.parametrize("headers", [{"origin": "https://evil.example"}, {"sec_fetch_site": "cross-site"}])
def test_another_site_may_not_save(browser: Browser, headers: dict[str, str]) -> None:
    assert browser.post({"name": "a", "query": ""}, **headers).status_code == 403
    assert "None yet" in browser.get("/searches").text


def test_a_form_of_a_signed_in_browser_needs_its_token(browser: Browser) -> None:
    answer = browser._runner.run(
        browser.site.client.post("/-/searches", data={"name": "a", "query": ""}, cookies={"ds_actor": "x"})
    )
    assert answer.status_code == 403


def test_the_public_neither_sees_nor_keeps_searches(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    search = save(browser)
    monkeypatch.setenv("ROLECALL_PUBLIC", "1")
    for address in ("/searches", f"/searches/{search}", f"/searches/{search}/feed.atom"):
        answer = browser.get(address)
        assert (answer.status_code, "Remote welders" in answer.text) == (403, False)
    assert browser.post({"name": "a", "query": ""}).status_code == 403
    assert "Save this search" not in browser.get("/?q=welder").text
    assert browser.get("/feed.atom?status=saved").status_code == 400
    assert ">Saved<" not in browser.get("/").text.split("</nav>")[0]


def test_the_list_offers_to_be_saved_and_fed(browser: Browser, path: Path) -> None:
    add(path, 1)
    page = browser.get("/?q=welder").text
    assert 'type="application/atom+xml"' in page
    assert "/searches?save=q%3Dwelder" in page
    form = browser.get("/searches?save=q%3Dwelder%26workplace_type%3Dremote").text
    assert 'name="query" value="q=welder&amp;workplace_type=remote' in form
    assert "Workplace: Remote" in form


def entries(answer: Any) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    root = ET.fromstring(answer.content)
    assert root.tag == f"{ATOM}feed"
    assert all(root.find(f"{ATOM}{name}") is not None for name in ("id", "title", "updated", "author"))
    found = root.findall(f"{ATOM}entry")
    return [{child.tag.removeprefix(ATOM): child.text or child.attrib.get("href", "") for child in each}
            for each in found]  # fmt: skip


def test_a_feed_has_the_jobs_of_its_search_under_ids_that_stay(browser: Browser, path: Path) -> None:
    add(path, 1, workplace_type="remote")
    add(path, 2, id="lever:bolt:a b/ü", workplace_type="remote", salary_min=50000, salary_period="year")
    add(path, 3)
    search = save(browser)
    first = entries(browser.get(f"/searches/{search}/feed.atom"))
    assert [each["id"] for each in first] == [
        "urn:rolecall:job:lever:bolt:a%20b%2F%C3%BC",
        "urn:rolecall:job:lever:bolt:1",
    ]
    assert [each["link"] for each in first] == [f"http://localhost/rolecall/jobs/{pk}" for pk in (2, 1)]
    assert first[1]["updated"] == "2026-03-10T12:00:00+00:00"
    change(path, 1, title="Chief welder", content_hash="h3", changed_at="2026-03-11T12:00:00.000Z")
    second = entries(browser.get(f"/searches/{search}/feed.atom"))
    assert second[1] | {"title": "", "updated": ""} == first[1] | {"title": "", "updated": ""}
    assert (second[1]["title"], second[1]["updated"]) == ("Chief welder · Bolt", "2026-03-11T12:00:00+00:00")


def test_a_feed_of_hostile_words_is_sound_xml(browser: Browser, path: Path) -> None:
    words = "]]><script>alert(1)</script>&\x00\x08\x1f\ufffe\u2028'\""
    add(path, 1, title=f"Welder {words}", location=words, skills='["C\\u0000++"]', department=words)
    found = entries(browser.get("/feed.atom?q=welder"))
    assert found[0]["title"] == "Welder ]]><script>alert(1)</script>&\u2028'\" · Bolt"
    assert "<script>" not in found[0]["summary"]  # which is HTML


def test_a_feed_of_changes_has_what_changed_since(browser: Browser, path: Path) -> None:
    for pk in range(1, 61):
        add(path, pk, changed_at=f"2026-03-11T12:00:{60 - pk:02}.000Z")
    found = entries(browser.get("/feed.atom?changed_since=2026-03-11T12:00:05Z"))
    assert [each["id"].rsplit(":", 1)[1] for each in found] == [str(pk) for pk in range(1, 51)]
    assert entries(browser.get("/feed.atom?changed_since=2026-03-12T00:00:00Z")) == []
    assert browser.get("/feed.atom?changed_since=yesterday").status_code == 400


def test_a_feed_that_did_not_change_is_not_sent_again(browser: Browser, path: Path) -> None:
    add(path, 1)
    first = browser.get("/feed.atom?q=welder")
    again = browser.get("/feed.atom?q=welder", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    add(path, 2)
    later = browser.get("/feed.atom?q=welder", headers={"if-none-match": first.headers["etag"]})
    assert len(entries(later)) == 2
