"""Recorded boards of Workable, Recruitee, Pinpoint and Personio: every posting lands, and says what the answer says.

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

from tasks.model import Company, Page, Posting

REPOSITORY = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("ROLECALL_SHARED_DATA", REPOSITORY.parent / "shared" / "data"))
FILES = {
    "widgets": [DATA / "workable" / name for name in ("zaelab_widget.json", "huggingface_widget.json")],
    "v3": DATA / "workable" / "huggingface_v3.json",
    "recruitee": DATA / "recruitee" / "berlin_salary.json",
    "pinpoint": DATA / "other_ats" / "pinpoint.json",
    "personio": DATA / "personio" / "bsbi_positions.xml",
    "broken": DATA / "personio" / "positions_faulty.xml",
}
pytestmark = pytest.mark.skipif(not FILES["v3"].exists(), reason=f"no recordings under {DATA} (ROLECALL_SHARED_DATA)")


def landed(source: str, path: Path, board: str = "acme") -> tuple[list[Posting], int | None]:
    module, company = import_module(f"tasks.sources.{source}"), Company(name="Acme", source=source, board=board)
    request = module.start(company)
    page = Page(request, request.url, path.read_bytes(), datetime(2026, 11, 5, tzinfo=UTC))
    return list(module.parse(company, page)), module.claimed(company, page)


def letters(html: str) -> str:
    return re.sub(r"[\W_]+", "", unescape(re.sub(r"<[^>]*>", "", html)))


@pytest.mark.parametrize("path", FILES["widgets"], ids=lambda path: path.stem)
def test_a_workable_widget_lands_once_for_each_shortcode(path: Path) -> None:
    found, claimed = landed("workable", path)
    rows: list[dict[str, Any]] = json.loads(path.read_bytes())["jobs"]
    codes = list(dict.fromkeys(row["shortcode"] for row in rows))
    assert ([job.id for job in found], claimed) == (codes, len(codes))
    for job in found:
        mine = [row for row in rows if row["shortcode"] == job.id]
        spots = [spot for row in mine for spot in row["locations"] if not spot["hidden"]]
        assert (job.title, job.url) == (mine[0]["title"], mine[0]["url"])
        assert job.posted_on == date(*map(int, mine[0]["published_on"].split("-")))
        assert [place.split(", ")[-1] for place in job.locations] == [spot["country"] for spot in spots]
        assert [place.split(", ")[0] for place in job.locations] == [spot["city"] or spot["country"] for spot in spots]
        codes_of_lands = {spot["countryCode"] for spot in spots}
        assert job.country == (codes_of_lands.pop() if len(codes_of_lands) == 1 else None)
        assert job.workplace_type == "remote"
        assert job.employment_type == ("full_time" if "employment_type" in mine[0] else None)


def test_the_answer_of_workables_other_api_is_refused() -> None:
    with pytest.raises(KeyError, match="jobs"):
        landed("workable", FILES["v3"])


def test_recruitee_offers_land_with_both_parts_of_the_text_and_pay() -> None:
    found, claimed = landed("recruitee", FILES["recruitee"])
    offers = json.loads(FILES["recruitee"].read_bytes())["offers"]
    assert (len(found), claimed) == (2, 2)
    for raw, job in zip(offers, found, strict=True):
        assert (job.id, job.title, job.url) == (str(raw["id"]), raw["title"], raw["careers_url"])
        assert letters(job.description_html) == letters(raw["description"]) + letters(raw["requirements"])
        salary = (job.salary_min, job.salary_max, job.salary_currency, job.salary_period)
        assert salary == (int(raw["salary"]["min"]), int(raw["salary"]["max"]), "EUR", "year")
        assert (job.workplace_type, job.employment_type, job.expires_on) == ("hybrid", "full_time", None)
        assert (job.locations, job.country, job.city) == (("Berlin, Germany",), "DE", "Berlin")
        assert str(job.posted_on) == raw["published_at"][:10]
    assert [job.seniority for job in found] == [None, "mid"]


def test_pinpoint_postings_land_with_their_sections() -> None:
    found, claimed = landed("pinpoint", FILES["pinpoint"])
    first, second = found
    assert claimed == 2
    assert (first.id, first.url) == ("post-001", "https://acme.pinpointhq.com/en/postings/post-001")
    assert (second.id, second.url) == ("post-002", "https://acme.pinpointhq.com/postings/post-002")
    assert re.findall(r"<h3>(.*?)</h3>", first.description_html) == ["What you will do", "What you bring", "Benefits"]
    assert "<h3>" not in second.description_html
    for raw, job in zip(json.loads(FILES["pinpoint"].read_bytes())["data"], found, strict=True):
        parts = ("description", "key_responsibilities", "skills_knowledge_expertise", "benefits")
        text = letters(job.description_html)
        assert all(letters(raw[part]) in text for part in parts)
        salary = (job.salary_min, job.salary_max, job.salary_currency, job.salary_period)
        assert salary == tuple(raw[f"compensation_{name}"] for name in ("minimum", "maximum", "currency", "frequency"))
        assert (job.workplace_type, job.locations) == (raw["workplace_type"], (raw["location"]["name"],))
    assert [job.department for job in found] == ["Technology", "Consulting"]
    assert (first.requisition_id, second.requisition_id) == ("REQ-001", None)
    assert (first.expires_on, second.expires_on) == (date(2026, 8, 29), None)  # 23:59:59-04:00 is the next day in UTC


def test_personio_positions_land_with_every_part_of_their_text() -> None:
    found, claimed = landed("personio", FILES["personio"])
    positions = re.findall(r"<position>(.*?)</position>", FILES["personio"].read_text(encoding="utf-8"), re.DOTALL)
    assert (len(found), claimed) == (len(positions), len(positions)) == (11, 11)
    for raw, job in zip(positions, found, strict=True):
        own = re.sub(r"<jobDescriptions>.*</jobDescriptions>", "", raw, flags=re.DOTALL)
        fact = {name: unescape(value) for name, value in re.findall(r"<(\w+)>([^<>]*)</\1>", own)}
        assert (job.id, job.title, job.locations) == (fact["id"], fact["name"].strip(), (fact["office"],))
        assert job.url == f"https://acme.jobs.personio.de/job/{fact['id']}"
        assert job.department == fact["department"]
        parts = re.findall(r"<jobDescription>\s*<name>(.*?)</name>\s*<value>\s*<!\[CDATA\[(.*?)\]\]>", raw, re.DOTALL)
        assert letters(job.description_html) == "".join(letters(part) for pair in parts for part in pair)
        local = datetime.strptime(fact["createdAt"][:19], "%Y-%m-%dT%H:%M:%S")
        assert fact["createdAt"].endswith("+00:00")
        assert job.posted_on == local.date()
        pay = (job.salary_min, job.salary_max, job.salary_currency, job.salary_period)
        stated = (float(fact["min"]), None, fact["currencyCode"], "year") if "min" in fact else (None,) * 4
        assert pay == stated
        hours = {"full-time": "full_time", "part-time": "part_time", "full-or-part-time": None}[fact["schedule"]]
        assert job.employment_type == ("intern" if fact["employmentType"] == "intern" else hours)
        levels = {"entry-level": "entry", "student": "intern"}
        assert job.seniority == levels.get(fact.get("seniority", ""))


def test_a_broken_feed_is_refused() -> None:
    with pytest.raises(ValueError, match="not XML"):
        landed("personio", FILES["broken"])
