"""A careers page through ScrapeGraphAI itself; the model is a stand-in here, a real server is asked in tests/vllm."""

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from importlib.util import find_spec

import pytest

from tasks import store
from tasks.settings import ROOT
from tests.fake_openai import FakeOpenAI, Site, serve

needs_library = pytest.mark.skipif(find_spec("scrapegraphai") is None, reason="ScrapeGraphAI is not installed")
OFFERS = {"potter": ("Potter", "Graz"), "weaver": ("Weaver", "Linz"), "cook": ("Cook", "Wels")}


def entry(name):
    return f'<li><h3>{OFFERS[name][0]}</h3><span>{OFFERS[name][1]}</span><a href="/jobs/{name}">More</a></li>'


def claim(name, **changes):
    return {"title": OFFERS[name][0], "location": OFFERS[name][1], "url": f"/jobs/{name}"} | changes


class Bench:
    """A careers page of three jobs, the stand-in for a model, and an own folder."""

    def __init__(self, site, site_url, model, model_url, make_settings, folder):
        self.site, self.model, self.folder = site, model, folder
        self.show("potter", "weaver", "cook")
        site.pages |= {
            f"/jobs/{name}": f"<main><h1>{title}</h1><p>Work as a {title} in {place}.</p></main>"
            for name, (title, place) in OFFERS.items()
        }
        file = folder / "companies.csv"
        file.write_text(f"name,source,board,base_url\nFern,scrapegraph,fern.example/careers,{site_url}\n")
        self.settings = make_settings(
            companies_file=file, vllm_url=model_url, redis_url="off", retries=0, vllm_timeout_seconds=20
        )

    def show(self, *names):
        self.site.pages["/careers"] = f"<main><h1>Jobs</h1><ul>{''.join(map(entry, names))}</ul></main>"

    def ingest(self, **parameters):
        from flows.ingest import ingest

        return asyncio.run(ingest(return_state=True, **parameters))

    def rows(self, sql):
        with contextlib.closing(store.open_reader(self.settings.database)) as reader:
            return [tuple(row) for row in reader.execute(sql)]

    def board(self):
        return self.rows(
            "SELECT outcome, claimed, fetched, closed, error FROM board_runs ORDER BY run_id DESC LIMIT 1"
        )[0]

    def open_jobs(self):
        return self.rows("SELECT title, location, text FROM jobs JOIN job_texts USING (content_hash) WHERE is_open = 1")


@pytest.fixture
def bench(prefect_api, make_settings, tmp_path):
    site, model = Site(), FakeOpenAI()
    with serve(site) as site_url, serve(model) as model_url:
        yield Bench(site, site_url, model, model_url, make_settings, tmp_path)


@needs_library
def test_exactly_the_jobs_that_stand_on_the_page_land_with_their_descriptions(bench):
    bench.model.jobs = [
        claim("potter"),
        claim("weaver", location="Vienna"),
        claim("cook", title="Chef"),
        claim("cook", url="/roles/chef"),
    ]
    assert bench.ingest().name == "Completed"
    assert sorted(bench.open_jobs()) == [
        ("Potter", "Graz", "Potter\nWork as a Potter in Graz."),
        ("Weaver", None, "Weaver\nWork as a Weaver in Linz."),
    ]
    assert bench.board() == ("truncated", 4, 2, 0, "read by a model: 2 of 4 proposals stand on the page")
    assert len(bench.model.asked) == 1
    assert not [path for path, _ in bench.site.seen if "chef" in path]


@needs_library
def test_an_unchanged_page_is_not_asked_about_again(bench):
    bench.model.jobs = [claim("potter"), claim("weaver")]
    bench.ingest()
    before = bench.rows("SELECT * FROM jobs")
    assert bench.ingest().name == "Completed"
    assert len(bench.model.asked) == 1
    assert bench.rows("SELECT * FROM jobs") == before
    told = "read by a model: 2 of 2 proposals stand on the page, which has not changed since"
    assert bench.board() == ("truncated", 2, 2, 0, told)
    bench.ingest(full=True)
    assert len(bench.model.asked) == 2


@needs_library
def test_nothing_closes_when_jobs_vanish_however_often(bench):
    bench.model.jobs = [claim("potter"), claim("weaver")]
    bench.ingest()
    bench.show("potter")
    for _ in range(2):
        bench.ingest()
    assert bench.board()[:4] == ("truncated", 1, 1, 0)
    bench.model.jobs = []
    bench.show()
    del bench.site.pages["/jobs/potter"]
    for _ in range(4):
        bench.ingest()
    assert bench.board()[:4] == ("truncated", 0, 0, 0)
    assert len(bench.open_jobs()) == 2


@needs_library
def test_an_answer_that_is_cut_off_is_asked_for_in_halves(bench):
    bench.model.jobs, bench.model.lengths = [claim(name) for name in OFFERS], [2]
    bench.ingest()
    assert len(bench.open_jobs()) == 3
    assert len(bench.model.asked) == 3


@needs_library
@pytest.mark.parametrize(
    "text", ["Here you are: none.", '{"jobs": [{"title": "Potter", "url"', '{"jobs": [], "more": 1}']
)
def test_an_answer_that_is_no_list_of_jobs_fails_its_board_with_one_line(bench, text):
    bench.model.text = text
    assert bench.ingest().name == "Partial"
    outcome, _, _, _, error = bench.board()
    assert outcome == "failed"
    assert error.startswith("the model could not read the page: the model's answer")
    assert "Traceback" not in error


