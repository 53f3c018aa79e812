"""SmartRecruiters, BambooHR, Breezy and Rippling: a list and a page for each job, walked over the careers site."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.careers_site import Site, list_path, serve
from tests.careers_site.roles import Role
from tests.integration.platforms import Boards

SOURCES = ("smartrecruiters", "bamboohr", "breezy", "rippling")


@pytest.fixture
def boards(make_settings: Any, tmp_path: Path) -> Iterator[Boards]:
    site = Site(postings=120, companies=8, churn=0, mix=dict.fromkeys(SOURCES, 1.0))
    with serve(site) as url:
        yield Boards(site, url, make_settings, tmp_path)


def each(boards: Boards) -> list[tuple[str, str, Role, dict[str, Any], int]]:
    """Source, id, truth and landed job of every posting, and the key of its board, on which the shape hangs."""
    keys = {board: getattr(found, "key", 0) for board, found in boards.site.boards.items()}
    return [(source, native, role, job, keys[source, slug]) for source, slug, native, role, job in boards.truth()]


def places(source: str, role: Role, key: int) -> str:
    spots = (role.place, *role.more_places)
    if source == "smartrecruiters":
        region = role.place.region if role.place.region != role.place.city else ""
        return ", ".join(dict.fromkeys(filter(None, (role.place.city, region, role.place.country))))
    if source == "bamboohr":
        parts = (role.place.city, role.place.region, role.place.country if key % 2 else "")
        return ", ".join(dict.fromkeys(filter(None, parts)))
    before = {"remote": "Remote ({})", "hybrid": "Hybrid ({})"}.get(role.workplace, "{}")
    return "; ".join(dict.fromkeys((before if source == "rippling" else "{}").format(spot.label) for spot in spots))


def pay(role: Role) -> tuple[Any, ...]:
    return tuple(role.pay) if role.pay and role.pay_shown else (None,) * 4


def details(boards: Boards) -> list[str]:
    """The job pages that were asked for."""
    return [entry.path for entry in boards.site.journal.recent if entry.path.split("/")[-1] not in ENDS]


ENDS = ("postings", "list", "json", "jobs", "robots.txt")


def test_every_posting_lands_with_what_its_board_says(boards: Boards) -> None:
    ledger = boards.ingest()
    assert {board.outcome for board in ledger.values()} == {"complete"}
    assert {board.claimed == board.fetched for board in ledger.values()} == {True}
    found = each(boards)
    assert len(found) == len(details(boards)) == boards.site.total() == 120
    for source, native, role, job, key in found:
        assert job["title"] == role.title, (source, native)
        assert job["location"] == places(source, role, key), (source, native)
        assert job["department"] == role.department
        assert job["posted_on"] == str(role.posted_on)
        assert tuple(job[f"salary_{name}"] for name in ("min", "max", "currency", "period")) == pay(role), (
            source,
            native,
        )
    assert {source for source, _, role, _, _ in found if any(pay(role))} == set(SOURCES)


def test_employment_and_workplace_are_what_the_board_states_and_no_more(boards: Boards) -> None:
    boards.ingest()
    for source, native, role, job, _ in each(boards):
        assert job["employment_type"] == role.employment, (source, native)
        stated = {
            "smartrecruiters": ("remote", "hybrid"),
            "bamboohr": ("remote", "hybrid", "onsite"),
            "breezy": ("remote",),
            "rippling": ("remote", "hybrid"),
        }[source]
        assert job["workplace_type"] == (role.workplace if role.workplace in stated else None), (source, native)
        assert job["seniority"] is None


def test_the_whole_text_lands(boards: Boards) -> None:
    boards.ingest()
    for source, native, role, job, _ in each(boards):
        assert boards.lacks(role, job, with_headings=True) == [], (source, native)


def test_a_second_run_asks_for_no_job_again_and_an_edit_that_the_list_tells_is_read(boards: Boards) -> None:
    boards.ingest()
    boards.site.journal.clear()
    assert {board.outcome for board in boards.ingest().values()} == {"unchanged"}
    assert details(boards) == []
    edited = boards.retitle(SOURCES, "Keeper of the Kiln")
    boards.ingest()
    assert sorted(path.split("/")[1] for path in details(boards)) == sorted(SOURCES)
    for source in SOURCES:
        assert boards.first_jobs(source)[edited[source]]["title"] == "Keeper of the Kiln"
    assert boards.rows("SELECT sum(changed), sum(closed) FROM board_runs WHERE run_id = 3") == [(4, 0)]


def test_a_job_released_anew_is_read_again_though_nothing_else_of_it_changed(boards: Boards) -> None:
    boards.ingest()
    moved = {}
    for source in ("smartrecruiters", "breezy"):
        slug = boards.site.first(source)
        native, role = next(iter(boards.site.roles(source, slug).items()))
        moved[source, native] = role.posted_on + timedelta(days=1)
        boards.site.edit(source, slug, native, posted_on=moved[source, native])
    boards.site.journal.clear()
    boards.ingest()
    assert len(details(boards)) == 2
    for (source, native), day in moved.items():
        assert boards.first_jobs(source)[native]["posted_on"] == str(day)


def test_what_left_the_list_of_an_api_closes_at_once_and_of_breezy_one_run_later(boards: Boards) -> None:
    boards.ingest()
    gone = boards.take_off(SOURCES)
    boards.ingest()
    assert boards.still_open(gone) == {"breezy"}
    boards.ingest()
    assert boards.still_open(gone) == set()


FAULTS = {
    "status-404": "gone", "status-403": "blocked", "html-instead-of-json": "failed", "truncated-json": "failed",
    "wrong-type": "failed", "empty-list": "empty",
}  # fmt: skip


@pytest.mark.parametrize("kind", FAULTS)
def test_a_list_that_answers_badly_keeps_all_jobs(boards: Boards, kind: str) -> None:
    boards.ingest()
    assert boards.outcomes_under(kind, SOURCES, on="list") == dict.fromkeys(SOURCES, FAULTS[kind])


def test_a_total_that_is_not_reached_is_a_truncated_board(boards: Boards) -> None:
    for source in ("smartrecruiters", "bamboohr"):
        boards.site.misbehave(source, boards.site.first(source), "lying-total")
    ledger = boards.ingest()
    for source in ("smartrecruiters", "bamboohr"):
        assert ledger[f"{source}:{boards.site.first(source)}"].outcome == "truncated"


def test_a_list_of_more_than_a_page_is_read_to_its_end(make_settings: Any, tmp_path: Path) -> None:
    site = Site(postings=230, companies=1, churn=0, mix={"smartrecruiters": 1.0})
    with serve(site) as url:
        boards = Boards(site, url, make_settings, tmp_path)
        (board,) = boards.ingest().values()
        assert (board.outcome, board.requests, board.fetched, board.claimed) == ("complete", 233, 230, 230)
        first = [entry.query for entry in site.journal.recent][:9]  # the first page, and the eight asked for after it
        assert {f"limit=100&offset={offset}" for offset in (0, 100, 200)} <= set(first)
        site.misbehave("smartrecruiters", site.first("smartrecruiters"), "repeat-page")
        (board,) = boards.ingest().values()
        assert board.outcome == "truncated"
        assert len(boards.jobs(board.company.id)) == 230


def test_a_company_that_is_not_known_any_more_closes_nothing(make_settings: Any, tmp_path: Path) -> None:
    site = Site(postings=12, companies=1, churn=0, mix={"smartrecruiters": 1.0})
    with serve(site) as url:
        boards = Boards(site, url, make_settings, tmp_path)
        (board,) = boards.ingest().values()
        forgotten = dict(site.boards)
        site.boards.clear()
        for _ in range(2):
            (board,) = boards.ingest().values()
            assert (board.outcome, board.claimed) == ("empty", 0)
            assert len(boards.jobs(board.company.id)) == 12
        site.boards.update(forgotten)
        (board,) = boards.ingest().values()
        assert (board.outcome, len(boards.jobs(board.company.id))) == ("unchanged", 12)


def test_a_job_page_that_robots_txt_shuts_out_is_not_asked_for(boards: Boards) -> None:
    slug = boards.site.first("breezy")
    boards.site.misbehave("breezy", slug, "robots-disallow")
    ledger = boards.ingest()
    assert ledger[f"breezy:{slug}"].outcome == "blocked"
    assert not [path for path in details(boards) if path.startswith(f"/breezy/{slug}/")]


def test_the_careers_site_answers_as_the_platforms_do() -> None:
    site = Site(postings=40, companies=4, mix=dict.fromkeys(SOURCES, 1.0))
    with serve(site) as url, httpx.Client(base_url=url, trust_env=False) as web:
        unknown = {
            source: web.get(list_path(source, site.first(source)).replace(site.first(source), "nobody"))
            for source in SOURCES
        }
        lists = {source: web.get(list_path(source, site.first(source))).json() for source in SOURCES}
    assert {source: answer.status_code for source, answer in unknown.items()} == {
        "smartrecruiters": 200, "bamboohr": 302, "breezy": 302, "rippling": 404,
    }  # fmt: skip
    assert unknown["smartrecruiters"].json()["totalFound"] == 0
    assert unknown["bamboohr"].headers["location"] == "https://www.bamboohr.example/"
    assert not [word for word in ("description", "<p>", "jobAd") if word in json.dumps(lists)]
