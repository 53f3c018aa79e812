"""Child processes that never outlive us: each in a group of its own, told to end when we end, however we end."""

import asyncio
import ctypes
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, NamedTuple

from tasks.settings import ROOT

ERROR_BYTES = 4000
PASSED_ON = ("PATH", "SSL_CERT_FILE", "SSL_CERT_DIR")
STARTED_BY = "ROLECALL_STARTED_BY"
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def spawn(arguments: Sequence[str], log: Path, env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
    """Start a server with its output in a log file."""
    log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with log.open("ab") as output:
        return subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, **env} if env else None,
            start_new_session=True,  # Ctrl-C reaches us alone; we end our children in order
            preexec_fn=end_with_parent,
        )


def stop(process: subprocess.Popen[bytes], seconds: float = 10.0) -> None:
    """Ask the whole group to end, then make it."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            break
        try:
            process.wait(seconds)
            break
        except subprocess.TimeoutExpired:
            continue
    process.poll()


class Ended(NamedTuple):
    """How a process that was asked something ended. Shape: `code` is None where it ran out of time."""

    code: int | None
    output: bytes
    last_line: str  # of what it wrote about errors


async def ask(arguments: Sequence[str], question: bytes, home: Path, seconds: float, most_bytes: int) -> Ended:
    """Have a Python process of ours answer, in a folder of its own; ended with all that it started, however it ends.

    Shape: of its output one byte more than `most_bytes` at most.
    """
    with tempfile.TemporaryFile(dir=home) as output, tempfile.TemporaryFile(dir=home) as errors:
        process = await asyncio.create_subprocess_exec(
            sys.executable, *arguments, stdin=asyncio.subprocess.PIPE, stdout=output, stderr=errors, cwd=home,
            env=_surroundings(home), start_new_session=True,
        )  # fmt: skip
        code = None
        try:
            async with asyncio.timeout(seconds):
                await process.communicate(question)
            code = process.returncode
        except TimeoutError:
            pass
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
        output.seek(0)
        return Ended(code, output.read(most_bytes + 1), _last_line(errors))


def _surroundings(home: Path) -> dict[str, str]:
    """No variable of ours gets there: keys, proxies, and switches by which libraries report elsewhere."""
    kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    told = {"HOME": str(home), "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "DO_NOT_TRACK": "1"}
    return kept | told | {STARTED_BY: str(os.getpid())}


def _last_line(errors: IO[bytes]) -> str:
    errors.seek(max(0, errors.seek(0, os.SEEK_END) - ERROR_BYTES))
    lines = errors.read().decode("utf-8", "replace").strip().splitlines()
    return " ".join(lines[-1].split())[:300] if lines else ""


def end_with_parent(number: int = signal.SIGTERM) -> None:
    """To be called in the child before it becomes its command."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, number)


def kill_group_with_parent() -> None:
    """For a group's leader: a thread that kills the group once the parent is gone, whatever it is waiting for."""
    parent = int(os.environ.get(STARTED_BY) or os.getppid())  # who may be gone before we get here

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
