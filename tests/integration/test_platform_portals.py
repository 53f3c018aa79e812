"""Oracle and iCIMS, walked over the careers site: pages of a list, a page per job."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.careers_site import Site, serve
from tests.integration.platforms import Boards


@pytest.fixture
def boards(make_settings: Any, tmp_path: Path) -> Iterator[Boards]:
    site = Site(postings=330, companies=4, churn=0, mix={"oracle": 1.0, "icims": 1.0})
    with serve(site) as url:
        yield Boards(site, url, make_settings, tmp_path)


def test_every_posting_of_long_lists_lands_with_what_its_board_says(boards: Boards) -> None:
    ledger = boards.ingest()
    assert {board.outcome for board in ledger.values()} == {"complete"}
    sizes = {source: max(len(boards.site.ids(*each)) for each in boards.site.boards if each[0] == source)
             for source in ("oracle", "icims")}  # fmt: skip
    assert sizes["icims"] > 2 * 20
    for source, _, _, role, job in boards.truth():
        assert (job["title"], job["posted_on"]) == (role.title, str(role.posted_on))
        assert role.place.city in job["location"]
        assert job["workplace_type"] == role.workplace or source == "icims"
        pay = role.pay.low if source == "icims" and role.pay and role.pay_shown else None
        assert job["salary_min"] == pay


def test_job_pages_are_asked_for_once_and_again_when_their_entry_changes(boards: Boards) -> None:
    boards.ingest()
    boards.site.journal.clear()
    assert {board.outcome for board in boards.ingest().values()} == {"unchanged"}
    lists = ("/jobs/search", "Requisitions", "robots.txt")
    assert [path for path, _ in boards.site.journal.paths if not path.endswith(lists)] == []
    changed = boards.retitle(("oracle", "icims"), "Keeper of the Lighthouse")
    boards.site.journal.clear()
    ledger = boards.ingest()
    assert {board.outcome for board in ledger.values()} == {"complete", "unchanged"}
    asked = [path for path, _ in boards.site.journal.paths if not path.endswith(lists)]
    assert len(asked) == len(changed)
    for source, native in changed.items():
        assert boards.first_jobs(source)[native]["title"] == "Keeper of the Lighthouse"


def test_a_total_that_is_more_than_the_list_holds_closes_nothing(boards: Boards) -> None:
    boards.ingest()
    slug = boards.site.first("oracle")
    boards.site.misbehave("oracle", slug, "lying-total")
    boards.site.remove("oracle", slug, boards.site.ids("oracle", slug)[0])
    board = boards.ingest()[boards.key("oracle")]
    assert (board.outcome, board.closed) == ("truncated", 0)
