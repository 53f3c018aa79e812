"""Every recorded page against its expected file, and the contract that every source keeps.

A page is `<source>.<board>.<n>.<json|html|xml>` with `~` for a slash of the board; page 1 is the one that `start` asks
for, later ones were followed. Beside it, `….told.json` has what a model claims of a list, or what a list said of a job.
`….request.json` has the request that brought a later page, where it is not an HTML or XML page of the board's host.
A missing expected file is written, and the test then fails so that a person reads it.
"""

import ast
import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tasks.model import Company, Page, Posting, Request
from tasks.sources import _readings
from tests.record import FIXTURES, company_of

SOURCES = Path(import_module("tasks.sources").__path__[0])
NAMES = sorted(path.stem for path in SOURCES.glob("[!_]*.py"))
BESIDE = (".expected.json", ".told.json", ".request.json")
PAGES = sorted(path for path in FIXTURES.glob("*.*") if not path.name.endswith(BESIDE))
FETCHED_AT = datetime(2026, 1, 15, 12, tzinfo=UTC)
HEADINGS = ("Site:", "API:", "Board:", "Paging:", "Shape:", "Limits:", "Checked:")
READING = {"ast", "collections", "contextlib", "copy", "datetime", "email", "hashlib", "html", "itertools", "json",
           "math", "re", "typing", "urllib", "xml", "zlib"}  # fmt: skip
READING_ONLY = READING | {"defusedxml", "extruct", "lxml", "price_parser", "pydantic", "selectolax", "tasks"}


def source(name: str) -> ModuleType:
    return import_module(f"tasks.sources.{name}")


def recorded(path: Path) -> tuple[ModuleType, Company, Page]:
    company, number = company_of(path)
    module = source(company.source)
    request = module.start(company)
    if number > 1:
        address = f"https://{company.board.partition('/')[0]}/job/{number}"
        request = Request(address, "xml" if path.suffix == ".xml" else "html")
    asked = path.with_name(f"{path.stem}.request.json")
    if asked.exists():
        request = Request(**json.loads(asked.read_bytes()))
    side = path.with_name(f"{path.stem}.told.json")
    told = json.loads(side.read_bytes()) if side.exists() else []
    if isinstance(told, dict):
        return module, company, Page(replace(request, about=told), request.url, path.read_bytes(), FETCHED_AT)
    return module, company, Page(request, request.url, path.read_bytes(), FETCHED_AT, claims=tuple(told))


def read(module: ModuleType, company: Company, page: Page) -> dict[str, Any]:
    results = list(module.parse(company, page))
    return {
        "claimed": module.claimed(company, page),
        "postings": [job.model_dump(mode="json", exclude_defaults=True) for job in results if isinstance(job, Posting)],
        "requests": [
            [item.accept, item.url, *filter(None, (item.body, item.about, "settled" if item.is_settled else None))]
            for item in results
            if isinstance(item, Request)
        ],
    }


