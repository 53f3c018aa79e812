from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from tasks.model import Company, Page, Posting, Request


def page(body: bytes) -> Page:
    return Page(Request("https://example.com"), "https://example.com", body, datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (rb'"\ud83d\ude00"', "\U0001f600"),
        (rb'"cut \ud83d"', "cut \ufffd"),
        (rb'"\ude00 off"', "\ufffd off"),
        (rb'"\uD83D\uDE00\uD83D"', "\U0001f600\ufffd"),
        ('"caf\u00e9"'.encode(), "caf\u00e9"),
    ],
)
def test_half_a_surrogate_pair_is_a_replacement_character(body, value):
    assert page(body).json() == value
    assert value.encode()


@pytest.mark.parametrize("body", [b"", b"<html>", b'"\xff"', b'{"a":'])
def test_what_is_no_json_is_a_value_error(body):
    with pytest.raises(ValueError, match=r"."):
        page(body).json()


def test_a_request_with_a_body_has_a_key_of_its_own():
    keys = {Request("https://example.com", body=body).key for body in (None, {"a": 1, "b": 2}, {"a": 2, "b": 1})}
    assert len(keys) == 3
    assert Request("u", body={"a": 1, "b": 2}).key == Request("u", body={"b": 2, "a": 1}).key


def posting(**fields):
    return Posting(**{"id": "1", "title": "Nurse", "url": "https://example.com/1"} | fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"id": " "},
        {"title": ""},
        {"url": "javascript:alert(1)"},
        {"apply_url": "mailto:x@example.com"},
        {"country": "Germany"},
        {"salary_currency": "$"},
        {"salary_min": -1.0},
        {"salary_min": 2.0, "salary_max": 1.0},
        {"employment_type": "Full-time"},
        {"surprise": 1},
    ],
)
def test_a_posting_takes_no_value_that_its_columns_could_not_hold(fields):
    with pytest.raises(ValidationError):
        posting(**fields)


def test_places_stand_once_each_without_stray_blanks_and_empty_words_are_unknown():
    made = posting(locations=(" Berlin ", "Berlin", "", "New  York"), department=" ", city="")
    assert made.locations == ("Berlin", "New York")
    assert made.department is made.city is None


@pytest.mark.parametrize("board", ["", "a b", "a\nb", "<x>", "https://x"])
def test_a_board_is_a_name_that_fits_into_an_address(board):
    with pytest.raises(ValidationError):
        Company(name="X", source="lever", board=board)
