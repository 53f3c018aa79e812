"""The careers site answers as platforms do, repeats itself to the byte, and misbehaves only when told to."""

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.careers_site import KINDS, Site, board_path, list_path, serve
from tests.careers_site.encounters import MET, outcome

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("ROLECALL_SHARED_DATA", ROOT.parent / "shared" / "data"))
SOURCES = ("greenhouse", "lever", "ashby", "jsonld")


@pytest.fixture
def site() -> Site:
    return Site(postings=120, companies=8)


@pytest.fixture
def web(site: Site) -> Iterator[httpx.Client]:
    with serve(site) as url, httpx.Client(base_url=url, timeout=1, trust_env=False) as client:
        yield client


def list_of(site: Site, source: str) -> str:
    return list_path(source, site.first(source))


def truth(site: Site) -> dict[tuple[str, str, str], Any]:
    return {(*key, posting): role for key in site.boards for posting, role in site.roles(*key).items()}


def test_the_postings_add_up_to_what_was_asked_for() -> None:
    assert [Site(postings).total() for postings in (1, 10, 300, 2_000, 100_000)] == [1, 10, 300, 2_000, 100_000]


def test_a_large_site_has_every_source_and_boards_from_small_to_large() -> None:
    site = Site(100_000)
    rows = list(csv.DictReader(io.StringIO(site.companies_csv("http://127.0.0.1:1"))))
    shares = [round(sum(row["source"] == name for row in rows) / len(rows), 2) for name in SOURCES]
    sizes = sorted(len(site.ids(*key)) for key in list(site.boards) if key[0] != "jsonld")
    assert shares == [0.4, 0.25, 0.25, 0.1]
    assert len({row["name"] for row in rows}) == len({row["board"] for row in rows}) == len(rows) == 4_000
    assert sizes[0] < 10 < 390 < sizes[-1] <= 400
    assert max(len(site.ids(*key)) for key in list(site.boards)[:200] if key[0] == "jsonld") <= 12


def test_careers_pages_are_named_by_host_and_path_and_the_base_url_leads_to_them(site: Site) -> None:
    rows = csv.DictReader(io.StringIO(site.companies_csv("http://127.0.0.1:1/")))
    found = next(row for row in rows if row["source"] == "jsonld")
    name = site.first("jsonld")
    assert (found["board"], found["base_url"]) == (f"{name}.example/jobs", f"http://127.0.0.1:1/sites/{name}")


def test_one_seed_gives_the_same_bytes_on_every_port_and_in_sites_of_every_size() -> None:
    one, two, large = (Site(120, 8, day=3), Site(120, 8, day=3), Site(5_000))
    with serve(one) as first, serve(two) as second:
        for path in (list_of(one, source) for source in SOURCES):
            assert httpx.get(first + path, trust_env=False).content == httpx.get(second + path, trust_env=False).content
    key = ("greenhouse", one.first("greenhouse"))
    one.advance(0)
    assert one.rows(*key) == large.rows(*key)[: len(one.rows(*key))]
    assert one.rows(*key)[0] not in Site(120, 8, seed=2).rows("greenhouse", Site(120, 8, seed=2).first("greenhouse"))


