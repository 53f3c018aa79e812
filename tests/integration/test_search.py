"""Boards searched by words, through JobSpy itself in its own process; its sites are stand-ins on loopback."""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import time
from importlib.util import find_spec

import pytest

from tasks import search, store
from tasks.errors import BlockedError, ConfigError, FetchError
from tasks.fetch import Counts
from tasks.model import Company
from tasks.settings import ROOT
from tasks.sources import jobspy as source
from tests.job_boards import Boards, card, job, job_page, serve

pytestmark = pytest.mark.skipif(find_spec("jobspy") is None, reason="JobSpy is not installed")
BOTH = "site=indeed&site=linkedin&search_term=potter&location=Berlin&country_indeed=germany&results_wanted=25"
PAY = {"range": {"min": 50000, "max": 60000.5}, "unitOfWork": "YEAR"}


class Bench:
    """Both sites, a folder of its own, and the search of one row."""

    def __init__(self, boards, url, make_settings, folder):
        self.boards, self.folder = boards, folder
        boards.jobs = [job("a1", "Potter", "Kiln Works"), job("a2", "Weaver", "Loom & Co")]
        boards.cards = [card("77", "Cook", "Ladle"), card("78", "Baker", "Crumb")]
        self.settings = make_settings(companies_file=folder / "companies.csv", redis_url="off", contact="a@b.example")
        self.home = self.settings.data_dir / "jobspy"
        self.home.mkdir(parents=True)
        (self.home / "address").write_text(url)
        self.counts = Counts()

    def find(self, board=BOTH):
        company = Company(name="Crafts", source="jobspy", board=board)
        return asyncio.run(search.page(company, source.start(company), self.settings, self.counts))

    def postings(self, board=BOTH):
        page = self.find(board)
        return {posting.id: posting for posting in source.parse(None, page)}

    def ingest(self, board=BOTH):
        from flows.ingest import ingest

        (self.folder / "companies.csv").write_text(f"name,source,board,base_url\nCrafts,jobspy,{board},\n")
        return asyncio.run(ingest(return_state=True))

    def rows(self, sql):
        with contextlib.closing(store.open_reader(self.settings.database)) as reader:
            return [tuple(row) for row in reader.execute(sql)]

    def board(self):
        sql = "SELECT outcome, fetched, requests, error FROM board_runs ORDER BY run_id DESC LIMIT 1"
        return self.rows(sql)[0]


@pytest.fixture
def bench(make_settings, tmp_path, monkeypatch):
    monkeypatch.setattr(search, "CHILD", ("-m", "tests.jobspy_on_loopback"))
    boards = Boards()
    with serve(boards) as url:
        yield Bench(boards, url, make_settings, tmp_path)


def test_the_jobs_of_both_sites_come_with_their_employers(bench):
    found = bench.postings()
    assert {id: (each.title, each.hiring_organization, each.locations) for id, each in found.items()} == {
        "indeed:in-a1": ("Potter", "Kiln Works", ("Berlin, BE, Germany",)),
        "indeed:in-a2": ("Weaver", "Loom & Co", ("Berlin, BE, Germany",)),
        "linkedin:li-77": ("Cook", "Ladle", ("Leeds, England, UK",)),
        "linkedin:li-78": ("Baker", "Crumb", ("Leeds, England, UK",)),
    }
    potter = found["indeed:in-a1"]
    assert potter.description_html.startswith("<p>Work as a Potter.</p>")
    assert (potter.url, potter.apply_url) == ("https://de.indeed.com/viewjob?jk=a1", "https://jobs.example/a1")
    assert [str(each.posted_on) for each in found.values()] == ["2026-01-15"] * 2 + ["2026-01-14"] * 2
    assert bench.counts.requests == 2
    assert bench.counts.bytes > 1000


