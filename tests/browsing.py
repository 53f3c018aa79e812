"""A browser over a served file: Debian's Chromium, a clean console, and nothing asked of another machine."""

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "datasette"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
]
DESKTOP, PHONE = {"width": 1280, "height": 1000}, {"width": 360, "height": 740}


@contextmanager
def site_over(path: Path) -> Iterator[str]:
    """The address of a Datasette over that file."""
    import uvicorn
    from datasette.app import Datasette

    with socket.create_server(("127.0.0.1", 0)) as listener:
        app = Datasette([str(path)], config_dir=FOLDER).app()
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@contextmanager
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def page_of(browser: Any, address: str, is_watched: bool = True, **options: Any) -> Iterator[Any]:
    """A page of its own; at the end, the console is clean where it `is_watched`, and no request went elsewhere."""
    context = browser.new_context(**options)
    page, complaints, requests = context.new_page(), [], []

    def hear(message: Any) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda sent: requests.append(sent.url))
    yield page
    context.close()
    assert complaints == [] or not is_watched
    assert [url for url in requests if not url.startswith(address)] == []
