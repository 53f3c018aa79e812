"""Workable, Recruitee, Pinpoint and Personio: what recorded pages can't show of boards that come as one list."""

import json
from datetime import UTC, date, datetime
from importlib import import_module
from typing import Any

import pytest

from tasks.model import Company, Page, Posting
from tasks.sources import _readings
from tests.record import FIXTURES, company_of
from tests.unit.naming import named

AT = datetime(2026, 1, 15, 12, tzinfo=UTC)
SOURCES = ("workable", "recruitee", "pinpoint", "personio")
LISTS = {"workable": "jobs", "recruitee": "offers", "pinpoint": "data"}
NEEDED = {
    "workable": ("shortcode", "title", "url"),
    "recruitee": ("id", "title", "careers_url"),
    "pinpoint": ("id", "title", "path"),
}
MISFIT = (KeyError, TypeError, ValueError, AttributeError)
PAY = ("salary_min", "salary_max", "salary_currency", "salary_period")


def read(source: str, body: bytes, board: str = "example", **row: Any) -> tuple[list[Posting], int | None]:
    module = import_module(f"tasks.sources.{source}")
    company = Company(name="Example", source=source, board=board, **row)
    request = module.start(company)
    page = Page(request, request.url, body, AT)
    return list(module.parse(company, page)), module.claimed(company, page)


def jobs(source: str, *listed: dict[str, Any], **row: Any) -> list[Posting]:
    return read(source, json.dumps({LISTS[source]: listed}).encode(), **row)[0]


def feed(*positions: str) -> list[Posting]:
    return read("personio", f"<workzag-jobs>{''.join(positions)}</workzag-jobs>".encode())[0]


def workable(shortcode: str = "AB12", **facts: Any) -> dict[str, Any]:
    return {"shortcode": shortcode, "title": "Potter", "url": f"https://apply.workable.com/j/{shortcode}"} | facts


def recruitee(**facts: Any) -> dict[str, Any]:
    return {
        "id": 7,
        "title": "Potter",
        "status": "published",
        "careers_url": "https://a.recruitee.com/o/potter",
    } | facts


def pinpoint(**facts: Any) -> dict[str, Any]:
    return {"id": "7", "title": "Potter", "path": "/en/postings/7"} | facts


def personio(inner: str = "", number: str = "7") -> str:
    return f"<position><id>{number}</id><name>Potter</name>{inner}</position>"


@pytest.mark.parametrize(
    ("source", "board", "base_url", "url"),
    [
        ("workable", "acme", None, "https://apply.workable.com/api/v1/widget/accounts/acme?details=true"),
        ("recruitee", "acme", None, "https://acme.recruitee.com/api/offers"),
        ("recruitee", "jobs.acme.example", None, "https://jobs.acme.example/api/offers"),
        ("recruitee", "acme", "https://eu.example/x/", "https://eu.example/x/api/offers"),
        ("pinpoint", "acme", None, "https://acme.pinpointhq.com/postings.json"),
        ("pinpoint", "work.acme.example", None, "https://work.acme.example/postings.json"),
        ("personio", "acme", None, "https://acme.jobs.personio.de/xml?language=en"),
        ("personio", "acme.jobs.personio.com", None, "https://acme.jobs.personio.com/xml?language=en"),
    ],
)
def test_a_board_with_a_dot_is_a_host_of_its_own(source: str, board: str, base_url: str | None, url: str) -> None:
    company = Company(name="Acme", source=source, board=board, base_url=base_url)
    assert import_module(f"tasks.sources.{source}").start(company).url == url


