"""Real boards, recorded by others: every posting lands, and says what the raw answer says.

Needs the recordings: `ROLECALL_SHARED_DATA`, by default ../shared/data from the repository. `pytest -s` prints counts.
"""

import json
import os
import re
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tasks.model import Company, Page, Posting, Request

REPOSITORY = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("ROLECALL_SHARED_DATA", REPOSITORY.parent / "shared" / "data"))
BOARDS = sorted(path for kind in ("greenhouse", "lever", "ashby") for path in DATA.glob(f"{kind}/*.json")
                if path.name != "stripe_departments.json")  # fmt: skip
JOB_PAGES = sorted(DATA.glob("jsonld_html/*.html"))
FETCHED_AT = datetime(2026, 1, 5, 12, tzinfo=UTC)  # after the recordings, before the first of their postings expires

pytestmark = pytest.mark.skipif(not BOARDS, reason=f"no recorded boards under {DATA} (ROLECALL_SHARED_DATA)")


def raw_jobs(path: Path) -> list[dict[str, Any]]:
    answer: Any = json.loads(path.read_bytes())
    jobs: list[dict[str, Any]] = answer if isinstance(answer, list) else answer.get("jobs", [answer])
    return jobs


def landed(path: Path) -> tuple[list[Posting], int | None]:
    """The board as its source reads it; a single job is put into a board of one."""
    name, body = path.parent.name, path.read_bytes()
    if name == "greenhouse" and "jobs" not in json.loads(body):
        body = b'{"jobs": [' + body + b"]}"
    module = import_module(f"tasks.sources.{name}")
    company = Company(name=path.stem, source=name, board=path.stem.partition("_")[0])
    page = Page(module.start(company), module.start(company).url, body, FETCHED_AT)
    results = list(module.parse(company, page))
    assert all(isinstance(item, Posting) for item in results)
    return [item for item in results if isinstance(item, Posting)], module.claimed(company, page)


def tell(board: str, recorded: int, jobs: list[Posting]) -> None:
    facts = ("salary_min", "locations", "posted_on", "workplace_type", "employment_type")
    counts = ", ".join(f"{fact} {sum(bool(getattr(job, fact)) for job in jobs)}" for fact in facts)
    print(f"\n{board:42}{recorded:5} recorded {len(jobs):4} landed; {counts}", end="")


def utc_day(text: str | None) -> date | None:
    """By arithmetic of its own: the local time less its offset."""
    if not text:
        return None
    local = datetime.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")
    sign, hours, minutes = re.findall(r"([+-])(\d\d):(\d\d)$", text)[0]
    return (local - (1 if sign == "+" else -1) * timedelta(hours=int(hours), minutes=int(minutes))).date()


