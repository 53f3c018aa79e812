"""A careers site and a folder of its own, over which the real flow runs."""

import asyncio
import contextlib

from tasks import store

HELD = "SELECT company_id, substr(id, length(company_id) + 2), title FROM jobs WHERE is_open = 1"
QUICK = {"retries": 1, "retry_delay_seconds": 0.05, "page_timeout_seconds": 2, "page_max_bytes": 3_000_000}


class Place:
    """A careers site and an own folder: `ingest()` is one run, `rows()` asks the file."""

    def __init__(self, site, url, make_settings, folder):
        self.site, self.url, self.folder = site, url, folder
        site.write_companies(folder / "companies.csv", url)
        self.set = lambda **fields: make_settings(companies_file=folder / "companies.csv", **{**QUICK, **fields})
        self.settings = self.set(redis_url="off")

    def ingest(self, **parameters):
        from flows.ingest import ingest

        return asyncio.run(ingest(return_state=True, **parameters))

    def rows(self, sql, *values):
        with contextlib.closing(store.open_reader(self.settings.database)) as reader:
            return [tuple(row) for row in reader.execute(sql, values)]

    def company_of(self, source, board):
        return self.rows("SELECT id FROM companies WHERE source = ? AND board LIKE ? || '%'", source, board)[0][0]

    def truth(self):
        """What stands on the site's boards: company and the platform's id -> role."""
        found = {}
        for source, board in self.site.boards:
            unlisted = {row["id"] for row in self.site.rows(source, board) if row.get("isListed") is False}
            for native, role in self.site.roles(source, board).items():
                if native not in unlisted:
                    found[self.company_of(source, board), native] = role
        return found

    def held(self):
        return {(company, native.rsplit("/", 1)[-1]): title for company, native, title in self.rows(HELD)}

    def ledger(self):
        sql = """SELECT company_id, outcome, closed, error, guard, not_modified, retries FROM board_runs
                 WHERE run_id = (SELECT max(id) FROM runs)"""
        return {row[0]: row[1:] for row in self.rows(sql)}
