"""`rolecall companies` over real HTTP on loopback: a small careers site of pages, and the boards that they lead to."""

import asyncio
import csv
import json
from contextlib import closing, contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler

import httpx
import pytest

from flows import cli
from tasks import companies as companies_file
from tasks import liveness, store
from tasks.fetch import fetcher
from tasks.find import find
from tasks.model import Company
from tasks.probe import Answer, Asker, ask
from tasks.store import checks
from tests.careers_site import Site, serve
from tests.loopback import answered_by

LEVER_EU = liveness.LEVER_EU
HEAD = "name,source,board,base_url\n"
POSTING = """<script type="application/ld+json">{"@context": "https://schema.org", "@type": "JobPosting",
  "title": "Engineer", "description": "<p>Builds.</p>", "datePosted": "2026-01-05",
  "hiringOrganization": {"@type": "Organization", "name": "Quill Works"}}</script>"""


@contextmanager
def site_of(pages):
    """Shape: path to a body, or to (status, headers, body); what was asked for is noted in `asked`."""
    asked = []

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            found = pages.get(self.path, (404, {}, "nothing here"))
            status, headers, body = found if isinstance(found, tuple) else (200, {}, found)
            self.send_response(status)
            for name, value in {"Content-Type": "text/html", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_):
            pass

    with answered_by(Answering) as url:
        yield url, asked


@pytest.fixture(scope="module")
def careers():
    site = Site(postings=60, companies=6)
    with serve(site) as url:
        yield site, url


@pytest.fixture
def rolecall(make_settings, tmp_path, monkeypatch, capsys):
    """The command as a person types it: code, stdout, stderr."""
    make_settings(companies_file=tmp_path / "companies.csv", data_dir=tmp_path / "data")
    (tmp_path / "companies.csv").write_text(HEAD)

    def run(*arguments):
        monkeypatch.setattr("sys.argv", ["rolecall", "companies", *map(str, arguments)])
        try:
            cli.main()
            code = 0
        except SystemExit as ending:
            code = ending.code or 0
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def rows(tmp_path):
    with (tmp_path / "companies.csv").open(newline="") as file:
        return [tuple(row) for row in csv.reader(file)][1:]


def found(make_settings, url, **platforms):
    async def one():
        async with fetcher(make_settings()) as pages:
            return await find(url, Asker(pages, None, platforms))

    return asyncio.run(one())


def slug(site, source):
    return site.first(source)


def test_a_careers_page_that_embeds_a_board_becomes_its_row(make_settings, careers):
    site, url = careers
    board = slug(site, "greenhouse")
    body = f'<title>Careers</title><script src="https://boards.greenhouse.io/embed/job_board/js?for={board}"></script>'
    with site_of({"/careers": body}) as (home, _):
        finding = found(make_settings, f"{home}/careers", greenhouse=url)
    assert (finding.outcome, finding.company.id) == ("found", f"greenhouse:{board}")
    assert finding.postings == len(site.roles("greenhouse", board))
    assert finding.company.name == site.boards["greenhouse", board].firm.name  # the board says it, not the page


@pytest.mark.parametrize("source", ["lever", "ashby"])
def test_a_board_that_states_no_name_is_called_what_the_page_calls_itself(make_settings, careers, source):
    site, url = careers
    board = slug(site, source)
    address = {"lever": f"https://jobs.lever.co/{board}/1", "ashby": f"https://jobs.ashbyhq.com/{board}"}[source]
    body = f'<meta property="og:site_name" content="Quill Works"><a href="{address}">Jobs</a>'
    with site_of({"/careers": body}) as (home, _):
        finding = found(make_settings, f"{home}/careers", **{source: url})
    assert (finding.company.id, finding.company.name) == (f"{source}:{board}", "Quill Works")
    assert finding.postings == len(site.roles(source, board))


def test_a_job_of_greenhouse_on_a_site_of_its_own_names_a_board_only_where_that_shows_it(make_settings, careers):
    site, url = careers
    board = slug(site, "greenhouse")
    job = site.ids("greenhouse", board)[0]
    page = f'<meta property="og:site_name" content="{board.title()}"><a href="/work?x=1&amp;gh_jid={{}}">Engineer</a>'
    with site_of({"/work": page.format(job), "/other": page.format(1)}) as (home, _):
        assert found(make_settings, f"{home}/work", greenhouse=url).company.id == f"greenhouse:{board}"
        other = found(make_settings, f"{home}/other", greenhouse=url)
    assert other.company is None
    assert f"greenhouse:{board} answers, but has no job 1" in other.said