@pytest.mark.parametrize("path", BOARDS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_posting_of_a_recorded_board_lands(path: Path) -> None:
    raw = [job for job in raw_jobs(path) if job.get("isListed", True)]
    jobs, claimed = landed(path)
    tell(f"{path.parent.name}/{path.stem}", len(raw), jobs)
    assert [job.id for job in jobs] == [str(job["id"]) for job in raw]
    assert len({job.id for job in jobs}) == len(raw)
    total = (json.loads(path.read_bytes()).get("meta") or {}).get("total") if path.parent.name == "greenhouse" else None
    assert claimed == {"greenhouse": total, "lever": None, "ashby": len(raw)}[path.parent.name]


@pytest.mark.parametrize("path", BOARDS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_recorded_board_says_what_its_answer_says(path: Path) -> None:
    check = {"greenhouse": _greenhouse, "lever": _lever, "ashby": _ashby}[path.parent.name]
    for raw, job in zip(raw_jobs(path), landed(path)[0], strict=True):
        check(raw, job)
        assert not re.search(r"&lt;/?(?:p|div|li|ul|strong)\b", job.description_html)
        assert all(place == " ".join(place.split()) and place for place in job.locations)


def _greenhouse(raw: dict[str, Any], job: Posting) -> None:
    assert (job.title, job.url) == (raw["title"].strip(), raw["absolute_url"])
    assert job.posted_on == utc_day(raw["first_published"])
    assert "".join(job.locations) == re.sub(r"\s*[;|]\s*", "", " ".join(raw["location"]["name"].split()))
    assert job.salary_min is None  # none of the recordings asked for pay
    assert len(job.description_html) <= len(raw.get("content") or "")
    stated = {field["name"]: field["value"] for field in raw.get("metadata") or []}
    known = {"Full-time": "full_time", "Full-Time": "full_time", "Full time": "full_time", "Intern": "intern",
             "full-time (exempt)": "full_time"}  # fmt: skip
    words = {stated.get("Employment Type"), stated.get("Time Type")}
    assert job.employment_type == next((known[word] for word in words if word in known), None)


def _lever(raw: dict[str, Any], job: Posting) -> None:
    assert (job.title, job.url, job.apply_url) == (raw["text"].strip(), raw["hostedUrl"], raw["applyUrl"])
    assert job.posted_on == date(1970, 1, 1) + timedelta(days=raw["createdAt"] // 86_400_000)
    place = raw["categories"].get("location")
    assert job.locations[:1] == ((place,) if place else ())
    assert job.country == raw["country"]
    pay = raw.get("salaryRange") or {}
    assert (job.salary_min, job.salary_max, job.salary_currency) == tuple(map(pay.get, ("min", "max", "currency")))
    assert job.salary_period == ("year" if pay else None)
    assert job.workplace_type == {"unspecified": None, "on-site": "onsite"}.get(
        raw["workplaceType"], raw["workplaceType"]
    )
    plain = [raw.get("descriptionPlain"), raw.get("additionalPlain"), *(part["text"] for part in raw["lists"])]
    text = _letters(job.description_html)
    for part in (*plain, *(part["content"] for part in raw["lists"]), raw.get("salaryDescription")):
        assert text.count(_letters(part or "")) == 1 or len(_letters(part or "")) < 20


def _ashby(raw: dict[str, Any], job: Posting) -> None:
    assert (job.title, job.url, job.apply_url) == (raw["title"].strip(), raw["jobUrl"], raw["applyUrl"])
    assert job.posted_on == utc_day(raw["publishedAt"])
    assert job.locations[0] == raw["location"]
    assert set(job.locations) == {raw["location"], *(place["location"] for place in raw["secondaryLocations"])}
    summary = (raw.get("compensation") or {}).get("scrapeableCompensationSalarySummary")
    amounts: list[float | None] = [float(amount) * 1000 for amount in re.findall(r"([\d.]+)K", summary or "")]
    assert [job.salary_min, job.salary_max] == (amounts or [None, None])
    assert bool(amounts) == bool(job.salary_period == "year" and job.salary_currency in ("USD", "CAD"))
    known = {"OnSite": "onsite", "Hybrid": "hybrid", "Remote": "remote"}
    assert job.workplace_type == known.get(raw.get("workplaceType"))
    assert job.description_html == raw["descriptionHtml"]
    assert job.country in ("US", "CA", "GB", "AR")
    assert job.city == (raw["address"]["postalAddress"].get("addressLocality") or None)


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def _letters(text: str) -> str:
    """The letters of HTML, by another reader than the pipeline's."""
    parser = _Words()
    parser.feed(text)
    parser.close()
    return re.sub(r"[\W_]+", "", "".join(parser.words))


class _Scripts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.is_ld = False
        self.found: list[dict[str, Any]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.is_ld = tag == "script" and ("type", "application/ld+json") in attrs

    def handle_data(self, data: str) -> None:
        if self.is_ld and '"JobPosting"' in data:
            self.found.append(json.loads(data, strict=False))


@pytest.mark.parametrize("path", JOB_PAGES, ids=lambda path: path.stem)
def test_a_recorded_job_page_says_what_its_json_ld_says(path: Path) -> None:
    module = import_module("tasks.sources.jsonld")
    company = Company(name=path.stem, source="jsonld", board="careers.example/jobs")
    page = Page(Request(f"https://careers.example/jobs/{path.stem}", "html"), "https://careers.example/jobs/1",
                path.read_bytes(), FETCHED_AT)  # fmt: skip
    (job,), reader = list(module.parse(company, page)), _Scripts()
    reader.feed(path.read_text(encoding="utf-8"))
    (raw,) = reader.found
    tell(f"jsonld/{path.stem}", 1, [job])
    assert (job.title, module.claimed(company, page)) == (raw["title"], None)
    assert job.url == raw.get("url", "https://careers.example/jobs/1").replace("&amp;", "&")
    assert job.posted_on == date.fromisoformat(raw["datePosted"][:10])
    pay = (raw.get("baseSalary") or {}).get("value") or {}
    assert (job.salary_min or 0, job.salary_max or 0) == (pay.get("minValue", 0), pay.get("maxValue", 0))
    assert not re.search("UNAVAILABLE|@type|&lt;p", job.model_dump_json())
    assert job.country in ("US", "AU", "GB")
    assert _letters(raw.get("qualifications", "")) in _letters(job.description_html)
    assert len(_letters(job.description_html)) > 1500


def test_a_listing_of_departments_is_no_board() -> None:
    module, company = import_module("tasks.sources.greenhouse"), Company(name="x", source="greenhouse", board="x")
    body = (DATA / "greenhouse" / "stripe_departments.json").read_bytes()
    with pytest.raises(KeyError):
        list(module.parse(company, Page(module.start(company), "", body, FETCHED_AT)))