def test_there_are_recorded_pages_of_every_source() -> None:
    assert {path.name.partition(".")[0] for path in PAGES} == set(NAMES)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_recorded_page_reads_as_expected(path: Path) -> None:
    found = read(*recorded(path))
    expected = path.with_name(f"{path.stem}.expected.json")
    if not expected.exists():
        expected.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        pytest.fail(f"{expected.name} was missing and is now written: read it, then commit it")
    assert found == json.loads(expected.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", NAMES)
def test_a_source_keeps_the_contract(name: str) -> None:
    module = source(name)
    company = Company(name="Example", source=name, board="example.com/careers", base_url="http://127.0.0.1:8000/")
    assert module.MISSES_TO_CLOSE in (1, 2)
    is_searched = getattr(module, "IS_SEARCHED", False)  # by a library that knows where
    assert is_searched or module.start(company).url.startswith("http://127.0.0.1:8000/")
    assert "//" not in module.start(company).url.removeprefix("http://")
    assert all(callable(getattr(module, function)) for function in ("start", "parse", "claimed"))
    assert [heading for heading in HEADINGS if heading not in (module.__doc__ or "")] == []


@pytest.mark.parametrize("path", sorted(SOURCES.glob("*.py")), ids=lambda path: path.stem)
def test_a_source_only_reads(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    modules = {
        name.partition(".")[0]
        for node in imports
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
    }
    assert modules <= READING_ONLY
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    assert path.stem.startswith("_") or len(path.read_text(encoding="utf-8").splitlines()) <= 80


def _page(name: str, body: bytes, board: str = "example", request: Request | None = None) -> tuple[Any, Company, Page]:
    module, company = source(name), Company(name="Example", source=name, board=board)
    request = request or module.start(company)
    return module, company, Page(request, request.url, body, FETCHED_AT)


def test_a_regional_host_replaces_the_usual_one() -> None:
    company = Company(name="Cobalt", source="lever", board="cobalt", base_url="https://api.eu.lever.co")
    assert source("lever").start(company).url == "https://api.eu.lever.co/v0/postings/cobalt?mode=json&skip=0&limit=100"


@pytest.mark.parametrize(("count", "followed"), [(99, []), (100, ["skip=200"]), (101, []), (0, [])])
def test_lever_pages_until_one_is_not_full(count: int, followed: list[str]) -> None:
    jobs = [{"id": str(n), "text": "Potter", "hostedUrl": f"https://jobs.lever.co/x/{n}"} for n in range(count)]
    request = source("lever").start(Company(name="Example", source="lever", board="example"), 100)
    found = read(*_page("lever", json.dumps(jobs).encode(), request=request))
    assert len(found["postings"]) == count
    assert [url.split("?")[1].split("&")[1] for _, url in found["requests"]] == followed


@pytest.mark.parametrize(
    ("name", "key"),
    [
        *(("greenhouse.northwind", key) for key in ("id", "title", "absolute_url")),
        *(("ashby.Harbor", key) for key in ("id", "title", "jobUrl")),
        *(("lever.cobalt", key) for key in ("id", "text", "hostedUrl")),
    ],
)
def test_a_posting_without_what_makes_one_fails_its_board(name: str, key: str) -> None:
    module, company, page = recorded(FIXTURES / f"{name}.1.json")
    payload = json.loads(page.body)
    job = (payload["jobs"] if isinstance(payload, dict) else payload)[0]
    for value in (None, ""):
        job[key] = value
        spoilt = Page(page.request, page.url, json.dumps(payload).encode(), FETCHED_AT)
        with pytest.raises((KeyError, TypeError, ValueError, AttributeError)):
            list(module.parse(company, spoilt))


@pytest.mark.parametrize("name", ["greenhouse", "lever", "ashby"])
@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"{}", b'""', b'{"jobs": {}}', b'{"jobs": null}', b"[1]", b'{"ok":false}']
)
def test_what_is_no_list_of_jobs_is_never_an_empty_board(name: str, body: bytes) -> None:
    module, company, page = _page(name, body)
    with pytest.raises((KeyError, TypeError, ValueError, AttributeError)):
        list(module.parse(company, page))


def test_a_list_longer_than_the_cap_claims_more_than_it_follows() -> None:
    links = "".join(f'<a href="/jobs/{n}">{n}</a>' for n in range(2500))
    found = read(*_page("jsonld", links.encode(), "example.com/careers"))
    assert (found["claimed"], len(found["requests"])) == (2500, 2000)


NEXT = (
    '<link rel="next" href="/careers?page={next}&amp;sort=new"><a href="/careers?page={page}&amp;team=oven">Ovens</a>'
)
WHOLE = {"@type": "JobPosting", "description": "<p>Bake.</p>"}


def _list_page(number: int, body: str) -> dict[str, Any]:
    module, company = source("jsonld"), Company(name="x", source="jsonld", board="e.com/careers")
    url = module.start(company).url + (f"?page={number}" if number > 1 else "")
    return read(module, company, Page(Request(url, "html"), url, body.encode(), FETCHED_AT))


