"""After any writes the bitmaps, their counts, pages and orders are those that the rows themselves give."""

import sqlite3
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rolecall_reader import facets, listing
from rolecall_reader.asking import Asked
from rolecall_reader.index import PLAIN, Index, days_ago, names_of
from tests.reader_files import add_job, ask, new_file

COLUMNS = {
    "workplace_type": st.sampled_from([None, "remote", "onsite"]),
    "country": st.sampled_from([None, "DE", "FR"]),
    "skills": st.sampled_from(["[]", '["Rust"]', '["C++","Rust"]', "{}", "broken", '["C++", 3, "C++"]']),
    "salary_currency": st.sampled_from([None, "EUR", "USD"]),
    "salary_min": st.sampled_from([None, 40.0, 3000.0, 50000.0]),
    "salary_period": st.sampled_from([None, "hour", "month", "year"]),
    "posted_on": st.one_of(st.none(), st.integers(0, 40).map(days_ago)),
    "is_open": st.sampled_from([0, 1]),
    "closed_at": st.one_of(st.none(), st.integers(0, 9).map(lambda days: f"{days_ago(days)}T06:00:00.000Z")),
    "status": st.sampled_from([None, "applied"]),
}
WRITE = st.tuples(st.sampled_from(["insert", "update", "delete"]), st.integers(1, 25), st.fixed_dictionaries(COLUMNS))
QUESTIONS = [
    "", "is_open=any", "is_open=0", "workplace_type=remote&workplace_type=onsite", "country=DE&skills=Rust",
    "skills=Rust&skills=C%2B%2B&is_open=any", "posted_within_days=7", "salary_currency=EUR&yearly_min=45000",
    "status=applied", "sort=found", "is_open=any&sort=closed", "salary_currency=EUR&sort=salary",
    "is_open=any&sort=newest",
]  # fmt: skip


def write(db: sqlite3.Connection, kind: str, pk: int, values: dict[str, Any]) -> None:
    is_there = db.execute("SELECT 1 FROM jobs WHERE pk = ?", (pk,)).fetchone()
    if kind == "delete":
        db.execute("DELETE FROM jobs WHERE pk = ?", (pk,))
    elif is_there:
        sets = ", ".join(f"{name} = ?" for name in values)
        db.execute(f"UPDATE jobs SET {sets} WHERE pk = ?", (*values.values(), pk))
    elif kind == "insert":
        db.execute("DELETE FROM job_texts WHERE content_hash = ?", (f"h{pk}",))
        add_job(db, pk, **values)


def rows_of(db: sqlite3.Connection) -> list[dict[str, Any]]:
    cursor = db.execute("SELECT pk, listed_on, substr(closed_at, 1, 10) AS closed_on, yearly_min, * FROM jobs")
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def passes(row: dict[str, Any], asked: Asked) -> bool:
    skills = set(names_of(row["skills"]))
    return (
        asked.is_open in (None, bool(row["is_open"]))
        and all(row[name] in values for name, values in asked.chosen if name != "skills")
        and set(asked.of("skills")) <= skills
        and (not asked.posted_within_days or row["listed_on"] >= days_ago(asked.posted_within_days))
        and (asked.yearly_min is None or (row["yearly_min"] is not None and row["yearly_min"] >= asked.yearly_min))
    )


def order_of(rows: list[dict[str, Any]], asked: Asked) -> list[int]:
    column = {"newest": "listed_on", "closed": "closed_on", "salary": "yearly_min", "found": "pk"}[asked.sort]
    stated = [row for row in rows if row[column] is not None]
    others = sorted((row["pk"] for row in rows if row[column] is None), reverse=True)
    return [row["pk"] for row in sorted(stated, key=lambda row: (row[column], row["pk"]), reverse=True)] + others


