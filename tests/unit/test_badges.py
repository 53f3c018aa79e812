"""What stands out about a job: each rule at its edges, and the one query over a file."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rolecall_reader import badges
from rolecall_reader.badges import Told
from tests.jobs_file import insert, insert_company, insert_job, make_file

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def named(is_open: bool = True, seen: float = 50, changed: float | None = None, **facts: object) -> list[str]:
    told = Told(
        is_open, ago(seen), ago(seen if changed is None else changed), facts.get("posted_on"),
        ago(facts.get("added", 400)), facts.get("closed", []), facts.get("reopened", []),
    )  # fmt: skip
    return [badge.name for badge in badges.badges(told, NOW)]


@pytest.mark.parametrize(
    ("facts", "names"),
    [
        ({}, []),
        ({"seen": 3}, ["new"]),
        ({"seen": 3.1}, []),
        ({"seen": 2, "added": 2.9}, []),  # the company's first listing
        ({"seen": 2, "added": 3.1}, ["new"]),
        ({"seen": 2, "is_open": False}, []),
        ({"changed": 7}, ["changed"]),
        ({"changed": 7.1}, []),
        ({"seen": 5, "changed": 5}, []),  # seen, not changed
        ({"closed": [ago(170)]}, ["reposted"]),
        ({"closed": [ago(170.1)]}, []),
        ({"closed": [ago(170)], "is_open": False}, ["reposted"]),
        ({"reopened": [ago(300)]}, ["reposted"]),
        ({"seen": 120}, []),
        ({"seen": 120.1}, ["likely_ghost"]),
        ({"seen": 120.1, "is_open": False}, []),
        ({"seen": 300, "changed": 100}, []),
        ({"posted_on": ago(130)}, ["likely_ghost"]),
        ({"posted_on": ago(130), "changed": 20}, []),
        ({"closed": [ago(500), ago(400), ago(300)]}, ["likely_ghost"]),
        ({"closed": [ago(500)], "reopened": [ago(9), ago(8)]}, ["reposted", "likely_ghost"]),
    ],
)
def test_a_badge_stands_where_its_rule_says(facts: dict[str, object], names: list[str]) -> None:
    assert named(**facts) == names


def test_each_badge_gives_its_reason_in_words() -> None:
    told = Told(True, ago(50), ago(2), None, ago(400), [ago(60)], [])
    assert [badge.why for badge in badges.badges(told, NOW)] == [
        "Its content changed on 2026-03-08, within the last 7 days.",
        "The same title at this company closed on 2026-01-09 and was posted again.",
    ]


def fill(db: sqlite3.Connection) -> None:
    insert_company(db, added_at=ago(400).isoformat())
    insert_company(db, "lever:other", "Other", added_at=ago(400).isoformat())
    long_ago, closed = ago(200).isoformat(), {"is_open": 0, "closed_at": ago(60).isoformat()}
    insert_job(db, 1, title="Welder", first_seen_at=long_ago, **closed)
    insert_job(db, 2, title="Welder", first_seen_at=long_ago, company="Somebody else", **closed)
    insert_job(db, 3, title="Welder", first_seen_at=ago(2).isoformat())
    insert_job(db, 4, title="Potter", first_seen_at=ago(10).isoformat())
    insert_job(db, 5, title="Welder", first_seen_at=ago(10).isoformat(), company_id="lever:other", company="Other")
    insert_job(db, 6, title="Smith", first_seen_at="one day", posted_on="2026-01-02")
    insert(db, "runs", id=1, state="completed", parameters="{}", started_at=long_ago)
    for field, old, new in (("is_open", "1", "0"), ("is_open", "0", "1"), ("title", "Pottery", "Potter")):
        insert(db, "job_changes", job_pk=4, run_id=1, field=field, old=old, new=new, at=ago(5).isoformat())


def test_one_query_tells_the_badges_of_many_jobs(tmp_path: Path) -> None:
    with closing(sqlite3.connect(make_file(tmp_path / "rolecall.db", fill))) as db:
        found = badges.badges_of(db, [{"pk": pk} for pk in (1, 2, 3, 4, 5, 6, 99)], NOW)
        plan = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {badges.TOLD}", ["[1]"])]
    names = {pk: [badge.name for badge in each] for pk, each in found.items()}
    assert names == {1: [], 2: [], 3: ["new", "reposted"], 4: ["reposted"], 5: [], 6: ["likely_ghost"]}
    assert [line for line in plan if line.startswith("SCAN") and "subquery" not in line] == [
        "SCAN asked VIRTUAL TABLE INDEX 1:"
    ]
    assert "SEARCH other USING INDEX jobs_role (company_id=? AND title=? AND rowid<?)" in plan
