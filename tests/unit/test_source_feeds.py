"""Teamtailor, Jobvite, JazzHR and feeds: what recorded pages can't show."""

import json
import re
from datetime import UTC, date, datetime
from importlib import import_module
from typing import Any

import pytest

from tasks.model import Company, Page, Posting, Request
from tasks.sources import _readings, _xml
from tests.record import FIXTURES, company_of
from tests.unit.naming import named

AT = datetime(2026, 1, 15, 12, tzinfo=UTC)
SOURCES = ("teamtailor", "jobvite", "jazzhr", "rss")
BOARDS = {"rss": "www.example.com/jobs.rss"}
MISFIT = (KeyError, TypeError, ValueError, AttributeError)
PAGES = {
    "teamtailor": "teamtailor.kilnworks.1.xml",
    "jobvite": "jobvite.qQuarry1.1.xml",
    "jazzhr": "jazzhr.millrace.1.html",
    "rss": "rss.www.harbourtown.example~careers~jobs.rss.1.xml",
}
ITEM = "<item><guid>{n}</guid><title>Potter</title><link>https://a.example/jobs/{n}</link></item>"


def read(source: str, body: bytes, request: Request | None = None, url: str = "", **row: Any) -> list[Any]:
    module = import_module(f"tasks.sources.{source}")
    company = Company(name="Example", source=source, board=BOARDS.get(source, "example"), **row)
    asked = request or module.start(company)
    return list(module.parse(company, Page(asked, url or asked.url, body, AT)))


def feed(inner: str, source: str = "rss", attributes: str = "") -> list[Any]:
    return read(source, f"<rss{attributes}><channel>{inner}</channel></rss>".encode())


def one(inner: str, attributes: str = "") -> Posting:
    (job,) = feed(f"<item><title>Potter</title><link>https://a.example/1</link>{inner}</item>", attributes=attributes)
    assert isinstance(job, Posting)
    return job


@pytest.mark.parametrize(
    ("source", "board", "url"),
    [
        ("teamtailor", "acme", "https://acme.teamtailor.com/jobs.rss?per_page=100&offset=0"),
        ("teamtailor", "jobs.acme.example", "https://jobs.acme.example/jobs.rss?per_page=100&offset=0"),
        ("jobvite", "qAbC1", "https://app.jobvite.com/CompanyJobs/Xml.aspx?c=qAbC1"),
        ("jazzhr", "acme", "https://acme.applytojob.com/apply/jobs"),
        ("rss", "www.acme.example/jobs/feed?kind=all", "https://www.acme.example/jobs/feed?kind=all"),
    ],
)
def test_a_board_is_asked_at_its_own_address(source: str, board: str, url: str) -> None:
    assert import_module(f"tasks.sources.{source}").start(Company(name="x", source=source, board=board)).url == url


