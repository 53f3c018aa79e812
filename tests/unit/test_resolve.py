"""Boards told from addresses and pages alone."""

import time
from datetime import UTC, datetime

import pytest

from tasks import companies, resolve
from tasks.errors import ConfigError
from tasks.model import Page, Request

LEVER_EU = "https://api.eu.lever.co"
ADDRESSES = {
    "greenhouse": [
        ("https://boards.greenhouse.io/acme", "acme", None),
        ("https://job-boards.greenhouse.io/acme/jobs/4000000001?gh_src=x", "acme", None),
        ("https://job-boards.eu.greenhouse.io/acme", "acme", None),
        ("https://boards.greenhouse.io/embed/job_board/js?for=acme", "acme", None),
        ("https://boards.greenhouse.io/embed/job_app?token=4000000001&for=acme", "acme", None),
        ("https://boards-api.greenhouse.io/v1/boards/acme/jobs?content=true", "acme", None),
        ("https://api.greenhouse.io/v1/boards/acme/embed/jobs", "acme", None),
    ],
    "lever": [
        ("https://jobs.lever.co/acme", "acme", None),
        ("https://jobs.lever.co/acme/6a1f5c2e-0000-4000-8000-000000000000/apply", "acme", None),
        ("https://api.lever.co/v0/postings/acme?mode=json", "acme", None),
        ("https://jobs.eu.lever.co/acme", "acme", LEVER_EU),
        ("https://api.eu.lever.co/v0/postings/acme", "acme", LEVER_EU),
    ],
    "ashby": [
        ("https://jobs.ashbyhq.com/AcmeLabs", "AcmeLabs", None),
        ("https://jobs.ashbyhq.com/Acme%20Labs/embed?version=2", "Acme%20Labs", None),
        ("https://api.ashbyhq.com/posting-api/job-board/acme?includeCompensation=true", "acme", None),
    ],
    "workable": [
        ("https://apply.workable.com/acme/", "acme", None),
        ("https://apply.workable.com/acme/j/0A1B2C3D4E/", "acme", None),
        ("https://apply.workable.com/api/v1/widget/accounts/acme?details=true", "acme", None),
    ],
    "smartrecruiters": [
        ("https://careers.smartrecruiters.com/AcmeGroup", "AcmeGroup", None),
        ("https://jobs.smartrecruiters.com/AcmeGroup/744000000000001-engineer", "AcmeGroup", None),
        ("https://api.smartrecruiters.com/v1/companies/AcmeGroup/postings", "AcmeGroup", None),
    ],
    "recruitee": [
        ("https://acme.recruitee.com/o/engineer", "acme", None),
        ("https://acme.recruitee.com/api/offers", "acme", None),
    ],
    "personio": [
        ("https://acme.jobs.personio.de/job/100001", "acme", None),
        ("https://acme.jobs.personio.com/?language=en", "acme.jobs.personio.com", None),
    ],
    "bamboohr": [("https://acme.bamboohr.com/careers/21", "acme", None), ("acme.bamboohr.com/jobs/", "acme", None)],
    "teamtailor": [("https://acme.teamtailor.com/jobs/100001-engineer", "acme", None)],
    "breezy": [("https://acme.breezy.hr/p/0a1b2c-engineer", "acme", None)],
    "workday": [
        ("https://acme.wd5.myworkdayjobs.com/en-US/Careers/job/Berlin/Engineer_R1", "acme.wd5/Careers", None),
        ("https://acme.wd103.myworkdayjobs.com/Careers", "acme.wd103/Careers", None),
        ("https://acme.wd5.myworkdayjobs.com/wday/cxs/acme/Careers/jobs", "acme.wd5/Careers", None),
    ],
    "jazzhr": [("https://acme.applytojob.com/apply/0a1b2c/Engineer", "acme", None)],
    "pinpoint": [("https://acme.pinpointhq.com/en/postings/0a1b", "acme", None)],
    "rippling": [
        ("https://ats.rippling.com/acme/jobs", "acme", None),
        ("https://ats.rippling.com/en-GB/acme/jobs/6a1f5c2e-0000", "acme", None),
    ],
    "icims": [
        ("https://careers-acme.icims.com/jobs/1234/engineer/job", "careers-acme", None),
        ("https://uscareers-acme.icims.com/jobs/search", "uscareers-acme", None),
    ],
    "jobvite": [("https://app.jobvite.com/CompanyJobs/Xml.aspx?c=q0000000", "q0000000", None)],
    "oracle": [
        (
            "https://acme.fa.us2.oraclecloud.com/hcmUI/CandidateExperience/en/sites/CX_1/job/123",
            "acme.fa.us2.oraclecloud.com/CX_1",
            None,
        )
    ],
}
OF_NO_PLATFORM = {"jobspy", "jsonld", "rss", "scrapegraph"}


