"""`python -m tests.measured_fetch URL ACCEPT`: a page fetched in a process of its own, and what it took.

Shape: two lines, how it ended (size of the body, or class and words of the error) and the most MB that it ever held.
"""

import asyncio
import sys

from tasks import settings
from tasks.errors import FetchError
from tasks.fetch import Counts, fetcher
from tasks.model import Request
from tests.benchmarks.memory import peak_mb


async def main(url: str, accept: str) -> str:
    async with fetcher(settings.load()) as pages:
        try:
            page = await pages.fetch(Request(url, accept), Counts(), url)
        except FetchError as error:
            return f"{type(error).__name__} {error}"
    return f"{len(page.body)} bytes"


if __name__ == "__main__":
    print(asyncio.run(main(*sys.argv[1:])))
    print(round(peak_mb()))
