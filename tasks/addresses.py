"""Which addresses may be asked: the open internet, and of this machine only what a row's `base_url` names."""

import asyncio
import ipaddress
import socket
from contextlib import suppress
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlsplit

import httpcore

from tasks.errors import BlockedError

home: ContextVar[str | None] = ContextVar("home", default=None)  # the one host that may be private: the row's base_url


def is_public(address: str) -> bool:
    """True for an address of the open internet; IPv4 inside IPv6 counts as that IPv4.

    Raises: ValueError where it is no address but a name.
    """
    ip = ipaddress.ip_address(address.split("%")[0])
    inner = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None) or ip
    return bool(inner.is_global and not inner.is_multicast)


def is_loopback(host: str) -> bool:
    """True for a host written as this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def check(url: str) -> None:
    """Refuse what is not http and what is written as a private address.

    Raises: BlockedError.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BlockedError("not an http address", url)
    try:
        public = parts.hostname == home.get() or is_public(parts.hostname)
    except ValueError:
        return  # a name: PublicOnly looks at what it resolves to
    if not public:
        raise BlockedError("a private address", url)


class PublicOnly(httpcore.AsyncNetworkBackend):
    """Resolves names itself, so that the address that was checked is the address that is connected to."""

    def __init__(self) -> None:
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(  # type: ignore[override]  # what we do not look at is passed on as it comes
        self, host: str, port: int, timeout: float | None = None, **options: Any
    ) -> httpcore.AsyncNetworkStream:
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except socket.gaierror as error:
            raise httpcore.ConnectError(f"no address for {host}") from error
        candidates = list(dict.fromkeys(str(each[4][0]) for each in found))
        for address in candidates:
            if host != home.get() and not is_public(address):
                raise BlockedError(f"resolves to the private address {address}", host)
        for address in candidates[:-1]:
            with suppress(httpcore.ConnectError):
                return await self._inner.connect_tcp(address, port, timeout=timeout, **options)
        return await self._inner.connect_tcp(candidates[-1], port, timeout=timeout, **options)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
