"""Our walker over a companies file, without flow and file: `python -m tests.benchmarks.crawl`; settings as always.

The counterpart of tests.benchmarks.spider. Prints one line of JSON.
"""

import asyncio
import json
import sys
import time

from tasks import companies, settings
from tasks.errors import PipelineError
from tasks.fetch import Counts
from tasks.model import Company
from tasks.run import Run, open_run
from tasks.store.ledger import BoardRun
from tasks.walk import walk
from tests.benchmarks.memory import peak_mb


async def one(slots: asyncio.Semaphore, company: Company, run: Run, counts: Counts) -> tuple[int, int]:
    async with slots:
        board = BoardRun(company)
        try:
            await walk(company, board, run, counts)
        except PipelineError as error:
            print(f"{company.id}: {error}", file=sys.stderr)
    return len(board.pages), len(board.rows)


async def crawl() -> dict[str, float]:
    given = settings.load()
    slots, counts = asyncio.Semaphore(given.max_companies), Counts()
    async with open_run(given, is_dry=True) as run:
        began = time.perf_counter()
        boards = (one(slots, company, run, counts) for company in companies.read(given.companies_file))
        found = await asyncio.gather(*boards)
        seconds = time.perf_counter() - began
    pages, postings = map(sum, zip(*found, strict=True))
    return {"seconds": round(seconds, 3), "pages": pages, "postings": postings, "requests": counts.requests}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(crawl()) | {"peak_mb": peak_mb()}))