def test_pay_that_the_employer_states_is_told_and_pay_that_indeed_guesses_is_not(bench):
    stated = {"estimated": None, "baseSalary": PAY, "currencyCode": "EUR"}
    guessed = {"estimated": {"baseSalary": PAY, "currencyCode": "EUR"}, "baseSalary": None, "currencyCode": None}
    bench.boards.jobs = [job("1", "A", "X", compensation=stated), job("2", "B", "X", compensation=guessed)]
    bench.boards.cards = []
    one, two = bench.postings().values()
    assert (one.salary_min, one.salary_max, one.salary_currency, one.salary_period) == (50000, 60000.5, "EUR", "year")
    assert (two.salary_min, two.salary_max, two.salary_currency, two.salary_period) == (None,) * 4


def test_pay_that_jobspy_reads_in_a_text_is_left_to_the_rules(bench):
    bench.boards.cards = [card("77", "Cook", "Ladle", "Austin, TX")]
    bench.boards.pages = {"77": job_page("<p>$50,000 - $60,000</p>", Seniority_level="Entry level")}
    (cook,) = bench.postings("site=linkedin&search_term=cook&fetch_description=true").values()
    assert cook.salary_min is None
    assert "$50,000" in cook.description_html
    assert cook.seniority == "entry"
    assert [path for path in bench.boards.asked if "/jobs/view/77" in path]


def test_remote_is_what_the_site_states_and_nothing_that_jobspy_reads_in_a_title(bench):
    remote, hybrid = {"key": "DSQF7"}, {"key": "PAXZC"}
    bench.boards.jobs = [
        job("1", "Remote A", "X", attributes=[remote]),
        job("2", "Remote B", "X", attributes=[remote, hybrid]),
        job("3", "Remote C", "X"),
    ]
    bench.boards.cards = [card("4", "Remote D", "X")]
    assert [each.workplace_type for each in bench.postings().values()] == ["remote", None, None, None]


def test_one_job_type_is_told_and_several_are_not(bench):
    from jobspy.indeed.constant import job_types_by_code
    from jobspy.model import JobType

    codes = {kind: code for code, kind in job_types_by_code.items()}
    full, part = {"key": codes[JobType.FULL_TIME]}, {"key": codes[JobType.PART_TIME]}
    bench.boards.jobs = [job("1", "A", "X", attributes=[full]), job("2", "B", "X", attributes=[full, part])]
    bench.boards.cards = []
    assert [each.employment_type for each in bench.postings().values()] == ["full_time", None]


def test_what_the_row_says_is_what_the_sites_are_asked(bench):
    bench.boards.cards = [card(str(n), "Cook", "Ladle") for n in range(40)]
    found = bench.postings(f"{BOTH}&hours_old=72&is_remote=true&distance=10")
    assert len([id for id in found if id.startswith("linkedin")]) == 25
    query, *paths = sorted(bench.boards.asked, key=lambda each: each.startswith("/"))
    assert 'what: "potter"' in query
    assert 'where: "Berlin", radius: 10' in query
    assert 'start: "72h"' in query
    assert [path.rpartition("=")[2] for path in paths] == ["0", "10", "20"]
    assert "f_TPR=r259200" in paths[0]


def test_a_job_without_an_id_or_with_stars_for_a_title_is_no_job(bench):
    bench.boards.jobs = [job(None, "Potter", "X"), job("2", "Weaver", None)]
    bench.boards.cards = [card("5", "****** ****", "*****"), card("6", "Cook", "*****")]
    found = bench.postings()
    assert list(found) == ["indeed:in-2", "linkedin:li-6"]
    assert [each.hiring_organization for each in found.values()] == [None, None]


def test_a_site_that_refuses_is_named_and_the_others_jobs_come(bench):
    bench.boards.status["linkedin"] = 429
    page = bench.find()
    assert source.told(page) == (["linkedin: response status code 429 (blocked: use a proxy)"], [])
    assert len(list(source.parse(None, page))) == 2