def test_without_the_library_or_a_server_the_board_fails_with_what_to_do(bench, monkeypatch):
    monkeypatch.setattr("tasks.llm.scrapegraph.find_spec", lambda name: None)
    assert bench.ingest().name == "Partial"
    assert "pip install" in bench.board()[4]
    monkeypatch.setattr("tasks.llm.scrapegraph.find_spec", lambda name: "there")
    monkeypatch.delenv("ROLECALL_VLLM_URL")
    bench.ingest()
    assert "ROLECALL_VLLM_URL" in bench.board()[4]


GUARD = """
import socket, subprocess
from tasks.llm.scrapegraph_child import refuse_all_but
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(("127.0.0.1", 9))  # before, nothing is refused
refuse_all_but("http://127.0.0.1:{port}/v1")
socket.create_connection(("127.0.0.1", {port})).close()
print("reached")
def attempt(call, *given):
    try:
        call(*given)
    except PermissionError:
        print("refused")
    else:
        print("NOT refused", call, given)
attempt(socket.create_connection, ("127.0.0.1", {other}))
attempt(socket.create_connection, ("localhost", {port}))
attempt(socket.getaddrinfo, "telemetry.example", 443)
attempt(socket.gethostbyname, "telemetry.example")
attempt(socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto, b"x", ("127.0.0.1", {other}))
attempt(socket.socket(socket.AF_UNIX).connect, "/nowhere.sock")
attempt(subprocess.run, ["true"])
"""
HABITS = """
import threading
from tasks.llm.scrapegraph_child import refuse_all_but
refuse_all_but("http://127.0.0.1:{port}")
from urllib import request
from scrapegraphai.graphs import SmartScraperGraph
from scrapegraphai.telemetry import telemetry
assert telemetry.is_telemetry_enabled()  # as the library comes
told = []
whole = request.urlopen
def listening(*given, **named):
    try:
        return whole(*given, **named)
    except OSError as error:
        told.append(repr(error))
        raise
request.urlopen = listening
telemetry.log_graph_execution("x", ["https://page.example"], "prompt", {"a": 1}, "m", "e", "url", 1.0, "page", {"b": 2})
for thread in threading.enumerate():
    if thread is not threading.current_thread():
        thread.join(10)
print("refused" if len(told) == 1 and "refused: socket.getaddrinfo" in told[0] else told)
from langchain_openai import ChatOpenAI
model = ChatOpenAI(model="x", base_url="http://127.0.0.1:{port}/v1", api_key="x", max_retries=0)
config = {"llm": {"model_instance": model, "model_tokens": 1000}, "html_mode": True}
try:
    SmartScraperGraph("x", "http://127.0.0.1:{other}/", config).run()
except Exception as error:
    print("refused" if "refused" in repr(error) else repr(error))
telemetry.disable_telemetry()
print(telemetry.is_telemetry_enabled())
"""


def run(script, folder):
    with socket.create_server(("127.0.0.1", 0)) as ours, socket.create_server(("127.0.0.1", 0)) as other:
        other.setblocking(False)
        script = script.replace("{port}", str(ours.getsockname()[1])).replace("{other}", str(other.getsockname()[1]))
        env = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": str(ROOT)}
        done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=False)
        with pytest.raises(BlockingIOError):
            other.accept()
    return done.stdout.split("\n")[:-1], done.stderr


def test_the_process_that_reads_reaches_the_models_server_alone(tmp_path):
    assert run(GUARD, tmp_path) == (["reached", *["refused"] * 7], "")


@needs_library
def test_what_the_library_reports_and_fetches_by_itself_is_refused(tmp_path):
    lines, errors = run(HABITS, tmp_path)
    assert lines == ["refused", "refused", "False"], errors[-2000:]


@needs_library
def test_the_process_ends_with_the_one_that_started_it(tmp_path):
    script = f"""
import asyncio, os
from pathlib import Path
from tasks.llm import scrapegraph
async def main():
    asyncio.get_running_loop().call_later(1.5, os._exit, 0)
    question = {{"url": "http://127.0.0.1:1", "model": "x", "key": "x", "html": "<a href='/a'>x</a>" * 9,
                "answer_tokens": 9, "piece_bytes": 999, "timeout_seconds": 600}}
    await scrapegraph._answer(__import__("json").dumps(question).encode(), Path({str(tmp_path)!r}), 600)
asyncio.run(main())
"""
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, timeout=60, check=True)
    until = time.monotonic() + 10
    while (left := _children_in(tmp_path)) and time.monotonic() < until:
        time.sleep(0.2)
    assert left == []


def _children_in(folder):
    found = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True).stdout.splitlines()
    readers = [line.split()[0] for line in found if "tasks.llm.scrapegraph_child" in line]
    left = []
    for pid in readers:
        with contextlib.suppress(OSError):  # gone meanwhile
            left += [pid] if os.readlink(f"/proc/{pid}/cwd") == str(folder) else []
    return left


def test_nothing_heavy_is_imported_with_the_command_or_the_verb():
    heavy = {"jobspy", "scrapegraphai", "langchain_core", "langchain_openai", "pandas", "vllm"}
    script = f"import json, sys, flows.cli, tasks.scrape; print(json.dumps(sorted({heavy} & set(sys.modules))))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []
