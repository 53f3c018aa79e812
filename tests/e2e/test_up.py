"""`rolecall up`: everything in one terminal, and nothing of it outlives the terminal."""

import contextlib
import re
import signal
import threading

import httpx
import pytest

from flows import local
from tests.e2e.conftest import Shell, listed, until

DEPLOYMENT = "/deployments/name/ingest/scheduled"
REPLAY = "/deployments/name/extract/replay"


@pytest.fixture
def shell(site, tmp_path):
    shell = Shell(tmp_path, {"prefect_port": local.free_port(0), "datasette_port": local.free_port(0)})
    site[0].write_companies(shell.companies, site[1])
    return shell


@contextlib.contextmanager
def up(shell, *arguments):
    """The process, and the lines that it has said so far."""
    with shell.start("up", *arguments) as process:
        said = []
        reader = threading.Thread(target=lambda: said.extend(iter(process.stderr.readline, "")))
        reader.start()
        try:
            yield process, said
        finally:
            process.kill()
            reader.join()


def is_up(said):
    return any("Ctrl-C ends all" in line for line in said)


def address(said, name):
    return next(found[1] for line in said if (found := re.match(rf"\s*{name}\s+(http\S+)", line)))


def test_up_serves_the_jobs_and_the_schedule_and_ctrl_c_ends_all(shell, site):
    with up(shell, "--now") as (process, said):
        assert until(lambda: is_up(said), 120), said
        home = httpx.get(address(said, "Jobs"), trust_env=False)
        assert home.status_code == 200
        assert re.search(rf"\b{listed(site[0])}\b", re.sub(r"<[^>]+>", " ", home.text))
        asked = f"{address(said, 'Prefect')}/api{DEPLOYMENT}"
        assert until(lambda: httpx.get(asked, trust_env=False).status_code == 200)
        (schedule,) = httpx.get(asked, trust_env=False).json()["schedules"]
        assert (schedule["schedule"]["cron"], schedule["active"]) == ("0 * * * *", True)
        replay = f"{address(said, 'Prefect')}/api{REPLAY}"
        assert until(lambda: httpx.get(replay, trust_env=False).status_code == 200)
        assert httpx.get(replay, trust_env=False).json()["schedules"] == []
        facts = shell("status", "--json").json
        assert (facts["prefect"], facts["datasette"], facts["last_run"]["state"]) == (True, True, "completed")
        assert len(shell.processes()) >= 4
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        assert shell.is_quiet(2)
    assert "Traceback" not in "".join(said)


def test_when_up_is_killed_its_servers_end_by_themselves(shell):
    with up(shell) as (process, said):
        assert until(lambda: is_up(said), 120), said
        assert len(shell.processes()) >= 4
        process.kill()
        assert shell.is_quiet(20), shell.processes()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=lambda number: number.name)
@pytest.mark.parametrize("is_scheduled", [False, True], ids=["first", "scheduled"])
def test_an_ingest_under_way_ends_with_up(shell, site, number, is_scheduled):
    site[0].latency_seconds = 3
    with up(shell, *([] if is_scheduled else ["--now"])) as (process, said):
        if is_scheduled:
            assert until(lambda: is_up(said), 120), said
            run_now(address(said, "Prefect") + "/api")
        assert until(lambda: site[0].journal.in_flight.total() > 0, 120), said
        process.send_signal(number)
        assert shell.is_quiet(20), shell.processes()
        assert process.wait(1) == (0 if number == signal.SIGINT else -signal.SIGKILL)
    site[0].latency_seconds = 0


def run_now(api):
    """A run of the deployment, as the button in the UI starts it."""
    with httpx.Client(base_url=api, trust_env=False) as client:
        assert until(lambda: client.get(DEPLOYMENT).status_code == 200)
        deployment = client.get(DEPLOYMENT).json()["id"]
        client.post(
            f"/deployments/{deployment}/create_flow_run", json={"state": {"type": "SCHEDULED"}}
        ).raise_for_status()