def walked(index: Index, asked: Asked) -> list[int]:
    """Page by page to the end and back again, which must be the same."""
    jobs, forward, cursor = index.matching(asked), [], None
    while True:
        page = listing.page(index, replace(asked, after=cursor), jobs)
        forward += page.jobs
        assert (page.previous is None) == (cursor is None)
        if page.next is None:
            break
        cursor = page.next
    backward, cursor = list(reversed(page.jobs)), page.previous
    while cursor:
        page = listing.page(index, replace(asked, before=cursor), jobs)
        backward += reversed(page.jobs)
        cursor = page.previous
    assert backward == forward[::-1]
    return forward


def check(index: Index, rows: list[dict[str, Any]], asked: Asked) -> None:
    fitting = [row for row in rows if passes(row, asked)]
    assert set(index.matching(asked)) == {row["pk"] for row in fitting}
    assert walked(index, replace(asked, limit=4)) == order_of(fitting, asked)
    counted = facets.count(index, asked, None)
    for name in (*PLAIN, "skills"):
        without = asked if name == "skills" else asked.choosing(name)
        others = [row for row in rows if passes(row, without)]
        each = [set(names_of(row[name])) if name == "skills" else {row[name]} - {None} for row in others]
        expected = {value: sum(value in values for values in each) for values in each for value in values}
        expected |= {value: expected.get(value, 0) for value in asked.of(name)}
        if name == "salary_currency" and asked.yearly_min is not None:
            continue  # an amount is of one currency, so its own choice stands
        assert {choice.value: choice.count for choice in counted.get(name, [])} == expected, name


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(WRITE, min_size=1, max_size=12), min_size=1, max_size=4))
def test_the_index_follows_every_write(commits: list[list[Any]]) -> None:
    db, index = new_file(), Index()
    index.read(db)
    for commit in commits:
        for each in commit:
            write(db, *each)
        assert not index.is_behind(db)
        index.follow(db)
        assert not index.follow(db)
    fresh = Index()
    fresh.read(db)
    rows = rows_of(db)
    for each in (index, fresh):
        for query in QUESTIONS:
            check(each, rows, ask(query))
    assert index.kinds == fresh.kinds
    assert {name: kind for name, kind in index.amounts.items() if kind} == fresh.amounts
    db.close()


def test_of_many_values_the_commonest_are_offered_and_those_chosen() -> None:
    db, index = new_file(), Index()
    for pk in range(1, 200):
        add_job(db, pk, department=f"D{min(pk % 40, pk % 23)}")
    index.read(db)
    counted = dict(db.execute("SELECT department, count(*) FROM jobs GROUP BY 1").fetchall())
    offered = facets.count(index, ask("department=D22"), None)["department"]
    assert [choice.count for choice in offered] == sorted((counted[each.value] for each in offered), reverse=True)
    assert [choice.value for choice in offered if choice.is_chosen] == ["D22"]
    assert sorted(counted.values())[-facets.SHOWN :] == sorted(c.count for c in offered)[-facets.SHOWN :]
    db.close()


@pytest.mark.parametrize("query", ["after=x", "after=1~x", "after=2026-01-01", "sort=found&before=1~2", "before=~",
                                   "salary_currency=EUR&sort=salary&after=much~1", "after=-1"])  # fmt: skip
def test_what_is_no_place_in_the_list_is_refused(query: str) -> None:
    db, index = new_file(), Index()
    add_job(db, 1, salary_min=1.0, salary_currency="EUR", salary_period="year")
    index.read(db)
    asked = ask(query)
    with pytest.raises(listing.CursorError):
        listing.page(index, asked, index.matching(asked))
    db.close()


def test_a_log_that_was_cut_off_behind_the_reader_means_reading_anew() -> None:
    db, index = new_file(), Index()
    assert index.is_behind(db)  # nothing was read yet
    for pk in range(1, 6):
        add_job(db, pk)
    index.read(db)
    db.execute("DELETE FROM job_revisions")
    assert not index.is_behind(db)
    db.execute("UPDATE jobs SET is_open = 0 WHERE pk < 4")
    assert not index.is_behind(db)
    db.execute("DELETE FROM job_revisions WHERE job_pk = 1")
    assert index.is_behind(db)
    db.close()
