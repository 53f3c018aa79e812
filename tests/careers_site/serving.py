"""Running the site: in a thread for tests, in the foreground for the command."""

import ipaddress
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep
from typing import Any, cast

import uvicorn

from tests.careers_site.app import careers_app
from tests.careers_site.careers import Site

START_SECONDS = 15.0


@contextmanager
def serve(site: Site, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """The site at the yielded URL until the block ends; port 0 takes a free one.

    Raises: ValueError for a host that is not loopback; OSError where the port is taken.
    """
    listener = listen(host, port)
    server = uvicorn.Server(config(site))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="careers-site", daemon=True)
    thread.start()
    try:
        _await_start(server, thread)
        yield url_of(listener)
    finally:
        server.should_exit = server.force_exit = True
        thread.join(START_SECONDS)
        listener.close()


def listen(host: str, port: int) -> socket.socket:
    """A listening socket on loopback.

    Raises: ValueError, OSError: see `serve`.
    """
    address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    if not address.is_loopback:
        raise ValueError(f"the careers site listens on loopback only, not on {host}")
    listener = socket.socket(socket.AF_INET6 if address.version == 6 else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((str(address), port))
    listener.listen(2048)
    return listener


def url_of(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def config(site: Site) -> uvicorn.Config:
    """Quiet: faults break the protocol on purpose, which uvicorn would report as errors."""
    app = cast(Any, careers_app(site))  # ours names the mappings more loosely than uvicorn's types
    return uvicorn.Config(
        app, log_config=None, log_level="critical", access_log=False, lifespan="off", loop="uvloop", http="httptools",
        server_header=False, date_header=False, timeout_keep_alive=30,
    )  # fmt: skip


def _await_start(server: uvicorn.Server, thread: threading.Thread) -> None:
    limit = monotonic() + START_SECONDS
    while not server.started:
        if not thread.is_alive() or monotonic() > limit:
            raise RuntimeError("the careers site did not start")
        sleep(0.005)
