"""Tables for RESULTS.md at the end of the session, and a Prefect server that is started once."""

import os
from collections.abc import Iterator

import pytest

from flows import local
from tasks import settings
from tests.benchmarks import report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    session = getattr(config, "_benchmarksession", None)
    found = [bench.as_dict(include_data=False) for bench in session.benchmarks if bench] if session else []
    if found:
        terminalreporter.section("for RESULTS.md")
        terminalreporter.write_line(report.markdown(found))


@pytest.fixture(scope="session")
def prefect_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a server as `rolecall` starts it, or the one of PREFECT_API_URL; child processes inherit it."""
    before = dict(os.environ)
    home = tmp_path_factory.mktemp("prefect")
    os.environ.setdefault("PREFECT_HOME", str(home))
    with local.prefect_server(settings.Settings(data_dir=home, prefect_port=local.free_port(0))) as api:
        yield api
    os.environ.clear()
    os.environ.update(before)
