"""The pages of a job, a company, a board and a run: readable on a phone, light and dark, by whoever reads them how."""

from typing import Any

import pytest

from tests.chromium import needs_chromium
from tests.integration.test_row_pages import fill

__all__ = ["fill"]  # what conftest's server serves
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
pytestmark = needs_chromium
BOLT = "lever~3Abolt"
PAGES = [
    *("/rolecall/jobs/2", "/rolecall/jobs/1", f"/rolecall/companies/{BOLT}", f"/rolecall/board_runs/1,{BOLT}"),
    *("/rolecall/runs/1", "/rolecall/runs", "/rolecall/companies", "/rolecall/board_runs"),
]
OPEN_ALL = "() => document.querySelectorAll('details').forEach((each) => { each.open = true; })"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_clean_for_axe_and_fits_a_phone(browser: Any, address: str, path: str, scheme: str) -> None:
    phone = {"width": 390, "height": 844}
    with browser.new_context(color_scheme=scheme, bypass_csp=True, viewport=phone) as context:  # axe is a script
        page = context.new_page()
        page.goto(address + path)
        page.evaluate(OPEN_ALL)
        found = axe.Axe().run(page).response["violations"]
        assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_page_has_no_complaint_under_its_own_policy(browser: Any, address: str) -> None:
    with browser.new_context() as context:
        page, complaints = context.new_page(), []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        for path in PAGES:
            page.goto(address + path)
        page.goto(f"{address}/rolecall/companies/{BOLT}")
        fill_of = "node => getComputedStyle(node).fill"
        bar, text = (page.locator(f".chart {each}").first.evaluate(fill_of) for each in (".bars rect", "text"))
    assert complaints == []
    assert bar != text
