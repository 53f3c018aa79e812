"""Child processes that never outlive us: each in a group of its own, told to end when we end, however we end."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

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


def end_with_parent(number: int = signal.SIGTERM) -> None:
    """To be called in the child before it becomes its command."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, number)


def kill_group_with_parent() -> None:
    """For a group's leader: a thread that kills the group once the parent is gone, whatever it is waiting for."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
