"""Workable, Recruitee, Pinpoint and Personio: boards whose list holds everything, walked over the careers site."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.careers_site import Site, list_path, serve
from tests.careers_site.roles import Role
from tests.integration.platforms import Boards

SOURCES = ("workable", "recruitee", "pinpoint", "personio")


@pytest.fixture
def boards(make_settings: Any, tmp_path: Path) -> Iterator[Boards]:
    site = Site(postings=160, companies=8, churn=0, mix=dict.fromkeys(SOURCES, 1.0))
    with serve(site) as url:
        yield Boards(site, url, make_settings, tmp_path)


def each(boards: Boards) -> list[tuple[str, str, Role, dict[str, Any]]]:
    """Source, id, truth and landed job of every posting on the site."""
    return [(source, native, role, job) for source, _, native, role, job in boards.truth()]


def places(source: str, role: Role) -> str:
    """What the platform says of the places: Recruitee and Workable in parts, Personio as its offices are called."""
    spots = (role.place, *role.more_places)
    if source == "personio":
        return "; ".join(dict.fromkeys([role.location, *(spot.label for spot in role.more_places)]))
    if source == "pinpoint":
        return role.place.label
    return "; ".join(dict.fromkeys(", ".join(dict.fromkeys([s.city, s.region, s.country])) for s in spots))


def pay(source: str, role: Role) -> tuple[Any, ...]:
    """What the platform states of the pay, where it states it and it can be so."""
    if source == "workable" or not (role.pay and role.pay_shown) or (source, role.pay.period) == ("recruitee", "hour"):
        return (None,) * 4
    low, high, currency, period = role.pay
    return (low + 0.5 if source == "recruitee" else low, high, currency, period)


def test_every_posting_lands_with_what_its_board_says(boards: Boards) -> None:
    ledger = boards.ingest()
    assert {board.outcome for board in ledger.values()} == {"complete"}
    assert {board.requests for board in ledger.values()} == {1}
    found = each(boards)
    assert len(found) == boards.site.total() == 160
    for source, native, role, job in found:
        where = places(source, role)
        assert job["title"] == role.title, (source, native)
        assert job["location"] in ((where, None) if source == "workable" else (where,)), (source, native)
        assert job["department"] == role.department
        assert job["posted_on"] == str(role.posted_on)
        salary = tuple(job[f"salary_{name}"] for name in ("min", "max", "currency", "period"))
        assert salary == pay(source, role), (source, native)
    assert {source for source, _, role, _ in found if any(pay(source, role))} == {"recruitee", "pinpoint", "personio"}


def test_employment_and_workplace_are_what_the_board_states_and_no_more(boards: Boards) -> None:
    boards.ingest()
    found = each(boards)
    for source, native, role, job in found:
        kind = "other" if (source, role.employment) == ("workable", "intern") else role.employment
        assert job["employment_type"] == kind, (source, native)
        stated = {
            "workable": {"remote"} & {role.workplace} or {None},
            "recruitee": {role.workplace, None},
            "pinpoint": {role.workplace},
            "personio": {None},
        }[source]
        assert job["workplace_type"] in stated, (source, native)
    remote = [role for source, _, role, job in found if source == "workable" and job["location"] is None]
    assert remote
    assert {role.workplace for role in remote} == {"remote"}
    assert any(";" in (job["location"] or "") for source, _, _, job in found if source == "workable")


def test_the_whole_text_lands_whatever_its_parts_are_called(boards: Boards) -> None:
    boards.ingest()
    for source, native, role, job in each(boards):
        assert boards.lacks(role, job) == [], (source, native)


def test_a_second_run_finds_all_unchanged_and_an_edit_is_read(boards: Boards) -> None:
    boards.ingest()
    boards.site.journal.clear()
    assert {board.outcome for board in boards.ingest().values()} == {"unchanged"}
    assert boards.site.journal.count(status=304) == len(boards.site.boards)
    edited = boards.retitle(SOURCES, "Keeper of the Kiln")
    ledger = boards.ingest()
    for source in SOURCES:
        assert ledger[boards.key(source)].outcome == "complete"
        assert boards.first_jobs(source)[edited[source]]["title"] == "Keeper of the Kiln"
    assert boards.rows("SELECT sum(changed), sum(closed) FROM board_runs WHERE run_id = 3") == [(4, 0)]


def test_what_left_the_list_closes_at_once(boards: Boards) -> None:
    boards.ingest()
    gone = boards.take_off(SOURCES)
    boards.ingest()
    assert boards.still_open(gone) == set()


FAULTS = {
    "status-404": "gone", "status-403": "blocked", "html-instead-of-json": "failed", "truncated-json": "failed",
    "wrong-type": "failed", "missing-fields": "failed", "empty-list": "empty",
}  # fmt: skip


@pytest.mark.parametrize("kind", FAULTS)
def test_a_board_that_answers_badly_keeps_all_its_jobs(boards: Boards, kind: str) -> None:
    boards.ingest()
    assert boards.outcomes_under(kind, SOURCES) == dict.fromkeys(SOURCES, FAULTS[kind])


def test_the_careers_site_knows_no_other_board_and_sends_no_text_unasked() -> None:
    site = Site(postings=40, companies=4, mix=dict.fromkeys(SOURCES, 1.0))
    with serve(site) as url, httpx.Client(base_url=url, trust_env=False) as web:
        for source in SOURCES:
            path = list_path(source, site.first(source))
            assert web.get(path).status_code == 200
            assert web.get(path.replace(site.first(source), "nobody")).status_code == 404
        bare = web.get(list_path("workable", site.first("workable")).partition("?")[0]).json()
    assert "description" not in bare["jobs"][0]
