"""Fifty readers at once, by wrk, while another process writes."""

import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tasks.settings import ROOT
from tests.benchmarks.reader_served import Served

WRK = shutil.which("wrk")
READERS = 50
SCRIPT = Path(__file__).with_name("readers.lua")
LONGEST_SECONDS = 3600


@contextmanager
def readers(site: Served, addresses: Sequence[str]) -> Iterator[dict[str, Any]]:
    """While inside, fifty readers ask; after it, what they saw. Shape: as readers.lua prints."""
    seen: dict[str, Any] = {}
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as listed:
        listed.write("\n".join(addresses))
        listed.flush()
        command = [str(WRK), "-t1", f"-c{READERS}", f"-d{LONGEST_SECONDS}", "--timeout", "30s", "-s", str(SCRIPT),
                   site.address, "--", listed.name]  # fmt: skip
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            yield seen
        finally:
            process.send_signal(signal.SIGINT)  # wrk then sums up
            output, _ = process.communicate(timeout=60)
    seen.update(json.loads(next(line for line in output.splitlines() if line.startswith("{"))))


def ingest(file: Path, changes: int, salt: int) -> dict[str, Any]:
    """So many changes landed by a process of its own. Shape: as changing.py prints."""
    command = [sys.executable, "-m", "tests.benchmarks.changing", str(file), str(changes), str(salt)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


def only_reading(site: Served, addresses: Sequence[str], seconds: float) -> dict[str, Any]:
    with readers(site, addresses) as seen:
        time.sleep(seconds)
    return seen