def test_the_pages_of_a_list_are_followed_by_its_own_links_only() -> None:
    numbers = "".join(f'<a href="{href}">x</a>' for href in ("?page=1", "?page=3", "/careers/page/4/", "/blog?page=2",
                      "?per_page=50", "https://f.com/careers?page=2", "?page=last"))  # fmt: skip
    found = _list_page(1, NEXT.format(next=2, page=2) + numbers + '<a href="/jobs/baker?page=2">Baker</a>')
    jobs = ["jobs/baker?page=2"]
    assert found["claimed"] == 1
    assert [url.removeprefix("https://e.com/") for _, url in found["requests"]] == [
        *jobs, "careers?page=2&sort=new", "careers?page=1", "careers?page=3", "careers/page/4/"
    ]  # fmt: skip


def test_a_later_page_of_a_list_is_read_as_a_list_that_claims_nothing() -> None:
    found = _list_page(2, NEXT.format(next=3, page=3) + '<a href="/jobs/cook">Cook</a>')
    assert (found["claimed"], found["postings"]) == (None, [])
    assert [url for _, url in found["requests"]] == ["https://e.com/jobs/cook", "https://e.com/careers?page=3&sort=new"]


def test_a_page_past_the_end_of_a_list_leads_nowhere() -> None:
    found = _list_page(9, NEXT.format(next=10, page=10) + "<p>No more roles.</p>")
    assert (found["requests"], found["postings"]) == ([], [])


def test_a_posting_of_a_whole_list_keeps_its_id_whoever_stands_beside_it() -> None:
    jobs = [WHOLE | {"title": title, "identifier": f"R-{title}1"} for title in ("Baker", "Cook")]
    script = '<script type="application/ld+json">{}</script>' + NEXT.format(next=2, page=2)
    both = _list_page(1, script.replace("{}", json.dumps(jobs), 1))
    one = _list_page(1, script.replace("{}", json.dumps(jobs[1:]), 1))
    assert [job["id"] for job in both["postings"]] == ["/careers#R-Baker1", "/careers#R-Cook1"]
    assert one["postings"] == both["postings"][1:]
    assert len(both["requests"]) == 1


SITEMAP = b"<urlset><url><loc>https://e.com/jobs/1</loc></url></urlset>"


def test_a_gzipped_sitemap_is_read() -> None:
    module, company, page = _page("jsonld", gzip.compress(SITEMAP), "e.com/jobs.xml.gz")
    assert page.request.accept == "xml"
    assert read(module, company, page) == {
        "claimed": 1, "postings": [], "requests": [["html", "https://e.com/jobs/1"]]
    }  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [gzip.compress(SITEMAP)[:-12], b"\x1f\x8bnot gzip at all", gzip.compress(b" " * 50_000_001)],
    ids=["cut off", "broken", "a bomb"],
)
def test_a_gzipped_sitemap_that_is_broken_or_huge_fails_its_board(body: bytes) -> None:
    with pytest.raises(ValueError, match="gzip"):
        list(source("jsonld").parse(*_page("jsonld", body, "e.com/jobs.xml")[1:]))


@pytest.mark.parametrize(("offers", "salary"), [
    ([], None),
    ([(1, 2, "EUR", "hour")], (1, 2, "EUR", "hour")),
    ([("1", "2.5", " eur ", None)], (1, 2.5, "EUR", None)),
    ([(0, 9, "euro", "day"), (None, 5, "", "day")], (None, 9, None, "day")),
    ([(3, None, "EUR", None), (1, 2, "EUR", None)], (1, None, "EUR", None)),
    ([(1, 2, "EUR", "day"), (0, None, "USD", "year")], (1, 2, "EUR", "day")),
    ([(1, 2, "EUR", "day"), (1, 2, "USD", "day")], None),
    ([(2, 1, "EUR", "day")], None), ([(-5, 0, "EUR", "day")], None), ([(1e13, None, "EUR", "day")], None),
])  # fmt: skip
def test_offers_of_one_posting_are_one_range_or_none(offers: list[Any], salary: tuple[Any, ...] | None) -> None:
    names = ("salary_min", "salary_max", "salary_currency", "salary_period")
    assert _readings.pay_of_all(offers) == (dict(zip(names, salary, strict=True)) if salary else {})


