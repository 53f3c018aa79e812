"""Five hundred boards of every platform, a tenth of them misbehaving: the ledger says what was done to each."""

import itertools
from importlib import import_module

import pytest

from tests.careers_site import Site, serve
from tests.careers_site.firms import EVERY
from tests.careers_site.shapes import HTML, SHAPES
from tests.integration.place import Place

BOARDS, POSTINGS = 500, 2_500
GOOD = {True: ("truncated",), False: ("complete", "unchanged")}
PAGES = {"jsonld", *(name for name, shape in SHAPES.items() if shape.KIND == HTML)}
WITH_TOTAL = {"greenhouse", "smartrecruiters", "bamboohr", "workday", "oracle"}
MET = {  # misbehaviour -> what the ledger says of the board
    "status-500": "failed", "status-429": "failed", "status-403": "blocked", "status-404": "gone", "hang": "failed",
    "slow-drip": "failed", "reset": "failed", "truncated-json": "failed", "wrong-type": "failed",
    "empty-list": "empty", "huge-body": "failed", "gzip-bomb": "failed", "redirect-private": "blocked",
    "redirect-loop": "failed", "html-instead-of-json": "failed", "lying-total": "truncated",
    "robots-disallow": "blocked",
}  # fmt: skip


def victims(site: Site) -> dict[tuple[str, str], str]:
    """A tenth of the boards, of all platforms in turn, each with a misbehaviour that it can show."""
    turns = itertools.cycle(MET)
    chosen: dict[tuple[str, str], str] = {}
    by_source = {source: [key for key in site.boards if key[0] == source] for source, _ in site.boards}
    for keys in itertools.zip_longest(*by_source.values()):
        for key in filter(None, keys):
            if len(chosen) < BOARDS // 10:
                chosen[key] = next(kind for kind in turns if can_show(key[0], kind))
    return chosen


def can_show(source: str, kind: str) -> bool:
    if kind == "lying-total":
        return source in WITH_TOTAL
    if kind == "robots-disallow":
        return source in PAGES
    return source not in PAGES or kind not in ("truncated-json", "wrong-type", "html-instead-of-json", "empty-list")


def is_partial(company: str) -> bool:
    """Whether the company's source never shows all it has."""
    return hasattr(import_module(f"tasks.sources.{company.partition(':')[0]}"), "STALE_AFTER_DAYS")


@pytest.mark.timeout(600)
def test_the_ledger_says_what_was_done_to_each_of_many_boards(prefect_api, make_settings, tmp_path):
    site = Site(POSTINGS, BOARDS, churn=0.2, mix=EVERY)
    with serve(site) as url:
        place = Place(site, url, make_settings, tmp_path)
        place.ingest()
        first = {company: row[0] for company, row in place.ledger().items()}
        listed = {company for company, _ in place.truth()}  # of a small board all may be unlisted
        whole = {company: "truncated" if is_partial(company) else "complete" for company in listed}
        assert first == dict.fromkeys(first, "empty") | whole
        before = place.held()

        site.advance()
        faults = victims(site)
        for (source, board), kind in faults.items():
            site.misbehave(source, board, kind)
        place.ingest()
    broken = {place.company_of(*key): MET[kind] for key, kind in faults.items()}
    ledger = place.ledger()
    assert len(ledger) == BOARDS
    assert {company: ledger[company][0] for company in broken} == broken
    truth, held = place.truth(), place.held()
    bare = {company for company in ledger if company not in broken} - {company for company, _ in truth}
    assert {ledger[company][0] for company in bare} <= {"empty"}  # their last jobs have gone
    well = {company: row[0] for company, row in ledger.items() if company not in {*broken, *bare}}
    assert [company for company, outcome in well.items() if outcome not in GOOD[is_partial(company)]] == []
    assert all(row[2] for company, row in ledger.items() if company in broken)  # each says why
    assert {key for key in before if key[0] in broken} <= held.keys()
    unread = {company for company, outcome in broken.items() if outcome != "truncated"}  # of those what was read lands
    assert {key: title for key, title in before.items() if key[0] in unread} == {
        key: title for key, title in held.items() if key[0] in unread and key in before
    }
    fresh = {key: role.title for key, role in truth.items() if key[0] not in broken}
    assert {key: title for key, title in held.items() if key in fresh} == fresh