def test_where_every_site_fails_and_one_refuses_the_search_is_blocked_in_their_own_words(bench):
    bench.boards.status["linkedin"], bench.boards.text["indeed"] = 429, "<html>What?</html>"
    with pytest.raises(BlockedError) as caught:
        bench.find()
    assert str(caught.value).startswith("indeed: Expecting value")
    assert "; linkedin: response status code 429 (blocked: use a proxy): jobspy:?site=" in str(caught.value)
    assert bench.counts.requests == 2


@pytest.mark.parametrize("text", ["{}", '{"errors": [{"message": "no"}]}', '{"data": {"jobSearch": {"results": 1}}}'])
def test_an_answer_of_another_shape_fails_the_search(bench, text):
    bench.boards.text["indeed"] = text
    with pytest.raises(FetchError, match=r"^indeed: ") as caught:
        bench.find("site=indeed&search_term=potter&country_indeed=uk")
    assert not isinstance(caught.value, BlockedError)


def test_a_job_of_another_shape_is_left_out_and_told(bench):
    del bench.boards.jobs[0]["title"]
    page = bench.find()
    assert [each.title for each in source.parse(None, page)] == ["Weaver", "Cook", "Baker"]
    (fault,), remarks = source.told(page)
    assert fault.startswith("indeed: 1 left out (skipping job: 1 validation error")
    assert remarks == []


def test_what_a_site_ignores_of_the_search_is_told(bench):
    assert source.told(bench.find(f"{BOTH}&is_remote=true")) == (
        [],
        ["linkedin: is_remote isn't supported, ignoring it"],
    )


def test_job_pages_that_are_refused_are_told_and_the_jobs_come_without_their_text(bench):
    bench.boards.pages = {"77": job_page("<p>Stir</p>")}
    page = bench.find("site=linkedin&search_term=cook&fetch_description=true")
    told = ["linkedin: 1 without a text (job 78: response status code 429 (blocked: use a proxy))"]
    assert source.told(page) == ([], told)
    assert ["Stir" in each.description_html for each in source.parse(None, page)] == [True, False]


def test_a_site_that_hangs_is_named_and_the_others_jobs_come(bench, monkeypatch):
    monkeypatch.setattr(search, "STARTING_SECONDS", -45.0)
    bench.boards.seconds["linkedin"] = 14
    page = bench.find()
    assert source.told(page) == (["linkedin: no answer within 5 s"], [])
    assert len(list(source.parse(None, page))) == 2
    with pytest.raises(FetchError, match="linkedin: no answer within 5 s"):
        bench.find("site=linkedin&search_term=cook&results_wanted=25")
    assert _left_in(bench.home) == []


def test_a_process_that_crashes_fails_the_search_with_its_exit_code(bench):
    (bench.home / "crash").touch()
    with pytest.raises(FetchError, match=r"^indeed: exit -9; linkedin: exit -9: "):
        bench.find()


def test_an_answer_larger_than_a_page_may_be_fails_the_search(bench, make_settings):
    bench.boards.jobs = [job(str(n), "Potter", "X", description={"html": "<p>clay</p>" * 5000}) for n in range(20)]
    bench.settings = make_settings(companies_file=bench.folder / "companies.csv", page_max_bytes=200_000)
    with pytest.raises(FetchError, match="larger than 200000 bytes"):
        bench.find()


def test_a_site_that_sends_more_than_memory_holds_is_named_and_the_others_jobs_come(bench, monkeypatch):
    script = "from tasks import search_child; search_child.MEMORY_BYTES = 400_000_000; import tests.jobspy_on_loopback"
    monkeypatch.setattr(search, "CHILD", ("-c", script))
    bench.boards.text["linkedin"], bench.boards.seconds["linkedin"] = "<p>" * 60_000_000, 2
    page = bench.find()
    ((fault,), _) = source.told(page)
    assert fault.startswith("linkedin: ")
    assert len(list(source.parse(None, page))) == 2


def test_no_request_leads_into_our_network(bench):
    (bench.home / "guarded").touch()
    with pytest.raises(FetchError, match="Failed to establish a new connect"):
        bench.find()
    assert bench.boards.asked == []