def test_from_a_plain_domain_two_links_at_most_are_followed(make_settings, careers):
    site, url = careers
    board = slug(site, "lever")
    pages = {
        "/": '<a href="/about">About</a> <a href="/careers">Careers</a> <a href="/join">Join us</a>',
        "/careers": '<p>How we work.</p> <a href="/careers/open">Open positions</a>',
        "/careers/open": f'<script>x = "https:\\/\\/jobs.lever.co\\/{board}"</script>',
    }
    with site_of(pages) as (home, asked):
        finding = found(make_settings, home, lever=url)
    assert finding.company.id == f"lever:{board}"
    assert [path for path in asked if path != "/robots.txt"] == ["/", "/careers", "/careers/open"]


def test_a_platform_s_address_of_no_board_is_refused(make_settings, careers):
    _, url = careers
    finding = found(make_settings, "https://jobs.lever.co/nobody", lever=url)
    assert finding.outcome == "refused"
    assert "lever:nobody is gone" in finding.said[0]


def test_a_site_with_job_postings_of_its_own_is_read_as_jsonld(rolecall, careers, tmp_path):
    site, url = careers
    board = slug(site, "jsonld").partition(".")[0]
    code, out, err = rolecall("add", f"{url}/sites/{board}/jobs")
    name = site.boards["jsonld", board].firm.name
    count = len(site.roles("jsonld", board))
    assert (code, err) == (0, "")
    assert out.split("\t") == ["added", name, "jsonld", f"127.0.0.1/sites/{board}/jobs", url, f"{count}\n"]
    assert rows(tmp_path) == [(name, "jsonld", f"127.0.0.1/sites/{board}/jobs", url)]
    code, out, err = rolecall("add", f"{url}/sites/{board}/jobs")
    assert (code, out.split("\t")[0]) == (0, "present")
    assert len(rows(tmp_path)) == 1


def test_a_job_page_leads_to_the_list_above_it(rolecall, tmp_path):
    pages = {
        "/careers/engineer": POSTING,
        "/careers": '<a href="/careers/engineer">Engineer</a> <a href="/careers/nurse">Nurse</a>',
    }
    with site_of(pages) as (home, _):
        code, _, err = rolecall("add", f"{home}/careers/engineer")
        assert (code, err) == (0, "")
        assert rows(tmp_path) == [("Quill Works", "jsonld", "127.0.0.1/careers", home)]


def test_a_feed_of_jobs_is_the_last_resort(rolecall, tmp_path):
    feed = """<rss version="2.0"><channel><title>Jobs</title><item><guid>1</guid><title>Engineer</title>
      <link>http://127.0.0.1/1</link><description>Builds.</description></item></channel></rss>"""
    link = '<link rel="alternate" type="application/rss+xml" title="Jobs" href="/open.rss">'
    with site_of({"/work": link, "/open.rss": (200, {"Content-Type": "application/xml"}, feed)}) as (home, _):
        code, _, err = rolecall("add", "--name", "Quill", f"{home}/work")
        assert (code, err) == (0, "")
        assert rows(tmp_path) == [("Quill", "rss", "127.0.0.1/open.rss", home)]


def test_links_that_look_like_jobs_and_hold_none_are_no_board(rolecall, tmp_path):
    pages = {"/careers": '<a href="/careers/our-story">Our story</a>', "/careers/our-story": "<p>Long ago.</p>"}
    with site_of(pages) as (home, _):
        code, out, err = rolecall("add", f"{home}/careers")
    assert (code, out, rows(tmp_path)) == (2, "", [])
    assert "no JobPosting behind them" in err


def test_what_was_seen_is_told_line_by_line(rolecall):
    pages = {"/": '<a href="/careers">Careers</a>', "/careers": "<p>Write to us.</p>"}
    with site_of(pages) as (home, _):
        code, _, err = rolecall("add", home)
    first, second = err.splitlines()
    assert code == 2
    assert first.startswith(f"error: {home}: {home}: no address of a platform, no links that look like jobs")
    assert second.startswith(f"  {home}/careers: no address of a platform")


