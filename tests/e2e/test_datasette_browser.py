"""A job seeker with a browser: search, open a card, read the job, go back. Nothing leaves this machine."""

import shutil
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tasks import store

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on PATH")

ROOT = Path(__file__).parents[2]
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
]
NOW = "2026-03-10T12:00:00Z"


def insert(db: sqlite3.Connection, table: str, **values: Any) -> None:
    marks = ", ".join("?" * len(values))
    db.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", list(values.values()))


def fill(db: sqlite3.Connection) -> None:
    insert(db, "companies", id="lever:bolt", name="Bolt", source="lever", board="bolt", open_jobs=70, added_at=NOW)
    insert(db, "runs", id=1, state="completed", parameters="{}", started_at=NOW, finished_at=NOW)
    insert(db, "board_runs", run_id=1, company_id="lever:bolt", outcome="complete", at=NOW)
    for pk in range(1, 71):
        html = "<h3>Tasks</h3><p>Steer the crane.</p>"
        insert(db, "job_texts", content_hash=str(pk), html=html, text=html, facts="{}", origin="platform")
        title = "C++ <i>Crane</i> Engineer" if pk == 40 else f"Welder {pk}"
        job = {"id": f"lever:bolt:{pk}", "company_id": "lever:bolt", "company": "Bolt", "title": title}
        dates = {"first_seen_at": NOW, "changed_at": NOW, "posted_on": f"2026-02-{pk % 28 + 1:02}"}
        insert(db, "jobs", pk=pk, **job, **dates, url="https://jobs.example/1", content_hash=str(pk))


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    import uvicorn
    from datasette.app import Datasette

    path = tmp_path_factory.mktemp("browser") / "rolecall.db"
    with sqlite3.connect(path) as db:
        db.executescript(store.SCRIPT)
        fill(db)
    db.close()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        app = Datasette([str(path)], config_dir=ROOT / "datasette").app()
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def page(request: pytest.FixtureRequest, browser: Any, address: str) -> Iterator[Any]:
    """A phone; at the end, the console is clean and no request went elsewhere."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=request.param)
    page, complaints, requests = context.new_page(), [], []
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda sent: requests.append(sent.url))
    yield page
    context.close()
    assert complaints == []
    assert [url for url in requests if not url.startswith(address)] == []


def test_a_reader_finds_a_job_reads_it_and_goes_back(page: Any, address: str) -> None:
    page.goto(address)
    page.get_by_role("searchbox").fill('c++ "crane')
    page.get_by_role("searchbox").press("Enter")
    cards = page.locator("article.card")
    assert cards.count() == 1
    page.get_by_role("link", name="C++ <i>Crane</i> Engineer").click()
    assert page.locator("h1").inner_text() == "C++ <i>Crane</i> Engineer"
    assert "Steer the crane." in page.locator(".prose").inner_text()
    assert page.get_by_role("link", name="Apply").get_attribute("href") == "https://jobs.example/1"
    page.go_back()
    assert page.get_by_role("searchbox").input_value() == 'c++ "crane'
    assert cards.count() == 1


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/rolecall", "/rolecall/jobs?is_open=1", "/rolecall/jobs/40", "/rolecall/runs", "/rolecall/runs/1"),
        *("/rolecall/companies", "/rolecall/companies/lever~3Abolt", "/rolecall/failed_boards", "/rolecall/salaries"),
    ],
)
def test_a_page_fits_a_phone(page: Any, address: str, path: str) -> None:
    page.goto(address + path)
    assert page.locator("main").bounding_box()["width"] <= 390
    assert page.locator("html").evaluate("html => html.scrollWidth") <= 390


@pytest.mark.parametrize("page", [True], indirect=True, ids=["scripts"])
def test_a_long_list_goes_on_by_itself(page: Any, address: str) -> None:
    page.goto(address + "/rolecall/jobs?is_open=1")
    cards = page.locator("article.card")
    assert cards.count() == 30
    for _ in range(50):
        page.mouse.wheel(0, 20000)
        page.wait_for_timeout(100)
        if cards.count() == 70:
            break
    titles = cards.locator("h3").all_inner_texts()
    assert len(set(titles)) == len(titles) == 70
    assert page.get_by_role("link", name="Next page").count() == 0


@pytest.mark.parametrize("page", [False], indirect=True, ids=["no-scripts"])
def test_a_long_list_goes_on_by_its_link(page: Any, address: str) -> None:
    page.goto(address + "/rolecall/jobs?is_open=1")
    page.get_by_role("link", name="Next page").click()
    assert page.locator("article.card").count() == 30
    page.get_by_role("link", name="Next page").click()
    assert page.locator("article.card").count() == 10
    page.get_by_role("link", name="First page").click()
    assert page.get_by_role("link", name="Next page").count() == 1
