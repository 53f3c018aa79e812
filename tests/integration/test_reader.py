"""The reader over a real file that is written to: never an error, never counts of two states at once."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rolecall_reader import words
from rolecall_reader.site import Reader
from tests.reader_files import add_job, ask, new_file, reader_over, waited

JOBS = 60


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "rolecall.db"
    with closing(new_file(path)) as db:
        for pk in range(1, JOBS + 1):
            values = {"country": "DE" if pk % 2 else "FR", "posted_on": f"2026-10-{pk % 28 + 1:02}"}
            add_job(db, pk, "Rust and cranes." if pk % 3 else "Cranes alone.", **values)
    return path


@pytest.fixture
def writer(file: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(file, isolation_level=None, timeout=30)) as db:
        yield db


def total(reader: Reader, query: str = "") -> int:
    return waited(lambda: reader.jobs(ask(query))).total


def pks(reader: Reader, query: str) -> list[int]:
    return [row["pk"] for row in waited(lambda: reader.jobs(ask(query))).jobs]


def walked(reader: Reader, query: str) -> list[int]:
    seen: list[int] = []
    asked = ask(query)
    while True:
        answer = asyncio.run(reader.jobs(asked))
        seen += [row["pk"] for row in answer.jobs]
        if answer.next is None:
            return seen
        asked = replace(asked, after=answer.next)


def test_an_answer_is_of_the_last_commit_of_anybody(file: Path, writer: sqlite3.Connection) -> None:
    reader = reader_over(file)
    assert total(reader) == JOBS
    before = reader.version()
    assert reader.version() == before
    writer.execute("UPDATE jobs SET is_open = 0, closed_at = '2026-11-02' WHERE pk <= 10")
    assert reader.version() != before
    assert (total(reader), total(reader, "is_open=0"), total(reader, "is_open=any")) == (JOBS - 10, 10, JOBS)
    writer.execute("DELETE FROM jobs WHERE pk = 60")
    assert total(reader, "is_open=any") == JOBS - 1


def test_what_was_revised_and_changed_since_is_asked_for_by_the_last_answer(
    file: Path, writer: sqlite3.Connection
) -> None:
    reader = reader_over(file)
    revision = waited(lambda: reader.jobs(ask())).revision
    assert total(reader, f"revised_after={revision}") == 0
    writer.execute("UPDATE jobs SET title = 'Smith', changed_at = '2026-11-05T08:00:00.000Z' WHERE pk IN (3, 4)")
    assert pks(reader, f"revised_after={revision}&sort=found") == [4, 3]
    assert pks(reader, "changed_since=2026-11-05T10:00:00%2B02:00&sort=found") == [4, 3]
    assert total(reader, "changed_since=2026-11-05T08:00:00.001Z") == 0


def test_a_log_that_was_pruned_costs_a_reading_and_no_change(file: Path, writer: sqlite3.Connection) -> None:
    reader = reader_over(file)
    assert total(reader, "country=DE") == JOBS // 2
    writer.execute("UPDATE jobs SET country = 'IT' WHERE pk <= 20")
    writer.execute("DELETE FROM job_revisions")
    writer.execute("UPDATE jobs SET country = 'ES' WHERE pk <= 5")
    assert [total(reader, f"country={code}") for code in ("ES", "IT", "DE")] == [5, 15, 20]
    assert total(reader, "revised_after=1") == JOBS  # what the log does not know may be any
    assert total(reader, "revised_after=999999") == JOBS


def test_a_file_from_before_the_log_is_read_whole(file: Path, writer: sqlite3.Connection) -> None:
    writer.execute("DELETE FROM job_revisions WHERE job_pk > 1")
    assert total(reader_over(file)) == JOBS


def test_what_a_caller_was_given_stays_as_it_was(file: Path, writer: sqlite3.Connection) -> None:
    reader = reader_over(file)
    jobs, revision = waited(lambda: reader.matching(ask()))
    writer.execute("DELETE FROM jobs WHERE pk > 30")
    assert total(reader) == 30
    assert len(jobs) == JOBS
    assert waited(lambda: reader.matching(ask()))[1] > revision


def test_the_first_page_needs_no_bitmaps(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = reader_over(file)
    monkeypatch.setattr(reader, "warm", lambda: None)
    newest = waited(lambda: reader.newest(7))
    assert not reader.is_ready
    assert not waited(lambda: reader.ready(0.01))
    cold = reader.version()
    monkeypatch.undo()
    assert [row["posted_on"] for row in newest] == [
        row["posted_on"] for row in waited(lambda: reader.jobs(ask("limit=7"))).jobs
    ]
    assert reader.is_ready
    assert reader.version() != cold  # so that nobody keeps the page without counts


@pytest.mark.parametrize("query", ["q=cranes", "q=rust&sort=found", "q=rust", "sort=newest", "q=cranes&country=DE"])
def test_a_walk_sees_each_job_once_although_older_matches_come_later(
    file: Path, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    monkeypatch.setattr(words, "NEWEST", 7)
    monkeypatch.setattr(words, "FEW", 0)
    reader = reader_over(file)
    seen = walked(reader, f"{query}&limit=5")
    assert sorted(seen) == sorted(set(pks(reader, f"{query}&limit=100")))
    assert len(seen) == len(set(seen))


def test_few_jobs_that_pass_the_filters_see_old_matches(
    file: Path, writer: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "NEWEST", 3)
    writer.execute("UPDATE jobs SET seniority = 'staff' WHERE pk IN (1, 2)")
    answer = waited(lambda: reader_over(file).jobs(ask("q=cranes&seniority=staff")))
    assert ([row["pk"] for row in answer.jobs], answer.total, answer.is_total_exact) == ([2, 1], 2, True)


def test_a_file_that_is_deleted_or_replaced_is_read_on(file: Path, tmp_path: Path) -> None:
    reader = reader_over(file)
    assert total(reader) == JOBS
    with closing(new_file(tmp_path / "other.db")) as other:
        add_job(other, 1)
    (tmp_path / "other.db").replace(file)
    assert total(reader) == JOBS
    file.unlink()
    assert len(pks(reader, "limit=100")) == JOBS


def test_a_reading_that_fails_is_made_again(file: Path) -> None:
    away = file.with_name("away.db")
    reader = reader_over(file)
    file.rename(away)
    assert not waited(lambda: reader.ready(0.2))
    away.rename(file)
    assert total(reader) == JOBS


def hammer(reader: Reader, is_over: threading.Event, look: Callable[[], Any]) -> list[Any]:
    seen = []
    while not is_over.is_set():
        seen.append(asyncio.run(look()))
    return seen


def test_readers_beside_a_writer_count_committed_states_only(file: Path, writer: sqlite3.Connection) -> None:
    """The writer moves jobs between two countries in one transaction: each state has all of them."""
    reader, is_over = reader_over(file), threading.Event()

    async def look() -> tuple[int, int, int]:
        answer, counts = await reader.list_and_counts(ask("limit=100"))
        by_country = {choice.value: choice.count for choice in counts["country"]}
        shown = [row["country"] for row in answer.jobs]
        return sum(by_country.values()), by_country.get("DE", 0) - shown.count("DE"), answer.total

    with ThreadPoolExecutor(8) as threads:
        hammered = [threads.submit(hammer, reader, is_over, look) for _ in range(8)]
        try:
            for turn in range(60):
                writer.execute("BEGIN IMMEDIATE")
                for old, new in (("DE", "XX"), ("FR", "DE"), ("XX", "FR")):
                    writer.execute("UPDATE jobs SET country = ? WHERE country = ?", (new, old))
                writer.execute("UPDATE jobs SET country = 'FR' WHERE pk = ?", (turn % JOBS + 1,))
                writer.execute("COMMIT")
        finally:
            is_over.set()
        states = {state for done in hammered for state in done.result()}
    assert states == {(JOBS, 0, JOBS)}