@pytest.mark.parametrize(
    ("path", "pages", "said"),
    [
        ("/nowhere", {}, "HTTP 404"),
        ("/shut", {"/shut": (403, {}, "")}, "HTTP 403"),
        ("/careers", {"/robots.txt": "User-agent: *\nDisallow: /careers"}, "robots.txt disallows it"),
        ("/away", {"/away": (302, {"Location": "http://169.254.169.254/latest"}, "")}, "a private address"),
        ("/deep", {"/deep": "<div>" * 30_000}, "nested deeper than 256 elements"),
        ("/loop", {"/loop": (302, {"Location": "/loop"}, "")}, "more than 5 redirects"),
        (
            "/many",
            {"/many": "".join(f'<a href="https://jobs.lever.co/firm{n}">x</a>' for n in range(9))},
            "leads to 9 boards (lever:firm0, lever:firm1",
        ),
    ],
)
def test_an_address_that_leads_nowhere_says_why_and_no_row_is_written(rolecall, tmp_path, path, pages, said):
    with site_of(pages) as (home, _):
        code, out, err = rolecall("add", f"{home}{path}")
    assert (code, out, rows(tmp_path)) == (2, "", [])
    assert err.splitlines()[0].startswith(f"error: {home}{path}: ")
    assert said in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "is not a web address"),
        ("mailto:jobs@acme.example", "is not a web address"),
        ("http://127.0.0.1:9/careers", "http://127.0.0.1:9/"),
        ("http://10.1.2.3/careers", "a private address"),
        ("http://169.254.169.254/", "a private address"),
        ("http://[::ffff:10.0.0.1]/", "private"),
    ],
)
def test_bad_input_is_one_clear_line(rolecall, monkeypatch, tmp_path, url, said):
    monkeypatch.setenv("ROLECALL_CONTACT", "someone@acme.example")
    monkeypatch.setenv("ROLECALL_RETRIES", "0")
    code, out, err = rolecall("add", url)
    assert (code, out, rows(tmp_path)) == (2, "", [])
    assert len(err.splitlines()) == 1
    assert said in err


def test_boards_of_others_are_not_asked_by_somebody_unknown(rolecall):
    code, _, err = rolecall("add", "https://jobs.lever.co/acme")
    assert (code, err.count("\n")) == (2, 1)
    assert "ROLECALL_CONTACT is not set" in err
    with site_of({"/careers": '<a href="https://jobs.lever.co/acme">Jobs</a>'}) as (home, _):
        code, _, err = rolecall("add", f"{home}/careers")
    assert code == 2
    assert "ROLECALL_CONTACT is not set" in err


def test_without_checks_no_request_is_made(rolecall, tmp_path):
    code, _, err = rolecall("add", "--no-check", "jobs.lever.co/acme", "https://jobs.eu.lever.co/quill-works/1")
    assert (code, err) == (0, "")
    assert rows(tmp_path) == [("Acme", "lever", "acme", ""), ("Quill Works", "lever", "quill-works", LEVER_EU)]
    with site_of({"/": "x"}) as (home, asked):
        assert rolecall("add", "--no-check", home)[0] == 2
        assert asked == []


def test_a_dry_run_writes_nothing_and_json_is_for_scripts(rolecall, tmp_path):
    code, out, _ = rolecall("add", "--no-check", "--dry-run", "--json", "jobs.lever.co/acme", "nonsense")
    first, second = json.loads(out)
    assert code == 2
    assert (first["outcome"], first["company"]["board"], first["postings"]) == ("found", "acme", None)
    assert (second["outcome"], second["company"]) == ("refused", None)
    assert second["said"]
    assert rows(tmp_path) == []


def test_one_name_is_for_one_address(rolecall):
    code, _, err = rolecall("add", "--no-check", "--name", "Acme", "jobs.lever.co/a", "jobs.lever.co/b")
    assert (code, "--name" in err) == (2, True)


# import


def test_a_file_of_addresses_is_imported_once(rolecall, careers, tmp_path):
    site, url = careers
    board = slug(site, "jsonld").partition(".")[0]
    listed = tmp_path / "wanted.txt"
    listed.write_text(
        f"# boards\n{url}/sites/{board}/jobs\n{url}/sites/{board}/jobs/\n\nnonsense\n{url}/sites/nobody/jobs\n"
    )
    code, out, err = rolecall("import", listed)
    assert code == 3
    assert out.splitlines()[-1] == "4 addresses: 1 added, 1 present, 2 refused"
    assert len(rows(tmp_path)) == 1
    assert len(err.splitlines()) == 2
    site.journal.clear()
    code, out, err = rolecall("import", listed)
    assert (code, out, err) == (0, "4 addresses: 4 settled before\n", "")
    assert site.journal.total == 0
    code, out, _ = rolecall("import", listed, "--again")
    assert out.splitlines()[-1] == "4 addresses: 2 present, 2 refused"


