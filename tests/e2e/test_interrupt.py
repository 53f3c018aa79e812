"""Ctrl-C and SIGTERM end an ingest in order: nothing is left running, nothing landed is lost."""

import signal

import pytest

from tests.careers_site import Site, serve
from tests.e2e.conftest import listed, until


@pytest.fixture(scope="module")
def site():
    site = Site(postings=200, companies=16, latency_seconds=0.2)
    with serve(site) as url:
        yield site, url


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_an_ingest_that_is_interrupted_ends_and_its_rerun_completes(number, site, make_shell):
    shell, asked = make_shell(*site, extract_batch=10), site[0].journal.total
    with shell.start("ingest") as process:
        assert until(lambda: site[0].journal.total > asked + 3)
        assert len(shell.processes()) >= 1
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert (out, "Traceback" in err) == ("", False)
    assert err.splitlines()[-1] == "ended; what was landed is kept, the next run goes on from there"
    assert shell.is_quiet()
    assert shell("ingest").code == 0
    assert shell.rows("SELECT state, boards, failed FROM runs") == [("completed", 16, 0)]
    assert shell.rows("SELECT count(*) FROM jobs WHERE recipe IS NOT NULL") == [(listed(site[0]),)]


def test_an_ingest_with_a_prefect_of_its_own_leaves_no_server_behind(site, make_shell):
    shell, asked = make_shell(*site), site[0].journal.total
    del shell.variables["PREFECT_API_URL"]
    del shell.variables["PREFECT_HOME"]
    with shell.start("ingest") as process:
        assert until(lambda: site[0].journal.total > asked + 3, 60)
        assert len(shell.processes()) >= 2
        process.kill()
        process.communicate(timeout=30)
    assert shell.is_quiet(30)
    with shell.start("ingest") as process:
        assert until(lambda: (shell.data / "prefect").exists() and len(shell.processes()) >= 2, 60)
        process.send_signal(signal.SIGINT)  # while the server starts
        process.communicate(timeout=30)
    assert process.returncode == 130
    assert shell.is_quiet(30)
