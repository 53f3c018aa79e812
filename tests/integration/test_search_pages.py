"""Datasette over jobs that a search found: their employers, why they closed, and addresses full of signs."""

import asyncio
import re
from contextlib import closing
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from datasette.app import Datasette
from datasette.utils import tilde_encode

from tasks import store
from tasks.model import Company, Posting
from tasks.reading import row
from tasks.settings import ROOT
from tasks.store import boards, ledger, runs

CRAFTS = Company(name="Crafts", source="jobspy", board="site=indeed&search_term=R%26D+potter&country_indeed=uk")
EMPLOYERS = {"1": "Kiln Works", "2": "Loom & Co", "3": "Kiln Works"}


@pytest.fixture
def get(make_settings, monkeypatch):
    settings = make_settings()
    with closing(store.open_database(settings.database)) as db:
        for day, natives in ((0, "123"), (1, "13"), (15, "13")):
            at = (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day)).isoformat().replace("+00:00", "Z")
            monkeypatch.setattr(ledger, "now", lambda at=at: at)
            run_id, _ = runs.start(db, {}, [CRAFTS], settings)
            board = ledger.BoardRun(CRAFTS, "truncated", is_partial=True, stale_after_days=14)
            board.rows = [row(CRAFTS, posting(native)) for native in natives]
            board.seen = [posting(native).id for native in natives]
            boards.land(db, run_id, [board], settings)
            runs.finish(db, run_id, None, [])
    served = Datasette([str(settings.database)], config_dir=ROOT / "datasette")
    with asyncio.Runner() as runner:
        yield lambda address: runner.run(served.client.get(address, follow_redirects=True))


def posting(native):
    url = f"https://jobs.example/{native}"
    return Posting(id=f"indeed:in-{native}", title=f"Potter {native}", url=url, hiring_organization=EMPLOYERS[native])


def test_a_job_that_aged_out_shows_the_reason_under_its_employer(get):
    address = get("/rolecall/jobs.json?title=Potter+2&_shape=array").json()[0]["pk"]
    page = get(f"/rolecall/jobs/{address}").text
    assert "Loom &amp; Co" in page
    assert re.search(r"<b>Closed</b>(?s:.)*<b>Reason</b>(?s:.)*<ins>not shown for 14 days</ins>", page)


def test_more_at_an_employer_is_of_that_employer(get):
    pks = {each["title"]: each["pk"] for each in get("/rolecall/jobs.json?_shape=array").json()}
    page = get(f"/rolecall/jobs/{pks['Potter 1']}").text
    assert "More at Kiln Works" in page
    assert "Potter 3" in page
    assert "Potter 2" not in page


def test_a_search_has_pages_whatever_signs_are_in_it(get):
    assert "Crafts" in get(f"/rolecall/companies/{tilde_encode(CRAFTS.id)}").text
    job = get(f"/job/{quote(f'{CRAFTS.id}:indeed:in-1', safe='')}")
    assert job.status_code == 200
    assert "Potter 1" in job.text
