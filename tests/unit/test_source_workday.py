"""Workday: what recorded pages can't show of its paging, its facets, its job pages and its addresses."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tasks.model import Company, Page, Posting, Request
from tasks.resolve import of_address
from tasks.sources import workday

AT = datetime(2026, 1, 15, 12, tzinfo=UTC)
COMPANY = Company(name="Acme", source="workday", board="acme.wd5/Careers")
SITE = "https://acme.wd5.myworkdayjobs.com/wday/cxs/acme/Careers"
MISFIT = (KeyError, TypeError, ValueError, AttributeError)


def read(answer: Any, request: Request | None = None) -> list[Posting | Request]:
    request = request or workday.start(COMPANY)
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return list(workday.parse(COMPANY, Page(request, request.url, body, AT)))


def claim(answer: Any, request: Request | None = None) -> int | None:
    request = request or workday.start(COMPANY)
    return workday.claimed(COMPANY, Page(request, request.url, json.dumps(answer).encode(), AT))


def entry(**facts: Any) -> dict[str, Any]:
    return {"title": "Potter", "externalPath": "/job/Bath/Potter_R-7", "postedOn": "Posted Today"} | facts


def listing(total: int, *jobs: dict[str, Any], facets: Any = ()) -> dict[str, Any]:
    return {"total": total, "jobPostings": list(jobs), "facets": list(facets)}


def facet(name: str, *counts: int) -> dict[str, Any]:
    values = [{"descriptor": f"{name} {n}", "id": f"{name}{n}", "count": count} for n, count in enumerate(counts)]
    return {"facetParameter": name, "descriptor": name, "values": values}


def queries(found: list[Posting | Request]) -> list[tuple[dict[str, list[str]], int]]:
    bodies = [item.body for item in found if isinstance(item, Request) and item.body]
    return [(body["appliedFacets"], body["offset"]) for body in bodies]


def job(path: str = "/job/Bath/Potter_R-7", **facts: Any) -> Posting:
    info = {"title": "Potter", "jobReqId": "R-7", "externalUrl": "https://acme.wd5.myworkdayjobs.com/x"} | facts
    request = Request(f"{SITE}{path}", about={"title": "Potter", "locationsText": "2 Locations"}, is_settled=True)
    (found,) = read({"jobPostingInfo": info}, request)
    assert isinstance(found, Posting)
    return found


def test_a_list_is_asked_for_with_all_four_keys_and_twenty_at_a_time() -> None:
    request = workday.start(COMPANY)
    assert (request.url, request.accept) == (f"{SITE}/jobs", "json")
    assert request.body == {"appliedFacets": {}, "limit": 20, "offset": 0, "searchText": ""}


@pytest.mark.parametrize(
    ("total", "offsets"), [(0, []), (20, []), (21, [20]), (60, [20, 40]), (1999, list(range(20, 2000, 20)))]
)
def test_the_first_total_says_which_pages_there_are(total: int, offsets: list[int]) -> None:
    answer = listing(total, entry(), facets=[facet("jobFamilyGroup", 900, 900)])
    assert queries(read(answer)) == [({}, offset) for offset in offsets]
    assert claim(answer) == total


def test_a_later_total_is_not_believed_whatever_it_says() -> None:
    for total in (0, 7, 5000, None):
        answer = listing(0, entry()) | {"total": total}
        later = workday.start(COMPANY, offset=40)
        assert queries(read(answer, later)) == []
        assert claim(answer, later) is None
        assert len(read(answer, later)) == 1


def test_a_part_of_a_list_claims_nothing_of_the_board() -> None:
    part = workday.start(COMPANY, {"timeType": ["x"]})
    assert claim(listing(30, entry()), part) is None
    assert queries(read(listing(30, entry()), part)) == [({"timeType": ["x"]}, 20)]


def test_a_list_beyond_the_cap_is_asked_for_by_the_facet_that_covers_it_with_the_least_overlap() -> None:
    whole, thin, wide = facet("jobFamilyGroup", 1500, 1000), facet("timeType", 2400, 50), facet("locations", 1900, 1900)
    found = read(listing(2500, entry(), facets=[wide, thin, whole]))
    assert {next(iter(facets)) for facets, _ in queries(found)} == {"jobFamilyGroup"}
    assert len(queries(found)) == len(found) == 1500 / 20 + 1000 / 20
    assert all(len(values) == 1 for facets, _ in queries(found) for values in facets.values())
    wide = facet("locations", 1900, 700)
    assert "locations" in queries(read(listing(2500, facets=[thin, {"values": [{"values": [wide]}]}])))[0][0]


def test_a_value_that_is_itself_beyond_the_cap_is_parted_by_another_facet() -> None:
    facets = [facet("timeType", 2400, 100), facet("workerSubType", 2300, 150)]
    first = queries(read(listing(2500, facets=facets)))
    assert first == [({"timeType": ["timeType0"]}, 0), *(({"timeType": ["timeType1"]}, n) for n in range(0, 100, 20))]
    part = workday.start(COMPANY, {"timeType": ["timeType0"]})
    second = queries(read(listing(2400, entry(), facets=facets), part))
    assert second[0] == ({"timeType": ["timeType0"], "workerSubType": ["workerSubType0"]}, 0)
    last = workday.start(COMPANY, second[0][0])
    rest = read(listing(2300, entry(), facets=facets), last)
    assert len(rest) == 1 + 99  # what is left is read as far as it is shown
    assert claim(listing(2500, facets=facets)) == 2500


def test_a_group_of_facets_is_never_asked_for_by_its_own_name() -> None:
    group = {"facetParameter": "locationMainGroup", "values": [facet("locations", 1500, 1100)]}
    assert {name for facets, _ in queries(read(listing(2500, facets=[group]))) for name in facets} == {"locations"}


def test_a_total_that_is_the_cap_may_be_cut_and_then_the_facet_counts() -> None:
    assert claim(listing(2000, facets=[facet("jobFamilyGroup", 1800, 900)])) == 2700
    assert claim(listing(2000, facets=[facet("jobFamilyGroup", 1800, 200)])) == 2000
    assert claim(listing(2000)) == 2000
    assert claim(listing(2001, facets=[facet("locations", 1800, 900)])) == 2001


def test_what_changes_by_itself_does_not_bring_a_job_page_back() -> None:
    keys = {read(listing(1, entry(postedOn=said)))[0].key for said in ("Posted Today", "Posted Yesterday")}
    assert len(keys) == 1
    for change in ({"title": "Baker"}, {"locationsText": "York"}, {"remoteType": "Remote"}, {"timeType": "Part time"}):
        assert read(listing(1, entry(**change)))[0].key not in keys


def test_an_entry_without_title_and_path_is_claimed_and_not_seen() -> None:
    answer = listing(2, entry(), {"bulletFields": ["R-8"]})
    assert (len(read(answer)), claim(answer)) == (1, 2)


@pytest.mark.parametrize("lost", ["title", "externalPath"])
def test_half_an_entry_fails_its_board(lost: str) -> None:
    with pytest.raises(KeyError):
        read(listing(1, {name: value for name, value in entry().items() if name != lost}))


@pytest.mark.parametrize("body", [
    b"", b"<!doctype html><title>Workday is currently unavailable.</title>", b"{}", b"[]", b'{"jobPostings": []}',
    b'{"total": 1, "jobPostings": null}', b'{"total": null, "jobPostings": []}', b'{"total": -1, "jobPostings": []}',
    b'{"errorCode":"HTTP_400","httpStatus":400,"message":""}',
])  # fmt: skip
def test_what_is_no_list_is_never_an_empty_board(body: bytes) -> None:
    with pytest.raises(MISFIT):
        read(body)


@pytest.mark.parametrize("body", [b"<html>", b"{}", b'{"jobPostingInfo": null}', b'{"jobPostingInfo": {}}'])
def test_what_is_no_job_page_fails(body: bytes) -> None:
    with pytest.raises(MISFIT):
        read(body, Request(f"{SITE}/job/Bath/Potter_R-7", about={"title": "Potter"}, is_settled=True))


@pytest.mark.parametrize(("path", "requisition", "native"), [
    ("/job/Bath/Potter_R-7", "R-7", "R-7"),
    ("/job/Bath/Potter_R-7-2", "R-7", "R-7-2"),
    ("/job/Bath/Head-Potter_R-7-2", "R-7", "R-7-2"),
    ("/job/York/Potter_JR_00145-1", "JR_00145", "JR_00145-1"),
    ("/job/Bath/R-7-Potter_R-7", "R-7", "R-7"),
    ("/job/Bath/Potter", "R-7", "/job/Bath/Potter"),
    ("/job/Bath/Potter", None, "/job/Bath/Potter"),
])  # fmt: skip
def test_the_id_is_the_requisition_and_its_posting_whatever_the_title(
    path: str, requisition: str | None, native: str
) -> None:
    found = job(path, jobReqId=requisition)
    assert (found.id, found.requisition_id) == (native, requisition)


def test_one_requisition_on_two_sites_is_a_job_of_each() -> None:
    other = COMPANY.model_copy(update={"board": "acme.wd5/Graduates"})
    assert workday.start(other).url == f"{SITE.replace('Careers', 'Graduates')}/jobs"
    assert other.id != COMPANY.id


def test_places_come_from_the_job_page_and_never_from_their_number() -> None:
    assert job(location="Bath", additionalLocations=["York", "Bath"]).locations == ("Bath", "York")
    assert job(location="Bath", additionalLocations=None).locations == ("Bath",)
    assert job().locations == ()


@pytest.mark.parametrize(("facts", "workplace"), [
    ({"location": "US, TX, Remote"}, None),
    ({"location": "US, TX, Remote", "remoteType": "On-site"}, "onsite"),
    ({"location": "Bath", "remoteType": "Remote"}, "remote"),
    ({"location": "Bath", "remoteType": "Fully Remote"}, "remote"),
    ({"location": "Bath", "remoteType": "Not Remote"}, "onsite"),
    ({"location": "Bath", "remoteType": "Flex"}, None),
    ({"location": "Bath", "remoteType": "Remote or Hybrid"}, None),
])  # fmt: skip
def test_only_the_remote_type_says_where_one_works(facts: dict[str, Any], workplace: str | None) -> None:
    assert job(**facts).workplace_type == workplace


def test_relative_words_date_no_posting() -> None:
    assert job(postedOn="Posted 3 Days Ago").posted_on is None
    assert job(postedOn="Posted 30+ Days Ago", startDate="2025-11-19").posted_on == date(2025, 11, 19)


@pytest.mark.parametrize(("address", "board"), [
    ("https://acme.wd5.myworkdayjobs.com/Careers", "acme.wd5/Careers"),
    ("https://acme.wd103.myworkdayjobs.com/en-US/External_Careers/job/Bath/Potter_R-7", "acme.wd103/External_Careers"),
    ("https://acme.wd5.myworkdayjobs.com/wday/cxs/acme/Careers/jobs", "acme.wd5/Careers"),
    ("https://acme.wd5.myworkdayjobs.com/fr-FR/Careers?locations=b1", "acme.wd5/Careers"),
    ("https://acme.wd5.myworkdayjobs.com/en-US", None),
    ("https://acme.wd5.myworkdayjobs.com/robots.txt", None),
    ("https://acme.wd5.myworkdayjobs.com/", None),
    ("https://www.workday.com/en-us/company/careers", None),
])  # fmt: skip
def test_an_address_names_its_board(address: str, board: str | None) -> None:
    found = of_address(address)
    assert (found and (found.source, found.board)) == (board and ("workday", board))
