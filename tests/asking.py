"""`python -m tests.asking URL COUNT`: a process that asks one address so often, with the settings in force."""

import asyncio
import sys

from tasks import cache, settings
from tasks.fetch import Counts, fetcher
from tasks.model import Request


async def main(url: str, count: int) -> None:
    made = settings.load()
    answers = await cache.connect(made)
    async with fetcher(made, redis=answers.link) as pages:
        asks = (pages.fetch(Request(f"{url}/{number}"), Counts(), url) for number in range(count))
        await asyncio.gather(*asks)
    print(answers.fault or "shared")
    await answers.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