def page(body: str, url: str = "https://www.acme.example/careers") -> Page:
    return Page(Request(url, "html"), url, body.encode(), datetime(2026, 1, 15, tzinfo=UTC))


def won(body: str, url: str = "https://www.acme.example/careers") -> str | None:
    company = resolve.winner(resolve.votes(page(body, url)))
    return company and company.id


@pytest.mark.parametrize(
    ("source", "url", "board", "base_url"),
    [(source, *each) for source, many in ADDRESSES.items() for each in many],
    ids=lambda each: str(each)[:70],
)
def test_an_address_of_a_platform_names_its_board(source, url, board, base_url):
    company = resolve.of_address(url)
    assert company
    assert (company.source, company.board, company.base_url) == (source, board, base_url)


def test_every_platform_is_in_the_table():
    assert set(companies.known_sources()) - OF_NO_PLATFORM == set(ADDRESSES)


@pytest.mark.parametrize(
    "url",
    [
        "https://www.acme.example/careers",
        "https://boards.greenhouse.io/",
        "https://boards.greenhouse.io/embed/job_board/js",
        "https://jobs.lever.co/",
        "https://www.recruitee.com/pricing",
        "https://app.bamboohr.com/login",
        "https://support.personio.de/hc",
        "https://jobs.lever.co.acme.example/acme",
        "https://myjobs.ashbyhq.community/acme",
        "https://cdn.teamtailor.com/x.js",
        "https://static.workable.com/x.js",
        "https://someone@jobs.example/lever",
        "https://www.linkedin.com/company/acme",
    ],
)
def test_an_address_that_is_no_board_s_names_none(url):
    assert resolve.of_address(url) is None


def test_a_host_is_the_same_in_any_case_and_a_path_is_not():
    assert resolve.of_address("HTTPS://ACME.Recruitee.com").board == "acme"
    assert resolve.of_address("https://Jobs.AshbyHQ.com/AcmeLabs").board == "AcmeLabs"


@pytest.mark.parametrize(
    "body",
    [
        '<script src="https://boards.greenhouse.io/embed/job_board/js?for=acme"></script>',
        '<iframe src="//boards.greenhouse.io/embed/job_board?for=acme"></iframe>',
        '<a href="https://boards.greenhouse.io/acme/jobs/1?gh_jid=1">Engineer</a>',
        r'<script>var jobs = {"url": "https:\/\/boards-api.greenhouse.io\/v1\/boards\/acme\/jobs"};</script>',
        r'<script>self.x = "https:\u002F\u002Fboards.greenhouse.io\u002Facme\u002Fjobs\u002F1"</script>',
        '<a href="/out?to=https%3A%2F%2Fboards.greenhouse.io%2Facme%2Fjobs%2F1">Apply</a>',
        "<script>fetch('boards-api.greenhouse.io/v1/boards/acme/jobs')</script>",
        '<div data-config="{&quot;src&quot;:&quot;https://boards.greenhouse.io/embed/job_board/js?for=acme&quot;}"></div>',
    ],
    ids=["script", "frame", "link", "escaped slashes", "unicode escapes", "percent escapes", "no scheme", "entities"],
)
def test_a_page_leads_to_the_board_however_its_address_is_written(body):
    assert won(f"<html><body>{body}</body></html>") == "greenhouse:acme"


def test_an_address_that_is_cut_short_to_be_shown_is_none():
    body = '<a href="https://jobs.lever.co/acme-labs/1">https://jobs.lever.co/acme-la...</a> see //jobs.lever.co/ac…'
    assert list(resolve.votes(page(body))) == ["lever:acme-labs"]


def test_most_addresses_win_and_an_even_vote_is_no_answer():
    acme = "".join(f'<a href="https://jobs.lever.co/acme/{n}">job</a>' for n in range(3))
    partner = '<a href="https://jobs.ashbyhq.com/partner">a partner</a>'
    assert won(acme + partner) == "lever:acme"
    assert won('<a href="https://jobs.lever.co/acme">us</a>' + partner) is None


def test_what_a_page_embeds_weighs_more_than_what_it_links_to():
    links = "".join(f'<a href="https://jobs.lever.co/partner/{n}">job</a>' for n in range(3))
    assert won(links + '<script src="https://boards.greenhouse.io/embed/job_board/js?for=acme"></script>') == (
        "greenhouse:acme"
    )


