import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks import rules
from tasks.model import Extraction
from tasks.rules import extract

POSTING = """You build services in Go, Python and PostgreSQL.
This is a hybrid role. 5+ years of experience building backends.
Base salary: $150,000 - $180,000 plus bonus. Employment type: Full-time
"""
WORDS = ["$", "€", "120", "150k", " - ", "–", "1,000", "per year", "salary", "remote", "hybrid", "5+ years",
         "experience",
         "Go", "R", "C++", "Python", ", ", "\n", ". ", "full-time", "Berlin", "CA", "US", "İ", "ß", "\u00a0",
         "senior ", "lakh"]  # fmt: skip
HOSTILE = ["1", "1 ", "$", "$1-", "9,", "1.", "-", " ", "\n", "$1 - ", "$100,000 - ", "remote ", "5 years ",
           "at least ",
           "Go, ", "C", "full-time ", "this is a ", "salary: 20000 ", "one ", "this role is ", "in the office ", "İ",
           "the role is a full-time ", "employment type: ", "3 months ", "£1 to ", "a"]  # fmt: skip


COLUMNS = Extraction.model_fields.keys() - {"evidence", "quarantined", "asked"}


def fields_without_evidence(found: Extraction) -> set[str]:
    told = {key.partition(":")[0] for key in found.evidence}
    set_fields = {name for name in COLUMNS if getattr(found, name) not in (None, [])}
    return {name for name in set_fields if name not in told and not name.startswith(("salary_", "experience_years_"))}


def quotes_that_are_not_there(found: Extraction, title: str, location: str | None, text: str) -> list[str]:
    parts = {"title": title, "location": location or "", "text": text}
    return [
        key
        for key, evidence in found.evidence.items()
        if evidence.start is None or not parts[evidence.part].startswith(evidence.quote, evidence.start)
    ]


def test_a_posting_is_read_whole_and_every_value_has_its_words() -> None:
    found = extract("Senior Software Engineer", "San Francisco, CA", POSTING)
    assert (found.salary_min, found.salary_max, found.salary_currency, found.salary_period) == (
        150e3,
        180e3,
        "USD",
        "year",
    )
    assert (found.workplace_type, found.seniority, found.employment_type) == ("hybrid", "senior", "full_time")
    assert (found.experience_years_min, found.experience_years_max) == (5, None)
    assert (found.country, found.city) == ("US", "San Francisco")
    assert found.skills == ["Go", "PostgreSQL", "Python"]
    assert found.evidence["salary"].quote == "$150,000 - $180,000"
    assert found.evidence["skills:Go"].start == POSTING.index("Go")
    assert fields_without_evidence(found) == set()


def test_an_empty_posting_states_nothing() -> None:
    assert extract("", None, "") == Extraction()


def test_the_location_line_goes_before_the_text() -> None:
    assert extract("Engineer", "Remote", "This is a hybrid role.").workplace_type == "remote"


def test_pay_in_a_title_counts_where_the_text_has_none() -> None:
    found = extract("Nurse, $45/hr", "Austin, TX", "Care for patients.")
    assert (found.salary_min, found.salary_period, found.evidence["salary"].part) == (45, "hour", "title")


def test_the_version_is_a_hash_of_the_rules() -> None:
    assert len(rules.VERSION) == 16
    assert rules._version() == rules.VERSION


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60), st.none() | st.text(max_size=40), st.text(max_size=300))
def test_any_text_gives_an_extraction_whose_quotes_are_at_their_places(
    title: str, location: str | None, text: str
) -> None:
    found = extract(title, location, text)
    assert quotes_that_are_not_there(found, title, location, text) == []
    assert fields_without_evidence(found) == set()


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(WORDS), max_size=60).map("".join),
    st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join),
)
def test_texts_made_of_telling_words_keep_their_quotes_too(text: str, location: str) -> None:
    found = extract(location, location, text)
    assert quotes_that_are_not_there(found, location, location, text) == []
    assert (found.salary_min or 0) <= (found.salary_max or found.salary_min or 0)


@pytest.mark.parametrize("unit", HOSTILE, ids=[repr(unit) for unit in HOSTILE])
def test_a_hostile_text_of_200_kb_takes_less_than_a_second(unit: str) -> None:
    text = (unit * (200_000 // len(unit) + 1))[:200_000]
    started = time.process_time()
    extract(text, text, text)
    assert time.process_time() - started < 1
