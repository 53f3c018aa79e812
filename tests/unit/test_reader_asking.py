"""A question is the same value whoever wrote its query string, and what cannot be understood is said."""

from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rolecall_reader.asking import FILTERS, MOST_VALUES, NUMBERS, OPEN, SORTS, Asked, read
from tests.reader_files import ask

NAMES = (*FILTERS, *NUMBERS, "q", "is_open", "sort", "after", "before", "changed_since", "nonsense")
VALUES = st.one_of(
    st.text(max_size=12), st.sampled_from([*SORTS, *OPEN, "EUR", "30", "2026-11-01", "2026-11-01T06:00:00+02:00"])
)
PAIRS = st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=8)


@given(PAIRS)
@example([("q", "x"), ("sort", "newest")])
@example([("is_open", "0"), ("sort", "newest")])
@example([("changed_since", "0001-01-01T00:00+14:00")])
@example([("revised_after", "0" * 5000)])
@example([("q", " a\x00b\n\tc ")])
def test_the_canonical_query_reads_back_as_the_same_question(pairs: list[tuple[str, str]]) -> None:
    asked, _ = read(urlencode(pairs))
    again, reasons = read(asked.query)
    assert (again, reasons) == (asked.without_place(), {})
    assert again.query == asked.query


@given(PAIRS)
def test_the_order_of_parameters_is_no_part_of_the_question(pairs: list[tuple[str, str]]) -> None:
    filters = [pair for pair in pairs if pair[0] in FILTERS]
    assert read(urlencode(filters)) == read(urlencode(filters[::-1] + filters))


@given(st.text(max_size=60))
def test_any_text_is_a_query_string(text: str) -> None:
    asked, reasons = read(text)
    assert isinstance(asked, Asked)
    assert set(reasons) <= {name for name, _ in parse_qsl(text, keep_blank_values=True)} | {"sort", "yearly_min"}


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("limit=0", "limit"), ("limit=101", "limit"), ("limit=1e2", "limit"), ("limit=٣", "limit"),
        ("posted_within_days=-1", "posted_within_days"), ("is_open=yes", "is_open"), ("sort=name", "sort"),
        ("changed_since=yesterday", "changed_since"), ("yearly_min=1000", "yearly_min"), ("sort=salary", "sort"),
        ("yearly_min=1000&salary_currency=EUR&salary_currency=USD", "yearly_min"), ("wage=1", "wage"),
        ("revised_after=-1", "revised_after"), ("revised_after=99999999999999999999", "revised_after"),
        ("&".join(f"skills={number}" for number in range(MOST_VALUES + 1)), "skills"),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_named_with_its_reason(query: str, named: str) -> None:
    _, reasons = read(query)
    assert list(reasons) == [named]
    assert reasons[named]


def test_words_rank_best_first_and_closed_jobs_by_their_end_unless_said() -> None:
    assert [ask(query).sort for query in ("", "q=a", "is_open=0", "q=a&is_open=0", "q=a&sort=found", "sort=best")] == [
        "newest", "best", "closed", "best", "found", "newest"
    ]  # fmt: skip


def test_a_click_chooses_a_value_and_another_click_takes_it_back() -> None:
    asked = ask("skills=Rust&limit=5")
    more = replace(asked, after="7").toggled("skills", "C++")
    assert more.of("skills") == ("C++", "Rust")
    assert more.after is None
    assert more.toggled("skills", "C++") == asked
    assert "skills" not in asked.toggled("skills", "Rust").query


def test_an_address_keeps_its_place_only_where_the_question_stays() -> None:
    asked = replace(ask("country=DE"), after="5~6")
    assert asked.address() == "country=DE"
    assert asked.address(after="7~8") == "country=DE&after=7~8"
    assert asked.address(sort="found") == "country=DE&sort=found"


def test_instants_of_any_zone_are_the_file_s_own() -> None:
    assert ask("changed_since=2026-11-01T06:00:00%2B02:00").changed_since == "2026-11-01T04:00:00.000Z"
    assert ask("changed_since=2026-11-01").changed_since == "2026-11-01T00:00:00.000Z"
