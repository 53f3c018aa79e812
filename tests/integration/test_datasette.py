"""Datasette over a real file: every page answers, nothing hostile gets through, nothing private is open."""

import asyncio
import json
import re
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from datasette.app import Datasette
from selectolax.lexbor import LexborHTMLParser

from tasks import store
from tasks.normalize import clean_html

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "datasette"
QUERIES = yaml.safe_load((FOLDER / "metadata.yaml").read_text())["databases"]["rolecall"]["queries"]
HOSTILE = '<script>alert("x")</script><img src=x onerror=alert(1)>'
DESCRIPTION = f"<p>We use <b>C++</b>.</p>{HOSTILE}<a href='javascript:alert(2)'>a</a><iframe src='//x'></iframe>"
ACME_ID = "jsonld:www.acme.example/careers"
ACME = "/rolecall/companies/jsonld~3Awww~2Eacme~2Eexample~2Fcareers"
PAGES = [
    *("/", "/rolecall", "/rolecall?sql=select+1", "/robots.txt", "/static/rolecall.css", "/static/rolecall.js"),
    *("/rolecall/jobs?is_open=1", "/rolecall/jobs?is_open=0", "/rolecall/jobs?_sort_desc=listed_on"),
    *("/rolecall/jobs?_search=engineer", "/rolecall/jobs?skills__arraycontains=C%2B%2B", "/rolecall/jobs_full"),
    *("/rolecall/jobs.json?is_open=1", "/rolecall/jobs.csv?is_open=1", "/rolecall/jobs/1", "/rolecall/jobs/2"),
    *("/rolecall/companies", ACME, "/rolecall/runs", "/rolecall/runs/2", "/rolecall/job_changes"),
    *("/rolecall/board_runs", "/rolecall/board_runs/2,lever~3Abolt", "/rolecall/pages", "/rolecall/extractions"),
    *("/rolecall/politeness", "/rolecall/politeness?host=slow.example", "/rolecall/savings", "/rolecall/host_runs"),
    *(f"/rolecall/{name}" for name in QUERIES),
]
SCRIPTS = {f"/static/{path.name}" for path in (FOLDER / "static").glob("*.js")}
NASTY = [
    *('"(', '"', '""', "c++", "C#", "NEAR(", "a AND", "*", "-", "title:", "' OR 1=1 --", "é😀", "{}", "^", "%"),
    *("\\", "a\x00b", "\x00", "ü" * 2000),
]


def stamp(**ago: float) -> str:
    return (datetime.now(UTC) - timedelta(**ago)).strftime("%Y-%m-%dT%H:%M:%SZ")


def insert(db: sqlite3.Connection, table: str, **values: Any) -> None:
    marks = ", ".join("?" * len(values))
    db.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", list(values.values()))


def insert_job(db: sqlite3.Connection, pk: int, html: str = "<p>Text</p>", **values: Any) -> None:
    text = {"content_hash": f"h{pk}", "html": clean_html(html), "text": f"text {pk} {html}", "origin": "platform"}
    insert(db, "job_texts", **text, facts='{"employment_type": "full_time"}')
    bolt = {"id": f"lever:bolt:{pk}", "company_id": "lever:bolt", "company": "Bolt", "title": f"Engineer {pk}"}
    dates = {"first_seen_at": stamp(days=3), "changed_at": stamp(days=3)}
    row = {"pk": pk, "url": f"https://jobs.example/{pk}", "content_hash": f"h{pk}", "recipe": "r1"}
    insert(db, "jobs", **{**row, **bolt, **dates, **values})


def fill_ledger(db: sqlite3.Connection) -> None:
    for company, name in ((ACME_ID, f"Acme {HOSTILE}"), ("lever:bolt", "Bolt")):
        source, _, board = company.partition(":")
        insert(db, "companies", id=company, name=name, source=source, board=board, open_jobs=40, added_at=stamp(days=9))
    times = {"started_at": stamp(hours=3), "finished_at": stamp(hours=2)}
    insert(db, "runs", id=1, state="completed", parameters="{}", **times)
    insert(db, "runs", id=2, state="partial", parameters="{}", failed=1, warnings='["no model server"]', **times)
    spared = {"fetched": 40, "not_modified": 3, "same_bytes": 1, "not_asked": 1200, "bytes_saved": 2_500_000}
    insert(db, "board_runs", run_id=2, company_id=ACME_ID, outcome="complete", at=stamp(hours=2), **spared)
    for host, requests in (("boards.example", 7), (f"{HOSTILE}.example", 90), ("slow.example", 8)):
        insert(db, "host_runs", run_id=2, host=host, requests=requests, wait_seconds=94.26, too_many=2, waits=5)
    db.execute("UPDATE host_runs SET crawl_delay_seconds = 10, robots_refused = 1 WHERE host = 'slow.example'")
    failed = {"company_id": "lever:bolt", "outcome": "failed", "error": f"bad {HOSTILE}"}
    insert(db, "board_runs", run_id=2, **failed, at=stamp(hours=2))
    insert(db, "recipes", id="r1", parameters="{}", created_at=stamp(days=9))


