"""Recorded pages of Workday, Oracle and iCIMS: every posting lands, and says what the answer says.

Needs the recordings: `ROLECALL_SHARED_DATA`, by default ../shared/data from the repository.
"""

import json
import os
import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tasks.model import Company, Page, Posting, Request

REPOSITORY = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("ROLECALL_SHARED_DATA", REPOSITORY.parent / "shared" / "data"))
BOARDS = {
    "broadcom": "broadcom.wd1/External_Career",
    "salesforce": "salesforce.wd12/External_Career_Site",
    "workday": "workday.wd5/Workday",
}
DETAILS = ("broadcom_detail", "broadcom_detail_kubernetes", "workday_inc_detail")
LISTS = ("salesforce_list", "workday_inc_list")
COUNTRIES = {"United States of America": "US"}
pytestmark = pytest.mark.skipif(
    not (DATA / "workday" / "broadcom_detail.json").exists(),
    reason=f"no recordings under {DATA} (ROLECALL_SHARED_DATA)",
)


def raw(name: str) -> Any:
    return json.loads((DATA / "workday" / f"{name}.json").read_bytes())


def company(source: str, board: str) -> Company:
    return Company(name="Acme", source=source, board=board)


def read(who: Company, body: bytes, request: Request | None = None) -> tuple[list[Posting | Request], int | None]:
    module = import_module(f"tasks.sources.{who.source}")
    request = request or module.start(who)
    page = Page(request, request.url, body, datetime(2026, 11, 5, tzinfo=UTC))
    return list(module.parse(who, page)), module.claimed(who, page)


def workday(name: str) -> Company:
    return company("workday", BOARDS[name.partition("_")[0]])


def letters(html: str) -> str:
    return re.sub(r"[\W_]+", "", unescape(re.sub(r"<[^>]*>", "", html)))


@pytest.mark.parametrize("name", DETAILS)
def test_a_workday_job_page_lands_with_what_it_says(name: str) -> None:
    info, who = raw(name)["jobPostingInfo"], workday(name)
    host, path = re.findall(r"(https://[^/]+)/\w+(/job/.*)", info["externalUrl"])[0]
    tenant, site = who.board.partition(".")[0], who.board.partition("/")[2]
    request = Request(f"{host}/wday/cxs/{tenant}/{site}{path}", about={"title": info["title"]}, is_settled=True)
    assert import_module("tasks.sources.workday").start(who).url == f"{host}/wday/cxs/{tenant}/{site}/jobs"
    (job,), claimed = read(who, json.dumps(raw(name)).encode(), request)
    assert isinstance(job, Posting)
    assert (job.id, job.requisition_id, claimed) == (info["jobReqId"], info["jobReqId"], None)
    assert (job.title, job.url) == (info["title"], info["externalUrl"])
    assert job.locations == (info["location"], *info.get("additionalLocations", []))
    assert job.country == COUNTRIES[info["country"]["descriptor"]]
    assert job.employment_type == "full_time"
    assert job.workplace_type == {"Onsite": "onsite", None: None}[info.get("remoteType")]
    assert (str(job.posted_on), str(job.expires_on)) == (info["startDate"], info.get("endDate", "None"))
    assert letters(job.description_html) == letters(info["jobDescription"])


def test_the_start_date_of_workday_is_the_day_of_posting() -> None:
    answer = raw("broadcom_detail")
    assert answer["jobPostingInfo"]["postedOn"] == "Posted Today"
    today = date.fromisoformat(answer["jobPostingInfo"]["startDate"])
    ages = [(re.findall(r"^Posted (\d+) Days Ago$", job["postedOn"]), job) for job in answer["similarJobs"]]
    told = [(int(days[0]), date.fromisoformat(job["startDate"])) for days, job in ages if days]
    assert len(told) == 4
    assert all(started == today - timedelta(days=days) for days, started in told)


@pytest.mark.parametrize("name", LISTS)
def test_a_workday_list_leads_to_every_job_page(name: str) -> None:
    answer = raw(name)
    found, claimed = read(workday(name), json.dumps(answer).encode())
    assert claimed == answer["total"]
    pages = [item for item in found if isinstance(item, Request) and item.is_settled]
    assert [page.url.partition("/job/")[2] for page in pages] == [
        job["externalPath"].removeprefix("/job/") for job in answer["jobPostings"]
    ]
    assert not [page for page in pages if "Posted" in json.dumps(page.about)]
    assert len(found) - len(pages) == max(0, -(-answer["total"] // 20) - 1)


@pytest.mark.parametrize("name", ["broadcom_error.json", "broadcom_listing_rendered.html"])
def test_a_workday_error_or_page_is_no_empty_board(name: str) -> None:
    with pytest.raises((KeyError, ValueError)):
        read(workday(name), (DATA / "workday" / name).read_bytes())


def test_an_oracle_list_leads_to_every_job_page() -> None:
    answer = json.loads((DATA / "other_ats" / "oracle_orc.json").read_bytes())
    found, _ = read(company("oracle", "acme.fa.us2.oraclecloud.com/CX_1"), json.dumps(answer).encode())
    jobs = answer["items"][0]["requisitionList"]
    pages = [item for item in found if isinstance(item, Request)]
    assert len(pages) == len(jobs)
    for page, job in zip(pages, jobs, strict=True):
        assert job["Id"] in page.url
        assert page.about is not None
        assert (page.about["Title"], page.about["PostedDate"]) == (job["Title"], job["PostedDate"])


def test_an_oracle_job_page_lands_with_all_its_parts() -> None:
    job = json.loads((DATA / "other_ats" / "oracle_orc_detail.json").read_bytes())
    who = company("oracle", "acme.fa.us2.oraclecloud.com/CX_1")
    about = {"Id": job["Id"], "Title": job["Title"], "PrimaryLocation": job["PrimaryLocation"]}
    request = Request("https://acme.fa.us2.oraclecloud.com/x", about=about, is_settled=True)
    (found,), _ = read(who, json.dumps({"items": [job]}).encode(), request)
    assert isinstance(found, Posting)
    assert (found.id, found.title, found.locations) == (job["Id"], job["Title"], (job["PrimaryLocation"],))
    assert found.country == job["PrimaryLocationCountry"]
    for part in ("Description", "Responsibilities", "Qualifications"):
        assert letters(job[f"External{part}Str"]) in letters(found.description_html)


def test_the_cards_of_an_icims_page_lead_to_every_job_page() -> None:
    body = (DATA / "other_ats" / "icims.html").read_text(encoding="utf-8")
    found, _ = read(company("icims", "careers-wipfli"), body.encode())
    pages = [item.url for item in found if isinstance(item, Request) and item.is_settled]
    assert pages == re.findall(r'href="([^"]*/job\?in_iframe=1)"', body)
