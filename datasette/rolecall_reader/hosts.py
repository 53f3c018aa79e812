"""Under which names an instance answers: a page elsewhere whose name resolves to this machine gets nothing.

Source: ROLECALL_HOSTS in the environment, comma separated, adds to the names of this machine itself.
"""

import os
from collections.abc import Iterable, Mapping

from rolecall_reader.editor import is_loopback, is_public


def host_of(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """The name that a request asks, without its port; empty where it asks none, or several."""
    named = [value.decode("latin-1").strip().lower() for name, value in headers if name.lower() == b"host"]
    if len(named) != 1:
        return ""
    name, colon, port = named[0].rpartition(":")
    if colon and port.isdigit():
        return name.strip("[]")
    return named[0].strip("[]")


def is_known_host(headers: Iterable[tuple[bytes, bytes]], environ: Mapping[str, str] = os.environ) -> bool:
    """Whether that is a name of this machine or one of ROLECALL_HOSTS; a public instance without them takes any."""
    host = host_of(headers)
    known = {name.strip().lower() for name in environ.get("ROLECALL_HOSTS", "").split(",")} - {""}
    if not host:
        return False
    return host == "localhost" or is_loopback(host) or host in known or (is_public(environ) and not known)