@pytest.mark.parametrize("amount", ["205K", "inf", float("nan"), {}, [1], 10**400])
def test_an_amount_that_is_no_number_fails_its_board(amount: Any) -> None:
    with pytest.raises(ValueError):
        _readings.pay(amount, None, "EUR", "year")


@pytest.mark.parametrize("body", [b"", b"<html>no sitemap", b"<feed/>", b"<urlset><url><loc>https://example.com/job/1"])
def test_what_is_no_sitemap_fails_its_board(body: bytes) -> None:
    module, company, page = _page("jsonld", body, "example.com/jobs.xml")
    with pytest.raises(ValueError, match=r"XML|sitemap"):
        list(module.parse(company, page))


def test_a_job_page_that_names_a_posting_but_cannot_be_read_fails_its_board() -> None:
    request = Request("https://example.com/jobs/1", "html")
    body = b'<script type="application/ld+json">{"@type": "JobPosting", "title": "Potter" "description"}</script>'
    module, company, page = _page("jsonld", body, "example.com/careers", request)
    with pytest.raises(ValueError, match="delimiter"):
        list(module.parse(company, page))


@pytest.mark.parametrize(("stated", "salary"), [
    ("£24,907 to £30,615 a year", (24907, 30615, "GBP", "year")),
    ("EUR 3.000,50 monthly", (3000.5, 3000.5, "EUR", "month")),
    ("60k - 75k", (60000, 75000, "EUR", None)),
    ("$20/hr", (20, 20, "EUR", "hour")),
    ("up to £40,000", None), ("from 30.000", None), ("50,000+", None), ("competitive", None),
    ("37.5 hours per week £20,000", None), ("Band 6", None), (True, None), (-5, None), (1e300, None),
])  # fmt: skip
def test_pay_in_words_is_read_or_left(stated: Any, salary: tuple[Any, ...] | None) -> None:
    item = {"@type": "JobPosting", "title": "Potter", "baseSalary": stated, "salaryCurrency": "EUR"}
    if isinstance(stated, str) and "£" in stated:
        del item["salaryCurrency"]
    body = f'<script type="application/ld+json">{json.dumps(item)}</script>'.encode()
    (job,) = source("jsonld").parse(*_page("jsonld", body, "e.com/c", Request("https://e.com/jobs/1", "html"))[1:])
    found = (job.salary_min, job.salary_max, job.salary_currency, job.salary_period)
    assert found == (salary or (None,) * 4)


@pytest.mark.parametrize(
    ("stated", "places", "town"),
    [
        ({"@type": "PostalAddress", "addressLocality": "Graz", "addressCountry": "AT"}, ("Graz, AT",), "Graz"),
        (["Linz", {"address": {"addressLocality": "Graz"}}], ("Linz", "Graz"), None),
        ({"@type": "Place", "name": "Graz"}, ("Graz",), None),
        ({"address": {"addressLocality": "UNAVAILABLE", "addressCountry": {"name": ["AT", "AT"]}}}, ("AT",), None),
        ("[{'@type': 'Place', 'name': 'Graz', 'address': {'addressLocality': 'Graz'}}]", ("Graz",), "Graz"),
        ("[{'@type': broken", (), None),
        (None, (), None),
    ],
)
def test_a_place_is_read_however_it_is_written(stated: Any, places: tuple[str, ...], town: str | None) -> None:
    item = {"@type": "JobPosting", "title": "Potter", "jobLocation": stated}
    body = f'<script type="application/ld+json">{json.dumps(item)}</script>'.encode()
    (job,) = source("jsonld").parse(*_page("jsonld", body, "e.com/c", Request("https://e.com/jobs/1", "html"))[1:])
    assert (job.locations, job.city) == (places, town)
