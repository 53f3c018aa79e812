"""Search words: every text is a search; what they mean, and which match comes first."""

import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyroaring import BitMap

from rolecall_reader import words
from tests.reader_files import add_job, new_file

SIGNS = st.text(st.sampled_from(list("ab \"'*-+#:^(){}.,~NOTRAND\u0301é😀\\")), max_size=30)
JOBS = {
    1: ("Rust Engineer", "Berlin", "We write Rust, and a little C++."),
    2: ("Data Engineer", "Paris", "Python, SQL; machine learning at scale."),
    3: ("Machine Operator", "Lyon", "Learning by doing. Rust on machines is removed."),
    4: ("Rustic Chef", "Rome", "Pasta."),
    5: ("C# Developer", "Wien", "C# and SQL."),
}


@pytest.fixture(scope="module")
def db() -> Iterator[sqlite3.Connection]:
    made = new_file()
    for pk, (title, location, text) in JOBS.items():
        add_job(made, pk, text, title=title, location=location)
    yield made
    made.close()


def found(db: sqlite3.Connection, q: str, among: BitMap | None = None) -> set[int]:
    return set(words.find(db, words.parse(q), BitMap(JOBS) if among is None else among).jobs)


@given(st.one_of(st.text(max_size=40), SIGNS))
@example('"')
@example("-the")
@example("0\x00")
@example("NOT NOT")
@example("a OR OR b")
@example("OR a")
@example("ab* -ab*")
def test_no_text_is_an_error(db: sqlite3.Connection, q: str) -> None:
    parsed = words.parse(q)
    matched = words.find(db, parsed, BitMap(JOBS))
    order = words.ranked(db, parsed, matched.jobs)
    assert sorted(order) == list(matched.jobs)
    assert set(words.excerpts(db, parsed, matched.jobs)) <= set(matched.jobs)


@pytest.mark.parametrize(
    ("q", "jobs"),
    [
        ("rust", {1, 3}), ("RUST engineer", {1}), ('"machine learning"', {2}), ("machine learning", {2, 3}),
        ("rust -berlin", {3}), ("rust NOT berlin", {3}), ("rust OR python", {1, 2, 3}), ("rust or python", set()),
        ("rust AND learning", {3}), ("rust OR python sql", {2}), ("eng*", {1, 2}), ("rus*", {1, 4}),
        ("c++", {1}), ("c#", {5}), ("machines", {2, 3}), ("-rust", {2, 4, 5}), ("", set(JOBS)), ("-", set(JOBS)),
        ('"machine', {2, 3}), ("eng* python", {2}), ("zebra", set()), ("zeb*", set()), ("écrivain", set()),
    ],
)  # fmt: skip
def test_what_words_mean(db: sqlite3.Connection, q: str, jobs: set[int]) -> None:
    assert found(db, q) == jobs
    assert found(db, q, BitMap([1, 3])) == jobs & {1, 3}


def test_few_jobs_are_asked_one_by_one_and_many_by_the_newest_matches(db: sqlite3.Connection, monkeypatch) -> None:
    monkeypatch.setattr(words, "FEW", 0)
    streamed = words.find(db, words.parse("rust"), BitMap(JOBS), newest=1)
    assert (set(streamed.jobs), streamed.is_exact) == ({3}, False)
    assert words.find(db, words.parse("rust"), BitMap(JOBS), newest=10).is_exact
    monkeypatch.setattr(words, "FEW", 10)
    probed = words.find(db, words.parse("rust"), BitMap(JOBS), newest=1)
    assert (set(probed.jobs), probed.is_exact) == ({1, 3}, True)


def test_rare_words_rank_by_fit_and_common_ones_by_where_they_stand(db: sqlite3.Connection, monkeypatch) -> None:
    parsed = words.parse("rust")
    assert words.ranked(db, parsed, BitMap([1, 3])) == [1, 3]
    monkeypatch.setattr(words, "RARE", 0)
    assert words.ranked(db, parsed, BitMap([1, 3])) == [1, 3]  # in the title, before the newer one in the text
    assert words.ranked(db, words.parse("sql"), BitMap([2, 5])) == [5, 2]  # in the text alone: newest first


def test_an_excerpt_shows_where_the_words_stand(db: sqlite3.Connection) -> None:
    assert "⟪Rust⟫" in words.excerpts(db, words.parse("rust"), [1])[1]
    assert words.excerpts(db, words.parse("eng*"), [1]) == {}
