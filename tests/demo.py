"""`make demo`: the real pipeline over a careers site of our own on this machine.

Everything but the site is what a person runs on real boards: `rolecall up --now`, with its Redis, Prefect and
Datasette. The site stands on a port of its own, so that a second demo finds the same pages, unchanged.
"""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import httpx

from flows import local
from tasks import child, settings

DATA = settings.ROOT / ".rolecall" / "demo"
PORT = 8765
POSTINGS, BOARDS = 600, 30


def first_day() -> date:
    """The day before the first demo, kept: the site tells its dates from it, and none may lie in the future."""
    note = DATA / "demo.json"
    if not note.exists():
        DATA.mkdir(parents=True, exist_ok=True)
        yesterday = date.today() - timedelta(days=1)
        note.write_text(json.dumps({"today": yesterday.isoformat()}))
    return date.fromisoformat(json.loads(note.read_text())["today"])


def main() -> int:
    companies = DATA / "companies.csv"
    today = first_day()
    port = local.free_port(PORT)
    if port != PORT:
        print(f"port {PORT} is taken: the site stands on {port}, so pages will count as new", file=sys.stderr)
    url = f"http://127.0.0.1:{port}"
    size = ["--postings", str(POSTINGS), "--companies", str(BOARDS), "--every"]
    command = [sys.executable, "-m", "tests.careers_site", "--port", str(port), *size, "--today", today.isoformat()]
    site = child.spawn([*command, "--companies-file", str(companies)], DATA / "site.log")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        wait_for(url, site)
        print(f"careers site: {url}  ({POSTINGS} postings of companies that do not exist)")
        environment = {**os.environ, "ROLECALL_DATA_DIR": str(DATA), "ROLECALL_COMPANIES_FILE": str(companies)}
        shell = subprocess.Popen(
            [sys.executable, "-m", "flows.cli", "up", "--now"],
            env=environment,
            start_new_session=True,
            preexec_fn=child.end_with_parent,
        )
        try:
            return shell.wait()
        except KeyboardInterrupt:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            shell.terminate()
            return shell.wait()
    finally:
        child.stop(site)


def wait_for(url: str, site: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and site.poll() is None:
        try:
            httpx.get(f"{url}/robots.txt", timeout=1, trust_env=False)
            return
        except httpx.HTTPError:
            time.sleep(0.1)
    sys.exit(f"the careers site did not start; its log is {Path(DATA / 'site.log')}")


if __name__ == "__main__":
    sys.exit(main())
