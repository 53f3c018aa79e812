"""Alerts over a real receiver on this machine: each job is told once, whatever fails on the way."""

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from pyroaring import BitMap

from flows import local
from flows.telling import posting, tell
from rolecall_reader import searches
from tasks import store
from tasks.errors import ConfigError, StoreError
from tasks.run import only_writer
from tasks.settings import ROOT, Settings
from tasks.store import alerts as outbox
from tests.integration.reading import add, change, make
from tests.loopback import answered_by

SECRET = "s3cr3t"


class Receiver:
    """What came to the webhook; `answers` are the next ones it gives, then always 204."""

    def __init__(self) -> None:
        self.posts: list[tuple[str, dict[str, Any]]] = []
        self.answers: list[tuple[int, dict[str, str], float]] = []
        self.came = threading.Event()

    def taken(self, skipping: int = 0) -> list[int]:
        """Jobs of the posts that were taken."""
        return [job["pk"] for _, post in self.posts[skipping:] for job in post["jobs"]]

    @contextmanager
    def listening(self) -> Iterator[str]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                receiver.posts.append((self.headers["idempotency-key"], body))
                status, headers, wait_seconds = receiver.answers.pop(0) if receiver.answers else (204, {}, 0)
                receiver.came.set()
                time.sleep(wait_seconds)
                self.send_response(status)
                for name, value in {**headers, "content-length": "0"}.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        with answered_by(Handler) as url:
            yield f"{url}/hooks/{SECRET}"


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def settings(receiver: Receiver, make_settings: Any) -> Iterator[Settings]:
    with receiver.listening() as url:
        made = make_settings(alerts_webhook=url, alerts_timeout_seconds=1, retry_delay_seconds=0.01)
        make(made.database)
        yield made


def save(settings: Settings, name: str, query: str, *seen: int) -> None:
    with closing(sqlite3.connect(settings.database)) as db:
        db.row_factory = sqlite3.Row
        revision = db.execute("SELECT coalesce(max(revision), 0) FROM job_revisions").fetchone()[0]
        searches.save(db, name, query, BitMap(seen), revision)


def told(settings: Settings) -> Any:
    return asyncio.run(tell(settings, posting(settings)))


def command(settings: Settings, *options: str) -> "subprocess.Popen[str]":
    line = [sys.executable, "-m", "flows.cli", "alerts", *options]
    return subprocess.Popen(line, cwd=ROOT, env={**os.environ}, stdout=-1, stderr=-1, text=True)


def test_what_newly_matches_is_told_once(settings: Settings, receiver: Receiver) -> None:
    add(settings.database, 1, workplace_type="remote", status="applied")
    save(settings, "Remote", "workplace_type=remote", 1)
    save(settings, "All", "", 1)
    add(settings.database, 2, workplace_type="remote", skills='["C++"]')
    add(settings.database, 3)
    first = told(settings)
    assert (first.jobs, first.messages, first.unsent) == (3, 2, 0)
    (key, remote), (other, everything) = receiver.posts
    assert key != other
    assert remote["search"] == {
        "id": 1, "name": "Remote", "query": "workplace_type=remote",
        "page": "http://127.0.0.1:8001/?workplace_type=remote",
    }  # fmt: skip
    assert [job["pk"] for job in remote["jobs"]] == [2]
    assert remote["jobs"][0]["skills"] == ["C++"]
    assert remote["jobs"][0]["page"] == "http://127.0.0.1:8001/rolecall/jobs/2"
    assert "status" not in remote["jobs"][0]
    assert sorted(job["pk"] for job in everything["jobs"]) == [2, 3]
    change(settings.database, 2, title="Chief welder")
    change(settings.database, 3, is_open=0)
    change(settings.database, 3, is_open=1)
    assert told(settings).messages == 0
    assert len(receiver.posts) == 2


def test_a_job_whose_facts_come_after_it_landed_is_told(settings: Settings, receiver: Receiver) -> None:
    save(settings, "Remote", "workplace_type=remote")
    add(settings.database, 1)
    assert told(settings).jobs == 0
    change(settings.database, 1, workplace_type="remote", recipe="r1")
    assert told(settings).jobs == 1
    assert receiver.taken() == [1]


