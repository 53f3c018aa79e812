"""Oracle and iCIMS: what recorded pages can't show of pages out of place and of answers that are none."""

import json
from datetime import UTC, date, datetime
from importlib import import_module
from typing import Any

import pytest

from tasks.model import Company, Page, Posting, Request

AT = datetime(2026, 1, 15, 12, tzinfo=UTC)
ORACLE = Company(name="Acme", source="oracle", board="acme.fa.us2.oraclecloud.com/CX_1")
ICIMS = Company(name="Acme", source="icims", board="careers-acme")
MISFIT = (LookupError, TypeError, ValueError, AttributeError)
CARD = '<li class="iCIMS_JobCardItem"><a href="/jobs/{n}/potter/job"><h3>Potter {n}</h3></a></li>'


def read(company: Company, body: str | bytes, request: Request | None = None) -> list[Posting | Request]:
    module = import_module(f"tasks.sources.{company.source}")
    request = request or module.start(company)
    page = Page(request, request.url, body.encode() if isinstance(body, str) else body, AT)
    return list(module.parse(company, page))


def cards(said: str, asked: int = 0, count: int = 2) -> list[str]:
    """The addresses that the page of a list leads to, lists first."""
    icims = import_module("tasks.sources.icims")
    body = f"<ul>{''.join(CARD.format(n=n) for n in range(count))}</ul><div class='iCIMS_Paging'>{said}</div>"
    found = read(ICIMS, body, icims.start(ICIMS, asked))
    return [
        item.url.removeprefix("https://careers-acme.icims.com/jobs/") for item in found if isinstance(item, Request)
    ]


def lists(found: list[str]) -> list[str]:
    return [url.split("&")[1] for url in found if url.startswith("search")]


@pytest.mark.parametrize(("said", "asked", "followed"), [
    ("Page 1 of 3", 0, ["pr=1", "pr=2"]),
    ("Page <span>1</span> of <span>2</span>, Current Page", 0, ["pr=1"]),
    ("Page 1 of 1", 0, []),
    ("Page 2 of 3", 1, []),
    ("Page 2 of 2", 2, []),
    ("", 0, ["pr=1"]),
    ("", 4, ["pr=5"]),
])  # fmt: skip
def test_an_icims_list_is_followed_as_far_as_it_says(said: str, asked: int, followed: list[str]) -> None:
    found = cards(said, asked)
    assert lists(found) == followed
    assert found[: len(followed)] == [url for url in found if url.startswith("search")]
    assert len(found) == len(followed) + 2


def test_another_page_in_place_of_the_one_asked_for_is_no_end_of_an_icims_list() -> None:
    with pytest.raises(ValueError, match="page 1 in place of page 3"):
        cards("Page 1 of 3", asked=2)


def test_an_icims_list_without_cards_ends() -> None:
    assert cards("", count=0) == cards("Page 1 of 1", count=0) == []


@pytest.mark.parametrize("body", ["", "<html>Just a moment...", "{}", "<ul><a href='/jobs/1/potter/job'>x</a></ul>"])
def test_what_is_no_page_of_icims_is_never_an_empty_board(body: str) -> None:
    with pytest.raises(MISFIT):
        read(ICIMS, body)


def test_an_icims_job_page_that_shows_something_else_fails() -> None:
    request = Request("https://careers-acme.icims.com/jobs/7/potter/job?in_iframe=1", "html", None, {"card": []}, True)
    with pytest.raises(MISFIT):
        read(ICIMS, "<div class='iCIMS_Body'>This job is no longer open.</div>", request)


def oracle(job: Any, **listed: Any) -> Posting:
    about = {"Id": "7", "Title": "Potter"} | listed
    (found,) = read(
        ORACLE, json.dumps(job), Request("https://acme.fa.us2.oraclecloud.com/x", "json", None, about, True)
    )
    assert isinstance(found, Posting)
    return found


TEXT = {"ExternalDescriptionStr": "<p>Clay.</p>", "ExternalResponsibilitiesStr": None, "ExternalQualificationsStr": ""}


@pytest.mark.parametrize("answer", [
    {}, [], {"items": []}, {"items": [{}]}, {"title": "Not Found", "status": "404"}, {"items": [{"Id": "7"}]},
    {"items": [{**TEXT}]},
])  # fmt: skip
def test_what_is_no_oracle_job_page_never_empties_a_text(answer: Any) -> None:
    with pytest.raises(MISFIT):
        oracle(answer)


def test_an_oracle_job_page_tells_what_the_list_does_not() -> None:
    facts = {"WorkplaceType": "Hybrid", "ExternalPostedStartDate": "2026-01-09T00:00:00+00:00"}
    found = oracle({"items": [{"Id": "7"} | TEXT | facts]})
    assert (found.workplace_type, found.posted_on) == ("hybrid", date(2026, 1, 9))
    found = oracle({"items": [{"Id": "7"} | TEXT | facts]}, WorkplaceTypeCode="ORA_ON_SITE", PostedDate="2026-01-08")
    assert (found.workplace_type, found.posted_on) == ("onsite", date(2026, 1, 8))


@pytest.mark.parametrize(("total", "shown", "asked", "followed"), [
    (450, 200, 0, ["offset=200"]), (450, 25, 0, ["offset=25"]), (450, 50, 400, []), (450, 200, 200, ["offset=400"]),
    (450, 0, 200, []), (None, 200, 0, ["offset=200"]), (None, 199, 0, []),
])  # fmt: skip
def test_an_oracle_list_goes_on_after_what_came(total: int | None, shown: int, asked: int, followed: list[str]) -> None:
    module = import_module("tasks.sources.oracle")
    jobs = [{"Id": str(n), "Title": "Potter"} for n in range(shown)]
    body = {"items": [{"requisitionList": jobs} | ({} if total is None else {"TotalJobsCount": total})]}
    found = read(ORACLE, json.dumps(body), module.start(ORACLE, asked))
    urls = [item.url for item in found if isinstance(item, Request)]
    assert [url.split(",")[3] for url in urls[: len(followed)]] == followed
    assert sum("findReqs" in url for url in urls) == len(followed)
    assert len(urls) == len(followed) + shown


@pytest.mark.parametrize(
    "body", ["", "<html>", "{}", '{"items": []}', '{"items": [{}]}', '{"items": [{"requisitionList": 1}]}']
)
def test_what_is_no_oracle_list_is_never_an_empty_board(body: str) -> None:
    with pytest.raises(MISFIT):
        read(ORACLE, body)