def test_what_failed_for_now_is_asked_for_again_and_a_line_cut_off_is_passed_over(rolecall, tmp_path):
    listed, pages = tmp_path / "wanted.txt", {"/careers": (503, {}, "")}
    with site_of(pages) as (home, _):
        listed.write_text(f"{home}/careers\n")
        assert rolecall("import", listed)[1] == "1 addresses: 1 failed\n"
        with (tmp_path / "data" / "companies-import.jsonl").open("a") as journal:
            journal.write('{"file": "half')
        pages |= {"/careers": '<a href="/careers/engineer">x</a>', "/careers/engineer": POSTING}
        assert rolecall("import", listed)[1].endswith("1 addresses: 1 added\n")
        assert rolecall("import", listed)[1] == "1 addresses: 1 settled before\n"


def test_a_csv_names_its_columns_and_names_beside_addresses_are_kept(rolecall, tmp_path):
    listed = tmp_path / "wanted.csv"
    listed.write_text("Name;Careers;City\nQuill, Inc.;https://jobs.lever.co/quill;Bonn\n;jobs.lever.co/acme;\n;;\n")
    code, _, err = rolecall("import", "--no-check", listed)
    assert (code, err) == (0, "")
    assert rows(tmp_path) == [("Acme", "lever", "acme", ""), ("Quill, Inc.", "lever", "quill", "")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no address in it"),
        (b"# only this\n", "no address in it"),
        (b"company,city\nAcme,Bonn\n", "has the columns company, city; one of them must be called url"),
        (b"name,url\nAcme,\n", "no address in the column url"),
        (b"name,url\n", "has no rows"),
        (b'url,name\n"x,y\n', "is not CSV"),
        (b"caf\xe9\n", "is not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_imported_is_one_clear_line(rolecall, tmp_path, content, said):
    (tmp_path / "wanted.csv").write_bytes(content)
    code, out, err = rolecall("import", tmp_path / "wanted.csv")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err


def test_a_file_that_is_not_there_or_is_a_folder_is_one_clear_line(rolecall, tmp_path):
    for path in (tmp_path / "nowhere.txt", tmp_path):
        code, _, err = rolecall("import", path)
        assert (code, err.count("\n")) == (2, 1)
        assert "cannot be read" in err


# check and list


def followed(tmp_path, *companies):
    (tmp_path / "companies.csv").write_text(HEAD)
    for company in companies:
        companies_file.add(tmp_path / "companies.csv", company)


def aged(tmp_path, hours):
    """The clock is not ours: what was answered moves into the past instead."""
    with closing(store.open_database(tmp_path / "data" / "rolecall.db")) as writer:
        past = f"strftime('%Y-%m-%dT%H:%M:%fZ', at, '-{hours} hours')"
        writer.execute(f"UPDATE board_checks SET at = {past}")


def test_a_board_is_dead_after_two_such_answers_hours_apart(rolecall, careers, tmp_path):
    site, url = careers
    alive, gone = slug(site, "lever"), Company(name="Gone", source="lever", board="gone", base_url=url)
    followed(tmp_path, gone, Company(name="Alive", source="lever", board=alive, base_url=url))
    code, out, _ = rolecall("check", "--json")
    results = {row["name"]: row["result"] for row in json.loads(out)}
    assert (code, results) == (0, {"Alive": "answers", "Gone": "gone"})
    aged(tmp_path, 1)
    assert json.loads(rolecall("check", "--json", "--company", "gone")[1])[0]["result"] == "gone"
    aged(tmp_path, 3)
    code, out, _ = rolecall("check")
    assert code == 3
    assert "Gone\tlever\tgone\tdead" in out
    assert "take the row out" in out
    assert len(rows(tmp_path)) == 2


def test_a_good_answer_in_between_forgives_what_was_before(rolecall, careers, tmp_path):
    site, url = careers
    board = slug(site, "lever")
    followed(tmp_path, Company(name="Quill", source="lever", board=board, base_url=url))
    site.misbehave("lever", board, "status-404")
    assert json.loads(rolecall("check", "--json")[1])[0]["result"] == "gone"
    aged(tmp_path, 5)
    site.behave("lever", board)
    assert json.loads(rolecall("check", "--json")[1])[0]["result"] == "answers"
    aged(tmp_path, 5)
    site.misbehave("lever", board, "status-404")
    assert json.loads(rolecall("check", "--json")[1])[0]["result"] == "gone"
    site.behave("lever", board)


@pytest.mark.parametrize(
    ("kind", "result"), [("status-403", "blocked"), ("status-500", "failed"), ("empty-list", "empty")]
)
def test_an_answer_that_says_neither_is_not_gone(rolecall, careers, tmp_path, kind, result):
    site, url = careers
    board = slug(site, "greenhouse")
    followed(tmp_path, Company(name="Quill", source="greenhouse", board=board, base_url=url))
    site.misbehave("greenhouse", board, kind)
    code, out, _ = rolecall("check", "--json")
    site.behave("greenhouse", board)
    assert (code, json.loads(out)[0]["result"]) == (0, result)


def test_an_empty_answer_of_smartrecruiters_is_doubtful_until_a_job_was_seen(rolecall, tmp_path):
    empty = (200, {"Content-Type": "application/json"}, '{"offset": 0, "limit": 100, "totalFound": 0, "content": []}')
    with site_of({"/v1/companies/Quill/postings?limit=100&offset=0": empty}) as (home, _):
        followed(tmp_path, Company(name="Quill", source="smartrecruiters", board="Quill", base_url=home))
        (row,) = json.loads(rolecall("check", "--json")[1])
    assert row["result"] == "doubtful"
    assert "a company that it does not know" in row["detail"]
    answer = Answer("doubtful", 0)
    assert liveness.judged(answer, checks.Known(was_seen=True)) == "empty"


@pytest.mark.parametrize(("body", "outcome"), [("<html>Marketing</html>", "gone"), ("[]", "gone")])
def test_a_redirect_off_the_host_to_what_is_no_list_says_gone(make_settings, body, outcome):
    """Of hosts elsewhere, whose answers a transport of ours gives."""

    def handle(request):
        if request.url.host == "quill.breezy.hr":
            return httpx.Response(302, headers={"location": "https://breezy.hr/"})
        return httpx.Response(200, stream=httpx.ByteStream(body.encode()))

    async def one():
        async with fetcher(make_settings(), httpx.MockTransport(handle)) as pages:
            quill = Company(name="Quill", source="breezy", board="quill")
            return await ask(quill, Asker(pages, "someone@acme.example"))

    answer = asyncio.run(one())
    assert (answer.outcome, "breezy.hr" in answer.detail) == (outcome, True)


def test_a_dead_board_is_looked_for_under_its_name_elsewhere(make_settings, careers):
    site, url = careers
    board = slug(site, "ashby")
    dead = Company(name="Quill", source="lever", board=board, base_url=url)

    async def look():
        async with fetcher(make_settings()) as pages:
            return await liveness.suggestions(dead, Asker(pages, None, {"ashby": url, "greenhouse": url}))

    (other, postings), *more = asyncio.run(look())
    assert (other.id, postings, more) == (f"ashby:{board}", len(site.roles("ashby", board)), [])


def test_a_board_that_an_ingest_has_just_confirmed_is_not_asked(rolecall, careers, tmp_path):
    site, url = careers
    company = Company(name="Quill", source="lever", board=slug(site, "lever"), base_url=url)
    followed(tmp_path, company)
    with closing(store.open_database(tmp_path / "data" / "rolecall.db")) as writer:
        writer.execute(
            "INSERT INTO companies VALUES (?, ?, ?, ?, ?, 12, ?, ?)",
            (company.id, company.name, company.source, company.board, url, store.now(), store.now()),
        )
    site.journal.clear()
    (row,) = json.loads(rolecall("check", "--json")[1])
    assert (row["result"], row["postings"], site.journal.total) == ("confirmed", 12, 0)
    (row,) = json.loads(rolecall("list", "--json")[1])
    assert (row["source"], row["open_jobs"]) == ("lever", 12)
    assert row["confirmed_at"]


def test_rows_are_listed_where_nothing_was_ingested_yet(rolecall, tmp_path):
    followed(tmp_path, Company(name="Quill", source="lever", board="quill"))
    code, out, err = rolecall("list")
    assert (code, err) == (0, "")
    assert out.splitlines() == ["name\tsource\tboard\topen_jobs\tconfirmed_at", "Quill\tlever\tquill\t\t"]


def test_answers_of_runs_count_too():
    now = store.datetime.now(store.UTC)
    ago = lambda hours: now - timedelta(hours=hours)  # noqa: E731
    assert liveness.is_dead([(ago(0), "gone"), (ago(1), "failed"), (ago(3), "gone")])
    assert not liveness.is_dead([(ago(0), "gone"), (ago(1), "complete"), (ago(4), "gone")])
    assert not liveness.is_dead([(ago(0), "gone"), (ago(2), "gone")])
    assert not liveness.is_dead([(ago(0), "blocked"), (ago(4), "failed")])
    assert not liveness.is_dead([])
    assert {"complete", "unchanged", "truncated", "empty"} <= checks.GOOD
