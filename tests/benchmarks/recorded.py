"""The real flow over real boards that others recorded: what was recorded, and what of it landed with which facts.

`python -m tests.benchmarks.recorded` prints a Markdown table and exits 1 where a listed posting did not land. Needs the
recordings (ROLECALL_SHARED_DATA, by default ../shared/data); starts a Prefect server where none is given.
"""

import os
import sqlite3
import sys
import tempfile
from contextlib import closing
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from flows import local
from tasks import settings, store
from tasks.model import Company, Page, Posting, Request
from tests.benchmarks.race import Race
from tests.benchmarks.report import table
from tests.careers_site import Site, serve

DATA = Path(os.environ.get("ROLECALL_SHARED_DATA", settings.ROOT.parent / "shared" / "data"))
FACTS = {"salary": "salary_min IS NOT NULL OR salary_max IS NOT NULL", "location": "location IS NOT NULL",
         "date": "posted_on IS NOT NULL", "workplace": "workplace_type IS NOT NULL",
         "seniority": "seniority IS NOT NULL", "skills": "skills <> '[]'"}  # fmt: skip


def listed(site: Site, source: str, board: str) -> dict[str, str | None]:
    """What ought to land: id, and for a page of its own the day on which it expires."""
    rows = [row for row in site.rows(source, board) if row.get("isListed") is not False]
    return {str(row["id"]): expiry(row["page"]) if source == "jsonld" else None for row in rows}


def expiry(body: bytes) -> str | None:
    """The day until which a recorded job page says that it is open."""
    company, request = (
        Company(name="x", source="jsonld", board="x.example/jobs"),
        Request("https://x.example/1", "html"),
    )
    page = Page(request, request.url, body, datetime(1970, 1, 2, tzinfo=UTC))
    found = [item for item in import_module("tasks.sources.jsonld").parse(company, page) if isinstance(item, Posting)]
    return next((job.expires_on.isoformat() for job in found if job.expires_on), None)


def board_row(reader: sqlite3.Connection, site: Site, source: str, board: str) -> tuple[dict[str, Any], list[str]]:
    """A row of the table, and a line for each posting that differs."""
    wanted, today = listed(site, source, board), date.today().isoformat()
    company = reader.execute(
        "SELECT id FROM companies WHERE source = ? AND board IN (?, ?)", (source, board, f"{board}.example/jobs")
    ).fetchone()["id"]
    jobs = reader.execute(
        "SELECT substr(id, length(company_id) + 2) AS native FROM jobs WHERE company_id = ?", (company,)
    )
    got = {row["native"].rsplit("/", 1)[-1] for row in jobs}
    expired = {native for native, day in wanted.items() if day and day < today}
    missing, strange = sorted(wanted.keys() - got - expired), sorted(got - wanted.keys())
    counts = ", ".join(f"count(*) FILTER (WHERE {test}) AS {name}" for name, test in FACTS.items())
    facts = dict(reader.execute(f"SELECT {counts} FROM jobs WHERE company_id = ?", (company,)).fetchone())
    row = {"board": f"{source}/{board}", "recorded": len(site.rows(source, board)), "listed": len(wanted),
           "expired": len(expired), "landed": len(got), **facts}  # fmt: skip
    return row, [f"{company}: {native} is listed and did not land" for native in missing] + [
        f"{company}: {native} landed and is not listed" for native in strange
    ]


def main() -> int:
    site, lines = Site(recorded=DATA), list[str]()
    if not site.boards:
        sys.exit(f"no recorded boards under {DATA} (ROLECALL_SHARED_DATA)")
    with tempfile.TemporaryDirectory() as name, serve(site) as url:
        folder = Path(name)
        site.write_companies(folder / "companies.csv", url)
        with local.prefect_server(settings.Settings(data_dir=folder, prefect_port=local.free_port(0))) as api:
            run = Race(folder, url, api).rolecall()
        with closing(store.open_reader(folder / "rolecall" / "rolecall.db")) as reader:
            found = [board_row(reader, site, source, board) for source, board in site.boards]
    total = {"board": "all"} | {key: sum(row[key] for row, _ in found) for key in found[0][0] if key != "board"}
    print(table([{key: str(value) for key, value in row.items()} for row in [*(row for row, _ in found), total]]))
    lines = [line for _, differences in found for line in differences]
    print("\n".join(lines) or f"\nEvery listed posting landed ({run['message']}).")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
