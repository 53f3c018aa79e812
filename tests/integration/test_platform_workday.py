"""Workday, walked over the careers site: its limits, its cap, its outages, a page per job."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tasks.sources import workday
from tests.careers_site import Site, list_path, serve, shape_workday
from tests.careers_site.roles import Role
from tests.integration.platforms import Boards

POSTINGS = 130
EMPLOYMENT = {"part_time": "part_time"}


@pytest.fixture
def boards(make_settings: Any, tmp_path: Path) -> Iterator[Boards]:
    site = Site(postings=POSTINGS, companies=4, churn=0, mix={"workday": 1.0})
    with serve(site) as url:
        yield Boards(site, url, make_settings, tmp_path)


@pytest.fixture
def large(make_settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Boards]:
    """One board of three times what a Workday of the tests will show of a list."""
    for module in (workday, shape_workday):
        monkeypatch.setattr(module, "CAP", 60)
    site = Site(postings=190, companies=1, churn=0, mix={"workday": 1.0})
    with serve(site) as url:
        yield Boards(site, url, make_settings, tmp_path)


def key(slug: str) -> str:
    return f"workday:{slug}.wd5/Careers"


def only(boards: Boards) -> str:
    return boards.site.first("workday")


def lists(boards: Boards) -> int:
    return sum(count for (path, _), count in boards.site.journal.paths.items() if path.endswith("/jobs"))


def job_pages(boards: Boards) -> list[str]:
    return [path for path, _ in boards.site.journal.paths if "/job/" in path]


def each(boards: Boards) -> Iterator[tuple[Role, dict[str, Any]]]:
    yield from ((role, job) for *_, role, job in boards.truth())


def test_every_posting_of_every_page_lands_with_what_its_board_says(boards: Boards) -> None:
    ledger = boards.ingest()
    assert {board.outcome for board in ledger.values()} == {"complete"}
    assert sum(board.claimed or 0 for board in ledger.values()) == POSTINGS
    assert lists(boards) == sum(-(-board.fetched // 20) for board in ledger.values()) > 6
    found = list(each(boards))
    assert len(found) == POSTINGS
    for role, job in found:
        assert (job["title"], job["posted_on"], job["country"]) == (role.title, str(role.posted_on), role.place.code)
        assert job["location"] == "; ".join(
            dict.fromkeys([role.location, *(place.label for place in role.more_places)])
        )
        assert job["employment_type"] == EMPLOYMENT.get(role.employment, "full_time")
        assert job["workplace_type"] in (None, role.workplace)
        assert (job["salary_min"], job["department"]) == (None, None)
    assert any(role.more_places for role, _ in found)
    assert not [job for _, job in found if "Locations" in job["location"]]
    stated = {job["workplace_type"] for _, job in found}
    assert stated >= {"remote", "hybrid", "onsite"}


def test_job_pages_are_asked_for_once_and_again_when_their_entry_changes(boards: Boards) -> None:
    boards.ingest()
    boards.site.journal.clear()
    boards.site.advance()  # what was posted yesterday is a day older, and so says its entry
    assert {board.outcome for board in boards.ingest().values()} <= {"unchanged", "complete"}
    assert job_pages(boards) == []
    slug = only(boards)
    native = boards.site.ids("workday", slug)[0]
    boards.site.edit("workday", slug, native, title="Keeper of the Lighthouse")
    assert boards.ingest()[key(slug)].outcome == "complete"
    assert [path.rsplit("_", 1)[1] for path in job_pages(boards)] == [native]
    assert boards.jobs(key(slug))[native]["title"] == "Keeper of the Lighthouse"


def test_a_list_beyond_the_cap_is_read_whole_by_its_facets(large: Boards) -> None:
    board = large.ingest()[key(only(large))]
    assert (board.outcome, board.claimed, board.fetched) == ("complete", 190, 190)
    assert len(list(each(large))) == 190
    assert lists(large) < 60
    large.site.journal.clear()
    assert large.ingest()[key(only(large))].outcome == "unchanged"
    assert job_pages(large) == []


def leave(monkeypatch: pytest.MonkeyPatch, names: set[str]) -> None:
    """Only these facets are left in the answers."""
    shown = shape_workday._facets

    def some(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        named = [({facet["facetParameter"], *(part.get("facetParameter") for part in facet["values"])}, facet)
                 for facet in shown(rows)]  # fmt: skip
        return [facet for found, facet in named if found & names]

    monkeypatch.setattr(shape_workday, "_facets", some)


@pytest.mark.parametrize(
    "names",
    [set(), {"timeType"}, {"locations"}, {"timeType", "workerSubType"}],
    ids=lambda names: "+".join(sorted(names)),
)
def test_a_list_that_its_facets_do_not_part_is_truncated(
    large: Boards, monkeypatch: pytest.MonkeyPatch, names: set[str]
) -> None:
    leave(monkeypatch, names)
    board = large.ingest()[key(only(large))]
    assert (board.outcome, board.claimed) == ("truncated", 190)
    assert 60 <= board.fetched < 190
    assert len(large.jobs(key(only(large)))) == board.fetched


@pytest.mark.parametrize(
    "names", [{"locations"}, {"workerSubType", "locations"}], ids=lambda names: "+".join(sorted(names))
)
def test_places_that_share_postings_part_a_list_too(
    large: Boards, monkeypatch: pytest.MonkeyPatch, names: set[str]
) -> None:
    leave(monkeypatch, names)
    for module in (workday, shape_workday):
        monkeypatch.setattr(module, "CAP", 120)
    board = large.ingest()[key(only(large))]
    assert (board.outcome, board.claimed, board.fetched) == ("complete", 190, 190)


def test_a_total_that_is_the_cap_itself_is_measured_by_the_facets(
    large: Boards, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = shape_workday.shapes.json

    def capped(value: Any, status: int = 200) -> Any:
        return answer(value | {"total": min(value["total"], 60)} if "total" in value else value, status)

    monkeypatch.setattr(shape_workday.shapes, "json", capped)
    board = large.ingest()[key(only(large))]
    assert (board.outcome, board.claimed, board.fetched) == ("complete", 190, 190)


def test_a_total_that_is_more_than_the_list_holds_closes_nothing(boards: Boards) -> None:
    boards.ingest()
    slug = only(boards)
    boards.site.misbehave("workday", slug, "lying-total")
    boards.site.remove("workday", slug, boards.site.ids("workday", slug)[0])
    board = boards.ingest()[key(slug)]
    assert (board.outcome, board.closed) == ("truncated", 0)


OUTAGES = {
    "html-instead-of-json": ("failed", "unexpected shape"), "status-303": ("failed", "HTTP 303"),
    "status-422": ("failed", "HTTP 422"), "status-400": ("failed", "HTTP 400"), "status-403": ("blocked", "HTTP 403"),
    "status-404": ("gone", "HTTP 404"), "redirect-loop": ("failed", "redirects"), "wrong-type": ("failed", "shape"),
    "missing-fields": ("failed", "unexpected shape"), "empty-list": ("empty", "no posting"),
}  # fmt: skip


@pytest.mark.parametrize("kind", OUTAGES)
def test_an_outage_is_an_error_and_keeps_all_jobs(boards: Boards, kind: str) -> None:
    boards.ingest()
    before = boards.rows("SELECT id, title, is_open FROM jobs ORDER BY id")
    boards.site.misbehave("workday", only(boards), kind, on="list")
    board = boards.ingest()[key(only(boards))]
    assert board.outcome == OUTAGES[kind][0]
    assert OUTAGES[kind][1] in (board.error or "")
    assert boards.rows("SELECT id, title, is_open FROM jobs ORDER BY id") == before


def test_a_job_page_that_is_refused_is_a_gap_and_the_rest_lands(boards: Boards) -> None:
    slug = only(boards)
    boards.site.misbehave("workday", slug, "status-403", times=3, on="detail")
    board = boards.ingest()[key(slug)]
    assert board.outcome == "truncated"
    assert (board.error or "").startswith("HTTP 403")
    assert "2 more" in (board.error or "")
    assert len(boards.jobs(key(slug))) == len(boards.site.ids("workday", slug)) - 3
    assert boards.ingest()[key(slug)].outcome == "complete"
    assert len(boards.jobs(key(slug))) == len(boards.site.ids("workday", slug))


def test_the_careers_site_keeps_workdays_limits() -> None:
    site = Site(postings=60, companies=1, mix={"workday": 1.0})
    asked = {"appliedFacets": {}, "limit": 20, "offset": 0, "searchText": ""}
    with serve(site) as url, httpx.Client(base_url=url, trust_env=False) as web:
        path = list_path("workday", site.first("workday"))
        answers = [web.post(path, json={name: asked[name] for name in asked if name != left}) for left in asked]
        assert {answer.status_code for answer in answers} == {422}
        assert web.get(path).status_code == 422
        assert web.post(path, json=asked | {"limit": 21}).status_code == 400
        assert web.post(path, json=asked | {"appliedFacets": {"locations": ["x"] * 101}}).status_code == 400
        assert web.post(path.replace(site.first("workday"), "nobody"), json=asked).status_code == 404
        assert web.post(path.replace("Careers", "Other"), json=asked).status_code == 404
        pages = [web.post(path, json=asked | {"offset": offset}).json() for offset in (0, 20, 40, 60)]
        assert [page["total"] for page in pages] == [60, 0, 0, 0]
        assert [len(page["jobPostings"]) for page in pages] == [20, 20, 20, 0]
