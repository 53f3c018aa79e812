"""What the walker makes of boards that answer in part: over real HTTP, with the retries that Prefect gives it."""

import pytest

from tests.careers_site import Site, serve
from tests.integration.place import Place

JOBS = 12


@pytest.fixture
def place(prefect_api, make_settings, tmp_path):
    site = Site(postings=JOBS, companies=1, mix={"jsonld": 1})
    with serve(site) as url:
        yield Place(site, url, make_settings, tmp_path)


def ledger(place):
    return next(iter(place.ledger().values()))


def asked(place):
    """How often each job page was asked for."""
    found = {path: 0 for path, _ in place.site.journal.paths if "/jobs/" in path}
    for (path, _), times in place.site.journal.paths.items():
        found[path] = found.get(path, 0) + times * ("/jobs/" in path)
    return {path: times for path, times in found.items() if times}


def test_a_retry_asks_only_for_the_pages_that_the_try_before_it_missed(place):
    place.site.misbehave("jsonld", place.site.first("jsonld"), "status-500", times=1, on="detail")
    assert place.ingest().name == "Completed"
    outcome, _, error, *_, retries = ledger(place)
    assert (outcome, error, retries) == ("complete", None, 1)
    assert sorted(asked(place).values()) == [1] * (JOBS - 1) + [2]


def test_a_page_that_stays_broken_is_a_gap_and_the_rest_lands(place):
    place.site.misbehave("jsonld", place.site.first("jsonld"), "status-500", times=9, on="detail")  # one too many
    place.ingest()
    outcome, closed, error, *_ = ledger(place)
    assert (outcome, closed) == ("truncated", 0)
    assert error.startswith("HTTP 500: http://127.0.0.1")
    assert len(place.held()) == JOBS - 1
    assert place.ingest().name == "Completed"
    assert len(place.held()) == JOBS


def test_a_board_of_which_no_page_can_be_read_has_failed(place):
    place.site.misbehave("jsonld", place.site.first("jsonld"), "status-500", on="detail")
    assert place.ingest().name == "Partial"
    assert ledger(place)[0] == "failed"
    assert place.held() == {}


def test_pages_that_cannot_be_read_are_gaps_that_close_nothing(place):
    place.ingest()
    place.site.misbehave("jsonld", place.site.first("jsonld"), "truncated-json", times=2, on="detail")
    place.ingest(full=True)
    outcome, closed, error, *_ = ledger(place)
    assert (outcome, closed) == ("truncated", 0)
    assert "jsonld page of" in error
    assert error.endswith("(and 1 more of its pages)")
    assert len(place.held()) == JOBS


def test_a_list_that_shows_its_first_page_for_ever_is_left_and_proves_nothing(prefect_api, make_settings, tmp_path):
    site = Site(postings=250, companies=1, mix={"lever": 1})
    with serve(site) as url:
        place = Place(site, url, make_settings, tmp_path)
        site.misbehave("lever", site.first("lever"), "repeat-page")
        place.ingest()
        assert ledger(place)[0] == "truncated"
        assert site.journal.count(f"/v0/postings/{site.first('lever')}") == 2
        site.behave()
        place.ingest()
    assert ledger(place)[0] == "complete"
    assert len(place.held()) == 250
