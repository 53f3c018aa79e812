"""`python -m tests.careers_site`: the site in the foreground, until Ctrl-C."""

import argparse
import contextlib
import logging
import sys
from datetime import date
from pathlib import Path

import uvicorn

from tests.careers_site.careers import FIRST_DAY, Site
from tests.careers_site.firms import EVERY
from tests.careers_site.serving import config, listen, url_of


def main(arguments: list[str] | None = None) -> int:
    given = _parser().parse_args(arguments)
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL + 1)
    try:
        site = _site(given)
        listener = listen(given.host, given.port)
    except (OSError, ValueError) as error:
        print(f"careers site: {error}", file=sys.stderr)
        return 2
    url = url_of(listener)
    site.public_url = given.public_url or url
    if given.companies_file:
        site.write_companies(given.companies_file, url)
    print(url, flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(config(site)).run(sockets=[listener])
    return 0


def _site(given: argparse.Namespace) -> Site:
    return Site(
        given.postings, given.companies, seed=given.seed, day=given.day, today=given.today, churn=given.churn,
        mix=EVERY if given.every else None, recorded=given.recorded, gzip=given.gzip, latency_seconds=given.latency,
        cache_mebibytes=given.cache,
    )  # fmt: skip


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.careers_site", description="A careers site on loopback.")
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="a loopback address")
    add("--port", type=int, default=8765, help="0 takes a free one")
    add("--postings", type=int, default=300)
    add("--companies", type=int, help="default: one for 25 postings")
    add("--seed", type=int, default=1)
    add("--day", type=int, default=0, help="days of change since the first")
    add("--today", type=date.fromisoformat, default=FIRST_DAY, metavar="DATE", help="the date of day 0")
    add("--churn", type=float, default=0.1, help="share of postings that change in a day")
    add("--every", action="store_true", help="boards of every platform, not of the four largest only")
    add("--recorded", type=Path, metavar="DIR", help="serve recorded boards instead of invented ones")
    add("--companies-file", type=Path, metavar="PATH", help="write the companies file there")
    add("--public-url", help="what links in the answers begin with; default: the site's own address")
    add("--gzip", action="store_true", help="pack answers for clients that accept it")
    add("--latency", type=float, default=0.0, metavar="SECONDS", help="wait before each answer")
    add("--cache", type=int, default=96, metavar="MIB", help="memory for answers that are asked for again")
    return parser


if __name__ == "__main__":
    sys.exit(main())