ADDRESSES = {
    "acme.teamtailor.com/jobs/81-potter": ("teamtailor", "acme"),
    "acme.teamtailor.com/jobs.rss": ("teamtailor", "acme"),
    "acme.na.teamtailor.com/jobs": ("teamtailor", "acme.na.teamtailor.com"),
    "www.teamtailor.com/pricing": None,
    "app.teamtailor.com/login": None,
    "assets-aws.teamtailor-cdn.com/a.js": None,
    "app.jobvite.com/CompanyJobs/Careers.aspx?k=Apply&c=qAbC1&j=o1": ("jobvite", "qAbC1"),
    "hire.jobvite.com/CompanyJobs/Xml.aspx?c=qAbC1&cs=9x": ("jobvite", "qAbC1"),
    "jobs.jobvite.com/acme/job/o1": None,
    "acme.applytojob.com/apply/jobs/details/Ab1": ("jazzhr", "acme"),
    "acme.applytojob.com/apply/Ab1/Potter": ("jazzhr", "acme"),
    "app.jazz.co/widgets/basic/create/acme": ("jazzhr", "acme"),
    "www.applytojob.com/": None,
    "board.example.com/remote-jobs.rss": ("rss", "board.example.com/remote-jobs.rss"),
    "example.com/careers/rss": ("rss", "example.com/careers/rss"),
    "example.com/careers/feed/": None,
    "example.com/blog.rss": None,
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_names_its_board(address: str) -> None:
    assert named(address, SOURCES) == ([ADDRESSES[address]] if ADDRESSES[address] else [])


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("body", [
    b"", b"<html>Page not found", b"{}", b"<jobs/>", b"<rss/>", b"<result><job>", b"<!DOCTYPE html><html></html>",
    b"<!doctype html><html><title>Just a moment...</title></html>", b"<html><body>Careers</body></html>",
])  # fmt: skip
def test_what_is_no_list_of_jobs_is_never_an_empty_board(source: str, body: bytes) -> None:
    with pytest.raises(MISFIT):
        read(source, body)


def test_a_list_without_jobs_is_read_as_one() -> None:
    assert feed("", "teamtailor") == feed("") == read("jobvite", b"<result/>") == []
    assert read("jazzhr", b'<div id="job_listings_wrapper"></div>') == []


@pytest.mark.parametrize("source", SOURCES)
def test_a_redirect_to_another_host_fails_the_board(source: str) -> None:
    body = (FIXTURES / PAGES[source]).read_bytes()
    company, _ = company_of(FIXTURES / PAGES[source])
    module = import_module(f"tasks.sources.{source}")
    request = module.start(company)
    host = request.url.split("/")[2]
    moved = request.url.replace(host, "other.example")
    with pytest.raises(ValueError, match=r"redirected to other\.example"):
        list(module.parse(company, Page(request, moved, body, AT)))
    same = request.url.replace(host, host.removeprefix("www."))
    assert list(module.parse(company, Page(request, same, body, AT)))


BOMB = b"""<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><rss><channel><item><title>&c;</title></item></channel></rss>"""
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE urlset SYSTEM "http://example.com/x.dtd"><urlset/>'


@pytest.mark.parametrize("body", [BOMB, BOMB.replace(b"rss", b"result"), BOMB.replace(b"rss", b"urlset"), OUTSIDE])
@pytest.mark.parametrize("source", ["teamtailor", "jobvite", "rss"])
def test_a_document_with_entities_of_its_own_is_refused(source: str, body: bytes) -> None:
    with pytest.raises(ValueError, match="DTD or entities"):
        read(source, body)


@pytest.mark.parametrize(
    ("count", "offset", "followed"), [(99, 0, []), (100, 0, ["100"]), (100, 200, ["300"]), (0, 100, [])]
)
def test_teamtailor_pages_until_one_is_not_full(count: int, offset: int, followed: list[str]) -> None:
    module = import_module("tasks.sources.teamtailor")
    request = module.start(Company(name="x", source="teamtailor", board="example"), offset)
    items = "".join(ITEM.format(n=n) for n in range(count))
    found = read("teamtailor", f"<rss><channel>{items}</channel></rss>".encode(), request)
    assert [item.url.split("offset=")[1] for item in found if isinstance(item, Request)] == followed
    assert len(found) == count + len(followed)


@pytest.mark.parametrize("lost", ["title", "guid", "link"])
def test_a_teamtailor_job_without_what_makes_one_fails_its_board(lost: str) -> None:
    item = re.sub(rf"<{lost}>.*</{lost}>", "", ITEM.format(n=1))
    with pytest.raises(MISFIT):
        feed(item, "teamtailor")


@pytest.mark.parametrize("lost", ["id", "title", "detail-url"])
def test_a_jobvite_job_without_what_makes_one_fails_its_board(lost: str) -> None:
    job = "<id>o1</id><title>Potter</title><detail-url>https://a.example/1</detail-url>"
    assert len(read("jobvite", f"<result><job>{job}</job></result>".encode())) == 1
    with pytest.raises(MISFIT):
        read("jobvite", f"<result><job>{re.sub(f'<{lost}>.*</{lost}>', '', job)}</job></result>".encode())


@pytest.mark.parametrize("stated", ["2026-07-21", "21/7/2026", "July 21", "7/21", "0/0/0"])
def test_a_jobvite_date_of_another_form_fails_its_board(stated: str) -> None:
    job = f"<id>o1</id><title>x</title><detail-url>https://a.example/1</detail-url><date>{stated}</date>"
    with pytest.raises(ValueError):
        read("jobvite", f"<result><job>{job}</job></result>".encode())


def job_page(body: str, about: dict[str, str] | None = None) -> list[Any]:
    about = about or {"title": "Potter", "location": "Graz"}
    url = "https://example.applytojob.com/apply/jobs/details/Ab1"
    return read("jazzhr", body.encode(), Request(url, "html", about=about, is_settled=True))


@pytest.mark.parametrize(
    "body", ["<h1>Potter</h1>", '<script type="application/ld+json">{"@type": "WebSite"}</script>', ""]
)
def test_a_jazzhr_page_without_a_description_is_no_job(body: str) -> None:
    with pytest.raises(ValueError, match="neither a JobPosting nor a description"):
        job_page(body)


def test_a_jazzhr_job_keeps_its_id_and_the_place_of_the_list() -> None:
    ld = {"@type": "JobPosting", "title": "Master Potter", "description": "<p>Throw.</p>"}
    (job,) = job_page(f'<script type="application/ld+json">{json.dumps(ld)}</script>')
    assert (job.id, job.title, job.locations, job.origin) == ("Ab1", "Master Potter", ("Graz",), "jsonld")


def test_a_jazzhr_list_claims_each_job_once_and_its_pages_claim_nothing() -> None:
    module, company = import_module("tasks.sources.jazzhr"), Company(name="x", source="jazzhr", board="example")
    links = "".join(f'<a href="/apply/jobs/details/{n}">x</a>' * 2 for n in "AB")
    elsewhere = '<a href="/apply/jobs/">all</a><a href="/apply/jobs/details/a/b">x</a><a>x</a>'
    body = f'<div id="job_listings_wrapper">{links}{elsewhere}</div>'.encode()
    request = module.start(company)
    assert module.claimed(company, Page(request, request.url, body, AT)) == 2
    follow = list(module.parse(company, Page(request, request.url, body, AT)))
    assert [item.about for item in follow] == [{"title": "x", "location": ""}] * 2
    assert module.claimed(company, Page(follow[0], follow[0].url, b"", AT)) is None


def test_the_employer_of_a_feed_is_what_an_element_or_a_known_feed_says() -> None:
    assert one("<x:companyName>Oak</x:companyName>", ' xmlns:x="urn:x"').hiring_organization == "Oak"
    assert one("<author>a@b.example (Someone)</author>").hiring_organization is None
    assert one('<dc:creator xmlns:dc="urn:dc">editor</dc:creator>').hiring_organization is None
    item = "<item><title>Oak: Cooper: Barrels</title><link>https://a.example/1</link></item>"
    (job,) = feed(item)
    assert (job.title, job.hiring_organization) == ("Oak: Cooper: Barrels", None)


def test_an_entry_of_a_feed_is_told_by_guid_or_id_or_link() -> None:
    assert one('<guid isPermaLink="false">7</guid>').id == "7"
    assert one("").id == "https://a.example/1"
    (job,) = feed("<item><title>Potter</title><guid>https://a.example/7</guid></item>")
    assert job.url == "https://a.example/7"
    (job,) = feed("<item><title>Potter</title><link>https://a.example/1?utm_source=rss</link></item>")
    assert job.id == "https://a.example/1"
    for item in ("<title>Potter</title>", "<link>https://a.example/1</link>",
                 '<title>Potter</title><guid isPermaLink="false">https://a.example/7</guid>'):  # fmt: skip
        with pytest.raises(ValueError):
            feed(f"<item>{item}</item>")


@pytest.mark.parametrize(("low", "high", "unit", "salary"), [
    ("50000", "60000", "Year", (50000, 60000, "USD", "year")),
    ("$50,000.00", "", "annual", (50000, None, "USD", "year")),
    ("50000", "60000", "", (50000, 60000, "USD", None)),
    ("900", "1100", "Bi-Weekly", None), ("900", "1100", "Semi-Monthly", None), ("10", "12", "Per Visit", None),
    ("60000", "50000", "Year", None), ("DOE", "", "Year", None), ("12", "15", "Year", None),
])  # fmt: skip
def test_pay_of_a_feed_is_read_or_left(low: str, high: str, unit: str, salary: tuple[Any, ...] | None) -> None:
    job = one(f"<minimumSalary>{low}</minimumSalary><maximumSalary>{high}</maximumSalary>"
              f"<salaryCurrency>USD</salaryCurrency><salaryInterval>{unit}</salaryInterval>")  # fmt: skip
    assert (job.salary_min, job.salary_max, job.salary_currency, job.salary_period) == (salary or (None,) * 4)


def test_a_feed_never_proves_that_a_job_is_gone() -> None:
    module, company = import_module("tasks.sources.rss"), Company(name="x", source="rss", board="example.com/jobs.rss")
    request = module.start(company)
    assert module.STALE_AFTER_DAYS == 30
    assert module.claimed(company, Page(request, request.url, b"<rss><channel/></rss>", AT)) is None


def test_blank_lines_before_a_feed_are_no_fault() -> None:
    assert read("rss", b"\n\n <?xml version='1.0'?><rss><channel/></rss>") == []
    assert read("rss", b"\xef\xbb\xbf<?xml version='1.0' encoding='utf-8'?><rss><channel/></rss>") == []
    assert read("rss", b"<?xml version='1.0' encoding='no-such'?><rss><channel/></rss>") == []


@pytest.mark.parametrize(("words", "day"), [
    ("Wed, 19 Aug 2026 23:10:38 GMT", date(2026, 8, 19)), ("Fri, 27 Mar 2026 23:20:27 -0500", date(2026, 3, 28)),
    ("19 Aug 2026 08:00 EST", date(2026, 8, 19)), ("Mon, 5 Oct 2026", date(2026, 10, 5)),
    ("Sun, 20 Sep 2026 04:59:00:0", date(2026, 9, 20)), ("2026-08-19T23:30:00-05:00", date(2026, 8, 20)),
    ("2026-08-19", date(2026, 8, 19)), ("", None),
])  # fmt: skip
def test_a_date_of_a_feed_is_the_utc_day(words: str, day: date | None) -> None:
    assert _xml.feed_day(words) == day


@pytest.mark.parametrize("words", ["yesterday", "32 Aug 2026", "Aug 19, 2026", "19 Aug 2026 99:99:99"])
def test_a_date_that_cannot_be_read_is_unknown_where_anything_may_stand(words: str) -> None:
    with pytest.raises(ValueError):
        _xml.feed_day(words)
    assert _xml.known_day(words) is None


def test_what_comes_twice_a_month_is_no_month() -> None:
    twice = ("bi-weekly", "Semi-Monthly", "bi monthly", "biweekly")
    assert [_readings.period(words) for words in twice] == [None] * 4
    assert [_readings.period(words) for words in ("weekly", "Monthly", "per week")] == ["week", "month", "week"]
