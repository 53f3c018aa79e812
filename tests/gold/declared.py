"""Sets whose labels a board or its poster declared in a field beside the text."""

import html
import json
import re
from collections.abc import Iterator
from typing import Any

from tasks.normalize import html_to_text
from tasks.vocabulary import employment_type, fold, workplace_type
from tests.gold.reading import (
    AT_LEAST_MID,
    Labelled,
    checked,
    csv_rows,
    hours,
    json_file,
    json_lines,
    labelled,
    pay_labels,
)

BELOW_SENIOR = ["intern", "entry", "mid"]


def linkedin() -> Iterator[Labelled]:
    """Levels are the poster's choice of two, read as from mid on and as below senior; there is no text to read.

    `Onsite` is the default there and says nothing: 226 postings that read `Remote` or `Hybrid` bear it.
    """
    levels = {"Mid senior": [*AT_LEAST_MID, None], "Associate": [*BELOW_SENIOR, None]}
    for number, row in enumerate(csv_rows("gold/linkedin_titles_level_type.csv.gz")):
        expected: dict[str, Any] = {"seniority": levels[row["job_level"]]}
        if row["job_type"] != "Onsite":
            expected["workplace_type"] = checked(workplace_type(row["job_type"]))
        yield labelled(row["company"], number, row["job_title"], row["job_location"], "", **expected)


def relevance() -> Iterator[Labelled]:
    """Job types are declared beside the text, so silence is right; pay counts where the text holds the sums."""
    levels = {"junior": "entry"}
    for job in json_file("gold/search_relevance_jobs.json.gz")["jobs"]:
        text = job["description"]
        expected: dict[str, Any] = pay_labels(job["salary_min"], job["salary_max"], job["currency"], None, text)
        expected.pop("salary_period", None)
        if level := job["seniority"]:
            expected["seniority"] = checked(levels.get(level, level))
        if kind := employment_type(job["job_type"]):
            expected["employment_type"] = hours(kind)
        if expected:
            yield labelled(job["company"], job["id"], job["title"], job["location"], text, **expected)


def afriworket() -> Iterator[Labelled]:
    """All are declared beside the text; their experience is a person's, so an intermediate may lead or manage."""
    levels = {"junior": ["entry", "intern", "mid"], "intermediate": ["mid", "senior", "lead", "manager"],
              "entry level": ["entry", "intern"],
              "senior": AT_LEAST_MID[1:], "expert": AT_LEAST_MID[1:]}  # fmt: skip
    for number, row in enumerate(json_lines("dataset/afriworket_et.jsonl.gz")):
        text, expected = row["full_description"] or "", {}
        if row["job_type"]:
            workplace, kind = row["job_type"].split(" - ")
            expected["workplace_type"] = checked(workplace_type(workplace))
            expected["employment_type"] = hours(employment_type(kind))
        if row["experience_level"] and (level := levels.get(fold(row["experience_level"]))):
            expected["seniority"] = [*level, None]
        if row["salary"] and row["salary_period"] in ("Monthly", "monthly"):
            pay = pay_labels(row["salary"], row["salary"], "ETB", "month", text)
            expected |= {name: [value, None] for name, value in pay.items()}
        if expected:
            group = row["title"] if row["company"] == "Private Client" else row["company"]  # a third, of many clients
            yield labelled(group, number, row["title"], row["location"], text, **expected)


def nhs_employment() -> Iterator[Labelled]:
    """FULL_TIME and OTHER say nothing: many posts that call themselves fixed-term have them; the rest is asked.

    TEMPORARY is mostly casual work for a hospital's bank; only where the title says so an answer is due.
    """
    term = ["per_diem", "temporary", "contract"]
    kinds = {"PART_TIME": checked("part_time"), "VOLUNTEER": ["volunteer"],
             "TEMPORARY": [*term, "full_time", "part_time", None]}  # fmt: skip
    for number, row in enumerate(json_lines("dataset/nhs_jobs_jsonld.jsonl.gz")):
        job = json.loads(row["jsonld"]) if isinstance(row["jsonld"], str) else row["jsonld"]
        if kind := kinds.get(job["employmentType"]):
            text = html_to_text(html.unescape(job["description"]))
            group, title = job["hiringOrganization"]["name"], html.unescape(job["title"])
            if kind[0] == term[0] and re.search(r"\bbank\b|fixed[- ]term|locum", title, re.IGNORECASE):
                kind = term
            yield labelled(group, number, title, None, text, employment_type=kind)


def uber() -> Iterator[Labelled]:
    """`time_type` is declared beside the text; one employer, so the halves are by id."""
    for job in json_file("dataset/uber_776.json.gz")["jobs"]:
        if kind := employment_type(job["time_type"]):
            yield labelled(job["id"], job["id"], job["title"], job["location"], job["description"],
                            employment_type=hours(kind))  # fmt: skip