def test_descriptions_are_of_real_length_varied_and_in_four_languages() -> None:
    roles = list(truth(Site(2_000)).values())
    lengths = sorted(len(role.html.encode()) for role in roles)
    assert lengths[len(lengths) // 20] > 2_000
    assert lengths[-1] < 5_500
    assert {role.language for role in roles} == {"en", "de", "fr", "es"}
    assert len({role.department for role in roles}) == 10
    assert len({role.html for role in roles}) == len(roles)
    assert {"USD", "EUR", "GBP", "INR", "CHF"} <= {role.pay.currency for role in roles if role.pay}
    assert not [role.html for role in roles if "{" in role.html]


def test_greenhouse_escapes_content_gives_single_jobs_and_states_its_total(site: Site, web: httpx.Client) -> None:
    path, ids = list_of(site, "greenhouse"), site.ids("greenhouse", site.first("greenhouse"))
    answer, bare = web.get(path).json(), web.get(path.partition("?")[0]).json()
    assert answer["meta"]["total"] == len(answer["jobs"]) == len(ids)
    assert answer["jobs"][0]["content"].startswith("&lt;div class=&quot;content-intro&quot;&gt;&lt;h3&gt;")
    assert not {"content", "departments", "offices", "pay_input_ranges"} & set(bare["jobs"][0])
    assert str(web.get(f"{path.partition('?')[0]}/{ids[-1]}").json()["id"]) == ids[-1]
    assert web.get(f"{path.partition('?')[0]}/1").status_code == 404


def test_lever_pages_by_skip_and_limit(site: Site, web: httpx.Client) -> None:
    path = list_of(site, "lever")
    whole = web.get(path).json()
    pages = [web.get(f"{path}&skip={skip}&limit=4").json() for skip in range(0, len(whole) + 4, 4)]
    assert [row for page in pages for row in page] == whole
    assert len(pages[0]) == min(4, len(whole))


def test_ashby_hides_pay_unless_asked_and_sends_unlisted_jobs_too() -> None:
    site = Site(300, 3, mix={"ashby": 1.0})
    rows = [row for key in site.boards for row in site.rows(*key)]
    assert 0 < sum(not row["isListed"] for row in rows) < 30
    assert any(row["compensation"]["compensationTiers"] and row["secondaryLocations"] for row in rows)
    with serve(site) as url:
        answer = httpx.get(url + board_path("ashby", site.first("ashby")), trust_env=False)
    assert "compensation" not in answer.json()["jobs"][0]


def test_a_careers_site_links_to_pages_with_a_job_posting(site: Site, web: httpx.Client) -> None:
    links = re.findall(r'<li><a href="([^"]+)">', web.get(list_of(site, "jsonld")).text)
    scripts = re.findall(r'<script type="application/ld\+json">(.*?)</script>', web.get(links[0]).text, re.S)
    listed = web.get(f"{board_path('jsonld', site.first('jsonld'))}/sitemap.xml").text
    assert len(links) == len(site.ids("jsonld", site.first("jsonld")))
    assert any('"JobPosting"' in script and json.loads(script) for script in scripts)
    assert all(f"{link}</loc>" in listed for link in links)
    assert web.get(links[0] + "x").status_code in (404, 410)


def test_unknown_boards_are_not_found_and_the_links_of_known_ones_lead_to_pages(site: Site, web: httpx.Client) -> None:
    assert {web.get(list_path(source, "nobody")).status_code for source in SOURCES} == {404}
    found = site.rows("lever", site.first("lever"))[0]["hostedUrl"].removeprefix(site.public_url)
    assert "<main>" in web.get(found).text
    assert f'href="{list_of(site, "jsonld")}"' in web.get("/").text


@pytest.mark.parametrize("source", SOURCES)
def test_an_unchanged_board_answers_304_and_a_changed_one_200(source: str, site: Site, web: httpx.Client) -> None:
    path, first = list_of(site, source), web.get(list_of(site, source))
    known = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
    headers = {known[name]: first.headers[name] for name in known if name in first.headers}
    assert web.get(path, headers=headers).status_code == 304
    site.edit(source, site.first(source), site.ids(source, site.first(source))[0])
    assert web.get(path, headers=headers).status_code == 200


def test_a_day_edits_closes_opens_and_reposts_a_share_of_the_postings() -> None:
    site = Site(4_000, churn=0.1)
    before = truth(site)
    site.advance()
    after = truth(site)
    fresh, texts = [after[key] for key in after.keys() - before.keys()], {role.html for role in before.values()}
    reposted = sum(role.html in texts for role in fresh)
    edited = sum(after[key] != before[key] for key in before.keys() & after.keys())
    counts = (edited, len(before.keys() - after.keys()), len(fresh) - reposted, reposted)
    assert [count / len(before) for count in counts] == pytest.approx([0.04, 0.04, 0.02, 0.013], abs=0.008)


def test_some_closed_ids_come_back_and_a_day_walked_to_is_the_day_jumped_to() -> None:
    site = Site(1_000)
    days = [set(truth(site)) for day in range(6) if site.advance(day) == day]
    assert (days[0] - days[1]) & (days[2] | days[3] | days[4] | days[5])
    assert set(truth(Site(1_000, day=5))) == days[5]
    site.advance(0)
    assert truth(site) == truth(Site(1_000, churn=0, day=9))


@pytest.mark.parametrize("source", SOURCES)
def test_postings_can_be_removed_restored_added_and_edited(source: str, site: Site) -> None:
    board = site.first(source)
    ids = site.ids(source, board)
    site.remove(source, board, ids[0])
    assert site.ids(source, board) == ids[1:]
    site.restore(source, board)
    gone = site.shrink(source, board, keep=0.5)
    assert sorted(site.ids(source, board) + gone) == sorted(ids)
    assert len(gone) == len(ids) - round(len(ids) / 2)
    added = site.add(source, board, 2)
    site.edit(source, board, added[0], title="Keeper of the Lighthouse")
    assert site.roles(source, board)[added[0]].title == "Keeper of the Lighthouse"


def test_the_remote_control_does_what_the_site_does_and_counts_requests(site: Site, web: httpx.Client) -> None:
    control, path = f"/-/boards/lever/{site.first('lever')}", list_of(site, "lever")
    ids = site.ids("lever", site.first("lever"))
    assert web.post("/-/advance", json={"day": 2}).json() == {"day": 2} == {"day": site.day}
    assert web.post("/-/advance", json={"day": 0}).json() == {"day": 0}
    assert web.post(control, json={"remove": ids[:2]}).status_code == 200
    assert web.get(control).json()["ids"] == ids[2:]
    assert web.post(control, json={"misbehave": "status-500", "times": 1}).status_code == 200
    assert [web.get(path, headers={"User-Agent": "reader/1"}).status_code for _ in range(2)] == [500, 200]
    assert web.post(control, json={"misbehave": "singing"}).status_code == 400
    seen = web.get("/-/requests").json()
    assert (seen["total"], seen["user_agents"], site.journal.count(status=500)) == (2, {"reader/1": 2}, 1)
    assert web.post("/-/requests").json() == {"cleared": True}


def test_the_peak_of_requests_in_flight_is_known() -> None:
    slow = Site(40, latency_seconds=0.3)
    with serve(slow) as url, ThreadPoolExecutor(5) as pool:
        list(pool.map(lambda _: httpx.get(f"{url}/robots.txt", trust_env=False), range(5)))
    assert slow.journal.peak["127.0.0.1"] == 5


@pytest.mark.parametrize("kind", MET)
def test_a_board_misbehaves_once_and_then_answers_well(kind: str) -> None:
    site = Site(4, 1, mix={"greenhouse": 1.0})
    path = list_of(site, "greenhouse")
    options = {"retry_after": 7} if kind == "status-429" else {"megabytes": 6, "seconds": 2.0}
    site.misbehave("greenhouse", site.first("greenhouse"), kind, times=1, **options)
    with serve(site) as url, httpx.Client(base_url=url, timeout=0.5, trust_env=False) as web:
        assert outcome(web, path) == MET[kind].format(path=path.partition("?")[0])
        assert outcome(web, path) == "4 rows 4 ids 0 untitled of 4"
    assert KINDS - {*MET} == {"robots-disallow", "repeat-page"}


def test_a_disallowed_board_stands_in_robots_txt_and_lever_can_repeat_a_page(site: Site, web: httpx.Client) -> None:
    site.misbehave("jsonld", f"{site.first('jsonld')}.example/jobs", "robots-disallow")
    site.misbehave("lever", site.first("lever"), "repeat-page")
    path = list_of(site, "lever")
    assert f"Disallow: {board_path('jsonld', site.first('jsonld'))}\n" in web.get("/robots.txt").text
    assert web.get(f"{path}&skip=1&limit=1").json() == web.get(f"{path}&skip=0&limit=1").json()
    site.behave()
    assert "Disallow: /sites/*/private" in web.get("/robots.txt").text.splitlines()


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"no recorded boards in {SHARED}; set ROLECALL_SHARED_DATA")
def test_recorded_boards_are_served_verbatim_and_single_jobs_as_boards_of_one() -> None:
    site = Site(recorded=SHARED)
    with serve(site) as url, httpx.Client(base_url=url, trust_env=False) as web:
        answers = {key: web.get(list_path(*key)) for key in site.boards}
        job = web.get("/v1/boards/stripe_board/jobs/7313002").json()
        page = web.get("/sites/ramp_ashby_job/jobs/ramp_ashby_job")
    assert {answer.status_code for answer in answers.values()} == {200}
    assert answers["ashby", "ramp_board"].content == (SHARED / "ashby" / "ramp_board.json").read_bytes()
    assert answers["greenhouse", "stripe_job_7313002"].json()["meta"]["total"] == 1
    assert ("greenhouse", "stripe_departments") not in site.boards
    assert "content" in job
    assert page.content == (SHARED / "jsonld_html" / "ramp_ashby_job.html").read_bytes()


def test_the_command_prints_its_url_writes_the_companies_and_stops_quietly(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.careers_site", "--port=0", f"--companies-file={tmp_path / 'companies.csv'}"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        url = (running.stdout or io.StringIO()).readline().strip()
        assert httpx.get(f"{url}/robots.txt", trust_env=False).status_code == 200
        running.send_signal(signal.SIGINT)
        assert (*running.communicate(timeout=10), running.returncode) == ("", "", 0)
    assert (tmp_path / "companies.csv").read_text().startswith("name,source,board,base_url\n")
    with pytest.raises(ValueError, match="loopback"), serve(Site(1), host="0.0.0.0"):
        pass
