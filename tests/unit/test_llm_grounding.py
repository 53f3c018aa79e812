import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks import llm
from tasks.llm.document import Document
from tasks.llm.grounding import grounded
from tasks.model import FIELDS, Asked, Evidence, Extraction

TEXT = """We pay $120k-150K a year, plus 10 % bonus and a budget of 5000 EUR.
You bring at least 3 to five years   of
experience with Go, C++ and Acme Flow. Hybrid: two days in our Zürich office.
Contract of one year. <b>Swiss</b> permit. Hourly: £22.50. Monthly pay 3.500,00 EUR."""
ALL = frozenset(name for key in FIELDS for name in llm.columns(key))


def document(wanted=ALL, title="Backend Engineer II (m/w/d)", location="Zürich"):
    return Document("h", title, location, TEXT, frozenset(wanted))


def claim(quote, **values):
    key = llm.evidence_key(next(iter(values)))
    return Extraction(**values, evidence={key: Evidence(origin="model", part="text", quote=quote)})


def judged(quote, **values):
    """The reason why a claim is quarantined, None where it is kept."""
    found = grounded(claim(quote, **values), document())
    key = llm.evidence_key(next(iter(values)))
    if key in found.quarantined:
        assert all(getattr(found, name) is None for name in values)
        assert key not in found.evidence
        return found.quarantined[key].reason
    assert all(getattr(found, name) == value for name, value in values.items())
    assert found.evidence[key].origin == "model"
    return None


ABSENT, DISAGREES, NO_VALUE, NOTHING = (
    "not in the posting", "disagrees with its quote", "no such value", "says nothing",
)  # fmt: skip
PAY = {"salary_currency": "USD", "salary_period": "year"}


@pytest.mark.parametrize(
    ("quote", "values", "reason"),
    [
        ("$120k-150K a year", {"salary_min": 120000.0, "salary_max": 150000.0, **PAY}, None),
        ("WE PAY  $120K-150k", {"salary_min": 120000.0, "salary_max": 150000.0}, None),
        ("$120k-150K a year", {"salary_min": 120000.0, "salary_max": 155000.0, **PAY}, DISAGREES),
        ("$120k-150K a year", {"salary_min": 12000.0, "salary_max": 150000.0}, DISAGREES),
        ("$120k-150K a year", {"salary_min": 150000.0, "salary_max": 120000.0, **PAY}, NO_VALUE),
        ("$120k-150K a year", {"salary_min": 120000.0, "salary_currency": "EUR"}, DISAGREES),
        ("$120k-150K a year", {"salary_min": 120000.0, "salary_period": "month"}, DISAGREES),
        ("$120k-150K a year", {"salary_currency": "USD"}, NOTHING),
        ("Hourly: £22.50", {"salary_min": 22.5, "salary_currency": "GBP", "salary_period": "hour"}, None),
        ("Monthly pay 3.500,00 EUR", {"salary_max": 3500.0, "salary_currency": "EUR", "salary_period": "month"}, None),
        (
            "Monthly pay 3.500,00 EUR",
            {"salary_max": 3.5, "salary_currency": "EUR", "salary_period": "month"},
            DISAGREES,
        ),
        ("10 % bonus", {"salary_min": 10.0, "salary_period": "year"}, NO_VALUE),
        ("at least 3 to five", {"salary_min": 3.0}, NO_VALUE),
        ("$999,999 a year", {"salary_min": 999999.0}, ABSENT),
        ("", {"salary_min": 120000.0}, ABSENT),
        ("$", {"salary_min": 120000.0}, ABSENT),
        ("3 to five years of experience", {"experience_years_min": 3, "experience_years_max": 5}, None),
        ("3 to five years of experience", {"experience_years_min": 4}, DISAGREES),
        ("3 to five years of experience", {"experience_years_min": 5, "experience_years_max": 3}, NO_VALUE),
        ("Hybrid: two days in our", {"workplace_type": "hybrid"}, None),
        ("Hybrid: two days in our", {"workplace_type": "remote"}, DISAGREES),
        ("work from home", {"workplace_type": "remote"}, ABSENT),
        ("Contract of one year", {"employment_type": "contract"}, None),
        ("Contract of one year", {"employment_type": "full_time"}, DISAGREES),
        ("Engineer II", {"seniority": "mid"}, None),
        ("zürich office", {"city": "Zürich"}, None),
        ("Zürich office", {"city": "Zurich"}, None),
        ("Zürich office", {"city": "Bern"}, DISAGREES),
        ("Zürich", {"country": "CH"}, None),
        ("Zürich", {"country": "XQ"}, NO_VALUE),
        ("<b>Swiss</b> permit", {"country": "CH"}, None),
    ],
)
def test_a_value_is_kept_only_where_its_quote_stands_and_says_so(quote, values, reason):
    assert judged(quote, **values) == reason


def test_the_evidence_is_the_postings_own_words_at_their_place():
    found = grounded(claim("FIVE YEARS of experience", experience_years_max=5), document())
    evidence = found.evidence["experience_years"]
    assert TEXT[evidence.start :].startswith(evidence.quote)
    assert evidence.quote == "five years   of\nexperience"


def test_each_skill_stands_by_itself_and_known_ones_are_written_as_our_list_does():
    found = grounded(Extraction(skills=["go", "c++", "acme  flow", "Rust", "low"]), document())
    assert found.skills == ["Acme Flow", "C++", "Go"]
    assert found.evidence["skills:Go"].quote == "Go"
    assert found.evidence["skills"].quote == "Acme Flow"
    assert set(found.quarantined) == {"skills:Rust", "skills:low"}  # `low` is only a part of a word


def test_what_was_not_asked_for_is_not_taken_and_not_quarantined():
    asked = document(wanted={"city"})
    found = grounded(claim("$120k-150K a year", salary_min=120000.0), asked)
    assert found == Extraction()


def test_a_claim_without_any_quote_is_quarantined():
    found = grounded(Extraction(city="Zürich", asked=Asked(outcome="answered")), document())
    assert (found.city, found.quarantined["city"].reason) == (None, ABSENT)


@given(st.text(max_size=80), st.sampled_from(["city", "country", "seniority", "workplace_type"]))
def test_no_quote_that_is_not_there_brings_a_value_in(quote, name):
    values = {"city": "Zürich", "country": "CH", "seniority": "senior", "workplace_type": "remote"}
    found = grounded(claim(quote, **{name: values[name]}), document())
    words = " ".join(quote.split()).casefold()
    folded = [" ".join(part.split()).casefold() for part in document().parts().values()]
    if getattr(found, name) is not None:
        assert any(words in part for part in folded)
