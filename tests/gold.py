"""Labelled postings of other people (`../shared/data`, not part of the repository) in the format of `rolecall evaluate`.

`python -m tests.gold FOLDER` writes two files a set: `<set>.development.jsonl`, whose misses may be looked at when the
rules are worked on, and `<set>.validation.jsonl`, which is only measured. All postings of a company are in one half.

Foreign labels that mean something else than ours become null-or-value lists: there an answer is checked, silence is not.
"""

import csv
import gzip
import hashlib
import html
import io
import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pycountry
import yaml

from tasks.normalize import html_to_text
from tasks.rules.skills import terms
from tasks.scoring import SALARY, Case
from tasks.vocabulary import employment_type, fold, workplace_type

DATA = Path(os.environ.get("ROLECALL_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data"))
Half = Literal["development", "validation"]
AT_LEAST_MID = ["mid", "senior", "staff", "lead", "manager", "director", "executive"]
BELOW_SENIOR = ["intern", "entry", "mid"]


class Labelled(NamedTuple):
    """A case, and the company (or what else must not be torn apart) that decides its half."""

    group: str
    case: Case


def half(group: str) -> Half:
    return "validation" if hashlib.sha256(group.encode()).digest()[1] % 2 else "development"


def _open(name: str) -> io.TextIOBase:
    path = DATA / name
    return io.TextIOWrapper(gzip.open(path), encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")


def _json(name: str) -> Any:
    with _open(name) as file:
        return json.load(file)


def _json_lines(name: str) -> Iterator[Any]:
    with _open(name) as file:
        yield from map(json.loads, file)


def _csv(name: str) -> Iterator[dict[str, str]]:
    csv.field_size_limit(10**7)
    with _open(name) as file:
        yield from csv.DictReader(file)


def _labelled(group: object, id: object, title: str, location: str | None, text: str, **expected: Any) -> Labelled:
    return Labelled(str(group), Case(id=str(id), title=title, location=location, text=text, expected=expected))


def _checked(value: str | None) -> list[str | None]:
    """A label that the posting's own words need not state: silence is right too."""
    return [value, None]


def _hours(value: str | None) -> list[str | None]:
    """Their full time is a word about hours: it does not deny a term."""
    return ["full_time", "temporary", "contract", None] if value == "full_time" else _checked(value)


def _pay(least: float | None, most: float | None, currency: str, period: str | None, text: str) -> dict[str, Any]:
    """Labels of pay, none where a sum does not stand in the text: the label came from a field of its own."""
    digits = re.sub(r"\D", "", text)
    ends = [end for end in (least, most) if end]
    if not ends or not all(re.sub(r"0{3}$|\.0$", "", f"{end:g}") in digits for end in ends):
        return {}
    ends_of = (least, most) if most else (least, [None, least])  # one sum alone is both ends here
    return dict(zip(SALARY, (*ends_of, currency, period), strict=True))


def ats() -> Iterator[Labelled]:
    """`remote` is true for hybrid too, and false where nothing is said; `principal` is our staff, `junior` our entry."""
    levels = {"unknown": None, "principal": "staff", "junior": "entry"}
    for row in _json_lines("gold/ats_extraction_gold.jsonl"):
        gold, text = row["gold"], row["description_text"] or ""
        years, pay, country = gold["yoe"] or {}, gold["salary"], gold["country"]
        expected = {
            **(dict.fromkeys(SALARY) if pay is None else _pay(*_four(pay), text)),
            "workplace_type": ["remote", "hybrid"] if gold["remote"] else ["onsite", None],
            "seniority": levels.get(gold["level"], gold["level"]),
            "experience_years_min": years.get("min"),
            "experience_years_max": years.get("max"),
            "country": country and pycountry.countries.lookup(country).alpha_2,
            "city": gold["city"],
        }
        yield _labelled(row["company_key"], row["id"], row["title"], row["location_raw"], text, **expected)


def _four(pay: dict[str, Any]) -> tuple[Any, Any, Any, Any]:
    return pay["min"], pay["max"], pay["currency"], pay["interval"]


def nhs_salary() -> Iterator[Labelled]:
    """The column is a field named Salary, so that word is put before it; there `up to` and `from` count as both ends."""
    for number, row in enumerate(_csv("gold/nhs_salary_text.csv")):
        if row["text_numbers_equal_min_max"] == "1":
            text = "Salary: " + html.unescape(row["salary_text"])
            least, most = int(row["min"]), int(row["max"])
            ends = {"salary_min": least, "salary_max": most}
            if least == most:
                ends = {name: [least, None] for name in ends}
            currency = "GBP" if re.search("£|gbp|pound", text, re.IGNORECASE) else ["GBP", None]
            yield _labelled(row["salary_text"], number, "", None, text, **ends, salary_currency=currency)


def glassdoor() -> Iterator[Labelled]:
    """Skill flags are true for any letters in a row (`aws` in laws): true counts where they stand as a word."""
    flags = {"python_yn": ("Python", r"python"), "spark": ("Apache Spark", r"spark(?! \w*(?:interest|joy|curio))"),
             "aws": ("AWS", r"aws|amazon web services"), "excel": ("Microsoft Excel", r"(?:microsoft|ms) excel|excel,|, excel")}  # fmt: skip
    for number, row in enumerate(_csv("gold/glassdoor_ds_salary_cleaned.csv.gz")):
        described, hourly = row["Job Description"], row["hourly"] == "1"
        skills = {}
        for column, (name, words) in flags.items():
            if (row[column] == "1") == bool(re.search(rf"\b(?:{words})\b", described, re.IGNORECASE)):
                skills[name] = row[column] == "1"
        if row["R_yn"] == "1":  # `r studio` only: 0 says nothing
            skills["R"] = True
        ends = {f"salary_{end}": float(row[f"{end}_salary"]) * (1 if hourly else 1000) for end in ("min", "max")}
        stated = row["Salary Estimate"].replace("Employer Provided Salary:", "")
        yield _labelled(
            row["company_txt"], number, row["Job Title"], row["Location"], f"Salary: {stated}\n{described}",
            **ends, salary_currency="USD", salary_period="hour" if hourly else "year", skills=skills,
        )  # fmt: skip


def linkedin() -> Iterator[Labelled]:
    """Levels are the poster's choice of two, read as from mid on and as below senior; there is no text to read.

    `Onsite` is the default there and says nothing: 226 titles that read `Remote` or `Hybrid` bear it.
    """
    levels = {"Mid senior": [*AT_LEAST_MID, None], "Associate": [*BELOW_SENIOR, None]}
    for number, row in enumerate(_csv("gold/linkedin_titles_level_type.csv.gz")):
        expected: dict[str, Any] = {"seniority": levels[row["job_level"]]}
        if row["job_type"] != "Onsite":
            expected["workplace_type"] = _checked(workplace_type(row["job_type"]))
        yield _labelled(row["company"], number, row["job_title"], row["job_location"], "", **expected)


def titles() -> Iterator[Labelled]:
    """A bare `Firmware Engineer` is entry there, unknown here; `not entry` is any other level or none."""
    marks = re.compile(r"entry|junior|new|grad|career|associate|rotation|\bi\b|\b1\b|years", re.IGNORECASE)
    not_entry = [None, *(level for level in AT_LEAST_MID)]
    for case in yaml.safe_load((DATA / "gold/title_entry_level_cases.yml").read_text("utf-8"))["cases"]:
        title, text = case["title"], case.get("description", "")
        level = ["entry", "intern"] if marks.search(f"{title} {text}") else _checked("entry")
        if case["entry"] or not re.search(
            r"junior|grad", title, re.IGNORECASE
        ):  # there a junior recruiter is not entry
            yield _labelled(title, title, title, None, text, seniority=level if case["entry"] else not_entry)


def hn_eval() -> Iterator[Labelled]:
    """Comments with one role; remote may be hybrid, and false there is also "not said"."""
    for case in _json("gold/hn_eval_cases.json")["test_cases"]:
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
            yield _labelled(case["id"], case["name"], text.split("\n")[0], None, text, **expected)


def hn_silver() -> Iterator[Labelled]:
    """Labels of one small model, often for several roles at once: silver; our own names of its technologies only."""
    names = {fold(term.spelling): term.name for term in terms()}
    workplaces = {"fully_remote": "remote", "onsite_only": "onsite", "hybrid": "hybrid", "not_mentioned": None}
    levels = {"Senior": AT_LEAST_MID[1:], "Mid": ["mid"], "Junior": ["entry", "intern"]}
    for day in ("2026-01-01", "2026-02-01", "2026-03-15"):
        comments = {job["id"]: job for job in _json(f"dataset/hn_hiring_{day}.json.gz")["jobs"]}
        for said in _json(f"gold/hn_silver_{day}.json.gz")["jobs"]:
            if said["id"] not in comments:
                continue
            text = html_to_text(comments[said["id"]]["text"])
            expected: dict[str, Any] = {"workplace_type": workplaces[said["remote"]]}
            if said["experience_level"] in levels:
                expected["seniority"] = [*levels[said["experience_level"]], None]
            if not said["salary_mentioned"]:
                expected |= dict.fromkeys(SALARY)
            if named := {names[fold(name)]: True for name in said["technologies"] if fold(name) in names}:
                expected["skills"] = named
            yield _labelled(said["id"], said["id"], text.split("\n")[0], None, text, **expected)


def relevance() -> Iterator[Labelled]:
    """Job types are declared beside the text, so silence is right; pay counts where the text holds the sums."""
    levels = {"junior": "entry"}
    for job in _json("gold/search_relevance_jobs.json.gz")["jobs"]:
        expected: dict[str, Any] = _pay(job["salary_min"], job["salary_max"], job["currency"], None, job["description"])
        expected.pop("salary_period", None)
        if level := job["seniority"]:
            expected["seniority"] = _checked(levels.get(level, level))
        if kind := employment_type(job["job_type"]):
            expected["employment_type"] = _hours(kind)
        if expected:
            yield _labelled(job["company"], job["id"], job["title"], job["location"], job["description"], **expected)


def afriworket() -> Iterator[Labelled]:
    """All are declared beside the text; their experience is a person's, so an intermediate may lead or manage."""
    levels = {"junior": ["entry", "intern", "mid"], "intermediate": ["mid", "senior", "lead", "manager"], "entry level": ["entry", "intern"],
              "senior": AT_LEAST_MID[1:], "expert": AT_LEAST_MID[1:]}  # fmt: skip
    for number, row in enumerate(_json_lines("dataset/afriworket_et.jsonl.gz")):
        text, expected = row["full_description"] or "", {}
        if row["job_type"]:
            workplace, kind = row["job_type"].split(" - ")
            expected["workplace_type"] = _checked(workplace_type(workplace))
            expected["employment_type"] = _hours(employment_type(kind))
        if row["experience_level"] and (level := levels.get(fold(row["experience_level"]))):
            expected["seniority"] = [*level, None]
        if row["salary"] and row["salary_period"] in ("Monthly", "monthly"):
            pay = _pay(row["salary"], row["salary"], "ETB", "month", text)
            expected |= {name: [value, None] for name, value in pay.items()}
        if expected:
            yield _labelled(row["company"], number, row["title"], row["location"], text, **expected)


def nhs_employment() -> Iterator[Labelled]:
    """FULL_TIME and OTHER say nothing: a third of the posts that call themselves fixed-term have them; the rest is asked.

    TEMPORARY is mostly casual work for a hospital's bank; only where the title says so an answer is due.
    """
    term = ["per_diem", "temporary", "contract"]
    kinds = {"PART_TIME": _checked("part_time"), "VOLUNTEER": ["volunteer"],
             "TEMPORARY": [*term, "full_time", "part_time", None]}  # fmt: skip
    for number, row in enumerate(_json_lines("dataset/nhs_jobs_jsonld.jsonl.gz")):
        job = json.loads(row["jsonld"]) if isinstance(row["jsonld"], str) else row["jsonld"]
        if kind := kinds.get(job["employmentType"]):
            text = html_to_text(html.unescape(job["description"]))
            group, title = job["hiringOrganization"]["name"], html.unescape(job["title"])
            if kind[0] == term[0] and re.search(r"\bbank\b|fixed[- ]term|locum", title, re.IGNORECASE):
                kind = term
            yield _labelled(group, number, title, None, text, employment_type=kind)


def uber() -> Iterator[Labelled]:
    """`time_type` is declared beside the text; one employer, so the halves are by id."""
    for job in _json("dataset/uber_776.json.gz")["jobs"]:
        if kind := employment_type(job["time_type"]):
            yield _labelled(job["id"], job["id"], job["title"], job["location"], job["description"],
                            employment_type=_hours(kind))  # fmt: skip


SETS: dict[str, Callable[[], Iterator[Labelled]]] = {
    each.__name__: each
    for each in (ats, nhs_salary, glassdoor, linkedin, titles, hn_eval, hn_silver, relevance, afriworket,
                 nhs_employment, uber)
}  # fmt: skip


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, read in SETS.items():
        files = {each: (folder / f"{name}.{each}.jsonl").open("w", encoding="utf-8") for each in Half.__args__}
        for group, case in read():
            files[half(group)].write(json.dumps(case.model_dump(), ensure_ascii=False) + "\n")
        for file in files.values():
            file.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