def fill_jobs(db: sqlite3.Connection) -> None:
    acme = {"company_id": ACME_ID, "company": f"Acme {HOSTILE}", "id": f"{ACME_ID}:a/b?c=1&d é", "location": HOSTILE}
    pay = {"salary_min": 120000, "salary_max": 150000, "salary_currency": "USD", "salary_period": "year"}
    kind = {"workplace_type": "remote", "seniority": "senior", "employment_type": "full_time", "country": "DE"}
    mine = {"note": HOSTILE, "status": "applied"}
    more = {"skills": '["C++", "Rust"]', "apply_url": "https://jobs.example/apply", "posted_on": stamp(days=3)[:10]}
    insert_job(db, 1, DESCRIPTION, title=f"C++ Engineer {HOSTILE}", **acme, **pay, **kind, **mine, **more)
    evidence = json.dumps({"salary_min": {"origin": "rules", "part": "text", "quote": f"pays 120k {HOSTILE}"}})
    insert(db, "extractions", content_hash="h1", recipe="r1", fields="{}", evidence=evidence, at=stamp(days=1))
    insert(db, "job_changes", job_pk=1, run_id=2, field="title", old=HOSTILE, new="C++ Engineer", at=stamp(days=1))
    insert_job(db, 2, is_open=0, closed_at=stamp(days=1), title="Closed role")
    insert_job(db, 3, first_seen_at=stamp(hours=2))
    for pk in range(4, 75):  # every third one states no date
        insert_job(db, pk, posted_on=f"2026-01-{pk % 28 + 1:02}" if pk % 3 else None)


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def get(runner: asyncio.Runner, tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("datasette") / "rolecall.db"
    with sqlite3.connect(path) as db:
        db.executescript(store.SCRIPT)
        fill_ledger(db)
        fill_jobs(db)
    db.close()
    served = Datasette([str(path)], config_dir=FOLDER)
    return lambda address, **options: runner.run(served.client.get(address, **options))


@pytest.mark.parametrize("page", PAGES)
def test_a_page_answers(get: Any, page: str) -> None:
    assert get(page).status_code == 200


@pytest.mark.parametrize("page", [page for page in PAGES if "." not in page])
def test_a_page_holds_hostile_words_as_text_only(get: Any, page: str) -> None:
    tree = LexborHTMLParser(get(page).text)
    assert not tree.css("img, iframe, object, embed, style, base, meta[http-equiv]")
    assert {node.attributes.get("src") for node in tree.css("script")} <= SCRIPTS
    attributes = [pair for node in tree.css("*") for pair in node.attributes.items()]
    assert not [name for name, _ in attributes if name.startswith("on") or name == "style"]
    assert not [value for _, value in attributes if (value or "").strip().lower().startswith("javascript:")]


@pytest.mark.parametrize("page", [page for page in PAGES if "." not in page])
def test_a_page_loads_nothing_from_elsewhere(get: Any, page: str) -> None:
    text = get(page).text
    assert not re.findall(r"<(?:link|script|form|source)[^>]+(?:href|src|action)=\"(?!/)", text)
    links = re.findall(r"<a [^>]*href=\"(https?://[^\"]*)", text)
    assert all(link.startswith("https://jobs.example/") for link in links)


@pytest.mark.parametrize("words", NASTY)
def test_no_search_words_are_an_error(get: Any, words: str) -> None:
    assert get("/rolecall/jobs", params={"_search": words}, follow_redirects=True).status_code == 200
    assert get("/rolecall/search", params={"q": words}, follow_redirects=True).status_code == 200


def test_a_search_finds_signs_that_matter(get: Any) -> None:
    assert [row["pk"] for row in get("/rolecall/jobs.json?_search=c%2B%2B&_shape=array").json()] == [1]


def test_the_best_match_shows_an_excerpt(get: Any) -> None:
    page = get("/rolecall/search?q=c%2B%2B").text
    assert "<mark>C++</mark>" in page
    assert "/rolecall/jobs/1" in page


def test_the_bare_table_of_jobs_leads_to_the_first_page(get: Any) -> None:
    assert get("/rolecall/jobs").headers["location"] == "/"


def test_the_table_of_jobs_is_neither_counted_nor_faceted(get: Any) -> None:
    page = get("/rolecall/jobs?is_open=1").text
    assert "Closed role" not in page
    assert " rows" not in page
    assert 'class="chips"' not in page
    assert get("/rolecall/jobs.json?is_open=1").json()["filtered_table_rows_count"] == 73


def test_a_job_shows_its_facts_where_they_stand_and_its_history(get: Any) -> None:
    page = get("/rolecall/jobs/1").text
    for words in ("$120k–150k / year", "pays 120k", "stated by the job board", "Title changed", "First seen", "applied",
                  'href="https://jobs.example/apply"', "We use <b>C++</b>."):  # fmt: skip
        assert words in page


def test_a_closed_job_says_so_and_cannot_be_applied_for(get: Any) -> None:
    page = get("/rolecall/jobs/2").text
    assert "This role left its board" in page
    assert ">Apply<" not in page


def test_a_job_is_found_by_its_own_id(get: Any) -> None:
    link = re.search(r'href="(/job/[^"]+)"', get("/rolecall/jobs/1").text)
    assert link
    assert get(link.group(1)).headers["location"] == "/rolecall/jobs/1"


@pytest.mark.parametrize("address", ["/job/lever:none:%3Cb%3E", "/rolecall/jobs/9999", "/rolecall/jobs/x", "/none"])
def test_what_is_not_there_is_a_readable_404(get: Any, address: str) -> None:
    answer = get(address)
    assert answer.status_code == 404
    assert "See open jobs" in answer.text
    assert "<b>" not in answer.text


def test_a_run_shows_what_it_asked_of_each_host_and_what_it_saved(get: Any) -> None:
    page = LexborHTMLParser(get("/rolecall/runs/2").text)
    tables = [[cell.text(strip=True) for cell in table.css("td")] for table in page.css("table")]
    hosts = next(cells for cells in tables if "slow.example" in cells)
    assert hosts[11:22] == ["slow.example", "8", "0 B", "0", "2", "0", "5", "1 min 34 s", "0", "01 refused", "10.0 s"]
    assert hosts[22] == "boards.example"
    assert any(
        each.text()
        == "Saved: 2 pages not sent again, 1 the same byte for byte, 1,200 job pages not asked for, 2.5 MB; "
        "40 texts not extracted again."
        for each in page.css("p.where")
    )


def test_the_busiest_hosts_come_first_with_what_the_columns_mean(get: Any) -> None:
    page = LexborHTMLParser(get("/rolecall/politeness").text)
    assert page.css_first("h1").text() == "Politeness"
    column = [each.text() for each in page.css("th")].index("requests")
    assert [row.css("td")[column].text(strip=True) for row in page.css("tbody tr")] == ["90", "8", "7"]
    assert "Answers 429" in [each.attributes.get("title") for each in page.css("th")]


@pytest.mark.parametrize("name", ["", "_data", "_idx", "_docsize", "_config"])
def test_the_index_behind_the_search_is_closed(get: Any, name: str) -> None:
    assert get(f"/rolecall/jobs_fts{name}").status_code == 403
    assert get(f"/rolecall/jobs_fts{name}.json").status_code == 403


def test_the_settings_are_live(get: Any) -> None:
    live = get("/-/settings.json").json()
    wanted = json.loads((FOLDER / "settings.json").read_text())
    assert {name: live[name] for name in wanted} == wanted
    assert get("/rolecall/jobs?is_open=1&_facet=content_hash").status_code == 400
    assert get("/rolecall.db").status_code in (403, 404)


@pytest.mark.parametrize(
    "page", ["/", "/rolecall/jobs/1", "/none", "/static/rolecall.css", "/rolecall/jobs.json", "/job/x"]
)
def test_every_answer_carries_the_security_headers(get: Any, page: str) -> None:
    headers = get(page).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"  # with no-referrer, forms of our own say Origin: null
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "unsafe-inline" not in headers["content-security-policy"]


def test_a_public_instance_runs_nobodys_sql(get: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLECALL_PUBLIC", "1")
    assert get("/rolecall?sql=select+1").status_code == 403
    assert get("/rolecall/jobs?_where=1").status_code == 403
    assert get("/-/databases.json").status_code == 404
    assert "Your own SQL" not in get("/rolecall").text
    assert get("/rolecall/by_company").status_code == 200


def test_a_list_that_may_not_be_sorted_so_is_a_bad_request(get: Any) -> None:
    assert get("/rolecall/jobs?_sort=title").status_code == 400


def test_salaries_are_kept_apart_by_currency_and_brought_to_a_year(get: Any) -> None:
    rows = get("/rolecall/salaries.json?_shape=array&currency=usd&words=c%2B%2B").json()
    assert [(row["currency"], row["yearly_min"], row["yearly_max"]) for row in rows] == [("USD", 120000.0, 150000.0)]