def test_a_country_that_jobspy_does_not_know_fails_the_search_with_its_words(bench):
    with pytest.raises(FetchError, match="Invalid country_indeed: 'germny'"):
        bench.find("site=indeed&search_term=x&country_indeed=germny")


def test_nothing_of_ours_is_in_the_surroundings_of_the_process(bench, monkeypatch):
    monkeypatch.setenv("ROLECALL_VLLM_API_KEY", "secret")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    script = (
        "import os, json; print(json.dumps({'site': 'linkedin', 'rows': [], 'error': ' '.join(sorted(os.environ))}))"
    )
    monkeypatch.setattr(search, "CHILD", ("-c", script))
    with pytest.raises(FetchError) as caught:
        bench.find("site=linkedin&search_term=x")
    names = set(str(caught.value).partition(": ")[2].rpartition(": ")[0].split())
    assert names <= {
        "DO_NOT_TRACK",
        "HOME",
        "LC_CTYPE",
        "PATH",
        "PYTHONPATH",
        "PYTHONUTF8",
        "ROLECALL_STARTED_BY",
        "SSL_CERT_DIR",
        "SSL_CERT_FILE",
    }


def test_the_process_ends_with_the_one_that_started_it(bench):
    bench.boards.seconds = {"indeed": 14, "linkedin": 14}
    script = f"""
import asyncio, os
from tasks import search, settings
from tasks.fetch import Counts
from tasks.model import Company
from tasks.sources import jobspy
search.CHILD = ("-m", "tests.jobspy_on_loopback")
async def main():
    asyncio.get_running_loop().call_later(2.5, os._exit, 0)
    company = Company(name="Crafts", source="jobspy", board={BOTH!r})
    await search.page(company, jobspy.start(company), settings.load(), Counts())
asyncio.run(main())
"""
    subprocess.run([sys.executable, "-c", script], env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=60, check=True)
    until = time.monotonic() + 10
    while (left := _left_in(bench.home)) and time.monotonic() < until:
        time.sleep(0.2)
    assert left == []


def _left_in(folder):
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            found += [pid] if os.readlink(f"/proc/{pid}/cwd") == str(folder) else []
    return found


def test_a_search_lands_under_the_names_of_the_employers(prefect_api, bench):
    assert bench.ingest().name == "Completed"
    told = "shows a part of what there is: nothing closes for being absent"
    assert bench.board() == ("truncated", 4, 2, told)
    employers = {("Potter", "Kiln Works"), ("Weaver", "Loom & Co"), ("Cook", "Ladle"), ("Baker", "Crumb")}
    assert set(bench.rows("SELECT title, company FROM jobs")) == employers
    bench.boards.status["linkedin"] = 429
    assert bench.ingest().name == "Completed"
    assert bench.board() == ("truncated", 2, 2, "linkedin: response status code 429 (blocked: use a proxy)")
    assert set(bench.rows("SELECT title, company FROM jobs WHERE is_open = 1")) == employers
    bench.boards.status["indeed"] = 403
    assert bench.ingest().name == "Partial"
    outcome, _, requests, error = bench.board()
    assert (outcome, requests) == ("blocked", 2)
    assert error.startswith(
        "indeed: response status code 403 (blocked: use a proxy); linkedin: response status code 429"
    )
    bench.boards.status = {"indeed": 200, "linkedin": 200}
    bench.boards.jobs = bench.boards.cards = []
    assert bench.ingest().name == "Completed"
    assert bench.board() == ("empty", 0, 2, "the listing holds no posting")
    assert len(bench.rows("SELECT 1 FROM jobs WHERE is_open = 1")) == 4


def test_a_row_that_is_no_search_keeps_the_run_from_starting(prefect_api, bench):
    state = bench.ingest("site=indeed&search_term=x")
    assert state.name == "Failed"
    with pytest.raises(ConfigError, match="Crafts, source jobspy: indeed is searched by country: add country_indeed="):
        raise asyncio.run(state.aresult(raise_on_failure=False))
    assert json.dumps(bench.boards.asked) == "[]"
