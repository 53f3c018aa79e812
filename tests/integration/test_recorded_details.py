"""Recorded answers of SmartRecruiters, BambooHR and Rippling: every posting lands, and says what the answer says.

Needs the recordings: `ROLECALL_SHARED_DATA`, by default ../shared/data from the repository.
"""

import json
import os
import re
from datetime import UTC, date, datetime
from html import unescape
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tasks.model import Company, Page, Posting, Request

REPOSITORY = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("ROLECALL_SHARED_DATA", REPOSITORY.parent / "shared" / "data"))
SMART = DATA / "smartrecruiters"
LISTS = ("hirevue_list.json", "knight_list.json")
EMPLOYMENT = {"Full-time": "full_time", "Part-time": "part_time", "Full Time": "full_time", "Internship": "intern"}
pytestmark = pytest.mark.skipif(not SMART.exists(), reason=f"no recordings under {DATA} (ROLECALL_SHARED_DATA)")


def read(source: str, answer: Any, request: Request | None = None) -> tuple[list[Any], int | None]:
    module, company = import_module(f"tasks.sources.{source}"), Company(name="Acme", source=source, board="acme")
    asked = request or module.start(company)
    page = Page(asked, asked.url, json.dumps(answer).encode(), datetime(2026, 11, 5, tzinfo=UTC))
    return list(module.parse(company, page)), module.claimed(company, page)


def recorded(path: Path) -> Any:
    return json.loads(path.read_bytes())


def letters(html: str) -> str:
    return re.sub(r"[\W_]+", "", unescape(re.sub(r"<[^>]*>", "", html)))


def check(raw: dict[str, Any], job: Posting) -> None:
    """By the raw answer alone."""
    assert (job.id, job.title, job.requisition_id) == (raw["id"], raw["name"].strip(), raw["refNumber"])
    assert job.url == raw.get("postingUrl", f"https://jobs.smartrecruiters.com/acme/{raw['id']}")
    assert job.apply_url == raw["applyUrl"]
    assert job.posted_on == date(*map(int, raw["releasedDate"][:10].split("-")))
    spot = raw["location"]
    assert letters("".join(job.locations)) == letters(spot["fullLocation"])
    assert not re.search(r", ,|,$", job.locations[0])
    assert job.country == spot["country"].upper()
    assert job.city == (spot["city"] if spot["city"] != "Remote" else None)
    assert job.workplace_type == ("remote" if spot["remote"] else "hybrid" if spot["hybrid"] else None)
    assert job.employment_type == EMPLOYMENT[raw["typeOfEmployment"]["label"]]
    assert job.seniority == {"internship": "intern"}.get(raw["experienceLevel"]["id"])
    parts = [part for part in raw["jobAd"]["sections"].values() if part.get("text")]
    assert re.findall(r"<h3>(.*?)</h3>", job.description_html) == [part["title"] for part in parts]
    assert letters(job.description_html) == "".join(letters(part["title"] + part["text"]) for part in parts)
    assert job.salary_min is None


def test_smartrecruiters_jobs_land_with_what_their_pages_say() -> None:
    pages = [
        *recorded(SMART / "bosch_pages_and_details.json")["details"].values(),
        recorded(SMART / "hirevue_detail.json"),
    ]
    for raw in pages:
        asked = Request("https://api.smartrecruiters.com/v1/companies/acme/postings/1", about={}, is_settled=True)
        (job,), claimed = read("smartrecruiters", raw, asked)
        check(raw, job)
        assert claimed is None
    assert len(pages) == 4


def test_smartrecruiters_lists_lead_to_each_of_their_postings_once() -> None:
    for name in LISTS:
        raw = recorded(SMART / name)
        found, claimed = read("smartrecruiters", raw)
        assert [request.url.rpartition("/")[2] for request in found] == [job["id"] for job in raw["content"]]
        assert claimed == raw["totalFound"]
        for request, job in zip(found, raw["content"], strict=True):
            assert request.is_settled
            assert request.about["releasedDate"] == job["releasedDate"]
            assert "creator" not in request.about


def test_the_pages_of_one_recorded_list_lead_to_all_of_its_postings() -> None:
    first, second = recorded(SMART / "bosch_pages_and_details.json")["list_pages"]
    found, claimed = read("smartrecruiters", first)
    further = [request for request in found if not request.is_settled]
    assert [request.url.partition("?")[2] for request in further] == ["limit=2&offset=2"]
    rest, same = read("smartrecruiters", second, further[0])
    ids = [request.url.rpartition("/")[2] for request in (*found, *rest) if request.is_settled]
    assert ids == [job["id"] for page in (first, second) for job in page["content"]]
    assert claimed == same == len(ids) == 3


def test_the_vendors_example_is_read_as_it_stands() -> None:
    found, claimed = read("smartrecruiters", recorded(SMART / "vendor_doc_list.json"))
    assert (len(found), claimed) == (1, 0)


def test_bamboohr_openings_say_what_the_list_says_where_their_pages_say_nothing() -> None:
    raw = recorded(DATA / "bamboohr" / "lawfirm_list.json")
    found, claimed = read("bamboohr", raw)
    assert (len(found), claimed) == (len(raw["result"]), raw["meta"]["totalCount"])
    for opening, request in zip(raw["result"], found, strict=True):
        assert request.url == f"https://acme.bamboohr.com/careers/{opening['id']}/detail"
        (job,), _ = read("bamboohr", {"result": {"jobOpening": {"description": "<p>Sue.</p>"}}}, request)
        assert (job.id, job.title) == (opening["id"], opening["jobOpeningName"])
        assert job.locations == (f"{opening['location']['city']}, {opening['location']['state']}",)
        assert job.department == opening["departmentLabel"].strip()
        assert job.employment_type == EMPLOYMENT[opening["employmentStatusLabel"]]
        assert job.workplace_type == {"0": "onsite", "1": "remote", "2": "hybrid"}[opening["locationType"]]


def test_rippling_rows_of_one_job_are_one_job_with_both_places() -> None:
    raw = recorded(DATA / "other_ats" / "rippling.json")
    (request,), claimed = read("rippling", raw)
    (job,), _ = read("rippling", {"uuid": raw[0]["uuid"], "name": raw[0]["name"], "description": {}}, request)
    assert claimed == 1
    assert (job.title, job.url, job.department) == (raw[0]["name"], raw[0]["url"], raw[0]["department"]["label"])
    assert job.locations == tuple(row["workLocation"]["label"] for row in raw)
    assert job.workplace_type is None
