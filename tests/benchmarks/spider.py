"""Scrapy over a companies file: `python -m tests.benchmarks.spider COMPANIES_CSV`, with a Python that has Scrapy.

It asks what the sources ask, reads with the same pure functions and makes the same rows; what differs is who fetches.
Limits are those of the settings: requests in flight to one host, retries, time and size of a page, robots.txt. Prints
one line of JSON.
"""

import json
import sys
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import scrapy
from scrapy.crawler import CrawlerProcess
from scrapy.http import Response

from tasks import companies, settings
from tasks.model import Company, Page, Posting, Request
from tasks.reading import row
from tests.benchmarks.memory import peak_mb

ACCEPT = {"json": "application/json", "html": "text/html,application/xhtml+xml", "xml": "application/xml,text/xml"}
counts = {"pages": 0, "postings": 0}


class Boards(scrapy.Spider):
    """Every board of the file, page by page."""

    name = "boards"

    async def start(self) -> AsyncIterator[Any]:
        for company in companies.read(Path(sys.argv[1])):
            yield self._ask(company, import_module(f"tasks.sources.{company.source}").start(company))

    def _ask(self, company: Company, request: Request) -> scrapy.Request:
        return scrapy.Request(
            request.url,
            method="GET" if request.body is None else "POST",
            headers={"Accept": ACCEPT[request.accept], "Content-Type": "application/json"},
            body=b"" if request.body is None else json.dumps(request.body).encode(),
            cb_kwargs={"company": company, "request": request},
        )

    def parse(self, response: Response, company: Company, request: Request) -> Iterator[Any]:
        counts["pages"] += 1
        page = Page(request, response.url, response.body, datetime.now(UTC))
        source = import_module(f"tasks.sources.{company.source}")
        for item in source.parse(company, page):
            if isinstance(item, Request):
                yield self._ask(company, item)
            elif isinstance(item, Posting):
                counts["postings"] += 1
                yield {"row": row(company, item)}


def main() -> None:
    given = settings.load()
    process = CrawlerProcess(
        {
            "CONCURRENT_REQUESTS": 100,
            "CONCURRENT_REQUESTS_PER_DOMAIN": given.requests_per_host,
            "DOWNLOAD_DELAY": 0,
            "DOWNLOAD_TIMEOUT": given.page_timeout_seconds,
            "DOWNLOAD_MAXSIZE": given.page_max_bytes,
            "RETRY_TIMES": given.retries,
            "ROBOTSTXT_OBEY": True,
            "LOG_LEVEL": "ERROR",
            "TELNETCONSOLE_ENABLED": False,
        }
    )
    process.crawl(Boards)
    began = time.perf_counter()
    process.start()
    seconds = time.perf_counter() - began
    print(json.dumps({"seconds": round(seconds, 3), **counts, "peak_mb": peak_mb()}))


if __name__ == "__main__":
    main()
