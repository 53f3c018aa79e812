"""Teamtailor, Jobvite, JazzHR and feeds, walked over the careers site."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.careers_site import Site, serve
from tests.careers_site.roles import Role
from tests.integration.platforms import Boards

SOURCES = ("teamtailor", "jobvite", "jazzhr", "rss")
DETAILS = "/apply/jobs/details/"


@pytest.fixture
def boards(make_settings: Any, tmp_path: Path) -> Iterator[Boards]:
    site = Site(postings=120, companies=8, churn=0, mix=dict.fromkeys(SOURCES, 1.0))
    with serve(site) as url:
        yield Boards(site, url, make_settings, tmp_path)


def each(boards: Boards) -> list[tuple[str, str, Role, dict[str, Any]]]:
    """Source, id, truth and landed job of every posting on the site."""
    return [(source, native, role, job) for source, _, native, role, job in boards.truth()]


def places(source: str, role: Role, is_whole: bool) -> str:
    spots = (role.place, *role.more_places)
    if source == "teamtailor":
        return "; ".join(dict.fromkeys(f"{spot.city}, {spot.country}" for spot in spots))
    if source == "jazzhr" and is_whole:
        parts = ((spot.city, spot.region, spot.code) for spot in spots)
        return "; ".join(dict.fromkeys(", ".join(filter(None, names)) for names in parts))
    return role.location


def pay(source: str, role: Role, is_whole: bool) -> tuple[Any, ...]:
    is_stated = role.pay and role.pay_shown and is_whole and source in ("jazzhr", "rss")
    return tuple(role.pay) if role.pay and is_stated else (None,) * 4


def test_every_posting_lands_with_what_its_board_says(boards: Boards) -> None:
    ledger = boards.ingest()
    assert {company: board.outcome for company, board in ledger.items()} == {
        company: "truncated" if company.startswith("rss:") else "complete" for company in ledger
    }
    found = each(boards)
    assert len(found) == boards.site.total() == 120
    for source, native, role, job in found:
        is_whole = source != "jazzhr" or job["posted_on"] is not None
        assert job["title"] == role.title, (source, native)
        assert job["location"] == places(source, role, is_whole), (source, native)
        assert job["department"] == (role.department if source in ("teamtailor", "jobvite") else None)
        assert job["posted_on"] in (str(role.posted_on), None)
        salary = tuple(job[f"salary_{name}"] for name in ("min", "max", "currency", "period"))
        assert salary == pay(source, role, is_whole), (source, native)
    assert {source for source, _, role, _ in found if any(pay(source, role, True))} == {"jazzhr", "rss"}
    pages = [job["posted_on"] for source, _, _, job in found if source == "jazzhr"]
    assert 0 < pages.count(None) < len(pages) / 3  # those with the company's JSON-LD alone


def test_employment_and_workplace_are_what_the_board_states_and_no_more(boards: Boards) -> None:
    boards.ingest()
    for source, native, role, job in each(boards):
        is_stated = source in ("jobvite", "rss") or (source == "jazzhr" and job["posted_on"])
        assert job["employment_type"] == (role.employment if is_stated else None), (source, native)
        flexible = {role.workplace} - {"onsite"}
        expected = {"teamtailor": flexible, "jazzhr": flexible & {"remote"}}.get(source, set())
        assert job["workplace_type"] in expected | ({None} if source == "jazzhr" or not expected else set())


def test_the_whole_text_lands(boards: Boards) -> None:
    boards.ingest()
    for source, native, role, job in each(boards):
        assert boards.lacks(role, job) == [], (source, native)


def test_a_second_run_asks_for_no_job_again_and_an_edit_is_read(boards: Boards) -> None:
    boards.ingest()
    boards.site.journal.clear()
    ledger = boards.ingest()
    assert {board.outcome for company, board in ledger.items() if not company.startswith("rss:")} == {"unchanged"}
    assert not [entry for entry in boards.site.journal.recent if DETAILS in entry.path]
    edited = boards.retitle(SOURCES, "Keeper of the Kiln", place=1)
    boards.site.journal.clear()
    boards.ingest()
    assert len([entry for entry in boards.site.journal.recent if DETAILS in entry.path]) == 1
    for source in SOURCES:
        assert boards.first_jobs(source)[edited[source]]["title"] == "Keeper of the Kiln"
    assert boards.rows("SELECT sum(changed), sum(closed) FROM board_runs WHERE run_id = 3") == [(4, 0)]


def test_what_left_an_api_closes_at_once_a_page_later_and_a_feed_proves_nothing(boards: Boards) -> None:
    boards.ingest()
    gone = boards.take_off(SOURCES)
    boards.ingest()
    assert boards.still_open(gone) == {"jazzhr", "rss"}
    boards.ingest()
    assert boards.still_open(gone) == {"rss"}


FAULTS = {
    "status-404": "gone", "status-403": "blocked", "html-instead-of-json": "failed", "wrong-type": "failed",
    "empty-list": "empty",
}  # fmt: skip


@pytest.mark.parametrize("kind", FAULTS)
def test_a_board_that_answers_badly_keeps_all_its_jobs(boards: Boards, kind: str) -> None:
    boards.ingest()
    assert boards.outcomes_under(kind, SOURCES) == dict.fromkeys(SOURCES, FAULTS[kind])


def test_a_feed_of_more_than_a_page_is_read_to_its_end(make_settings: Any, tmp_path: Path) -> None:
    site = Site(postings=230, companies=1, churn=0, mix={"teamtailor": 1.0})
    with serve(site) as url:
        boards = Boards(site, url, make_settings, tmp_path)
        (board,) = boards.ingest().values()
        assert (board.outcome, board.requests, board.fetched) == ("complete", 3, 230)
        site.misbehave("teamtailor", site.first("teamtailor"), "repeat-page")
        (board,) = boards.ingest().values()
        assert board.outcome == "truncated"
        assert len(boards.first_jobs("teamtailor")) == 230


def test_a_feed_shows_the_newest_and_the_older_stay(make_settings: Any, tmp_path: Path) -> None:
    site = Site(postings=60, companies=1, churn=0, mix={"rss": 1.0})
    with serve(site) as url:
        boards, slug = Boards(site, url, make_settings, tmp_path), site.first("rss")
        boards.ingest()
        site.advance()
        site.add("rss", slug, 20)
        (board,) = boards.ingest().values()
        assert (board.outcome, len(board.seen)) == ("truncated", 60)
        assert len(boards.first_jobs("rss")) == 80