ADDRESSES = {
    "apply.workable.com/acme": ("workable", "acme"),
    "apply.workable.com/acme/j/AB12CD34EF/apply/": ("workable", "acme"),
    "apply.workable.com/api/v1/widget/accounts/11883?origin=embed": ("workable", "11883"),
    "apply.workable.com/api/v3/accounts/acme/jobs": ("workable", "acme"),
    "www.workable.com/api/accounts/acme?details=true": ("workable", "acme"),
    "acme.workable.com/jobs/12": ("workable", "acme"),
    "apply.workable.com/j/AB12CD34EF": None,
    "www.workable.com/pricing": None,
    "jobs.workable.com/view/1": None,
    "acme.recruitee.com/o/potter": ("recruitee", "acme"),
    "jobs.acme.example/api/offers/": ("recruitee", "jobs.acme.example"),
    "docs.recruitee.com/reference": None,
    "acme.pinpointhq.com/en/postings/7": ("pinpoint", "acme"),
    "work.acme.example/postings.json": ("pinpoint", "work.acme.example"),
    "developers.pinpointhq.com/docs": None,
    "acme.jobs.personio.de/job/7?language=en": ("personio", "acme"),
    "acme.jobs.personio.com/xml": ("personio", "acme.jobs.personio.com"),
    "acme-jobs.personio.de/": ("personio", "acme"),
    "www.personio.de/product": None,
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_names_its_board(address: str) -> None:
    assert named(address, SOURCES) == ([ADDRESSES[address]] if ADDRESSES[address] else [])


REFUSED = [b"", b"<html>Page not found", b"{}", b'""', b"[1]", b'{"jobs": {}}', b'{"offers": null}', b'{"data": {}}',
           b'{"total": 1, "results": [{"shortcode": "AB12", "title": "Potter"}]}', b"<jobs/>",
           b'<!DOCTYPE html><html><body>Positions</body></html>', b"<workzag-jobs><position>"]  # fmt: skip


@pytest.mark.parametrize("body", REFUSED)
@pytest.mark.parametrize("source", SOURCES)
def test_what_is_no_list_of_jobs_is_never_an_empty_board(source: str, body: bytes) -> None:
    with pytest.raises(MISFIT):
        read(source, body)


@pytest.mark.parametrize("source", LISTS)
def test_an_empty_list_is_an_empty_board(source: str) -> None:
    assert read(source, json.dumps({LISTS[source]: []}).encode()) == ([], 0)
    assert read("personio", b"<workzag-jobs/>") == ([], 0)


@pytest.mark.parametrize("path", [path for source in LISTS for path in FIXTURES.glob(f"{source}.*.1.json")],
                         ids=lambda path: path.name)  # fmt: skip
def test_a_posting_without_what_makes_one_fails_its_board(path: Any) -> None:
    company, _ = company_of(path)
    job = json.loads(path.read_bytes())[LISTS[company.source]][0]
    for name in NEEDED[company.source]:
        for value in (None, "", []):
            spoilt = {**job, "url": None, name: value} if name == "path" else {**job, name: value}
            with pytest.raises(MISFIT):
                read(company.source, json.dumps({LISTS[company.source]: [spoilt]}).encode(), company.board)


@pytest.mark.parametrize("position", ["<position><name>Potter</name></position>", personio(number=""),
                         personio(number="seven"), "<position><id>7</id><name> </name></position>"])  # fmt: skip
def test_a_position_without_number_or_name_fails_its_board(position: str) -> None:
    with pytest.raises(MISFIT):
        feed(personio(number="6"), position)


def test_rows_of_one_workable_job_are_one_posting_with_all_places_in_whatever_order() -> None:
    rows = [
        workable(city="Graz", country="Austria"), workable("CD34", city="Linz", country="Austria"),
        workable(city="Wien", country="Austria"), workable(city="Graz", country="Austria"),
    ]  # fmt: skip
    found, claimed = read("workable", json.dumps({"jobs": rows}).encode())
    assert claimed == 2
    assert [(job.id, job.locations, job.country, job.city) for job in found] == [
        ("AB12", ("Graz, Austria", "Wien, Austria"), "AT", None),
        ("CD34", ("Linz, Austria",), "AT", "Linz"),
    ]


@pytest.mark.parametrize(("stated", "kind"), [
    ([True], "remote"), ([True, True], "remote"), ([True, False], None), ([False], None), ([None], None),
    (["true"], None),
])  # fmt: skip
def test_workable_says_remote_or_nothing(stated: list[Any], kind: str | None) -> None:
    (job,) = jobs("workable", *(workable(telecommuting=value) for value in stated))
    assert job.workplace_type == kind


def test_a_place_that_workable_hides_is_not_told() -> None:
    spots = [{"city": "Paris", "country": "France", "countryCode": "FR", "hidden": True}, {"city": "Graz"}]
    (job,) = jobs("workable", workable(city="Paris", country="France", locations=spots))
    assert (job.locations, job.city, job.country) == (("Graz",), "Graz", None)


def test_workable_is_asked_seldom() -> None:
    assert import_module("tasks.sources.workable").REQUESTS_PER_SECOND <= 1


@pytest.mark.parametrize(("salary", "told"), [
    ({"min": "60000", "max": "75000", "period": "year", "currency": "EUR"}, (60000, 75000, "EUR", "year")),
    ({"min": "18.50", "max": "18.50", "period": "hour", "currency": "EUR"}, (18.5, 18.5, "EUR", "hour")),
    ({"min": "18.50", "max": "18.50", "period": "month", "currency": "EUR"}, None),
    ({"min": "45", "max": "55", "period": "year", "currency": "EUR"}, None),
    ({"min": "2800", "max": "", "period": "month", "currency": "PLN"}, (2800, None, "PLN", "month")),
    ({"min": "0", "max": "0", "period": "month", "currency": "EUR"}, None),
    ({"min": "75000", "max": "60000", "period": "year", "currency": "EUR"}, None),
    ({"min": "60.000", "max": "75,000", "period": "year", "currency": "EUR"}, None),
    ({"min": "-5", "max": "DOE", "period": "hour", "currency": "EUR"}, None),
    ({"min": 3000, "max": 3200.5, "period": "month", "currency": ""}, (3000, 3200.5, None, "month")),
    ({"min": "3000", "max": None, "period": None, "currency": None}, (3000, None, None, None)),
    ({"min": "3000", "max": "4000", "period": "project", "currency": "EUR"}, None),
    ({}, None), (None, None),
])  # fmt: skip
def test_pay_typed_into_recruitee_is_believed_where_it_can_be_so(salary: Any, told: tuple[Any, ...] | None) -> None:
    (job,) = jobs("recruitee", recruitee(salary=salary))
    assert tuple(getattr(job, name) for name in PAY) == (told or (None,) * 4)


@pytest.mark.parametrize(("switches", "kind"), [
    ({"remote": True, "hybrid": False, "on_site": False}, "remote"), ({"hybrid": True}, "hybrid"),
    ({"on_site": True, "remote": None}, "onsite"), ({"remote": True, "on_site": True}, None),
    ({"remote": True, "hybrid": True, "on_site": True}, None), ({"remote": False}, None), ({}, None),
])  # fmt: skip
def test_one_switch_of_recruitee_is_a_workplace_and_several_are_none(switches: Any, kind: str | None) -> None:
    assert jobs("recruitee", recruitee(**switches))[0].workplace_type == kind


@pytest.mark.parametrize(
    ("status", "count"), [("published", 1), (None, 1), ("draft", 0), ("internal", 0), ("closed", 0)]
)
def test_only_published_offers_are_open_and_counted(status: str | None, count: int) -> None:
    found, claimed = read("recruitee", json.dumps({"offers": [recruitee(status=status)]}).encode())
    assert (len(found), claimed) == (count, count)


def test_instants_of_recruitee_are_utc() -> None:
    stated = {"published_at": "2026-03-02 23:59:59 UTC", "close_at": "2026-06-30 00:00:00 UTC"}
    (job,) = jobs("recruitee", recruitee(**stated))
    assert (job.posted_on, job.expires_on) == (date(2026, 3, 2), date(2026, 6, 30))


@pytest.mark.parametrize("visible", [False, None, "true", 1])
def test_pay_that_pinpoint_hides_is_not_told(visible: Any) -> None:
    figures = {"compensation_minimum": 30000, "compensation_maximum": 40000, "compensation_frequency": "year"}
    assert jobs("pinpoint", pinpoint(**figures, compensation_visible=True))[0].salary_min == 30000
    hidden = jobs("pinpoint", pinpoint(**figures, compensation_visible=visible, compensation="30,000"))[0]
    assert [getattr(hidden, name) for name in PAY] == [None] * 4


@pytest.mark.parametrize(("frequency", "unit"), [
    ("year", "year"), ("annually", "year"), ("monthly", "month"), ("week", "week"), ("daily", "day"), ("hour", "hour"),
])  # fmt: skip
def test_frequencies_of_pinpoint_are_periods(frequency: str, unit: str) -> None:
    stated = {"compensation_visible": True, "compensation_minimum": 5000, "compensation_frequency": frequency}
    assert jobs("pinpoint", pinpoint(**stated))[0].salary_period == unit


def test_the_page_of_a_pinpoint_posting_without_address_is_on_the_board() -> None:
    assert jobs("pinpoint", pinpoint(), board="acme")[0].url == "https://acme.pinpointhq.com/en/postings/7"
    found = jobs("pinpoint", pinpoint(url="https://work.acme.example/en/postings/7"), board="acme")
    assert found[0].url == "https://work.acme.example/en/postings/7"


@pytest.mark.parametrize(("kind", "schedule", "found"), [
    ("permanent", "full-time", "full_time"), ("permanent", "part-time", "part_time"),
    ("permanent", "full-or-part-time", None), ("permanent", "", None), ("intern", "full-time", "intern"),
    ("intern", "full-or-part-time", "intern"), ("trainee", "full-time", "intern"),
    ("working_student", "part-time", "intern"), ("freelance", "part-time", "contract"),
    ("temporary", "full-time", "temporary"), ("", "part-time", "part_time"),
])  # fmt: skip
def test_who_is_hired_wins_over_the_hours_in_personio(kind: str, schedule: str, found: str | None) -> None:
    (job,) = feed(personio(f"<employmentType>{kind}</employmentType><schedule>{schedule}</schedule>"))
    assert job.employment_type == found


@pytest.mark.parametrize(("word", "level"), [
    ("entry-level", "entry"), ("student", "intern"), ("executive", "executive"), ("experienced", None), ("guru", None),
])  # fmt: skip
def test_seniority_of_personio_is_kept_where_it_is_a_level(word: str, level: str | None) -> None:
    assert feed(personio(f"<seniority>{word}</seniority>"))[0].seniority == level


def test_entities_of_its_own_are_refused_in_a_feed() -> None:
    body = (
        b'<!DOCTYPE x [<!ENTITY a "aaaa">]><workzag-jobs><position><id>7</id><name>&a;</name></position></workzag-jobs>'
    )
    with pytest.raises(ValueError, match="DTD"):
        read("personio", body)


def test_a_heading_without_a_text_is_left_out_and_is_never_markup() -> None:
    assert _readings.sections(
        [("Mission <b>", "<p>Fire.</p>"), ("Empty", " "), ("None", None), (None, "<p>Glaze.</p>")]
    ) == ("<h3>Mission &lt;b&gt;</h3>\n<p>Fire.</p>\n<p>Glaze.</p>")


def test_the_parts_of_a_place_are_named_once() -> None:
    assert _readings.place("Singapore", None, "Singapore ") == "Singapore"
    assert _readings.place("Berlin", "Berlin", "Germany") == "Berlin, Germany"
    assert _readings.place(None, "", " ") == ""


@pytest.mark.parametrize(("low", "high", "unit", "is_told"), [
    (99, 99, "month", False), (100, 100, "month", True), (999, None, "year", False), (1000, None, "year", True),
    (None, 18.5, "month", False), (1, 60000, "year", False), (18.5, 18.5, "hour", True), (18.5, 18.5, None, True),
])  # fmt: skip
def test_pay_too_low_for_its_unit_is_nobodys(
    low: float | None, high: float | None, unit: str | None, is_told: bool
) -> None:
    assert bool(_readings.pay(low, high, "EUR", unit)) == is_told
