"""What one writes in an afternoon to do the same with asyncio, httpx and sqlite3 alone: the measure for the flow.

`python -m tests.benchmarks.bare COMPANIES_CSV DATABASE` prints one line of JSON. It reads, cleans, hashes, extracts and
indexes with the same pure functions, and leaves out what a first script leaves out: orchestration, cache, ledger,
guards, history, conditional requests, robots.txt, retries, limits per host and caps on pages.
"""

import asyncio
import json
import sqlite3
import sys
import time
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx

from tasks import companies, normalize, rules
from tasks.model import Company, Page, Posting, Request
from tests.benchmarks.memory import peak_mb

BOARDS_AT_ONCE = 16
REQUESTS_AT_ONCE = 32
BATCH = 2000
COLUMNS = (
    "id company_id company title location country city workplace_type employment_type seniority department salary_min "
    "salary_max salary_currency salary_period experience_years_min experience_years_max skills requisition_id url "
    "apply_url posted_on expires_on first_seen_at changed_at content_hash"
).split()
FIXED = {"id", "first_seen_at"}
SCHEMA = f"""
PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536;
CREATE TABLE IF NOT EXISTS jobs (
  pk INTEGER PRIMARY KEY, {", ".join(name + (" TEXT UNIQUE" if name == "id" else "") for name in COLUMNS)},
  is_open INTEGER DEFAULT 1, listed_on AS (coalesce(posted_on, substr(first_seen_at, 1, 10)))
);
CREATE TABLE IF NOT EXISTS texts (content_hash TEXT PRIMARY KEY, html TEXT, text TEXT);
CREATE INDEX IF NOT EXISTS jobs_newest ON jobs(is_open, listed_on DESC);
CREATE INDEX IF NOT EXISTS jobs_facets
  ON jobs(is_open, workplace_type, seniority, employment_type, country, company, skills);
CREATE INDEX IF NOT EXISTS jobs_seen ON jobs(is_open, first_seen_at DESC);
CREATE INDEX IF NOT EXISTS jobs_company ON jobs(company_id, is_open);
CREATE INDEX IF NOT EXISTS jobs_salary ON jobs(is_open, salary_min) WHERE salary_min IS NOT NULL;
CREATE INDEX IF NOT EXISTS jobs_content ON jobs(content_hash);
CREATE VIEW IF NOT EXISTS searched AS
  SELECT pk, title, company, location, text FROM jobs JOIN texts USING (content_hash);
CREATE VIRTUAL TABLE IF NOT EXISTS jobs_fts USING fts5(
  title, company, location, text, content="searched", content_rowid="pk",
  tokenize="porter unicode61 remove_diacritics 2 tokenchars '+#'"
);
CREATE TRIGGER IF NOT EXISTS added AFTER INSERT ON jobs BEGIN
  INSERT INTO jobs_fts(rowid, title, company, location, text)
  SELECT new.pk, new.title, new.company, new.location, text FROM texts WHERE content_hash = new.content_hash;
END;
CREATE TRIGGER IF NOT EXISTS removed AFTER DELETE ON jobs BEGIN
  INSERT INTO jobs_fts(jobs_fts, rowid, title, company, location, text)
  SELECT 'delete', old.pk, old.title, old.company, old.location, text FROM texts WHERE content_hash = old.content_hash;
END;
CREATE TRIGGER IF NOT EXISTS edited AFTER UPDATE ON jobs WHEN old.content_hash <> new.content_hash BEGIN
  INSERT INTO jobs_fts(jobs_fts, rowid, title, company, location, text)
  SELECT 'delete', old.pk, old.title, old.company, old.location, text FROM texts WHERE content_hash = old.content_hash;
  INSERT INTO jobs_fts(rowid, title, company, location, text)
  SELECT new.pk, new.title, new.company, new.location, text FROM texts WHERE content_hash = new.content_hash;
END;
"""
UPSERT = f"""
INSERT INTO jobs({", ".join(COLUMNS)}) VALUES ({", ".join(":" + name for name in COLUMNS)})
ON CONFLICT(id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in COLUMNS if name not in FIXED)}
"""
KEEP_TEXT = "INSERT INTO texts VALUES (:content_hash, :html, :text) ON CONFLICT DO NOTHING"


async def fetch(client: httpx.AsyncClient, slots: asyncio.Semaphore, request: Request) -> Page:
    async with slots:
        answer = await client.get(request.url)
    answer.raise_for_status()
    return Page(request, str(answer.url), answer.content, datetime.now(UTC))


async def scrape(client: httpx.AsyncClient, slots: asyncio.Semaphore, company: Company) -> list[Posting]:
    """Every posting of a board, page by page."""
    source = import_module(f"tasks.sources.{company.source}")
    found: dict[str, Posting] = {}
    wave: list[Request] = [source.start(company)]
    asked = set(wave)
    while wave:
        follow: list[Request] = []
        for page in await asyncio.gather(*(fetch(client, slots, request) for request in wave)):
            for item in source.parse(company, page):
                if isinstance(item, Posting):
                    found[item.id] = item
                elif item not in asked:
                    follow.append(item)
                    asked.add(item)
        wave = follow
    return list(found.values())


def row(company: Company, posting: Posting, at: str) -> dict[str, Any]:
    html = normalize.clean_html(posting.description_html)
    text = normalize.html_to_text(html)
    location = "; ".join(posting.locations) or None
    derived = rules.extract(posting.title, location, text)
    return {
        **posting.model_dump(mode="json", exclude={"description_html", "locations", "origin"}),
        **derived.model_dump(exclude={"evidence"}),
        **normalize.facts(posting),
        "id": f"{company.id}:{posting.id}",
        "company_id": company.id,
        "company": company.name,
        "location": location,
        "url": normalize.without_tracking(posting.url),
        "skills": json.dumps(derived.skills),
        "first_seen_at": at,
        "changed_at": at,
        "content_hash": normalize.content_hash(posting, text),
        "html": html,
        "text": text,
    }


def write(database: sqlite3.Connection, rows: list[dict[str, Any]]) -> None:
    with database:
        database.executemany(KEEP_TEXT, rows)
        database.executemany(UPSERT, rows)


async def ingest(companies_file: Path, path: Path) -> int:
    """All boards into the file; how many jobs it holds."""
    database = sqlite3.connect(path)
    database.executescript(SCHEMA)
    boards, requests = asyncio.Semaphore(BOARDS_AT_ONCE), asyncio.Semaphore(REQUESTS_AT_ONCE)
    at, waiting = datetime.now(UTC).isoformat(), list[dict[str, Any]]()

    async def one(company: Company) -> None:
        async with boards:
            waiting.extend(row(company, posting, at) for posting in await scrape(client, requests, company))
        if len(waiting) >= BATCH:
            write(database, waiting)
            waiting.clear()

    async with httpx.AsyncClient(timeout=60) as client:
        await asyncio.gather(*(one(company) for company in companies.read(companies_file)))
    write(database, waiting)
    count = int(database.execute("SELECT count(*) FROM jobs").fetchone()[0])
    database.close()
    return count


def main() -> None:
    companies_file, path = map(Path, sys.argv[1:])
    for name in companies.known_sources():
        import_module(f"tasks.sources.{name}")
    began = time.perf_counter()
    postings = asyncio.run(ingest(companies_file, path))
    seconds = round(time.perf_counter() - began, 3)
    print(json.dumps({"postings": postings, "seconds": seconds, "peak_mb": peak_mb()}))


if __name__ == "__main__":
    main()