def test_a_page_of_many_companies_is_nobody_s():
    body = "".join(f'<a href="https://jobs.lever.co/firm{n}">Firm {n}</a>' for n in range(40))
    assert won(body) is None
    assert len(resolve.votes(page(body))) == 40


@pytest.mark.parametrize(
    ("loaded", "source"),
    [
        ('<link rel="stylesheet" href="https://assets.teamtailor-cdn.com/a.css">', "teamtailor"),
        ('<script src="https://d1.recruiteecdn.com/a.js"></script>', "recruitee"),
        ('<script src="https://assets.cdn.personio.de/a.js"></script>', "personio"),
    ],
)
def test_a_platform_s_site_under_the_company_s_own_host_is_known_by_what_it_loads(loaded, source):
    company = resolve.own_host(page(f"<head>{loaded}</head>", "https://career.acme.example/jobs"))
    assert (company.source, company.board, company.name) == (source, "career.acme.example", "Acme")


def test_words_about_a_platform_are_no_mark_of_it():
    assert resolve.own_host(page("<p>We moved to https://assets.teamtailor-cdn.com/ last year</p>")) is None


def test_links_named_after_jobs_are_followed_the_likeliest_first():
    body = """<a href="/about">About us</a> <a href="/blog/careers-in-engineering-and-what-they-are">Our long story</a>
      <a href="https://www.linkedin.com/company/acme/jobs">Jobs</a> <a href="/join">Join us</a>
      <a href="/careers">Careers</a> <a href="mailto:jobs@acme.example">Jobs</a>"""
    found = resolve.careers_links(page(body, "https://acme.example/"))
    assert found[:2] == ["https://acme.example/careers", "https://acme.example/join"]
    assert not any("linkedin" in url for url in found)


def test_a_feed_counts_only_where_it_is_one_of_jobs():
    body = """<link rel="alternate" type="application/rss+xml" title="Blog" href="/feed">
      <link rel="alternate" type="application/rss+xml" title="Open positions" href="/positions.rss">"""
    assert resolve.feeds(page(body)) == ["https://www.acme.example/positions.rss"]


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ('<meta property="og:site_name" content="Acme Labs"><title>x</title>', "Acme Labs"),
        ("<title>Careers at Acme | Acme</title>", "Acme"),
        ("<title>Jobs – Acme Labs</title>", "Acme Labs"),
        ("<title>Acme: Open Positions</title>", "Acme"),
        ("<title>Karriere bei Muster GmbH</title>", "Muster GmbH"),
        ("<title>Join our team | Careers</title>", None),
        ("<title>Careers</title>", None),
        ("", None),
    ],
)
def test_a_page_calls_its_company_by_site_name_or_by_the_title_s_other_part(head, name):
    assert resolve.site_name(page(f"<head>{head}</head>")) == name


@pytest.mark.parametrize(
    ("source", "board", "name"),
    [
        ("lever", "acme-labs", "Acme Labs"),
        ("ashby", "Acme%20Labs", "Acme Labs"),
        ("workday", "acme.wd5/Careers", "Acme"),
        ("icims", "careers-acme", "Acme"),
        ("teamtailor", "career.acme.example", "Acme"),
        ("jsonld", "www.acme.example/careers", "Acme"),
    ],
)
def test_a_board_without_a_name_is_called_by_its_own_words(source, board, name):
    assert resolve.titled(source, board) == name


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("acme.example", "https://acme.example"),
        (" https://acme.example/careers#open ", "https://acme.example/careers"),
        ("http://127.0.0.1:8765/x", "http://127.0.0.1:8765/x"),
        ("localhost:8765", "https://localhost:8765"),
    ],
)
def test_an_address_is_completed(written, address):
    assert resolve.web_address(written) == address


@pytest.mark.parametrize(
    "written",
    ["", "acme", "mailto:jobs@acme.example", "ftp://acme.example", "javascript:alert(1)", "https://", "a b.example",
     "https://user@acme.example", "https://acme.example:99999999", "https://[::1", "file:///etc/passwd", "?"],
)  # fmt: skip
def test_what_is_no_web_address_is_refused(written):
    with pytest.raises(ConfigError, match="not a web address"):
        resolve.web_address(written)


def test_a_page_of_a_megabyte_is_read_within_a_second():
    started = time.process_time()
    resolve.votes(page("".join(f'<a href="https://host{n}.example/path/{n}?q=//x">x</a>' for n in range(20_000))))
    assert time.process_time() - started < 1
