"""Rows of the companies file that are searches: what they may say, and what is said of those that cannot be made."""

import pytest

from tasks import search
from tasks.errors import ConfigError
from tasks.model import Company
from tasks.sources import jobspy as source

GOOD = "site=linkedin&search_term=data+engineer&location=Berlin"


def company(board, base_url=None):
    return Company(name="Crafts", source="jobspy", board=board, base_url=base_url)


@pytest.fixture(autouse=True)
def _installed(monkeypatch):
    monkeypatch.setattr(search, "find_spec", lambda name: "there")


@pytest.mark.parametrize(
    "board",
    [
        GOOD,
        "site=indeed&site=linkedin&search_term=data+engineer&location=Berlin&country_indeed=germany&results_wanted=50"
        "&hours_old=72&is_remote=true&job_type=parttime&distance=20&fetch_description=true",
    ],
)
def test_a_search_may_say_what_jobspy_can_be_asked(board):
    search.require([company(board), Company(name="Quill", source="greenhouse", board="quill")])


@pytest.mark.parametrize(
    ("board", "told"),
    [
        (f"{GOOD}&where=Berlin", "where is unknown; known are site, search_term, location, distance, country_indeed, "),
        ("site=monster&search_term=x", "site 'monster': Input should be 'bayt', 'bdjobs', "),
        ("search_term=x", "site is missing"),
        ("site=linkedin", "search_term is missing"),
        ("site=linkedin&search_term=+", "search_term ' ': String should have at least 1 character"),
        ("site=indeed&search_term=x", "indeed is searched by country: add country_indeed=germany, for example"),
        (f"{GOOD}&results_wanted=5000", "results_wanted '5000': Input should be less than or equal to 1000"),
        (f"{GOOD}&is_remote=perhaps", "is_remote 'perhaps': Input should be a valid boolean"),
        (
            f"{GOOD}&location=Graz",
            "is no search such as `site=linkedin&search_term=nurse` (location stands there twice)",
        ),
        ("stripe", "is no search such as `site=linkedin&search_term=nurse` (bad query field: 'stripe')"),
    ],
)
def test_a_row_that_is_no_search_gets_one_clear_line(board, told):
    with pytest.raises(ConfigError) as caught:
        search.require([company(board)])
    (line,) = caught.value.faults
    assert line.startswith("Crafts, source jobspy: ")
    assert told in line
    assert "\n" not in line


def test_every_fault_of_every_row_is_told_at_once(monkeypatch):
    monkeypatch.setattr(search, "find_spec", lambda name: None)
    with pytest.raises(ConfigError) as caught:
        search.require([company("site=linkedin"), company(GOOD, "https://example.com")])
    assert caught.value.faults == (
        "Crafts, source jobspy: search_term is missing",
        "Crafts, source jobspy: has no base_url",
        "source jobspy needs JobSpy, which is not installed: "
        ".venv/bin/pip install --require-hashes -r deployments/requirements-jobspy.txt",
    )


def test_without_a_search_jobspy_need_not_be_installed(monkeypatch):
    monkeypatch.setattr(search, "find_spec", lambda name: None)
    search.require([Company(name="Quill", source="greenhouse", board="quill")])


def test_a_search_for_more_gets_more_time():
    each = search.Search(site=["linkedin"], search_term="x")
    more = search.Search(site=["linkedin"], search_term="x", results_wanted=1000, fetch_description=True)
    assert (each.seconds, more.seconds) == (160, 4060)


def test_the_sites_of_a_row_are_those_of_jobspy():
    jobspy = pytest.importorskip("jobspy.model")
    known = search.Search.model_json_schema()["properties"]
    assert set(known["site"]["items"]["enum"]) == {each.value for each in jobspy.Site}
    assert set(known["job_type"]["anyOf"][0]["enum"]) == {each.value for each in jobspy.JobType}
    assert set(known) - {"site"} <= set(jobspy.ScraperInput.model_fields)
    assert {each.value for each in jobspy.Site} >= source.STATES_REMOTE | source.GUESSES_PAY
