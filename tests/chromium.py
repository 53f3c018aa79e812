"""Debian's Chromium for tests that need a browser; where a part is missing, they are skipped."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
DESKTOP, PHONE = {"width": 1280, "height": 1000}, {"width": 360, "height": 740}
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on PATH")


@contextmanager
def launched() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
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