@pytest.mark.parametrize(
    "failure",
    [(503, {"retry-after": "0"}, 0), (429, {}, 0), (500, {}, 0), (204, {}, 1.5)],
    ids=["retry-after", "429", "500", "time-out"],
)
def test_a_receiver_that_fails_for_the_moment_gets_the_same_post_again(
    settings: Settings, receiver: Receiver, failure: Any
) -> None:
    save(settings, "All", "")
    add(settings.database, 1)
    receiver.answers = [failure]
    assert told(settings).jobs == 1
    assert len(receiver.posts) == 2
    assert receiver.posts[0] == receiver.posts[1]


def test_a_receiver_that_stays_away_gets_it_from_the_next_run(settings: Settings, receiver: Receiver) -> None:
    save(settings, "All", "")
    add(settings.database, 1)
    receiver.answers = [(503, {}, 0)] * 4
    first = told(settings)
    assert (first.jobs, first.unsent, first.error) == (0, 1, f"HTTP 503: 127.0.0.1:{port_of(settings)}")
    add(settings.database, 2)
    assert told(settings).jobs == 2
    assert receiver.taken(skipping=4) == [1, 2]
    assert len({key for key, _ in receiver.posts[:5]}) == 1


def port_of(settings: Settings) -> str:
    assert settings.alerts_webhook is not None
    return settings.alerts_webhook.get_secret_value().split(":")[2].split("/")[0]


def test_a_receiver_that_asks_for_a_long_pause_is_left_alone(settings: Settings, receiver: Receiver) -> None:
    save(settings, "All", "")
    add(settings.database, 1)
    receiver.answers = [(503, {"retry-after": "3600"}, 0)]
    assert told(settings).unsent == 1
    assert len(receiver.posts) == 1


def test_a_message_that_the_receiver_refuses_does_not_hold_up_the_others(
    settings: Settings, receiver: Receiver
) -> None:
    save(settings, "All", "")
    save(settings, "Welders", "q=welder")
    add(settings.database, 1)
    receiver.answers = [(400, {}, 0)]
    first = told(settings)
    assert (first.messages, first.unsent) == (1, 1)
    with closing(store.open_reader(settings.database)) as reader:
        assert [tuple(row) for row in reader.execute("SELECT sent_at IS NULL, attempts, error FROM alerts")] == [
            (1, 1, f"HTTP 400: 127.0.0.1:{port_of(settings)}"), (0, 1, None),
        ]  # fmt: skip


def test_a_receiver_that_refuses_connections_is_told_later_and_its_secret_is_kept(
    receiver: Receiver, make_settings: Any
) -> None:
    url = f"http://127.0.0.1:{local.free_port(0)}/hooks/{SECRET}"
    made = make_settings(alerts_webhook=url, retry_delay_seconds=0.01)
    make(made.database)
    save(made, "All", "")
    add(made.database, 1)
    said = command(made)
    out, err = said.communicate()
    assert said.returncode == 3
    assert "1 messages left for the next run: ConnectError" in err
    assert SECRET not in out + err + json.dumps(outbox_rows(made))


def outbox_rows(settings: Settings) -> list[list[Any]]:
    with closing(store.open_reader(settings.database)) as reader:
        return [list(row) for row in reader.execute("SELECT id, job_pks, attempts, error FROM alerts")]


def test_a_run_that_is_killed_while_it_sends_loses_nothing(settings: Settings, receiver: Receiver) -> None:
    save(settings, "All", "")
    add(settings.database, 1)
    receiver.answers = [(204, {}, 0.9)]
    sending = command(settings)
    assert receiver.came.wait(60)
    sending.kill()
    sending.communicate()
    assert told(settings).jobs == 1
    assert receiver.posts[0] == receiver.posts[1]  # which the receiver can know by its key
    assert told(settings).jobs == 0


def test_a_run_that_is_killed_before_it_sends_loses_nothing(settings: Settings, receiver: Receiver) -> None:
    class KilledError(Exception):
        pass

    async def die(_: dict[str, Any]) -> None:
        raise KilledError

    save(settings, "All", "")
    add(settings.database, 1)
    with pytest.raises(KilledError):
        asyncio.run(tell(settings, die))
    assert receiver.posts == []
    assert told(settings).jobs == 1
    assert receiver.taken() == [1]


