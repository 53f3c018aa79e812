"""The gate of every request: the open internet is let through, and of this machine what a row's `base_url` names."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

import httpcore
import httpx

from tasks.addresses import bare, is_loopback, is_public, literal
from tasks.errors import BlockedError, FetchError

OWN_PORTS = {"http": 80, "https": 443}
PORT_MAX = 65_535

Origin = tuple[str, frozenset[int]]
Resolve = Callable[[str, int], Awaitable[list[str]]]

home: ContextVar[Origin | None] = ContextVar("home", default=None)  # the one host that may be private


def name_of(url: str) -> str:
    """The host of an address, with its port where that is not the scheme's own."""
    parts = read(url)
    host = host_of(parts)
    host = f"[{host}]" if ":" in host else host
    return host if port_of(parts) == OWN_PORTS.get(parts.scheme) else f"{host}:{port_of(parts)}"


def host_of(parts: httpx.URL) -> str:
    return bare(parts.raw_host.decode("ascii"))


def port_of(parts: httpx.URL) -> int:
    return parts.port or OWN_PORTS.get(parts.scheme, 0)


def origin(url: str | None) -> Origin | None:
    """Host and ports of an address that a person wrote."""
    if url is None:
        return None
    parts = read(url)
    return host_of(parts), frozenset(OWN_PORTS.values()) if parts.port is None else frozenset({parts.port})


@lru_cache(maxsize=4096)
def read(url: str) -> httpx.URL:
    """An address as the client reads it, so that what is checked is what is asked.

    Raises: FetchError where it is none.
    """
    try:
        return httpx.URL(url)
    except (httpx.InvalidURL, ValueError) as error:
        raise FetchError("not a valid address", url) from error


def check(url: str) -> None:
    """Refuse what is not http, what carries a user name, and what is written as a private address.

    Raises: BlockedError.
    """
    parts = read(url)
    if parts.scheme not in OWN_PORTS or not parts.host or parts.userinfo or port_of(parts) > PORT_MAX:
        raise BlockedError("not an http address", url)
    host = host_of(parts)
    address = literal(host)
    is_private = not is_public(str(address)) if address else is_loopback(host)  # PublicOnly looks up other names
    if is_private and not _names_home(host, port_of(parts)):
        raise BlockedError("a private address", url)


def _names_home(host: str, port: int) -> bool:
    named = home.get()
    return named is not None and bare(host) == named[0] and port in named[1]


async def resolve(host: str, port: int) -> list[str]:
    """What the system's resolver says."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


class PublicOnly(httpcore.AsyncNetworkBackend):
    """Resolves names itself, so that the address that was checked is the address that is connected to.

    Shape: a name with one private address among public ones is refused.
    """

    def __init__(self, resolve: Resolve = resolve) -> None:
        self._inner, self._resolve = httpcore.AnyIOBackend(), resolve
        self._private = set[str]()  # names that a base_url opened a connection to, which stays open

    def check(self, url: str) -> None:
        """As the function, and refuse a name that is known to be private: no connection may be made that is looked at.

        Raises: BlockedError.
        """
        check(url)
        parts = read(url)
        if host_of(parts) in self._private and not _names_home(host_of(parts), port_of(parts)):
            raise BlockedError("a private address", url)

    async def connect_tcp(  # type: ignore[override]  # what we do not look at is passed on as it comes
        self, host: str, port: int, timeout: float | None = None, **options: Any
    ) -> httpcore.AsyncNetworkStream:
        written = literal(host)
        try:
            candidates = [str(written)] if written else await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"no address for {host}") from error
        if not candidates:
            raise httpcore.ConnectError(f"no address for {host}")
        private = next((each for each in candidates if not is_public(each)), None)
        if private and not _names_home(host, port):
            raise BlockedError(f"resolves to the private address {private}", host)
        if private:
            self._private.add(bare(host))
        for address in candidates[:-1]:
            with suppress(httpcore.ConnectError):
                return await self._inner.connect_tcp(address, port, timeout=timeout, **options)
        return await self._inner.connect_tcp(candidates[-1], port, timeout=timeout, **options)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
