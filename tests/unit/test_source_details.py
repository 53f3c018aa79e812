"""SmartRecruiters, BambooHR, Breezy and Rippling: what recorded pages can't show of boards with a page for each job."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import httpx
import pytest

from tasks.fetch import Counts, fetcher
from tasks.model import Company, Page, Posting, Request
from tasks.settings import Settings
from tests.answering import Wire
from tests.unit.naming import named

AT = datetime(2026, 1, 15, 12, tzinfo=UTC)
SOURCES = ("smartrecruiters", "bamboohr", "breezy", "rippling")
MISFIT = (KeyError, TypeError, ValueError, AttributeError)
LD = {"@type": "JobPosting", "title": "Potter", "description": "<p>Throw.</p>"}


def company(source: str, board: str = "example", base_url: str | None = None) -> Company:
    return Company(name="Example", source=source, board=board, base_url=base_url)


def read(source: str, body: Any, request: Request | None = None, url: str = "") -> tuple[list[Any], int | None]:
    module = import_module(f"tasks.sources.{source}")
    asked = request or module.start(company(source))
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    page = Page(asked, url or asked.url, raw, AT)
    return list(module.parse(company(source), page)), module.claimed(company(source), page)


def job(source: str, body: Any, **about: Any) -> Posting:
    """The posting of a job page, by what the list says of it."""
    asked = Request("https://example.com/job", "html" if source == "breezy" else "json", about=about, is_settled=True)
    ((found,), claimed) = read(source, body, asked)
    assert claimed is None
    assert isinstance(found, Posting)
    return found


def smartrecruiters(**facts: Any) -> dict[str, Any]:
    return {"id": "1", "name": "Potter", "jobAd": {"sections": {}}} | facts


def bamboohr(**facts: Any) -> Posting:
    return job("bamboohr", {"result": {"jobOpening": facts}}, id="1", jobOpeningName="Potter")


def rippling(about: dict[str, Any] | None = None, **facts: Any) -> Posting:
    return job("rippling", {"uuid": "u", "name": "Potter", "description": {}} | facts, **(about or {}))


def breezy(ld: dict[str, Any] | None = None, **about: Any) -> Posting:
    script = json.dumps(LD | (ld or {})).replace("</", "<\\/")
    stated = {"id": "1", "name": "Potter", "url": "https://a.breezy.hr/p/1-potter"} | about
    return job("breezy", f'<script type="application/ld+json">{script}</script>'.encode(), **stated)


def pay(found: Posting) -> tuple[Any, ...]:
    return found.salary_min, found.salary_max, found.salary_currency, found.salary_period


@pytest.mark.parametrize(
    ("source", "board", "base_url", "url"),
    [
        ("smartrecruiters", "Acme", None, "https://api.smartrecruiters.com/v1/companies/Acme/postings?limit=100&offset=0"),
        ("bamboohr", "acme", None, "https://acme.bamboohr.com/careers/list"),
        ("breezy", "acme", None, "https://acme.breezy.hr/json"),
        ("breezy", "jobs.acme.example", None, "https://jobs.acme.example/json"),
        ("rippling", "acme", None, "https://api.rippling.com/platform/api/ats/v1/board/acme/jobs"),
        ("rippling", "acme", "https://eu.example/x/", "https://eu.example/x/platform/api/ats/v1/board/acme/jobs"),
    ],
)  # fmt: skip
def test_a_board_is_asked_at_its_own_address(source: str, board: str, base_url: str | None, url: str) -> None:
    assert import_module(f"tasks.sources.{source}").start(company(source, board, base_url)).url == url


ADDRESSES = {
    "jobs.smartrecruiters.com/BoschGroup/744-engineer?oga=true": ("smartrecruiters", "BoschGroup"),
    "careers.smartrecruiters.com/BoschGroup": ("smartrecruiters", "BoschGroup"),
    "api.smartrecruiters.com/v1/companies/BoschGroup/postings": ("smartrecruiters", "BoschGroup"),
    "jobs.smartrecruiters.com/oneclick-ui/company/BoschGroup/publication/1": ("smartrecruiters", "BoschGroup"),
    "jobs.smartrecruiters.com/external-referrals/company/BoschGroup/publication/1": ("smartrecruiters", "BoschGroup"),
    "jobs.smartrecruiters.com/ni/BoschGroup/744-engineer": ("smartrecruiters", "BoschGroup"),
    "jobs.smartrecruiters.com/NielsenIQ/744": ("smartrecruiters", "NielsenIQ"),
    "jobs.smartrecruiters.com/oneclick-ui/": None,
    "www.smartrecruiters.com/pricing": None,
    "acme.bamboohr.com/careers/31": ("bamboohr", "acme"),
    "acme.bamboohr.com/jobs/embed2.php": ("bamboohr", "acme"),
    "www.bamboohr.com/pricing": None,
    "acme.breezy.hr/p/9f-potter": ("breezy", "acme"),
    "assets-cdn.breezy.hr/x.js": None,
    "app.breezy.hr/signin": None,
    "ats.rippling.com/acme/jobs/5b1c": ("rippling", "acme"),
    "ats.rippling.com/en-GB/acme/jobs": ("rippling", "acme"),
    "ats.rippling.com/api/v2/board/acme/jobs": ("rippling", "acme"),
    "api.rippling.com/platform/api/ats/v1/board/acme/jobs": ("rippling", "acme"),
    "www.rippling.com/recruiting": None,
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_names_its_board(address: str) -> None:
    assert named(address, SOURCES) == ([ADDRESSES[address]] if ADDRESSES[address] else [])


REFUSED = [b"", b"<html>Page not found", b"{}", b'""', b"[1]", b'{"content": []}', b'{"result": {}}', b'{"items": []}',
           b'{"totalFound": "many", "limit": 100, "content": []}', b'{"totalFound": 0, "limit": 100}',
           b'{"error": "not found"}', b'[{"name": "Potter"}]']  # fmt: skip


@pytest.mark.parametrize("body", REFUSED)
@pytest.mark.parametrize("source", SOURCES)
def test_what_is_no_list_of_jobs_is_never_an_empty_board(source: str, body: bytes) -> None:
    with pytest.raises(MISFIT):
        read(source, body)


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b"[]", b'{"result": []}', b'{"id": "1"}'])
@pytest.mark.parametrize("source", SOURCES)
def test_what_is_no_job_page_is_refused(source: str, body: bytes) -> None:
    with pytest.raises(MISFIT):
        job(source, body, id="1", jobOpeningName="", name="Potter", url="https://a.breezy.hr/p/1")


EMPTY: dict[str, Any] = {
    "smartrecruiters": {"offset": 0, "limit": 100, "totalFound": 0, "content": []},
    "bamboohr": {"meta": {"totalCount": 0}, "result": []}, "breezy": [], "rippling": [],
}  # fmt: skip


@pytest.mark.parametrize("source", SOURCES)
def test_a_list_without_jobs_claims_none(source: str) -> None:
    assert read(source, EMPTY[source]) == ([], 0)


@pytest.mark.parametrize(
    ("source", "asked", "target"),
    [
        ("bamboohr", "example.bamboohr.com", "bamboohr.com"),
        ("breezy", "example.breezy.hr", "breezy.hr"),
    ],
)
@pytest.mark.parametrize("body", ["<!doctype html><h1>Hire people</h1>", "[]", '{"result": []}'])
def test_an_unknown_board_that_is_sent_on_to_the_shop_window_is_refused(
    source: str, asked: str, target: str, body: str, make_settings: Callable[..., Settings]
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == asked:
            return httpx.Response(302, headers={"location": f"https://www.{target}/"})
        return httpx.Response(200, text=body)

    async def fetch() -> Page | None:
        async with fetcher(make_settings(), Wire(answer)) as web:
            return await web.fetch(import_module(f"tasks.sources.{source}").start(company(source)), Counts())

    page = asyncio.run(fetch())
    assert page is not None
    module = import_module(f"tasks.sources.{source}")
    with pytest.raises(ValueError, match=f"redirected to {target}: the board has moved there or is gone"):
        list(module.parse(company(source), page))
    with pytest.raises(MISFIT):
        module.claimed(company(source), page)


def listed(total: int, limit: int = 100, offset: int = 0) -> tuple[list[Any], int | None]:
    content = [{"id": str(offset + n), "name": "Potter"} for n in range(min(limit, total - offset))]
    asked = None if offset == 0 else Request(f"https://api.smartrecruiters.com/?limit={limit}&offset={offset}")
    answer = {"offset": offset, "limit": limit, "totalFound": total, "content": content}
    return read("smartrecruiters", answer, asked)


@pytest.mark.parametrize(
    ("total", "limit", "offsets"),
    [(0, 100, []), (100, 100, []), (101, 100, [100]), (250, 100, [100, 200]), (5, 2, [2, 4])],
)
def test_the_first_page_leads_to_all_others_by_what_the_platform_grants(
    total: int, limit: int, offsets: list[int]
) -> None:
    found, claimed = listed(total, limit)
    further = [request.url.partition("?")[2] for request in found if not request.is_settled]
    assert further == [f"limit={limit}&offset={offset}" for offset in offsets]
    assert [request.is_settled for request in found] == sorted(request.is_settled for request in found)
    assert claimed == total


def test_a_later_page_leads_to_its_jobs_alone_and_claims_the_same() -> None:
    found, claimed = listed(250, offset=200)
    assert (len(found), {request.is_settled for request in found}, claimed) == (50, {True}, 250)


def test_a_total_beyond_all_measure_is_not_followed_to_its_end() -> None:
    found, claimed = listed(10**9, 100)
    assert (sum(not request.is_settled for request in found), claimed) == (999, 10**9)


def test_postings_of_one_requisition_are_postings_of_their_own() -> None:
    rows = [{"id": number, "name": "Potter", "refNumber": "REF1"} for number in ("1", "2")]
    found, _ = read("smartrecruiters", {"limit": 100, "totalFound": 2, "content": rows})
    assert len({request.key for request in found}) == 2
    jobs = [job("smartrecruiters", smartrecruiters(id=number, refNumber="REF1")) for number in ("1", "2")]
    assert [(each.id, each.requisition_id) for each in jobs] == [("1", "REF1"), ("2", "REF1")]


@pytest.mark.parametrize(
    ("remote", "hybrid", "kind"),
    [(True, False, "remote"), (False, True, "hybrid"), (False, False, None), (True, True, None), (None, None, None)],
)
def test_smartrecruiters_flags_name_a_workplace_only_where_one_is_set(remote: Any, hybrid: Any, kind: Any) -> None:
    assert job("smartrecruiters", smartrecruiters(location={"remote": remote, "hybrid": hybrid})).workplace_type == kind


@pytest.mark.parametrize(
    ("level", "seniority"),
    [("internship", "intern"), ("entry_level", "entry"), ("director", "director"), ("executive", "executive"),
     ("associate", None), ("mid_senior_level", None), ("not_applicable", None), (None, None)],
)  # fmt: skip
def test_a_level_is_read_only_where_it_is_one_of_ours(level: str | None, seniority: str | None) -> None:
    assert job("smartrecruiters", smartrecruiters(experienceLevel={"id": level})).seniority == seniority


@pytest.mark.parametrize(
    ("stated", "salary"),
    [
        ({"min": 1000.5, "max": 2000, "currency": "PLN", "period": "MONTHLY"}, (1000.5, 2000, "PLN", "month")),
        ({"min": 50000, "max": None, "currency": "EUR"}, (50000, None, "EUR", None)),
        ({"min": 1500, "max": 1600, "currency": "EUR", "period": "FORTNIGHT"}, (None,) * 4),
        (None, (None,) * 4),
    ],
)
def test_smartrecruiters_pay_is_what_its_unit_says(stated: Any, salary: tuple[Any, ...]) -> None:
    assert pay(job("smartrecruiters", smartrecruiters(compensation=stated))) == salary


def test_a_posting_that_is_not_active_is_not_read() -> None:
    asked = Request("https://example.com/job", is_settled=True)
    assert read("smartrecruiters", smartrecruiters(active=False), asked) == ([], None)


@pytest.mark.parametrize(
    ("location_type", "is_remote", "kind"),
    [("0", None, "onsite"), ("1", None, "remote"), ("2", None, "hybrid"), ("2", True, "hybrid"), (2, True, "hybrid"),
     ("1", False, "remote"), ("0", True, None), ("0", False, "onsite"), (None, True, "remote"), (None, False, None),
     (None, None, None), ("3", None, None), ("3", True, None)],
)  # fmt: skip
def test_bamboohr_hybrid_is_not_remote(location_type: Any, is_remote: Any, kind: str | None) -> None:
    row = {"id": "1", "jobOpeningName": "Potter", "isRemote": is_remote, "locationType": location_type}
    ((request,), _) = read("bamboohr", {"result": [row]})
    assert job("bamboohr", {"result": {"jobOpening": {}}}, **request.about).workplace_type == kind


def test_what_the_list_of_bamboohr_says_changes_the_request_and_what_it_leaves_open_does_not() -> None:
    row = {"id": "1", "jobOpeningName": "Potter", "locationType": "0", "isRemote": None}
    keys = [
        read("bamboohr", {"result": [row | change]})[0][0].key
        for change in ({}, {"rank": 3}, {"locationType": "2"}, {"location": {"city": "Bath"}})
    ]
    assert (keys[0] == keys[1], len(set(keys))) == (True, 3)


@pytest.mark.parametrize("total", [{"meta": {"totalCount": 9}}, {"meta": None}, {}])
def test_bamboohr_claims_its_total_or_what_it_lists(total: dict[str, Any]) -> None:
    assert read("bamboohr", {"result": [{"id": "1", "jobOpeningName": "Potter"}]} | total)[1] == (
        9 if total.get("meta") else 1
    )


WORDS = {
    "$52,000 - $60,000 per year": (52000, 60000, None, "year"),
    "$115,000 – $145,000 / year": (115000, 145000, None, "year"),
    "CAD 30.50 to 35.00 per hour": (30.5, 35, "CAD", "hour"),
    "€18 – €20 / hr": (18, 20, "EUR", "hour"),
    "£600 / week": (600, 600, "GBP", "week"),
    "$200 / day": (200, 200, None, "day"),
    "60k-70k EUR": (60000, 70000, "EUR", None),
    "$1,900 bi-weekly": None, "$40 / project": None, "up to $90,000": None, "DOE": None, "$70,000+": None, "": None,
    "Competitive, 401(k) and bonus": None, "$15/hr or $31,200/yr": None,
}  # fmt: skip


@pytest.mark.parametrize("words", WORDS)
def test_pay_in_words_is_read_where_it_is_plain(words: str) -> None:
    salary = WORDS[words] or (None,) * 4
    assert pay(bamboohr(compensation=words)) == pay(breezy(salary=words)) == salary


def test_a_job_of_several_places_is_one_job_of_all_of_them() -> None:
    rows = [{"uuid": number, "name": "Potter", "url": "https://a.example/", "workLocation": {"label": place}}
            for number, place in (("u", "Bath"), ("v", "Rome"), ("u", "Leeds"), ("u", "Bath"))]  # fmt: skip
    found, claimed = read("rippling", rows)
    assert [request.about["places"] for request in found] == [["Bath", "Leeds"], ["Rome"]]
    assert claimed == 2
    assert rippling(found[0].about, workLocations=["Bath, UK"]).locations == ("Bath", "Leeds")


@pytest.mark.parametrize(
    ("places", "kind"),
    [(["Remote (Ohio, US)"], "remote"), (["Hybrid (Bath)", "Hybrid (Leeds)"], "hybrid"), (["Remote"], "remote"),
     (["Remote (Ohio, US)", "New York, NY"], None), (["Remote (Spain)", "Hybrid (Madrid)"], None),
     (["Remote Hills, CA"], None), (["New York, NY"], None), ([], None)],
)  # fmt: skip
def test_a_place_that_begins_with_a_workplace_names_it_where_all_do(places: list[str], kind: str | None) -> None:
    assert rippling({"places": places}).workplace_type == kind


def band(low: Any, high: Any, currency: str, frequency: str) -> dict[str, Any]:
    return {"rangeStart": low, "rangeEnd": high, "currency": currency, "frequency": frequency}


@pytest.mark.parametrize(
    ("bands", "salary"),
    [
        ([band(18, 25, "USD", "HOUR")], (18, 25, "USD", "hour")),
        ([band(90000, 99000, "USD", "ANNUAL"), band(80000, 85000, "USD", "YEAR")], (80000, 99000, "USD", "year")),
        ([band(90000, 99000, "USD", "YEAR"), band(80000, 85000, "CAD", "YEAR")], (None,) * 4),
        ([band(3000, 4000, "USD", "BI_WEEKLY")], (None,) * 4),
        ([band(0, 0, "USD", "YEAR")], (None,) * 4),
        (None, (None,) * 4),
    ],
)
def test_ranges_of_pay_are_one_where_unit_and_currency_agree(bands: Any, salary: tuple[Any, ...]) -> None:
    assert pay(rippling(payRangeDetails=bands)) == salary


@pytest.mark.parametrize(
    ("label", "words", "kind"),
    [("SALARIED_FT", "Salaried, full-time", "full_time"), ("HOURLY_PT", None, "part_time"),
     ("CONTRACTOR", None, "contract"), ("SALARIED_FT", "Internship", "intern"), ("TEMP", None, "temporary"),
     (None, "Vollzeit", "full_time"), ("HOURLY_FT", "part-time", None), (None, None, None)],
)  # fmt: skip
def test_a_code_of_employment_is_read_with_the_employers_words(label: Any, words: Any, kind: str | None) -> None:
    assert rippling(employmentType={"label": label, "id": words}).employment_type == kind


@pytest.mark.parametrize(
    ("location", "page_says", "kind"),
    [({"is_remote": True}, None, "remote"),
     ({"is_remote": True, "remote_details": {"value": "hybrid"}}, None, "hybrid"),
     ({"is_remote": False}, "TELECOMMUTE", None), ({"name": "Bath"}, "TELECOMMUTE", "remote"), ({}, None, None)],
)  # fmt: skip
def test_breezys_list_wins_over_what_its_page_says_of_remote(location: Any, page_says: Any, kind: str | None) -> None:
    assert breezy({"jobLocationType": page_says}, location=location).workplace_type == kind


def test_breezys_page_gives_the_pay_where_it_states_it_and_the_place_where_the_list_has_none() -> None:
    ld = {"baseSalary": {"currency": "USD", "value": {"minValue": 40, "maxValue": 55, "unitText": "HOUR"}},
          "jobLocation": {"address": {"addressLocality": "Bath", "addressCountry": "GB"}}}  # fmt: skip
    found = breezy(ld, salary="$40 – $60 / hr")
    assert (pay(found), found.locations, found.country) == ((40, 55, "USD", "hour"), ("Bath, GB",), "GB")
    elsewhere = breezy(ld, location={"name": "Worldwide"})
    assert (elsewhere.locations, elsewhere.country, elsewhere.city) == (("Worldwide",), None, None)


def test_a_position_without_a_job_posting_on_its_page_is_no_position_less() -> None:
    page = b'<!doctype html><script type="application/ld+json">{"@type": "Organization"}</script>JobPosting'
    with pytest.raises(ValueError, match="0 JobPostings on the page"):
        job("breezy", page, id="1", name="Potter", url="https://a.breezy.hr/p/1")


def test_a_job_page_that_leads_to_another_host_is_refused() -> None:
    asked = Request("https://a.breezy.hr/p/1", "html", about={"id": "1", "name": "Potter"}, is_settled=True)
    page = f'<script type="application/ld+json">{json.dumps(LD)}</script>'.encode()
    with pytest.raises(ValueError, match=r"redirected to breezy\.hr"):
        read("breezy", page, asked, "https://breezy.hr/")
