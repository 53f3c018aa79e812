"""A Prefect server for the tests that need one, started once, the way `rolecall` starts it."""

import os
from collections.abc import Iterator

import pytest

from flows import local
from tasks import settings


@pytest.fixture(scope="session")
def prefect_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Shape: the API's address; inside, Prefect's settings point there."""
    before = dict(os.environ)
    os.environ["PREFECT_HOME"] = str(tmp_path_factory.mktemp("prefect"))
    made = settings.Settings(data_dir=tmp_path_factory.mktemp("server"), prefect_port=local.free_port(0))
    with local.prefect_server(made) as api:
        from prefect.settings import PREFECT_API_URL, temporary_settings

        with temporary_settings({PREFECT_API_URL: api}):
            yield api
    os.environ.clear()
    os.environ.update(before)
