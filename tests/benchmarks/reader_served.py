"""A file served by a process of its own, by `rolecall serve` or by stock Datasette, and what its pages take."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from flows import local
from tasks import child

START_SECONDS = 60.0
LONGEST_SECONDS = 120.0  # of one answer
ANEW = {"authorization": "none"}  # answers to who shows a key are not kept


@dataclass(frozen=True, slots=True)
class Served:
    """A server: its address and process, and how long it took until it listened."""

    address: str
    pid: int
    seconds: float

    def megabytes(self, kind: str = "VmHWM") -> float:
        """Of memory at its peak, or now (`VmRSS`)."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith(kind)).split()[1]) / 1024


@contextmanager
def served(file: Path, is_stock: bool = False) -> Iterator[Served]:
    """Shape: the file is called rolecall.db."""
    port = local.free_port(0)
    stock = [str(Path(sys.executable).with_name("datasette")), "serve", str(file), "--port", str(port)]
    ours = [sys.executable, "-m", "flows.cli", "serve", "--port", str(port)]
    env = {"ROLECALL_DATA_DIR": str(file.parent)}
    began = time.perf_counter()
    process = child.spawn(stock if is_stock else ours, file.with_name("served.log"), env)
    try:
        _listens(port, process)
        yield Served(f"http://127.0.0.1:{port}", process.pid, time.perf_counter() - began)
    finally:
        child.stop(process)


def _listens(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.005)
    raise RuntimeError("the server did not start")


def forget(file: Path) -> None:
    """What the kernel keeps of the file in memory, as far as it lets go of it."""
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)


@dataclass(frozen=True, slots=True)
class Times:
    """What some requests or queries took, of the clock and of a processor, and how many of them failed."""

    seconds: Sequence[float]
    failed: int = 0
    processor: Sequence[float] = ()  # seconds; what others do on the machine does not lengthen them

    def part(self, share: float) -> float:
        """Milliseconds that this share of them took at the most."""
        return _part(self.seconds, share)

    def processor_part(self, share: float) -> float:
        return _part(self.processor, share)


def _part(seconds: Sequence[float], share: float) -> float:
    ordered = sorted(seconds)
    return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def asked(site: Served, addresses: Iterable[str], headers: dict[str, str] | None = None) -> Times:
    """One after another, over one connection."""
    seconds, failed = [], 0
    with httpx.Client(base_url=site.address, headers=headers, timeout=LONGEST_SECONDS, trust_env=False) as client:
        for address in addresses:
            began = time.perf_counter()
            try:
                failed += client.get(address).status_code != 200
            except httpx.TimeoutException:
                failed += 1
            seconds.append(time.perf_counter() - began)
    return Times(seconds, failed)


def wait_until_counted(site: Served) -> None:
    """Until its bitmaps are read: facets are never answered without."""
    if asked(site, ["/api/facets?is_open=any"]).failed:
        raise RuntimeError("the bitmaps were not read in time")