def test_two_runs_at_once_tell_once(settings: Settings, receiver: Receiver) -> None:
    save(settings, "All", "")
    for pk in range(1, 251):
        add(settings.database, pk)
    both = [command(settings), command(settings)]
    for each in both:
        each.communicate()
    assert {each.returncode for each in both} <= {0, 2}
    told(settings)
    assert sorted(receiver.taken()) == list(range(1, 251))
    assert [len(post["jobs"]) for _, post in receiver.posts] == [100, 100, 50]


def test_who_comes_second_is_told_so(settings: Settings) -> None:
    with only_writer(settings.data_dir, "alerts"), pytest.raises(StoreError, match="another alerts"):
        told(settings)
    with only_writer(settings.data_dir):  # an ingest does not keep alerts from being told
        assert told(settings).unsent == 0


def test_the_outbox_takes_no_job_twice(settings: Settings) -> None:
    save(settings, "All", "", 1)
    with closing(store.open_database(settings.database)) as writer:
        assert outbox.write(writer, 1, BitMap([1, 2]), 5) == 1
        assert outbox.write(writer, 1, BitMap([2, 3]), 4) == 1
        assert outbox.write(writer, 99, BitMap([1]), 5) == 0
        assert [row["job_pks"] for row in outbox.unsent(writer)] == ["[2]", "[3]"]
        assert outbox.searches(writer)[0]["alerted_revision"] == 5


def test_jobs_that_are_gone_from_the_file_are_told_to_nobody(settings: Settings, receiver: Receiver) -> None:
    save(settings, "All", "")
    add(settings.database, 1)
    receiver.answers = [(400, {}, 0)]
    assert told(settings).unsent == 1
    with closing(sqlite3.connect(settings.database)) as db, db:
        db.execute("DELETE FROM jobs")
    assert (told(settings).messages, len(receiver.posts)) == (0, 1)
    assert told(settings).unsent == 0


def test_without_a_webhook_they_are_printed_once(make_settings: Any) -> None:
    made = make_settings()
    make(made.database)
    save(made, "Welders [red]", "q=welder")
    add(made.database, 1, title="Chief \x1b[31m welder")
    said = command(made)
    out, err = said.communicate()
    assert (said.returncode, out.count("welder")) == (0, 1)
    assert "Welders [red]" in out
    assert "\x1b[31m" not in out
    assert "1 jobs told in 1 messages" in err
    assert command(made, "--json").communicate()[0] == ""
    add(made.database, 2)
    printed = json.loads(command(made, "--json").communicate()[0])
    assert [job["pk"] for job in printed["jobs"]] == [2]


def test_what_is_printed_is_not_posted_as_well(settings: Settings, receiver: Receiver) -> None:
    save(settings, "All", "")
    add(settings.database, 1)
    assert "Welder" in command(settings, "--print").communicate()[0]
    assert (told(settings).jobs, receiver.posts) == (0, [])


def test_without_a_file_there_is_nothing_to_tell(make_settings: Any) -> None:
    said = command(make_settings())
    assert "no database yet" in said.communicate()[1]
    assert said.returncode == 2


@pytest.mark.parametrize(
    "address", ["ftp://x/s3cr3t", "s3cr3t", "http://", "https://user:s3cr3t@x/", "http://x/ s3cr3t"]
)
def test_a_webhook_that_is_no_address_is_refused_unseen(make_settings: Any, address: str) -> None:
    with pytest.raises(ConfigError) as refused:
        make_settings(alerts_webhook=address)
    assert str(refused.value) == "ROLECALL_ALERTS_WEBHOOK=…: Value error, an http or https address"


def test_the_flow_says_how_it_ended(settings: Settings, receiver: Receiver, prefect_api: str) -> None:
    from flows.alerts import alerts

    save(settings, "All", "")
    add(settings.database, 1)
    receiver.answers = [(400, {}, 0)]
    ends = [asyncio.run(alerts(return_state=True)) for _ in range(2)]  # type: ignore[call-overload]
    assert [end.name for end in ends] == ["Unsent", "Completed"]
    assert ends[1].message == "1 jobs told in 1 messages"
