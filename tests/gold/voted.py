"""Sets that people or models labelled by reading each posting."""

import html
import re
from collections.abc import Iterator
from typing import Any

import pycountry
import yaml

from tasks.normalize import html_to_text
from tasks.rules.skills import terms
from tasks.scoring import SALARY
from tasks.vocabulary import employment_type
from tests.gold.reading import (
    AT_LEAST_MID,
    DATA,
    Labelled,
    checked,
    csv_rows,
    json_file,
    json_lines,
    labelled,
    pay_labels,
)


def ats() -> Iterator[Labelled]:
    """`remote` is true for hybrid too, false where nothing is said; `principal` is our staff, `junior` our entry."""
    levels = {"unknown": None, "principal": "staff", "junior": "entry"}
    for row in json_lines("gold/ats_extraction_gold.jsonl"):
        gold, text = row["gold"], row["description_text"] or ""
        years, pay, country = gold["yoe"] or {}, gold["salary"], gold["country"]
        expected = {
            **(dict.fromkeys(SALARY) if pay is None else pay_labels(*_four(pay), text)),
            "workplace_type": ["remote", "hybrid"] if gold["remote"] else ["onsite", None],
            "seniority": levels.get(gold["level"], gold["level"]),
            "experience_years_min": years.get("min"),
            "experience_years_max": years.get("max"),
            "country": country and pycountry.countries.lookup(country).alpha_2,
            "city": gold["city"],
        }
        yield labelled(row["company_key"], row["id"], row["title"], row["location_raw"], text, **expected)


def _four(pay: dict[str, Any]) -> tuple[Any, Any, Any, Any]:
    return pay["min"], pay["max"], pay["currency"], pay["interval"]


def nhs_salary() -> Iterator[Labelled]:
    """The column is a field named Salary: the word is put before it; `up to` and `from` count as both ends there."""
    for number, row in enumerate(csv_rows("gold/nhs_salary_text.csv")):
        if row["text_numbers_equal_min_max"] == "1":
            text = "Salary: " + html.unescape(row["salary_text"])
            least, most = int(row["min"]), int(row["max"])
            ends = {"salary_min": least, "salary_max": most}
            if least == most:
                ends = {name: [least, None] for name in ends}
            currency = "GBP" if re.search("£|gbp|pound", text, re.IGNORECASE) else ["GBP", None]
            yield labelled(row["salary_text"], number, "", None, text, **ends, salary_currency=currency)


def glassdoor() -> Iterator[Labelled]:
    """Skill flags are true for any letters in a row (`aws` in laws): true counts where they stand as a word."""
    flags = {"python_yn": ("Python", r"python"), "spark": ("Apache Spark", r"spark(?! \w*(?:interest|joy|curio))"),
             "aws": ("AWS", r"aws|amazon web services"),
             "excel": ("Microsoft Excel", r"(?:microsoft|ms) excel|excel,|, excel")}  # fmt: skip
    for number, row in enumerate(csv_rows("gold/glassdoor_ds_salary_cleaned.csv.gz")):
        described, hourly = row["Job Description"], row["hourly"] == "1"
        skills = {}
        for column, (name, words) in flags.items():
            if (row[column] == "1") == bool(re.search(rf"\b(?:{words})\b", described, re.IGNORECASE)):
                skills[name] = row[column] == "1"
        if row["R_yn"] == "1":  # `r studio` only: 0 says nothing
            skills["R"] = True
        ends = {f"salary_{end}": float(row[f"{end}_salary"]) * (1 if hourly else 1000) for end in ("min", "max")}
        stated = row["Salary Estimate"].replace("Employer Provided Salary:", "")
        yield labelled(
            row["company_txt"], number, row["Job Title"], row["Location"], f"Salary: {stated}\n{described}",
            **ends, salary_currency="USD", salary_period="hour" if hourly else "year", skills=skills,
        )  # fmt: skip


def titles() -> Iterator[Labelled]:
    """A bare `Firmware Engineer` is entry there, unknown here; `not entry` is any other level or none."""
    marks = re.compile(r"entry|junior|new|grad|career|associate|rotation|\bi\b|\b1\b|years", re.IGNORECASE)
    not_entry = [None, *(level for level in AT_LEAST_MID)]
    for case in yaml.safe_load((DATA / "gold/title_entry_level_cases.yml").read_text("utf-8"))["cases"]:
        title, text = case["title"], case.get("description", "")
        level = ["entry", "intern"] if marks.search(f"{title} {text}") else checked("entry")
        if case["entry"] or not re.search(
            r"junior|grad", title, re.IGNORECASE
        ):  # there a junior recruiter is not entry
            yield labelled(title, title, title, None, text, seniority=level if case["entry"] else not_entry)


def hn_eval() -> Iterator[Labelled]:
    """Comments with one role; remote may be hybrid, and false there is also "not said"."""
    for case in json_file("gold/hn_eval_cases.json")["test_cases"]:
        roles = case["expected"].get("roles", [])
        if len(roles) != 1:
            continue
        said, expected = roles[0]["expect"], {}
        text = html_to_text(case["comment"]["content"])
        if "salary_min" in said:
            expected |= {"salary_min": said["salary_min"], "salary_max": said["salary_max"]}
        if said.get("salary_currency"):
            expected["salary_currency"] = said["salary_currency"]
        if said.get("is_remote"):
            expected["workplace_type"] = ["remote", "hybrid"]
        if said.get("employment_type"):
            expected["employment_type"] = employment_type(said["employment_type"])
        if expected:
            yield labelled(case["id"], case["name"], text.split("\n")[0], None, text, **expected)


def hn_silver() -> Iterator[Labelled]:
    """Labels of one small model, often for several roles at once: silver; our own names of its technologies only."""
    names = {term.spelling.lower(): term.name for term in terms()}
    workplaces = {"fully_remote": "remote", "onsite_only": "onsite", "hybrid": "hybrid", "not_mentioned": None}
    levels = {"Senior": AT_LEAST_MID[1:], "Mid": ["mid"], "Junior": ["entry", "intern"]}
    for day in ("2026-01-01", "2026-02-01", "2026-03-15"):
        comments = {job["id"]: job for job in json_file(f"dataset/hn_hiring_{day}.json.gz")["jobs"]}
        for said in json_file(f"gold/hn_silver_{day}.json.gz")["jobs"]:
            if said["id"] not in comments:
                continue
            text = html_to_text(comments[said["id"]]["text"])
            expected: dict[str, Any] = {"workplace_type": workplaces[said["remote"]]}
            if said["experience_level"] in levels:
                expected["seniority"] = [*levels[said["experience_level"]], None]
            if not said["salary_mentioned"]:
                expected |= dict.fromkeys(SALARY)
            if named := {names[name.lower()]: True for name in said["technologies"] if name.lower() in names}:
                expected["skills"] = named
            yield labelled(said["id"], said["id"], text.split("\n")[0], None, text, **expected)
