"""What the README says of the JSON API is so, and its Streamlit page runs against a real server."""

import json
import re
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
import uvicorn
from datasette.app import Datasette

from rolecall_reader.asking import FILTERS, NUMBERS, OPEN, PAGE, SORTS
from tasks.settings import ROOT
from tests.reader_files import add_job, new_file

SECTION = (ROOT / "README.md").read_text().partition("## JSON API\n")[2].partition("\n## ")[0]
EXAMPLE = SECTION.partition("```python\n")[2].partition("```")[0]
ADDRESS = "http://127.0.0.1:8001"


class RerunError(Exception):
    """As Streamlit ends a run of the page."""


class Streamlit(ModuleType):
    """What the example uses of Streamlit, with what a reader does to it."""

    def __init__(self, words: str = "", places: tuple[str, ...] = (), is_clicked: bool = False) -> None:
        super().__init__("streamlit")
        self.words, self.places, self.is_clicked = words, places, is_clicked
        self.session_state: dict[str, Any] = {}
        self.shown: list[Any] = []

    def text_input(self, _: str) -> str:
        return self.words

    def multiselect(self, _: str, options: list[str]) -> list[str]:
        self.shown.append(("options", options))
        return [each for each in options if each in self.places]

    def button(self, _: str) -> bool:
        is_clicked, self.is_clicked = self.is_clicked, False
        return is_clicked

    def title(self, words: str) -> None:
        self.shown.append(("title", words))

    def write(self, words: str) -> None:
        self.shown.append(("write", words))

    def error(self, words: Any) -> None:
        self.shown.append(("error", words))

    def dataframe(self, rows: list[dict[str, Any]]) -> None:
        self.shown.append(("dataframe", rows))

    def rerun(self) -> None:
        raise RerunError

    stop = rerun

    def last(self, kind: str) -> Any:
        return next(each for name, each in reversed(self.shown) if name == kind)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    path = tmp_path_factory.mktemp("example") / "rolecall.db"
    with closing(new_file(path)) as db:
        for pk in range(1, 121):
            add_job(db, pk, "Rust." if pk % 2 else "Cranes.", workplace_type="remote" if pk % 3 else "onsite")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        app = Datasette([str(path)], config_dir=Path(ROOT) / "datasette").app()
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()


def run(page: Streamlit, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "streamlit", page)
    assert ADDRESS in EXAMPLE
    code = compile(EXAMPLE.replace(ADDRESS, address), "README.md", "exec")
    try:
        exec(code, {})
    except RerunError:
        exec(code, {})


def test_the_example_is_twenty_lines() -> None:
    assert len([line for line in EXAMPLE.splitlines() if line.strip() and "import" not in line]) <= 20


def test_the_example_lists_jobs_and_turns_the_page(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    page = Streamlit()
    run(page, address, monkeypatch)
    assert page.last("write") == "120 jobs"
    assert page.last("options") == ["remote", "onsite"]
    assert [row["title"] for row in page.last("dataframe")] == [f"Welder {pk}" for pk in range(120, 70, -1)]
    page.is_clicked = True
    run(page, address, monkeypatch)
    assert [row["title"] for row in page.last("dataframe")] == [f"Welder {pk}" for pk in range(70, 20, -1)]


def test_the_example_searches_and_filters(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    page = Streamlit("rust", ("onsite",))
    run(page, address, monkeypatch)
    assert page.last("write") == "20 jobs"
    assert {int(row["title"].split()[1]) % 6 for row in page.last("dataframe")} == {3}


def test_every_parameter_and_every_key_of_an_answer_is_named(address: str) -> None:
    names = (*FILTERS, *NUMBERS, *SORTS, *OPEN, "q", "is_open", "sort", "after", "before", "changed_since", str(PAGE))
    assert [name for name in names if not re.search(rf"\b{name}\b", SECTION)] == []
    keys = {*httpx.get(f"{address}/api/jobs").json(), *httpx.get(f"{address}/api/stats").json()}
    keys |= {"facets", "provenance", "history", *httpx.get(f"{address}/api/jobs?limit=0").json()}
    assert sorted(key for key in keys if f"`{key}`" not in SECTION) == []


def test_the_refusal_in_the_readme_is_the_one_that_comes(address: str) -> None:
    refused = re.search(r"^\{\"ok\".*\}\}$", SECTION, re.M)
    assert refused
    assert httpx.get(f"{address}/api/jobs?limit=0").json() == json.loads(refused.group())


def test_an_answer_that_is_still_true_is_not_sent_again(address: str) -> None:
    first = httpx.get(f"{address}/api/jobs")
    again = httpx.get(f"{address}/api/jobs", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
