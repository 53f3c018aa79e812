"""The only owner of HTTP: pages in, with caps, politeness and errors that say who acts.

Reason: redirects are followed by hand, because each hop must pass the same gates (address, robots.txt, host's turn).
"""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit

import httpx
from protego import Protego

from tasks import addresses
from tasks.errors import BlockedError, FetchError, GoneError, TransientError
from tasks.hosts import Hosts, retry_after_seconds
from tasks.model import Page, Request
from tasks.settings import Settings

log = logging.getLogger(__name__)

AGENT = "rolecall"
ACCEPT = {"json": "application/json", "html": "text/html,application/xhtml+xml", "xml": "application/xml,text/xml"}
BLOCKED = {401, 403, 407, 451}
GONE = {404, 410}
TRANSIENT = {408, 425, 429}


@dataclass(slots=True)
class Counts:
    """What fetching one board took."""

    requests: int = 0
    bytes: int = 0  # decompressed


class Fetcher:
    """One client for one run; open it with `fetcher(settings)`."""

    def __init__(self, client: httpx.AsyncClient, settings: Settings):
        self._client = client
        self._settings = settings
        self._hosts = Hosts(settings)
        self._robots: dict[str, asyncio.Task[Protego]] = {}

    async def fetch(
        self, request: Request, counts: Counts, base_url: str | None = None, validators: dict[str, str] | None = None
    ) -> Page | None:
        """The page, or None where the server says that it has not changed since `validators` were given.

        Shape: `validators` are request headers; a private address is let through only for the host of `base_url`.
        Raises: TransientError, GoneError, BlockedError, or FetchError for what no retry will mend.
        """
        addresses.home.set(urlsplit(base_url).hostname if base_url else None)
        url = request.url
        for _ in range(self._settings.page_max_redirects + 1):
            addresses.check(url)
            if request.accept == "html" and not (await self._robots_of(url, counts)).can_fetch(url, AGENT):
                raise BlockedError("robots.txt disallows it", url)
            answer = await self._send(request, url, counts, validators)
            if not isinstance(answer, str):
                return answer
            url = answer
        raise FetchError(f"more than {self._settings.page_max_redirects} redirects", request.url)

    async def _send(
        self, request: Request, url: str, counts: Counts, validators: dict[str, str] | None = None
    ) -> Page | str | None:
        """A page, the address of a redirect, or None for 304."""
        seconds = self._settings.page_timeout_seconds
        async with self._hosts.turn(url):
            try:
                async with asyncio.timeout(seconds):
                    return await self._exchange(request, url, counts, validators or {})
            except TimeoutError as error:
                self._hosts.failed(url)
                raise TransientError(f"no complete answer within {seconds:g} s", url) from error
            except httpx.TimeoutException as error:
                self._hosts.failed(url)
                raise TransientError("no answer in time", url) from error
            except (httpx.TransportError, httpx.DecodingError, ssl.SSLError) as error:
                self._hosts.failed(url)
                raise TransientError(" ".join(f"{type(error).__name__} {error}".split()), url) from error
            except httpx.InvalidURL as error:
                raise FetchError("not a valid address", url) from error

    async def _exchange(
        self, request: Request, url: str, counts: Counts, validators: dict[str, str]
    ) -> Page | str | None:
        counts.requests += 1
        method = "GET" if request.body is None else "POST"
        headers = {"Accept": ACCEPT[request.accept], **validators}
        async with self._client.stream(method, url, json=request.body, headers=headers) as response:
            if response.has_redirect_location:
                return urljoin(url, response.headers["location"])
            if not (response.status_code == 304 and validators):
                self._raise_for_status(response, url)
                body = await self._body(response, url)
                counts.bytes += len(body)
        self._hosts.succeeded(url)
        if response.status_code == 304:
            return None
        return Page(request, url, body, datetime.now(UTC), {name.lower(): v for name, v in response.headers.items()})

    async def _body(self, response: httpx.Response, url: str) -> bytes:
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > self._settings.page_max_bytes:
                raise FetchError(f"larger than {self._settings.page_max_bytes} bytes", url)
        return bytes(body)

    def _raise_for_status(self, response: httpx.Response, url: str) -> None:
        status, reason = response.status_code, f"HTTP {response.status_code}"
        if response.is_success:
            return
        if status in GONE:
            raise GoneError(reason, url, status)
        if status in BLOCKED:
            raise BlockedError(reason, url, status)
        if status not in TRANSIENT and status < 500:
            raise FetchError(reason, url, status)
        seconds = retry_after_seconds(response.headers.get("retry-after"), datetime.now(UTC))
        if seconds is None:
            self._hosts.failed(url)
        else:
            self._hosts.pause(url, seconds)
        raise TransientError(reason, url, status, seconds)

    async def _robots_of(self, url: str, counts: Counts) -> Protego:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._robots:
            self._robots[origin] = asyncio.create_task(self._load_robots(f"{origin}/robots.txt", counts))
        try:
            return await asyncio.shield(self._robots[origin])
        except TransientError:
            self._robots.pop(origin, None)
            raise

    async def _load_robots(self, url: str, counts: Counts) -> Protego:
        """Source: RFC 9309: unavailable (4xx) means no rules; unreachable (5xx) means keep out for now."""
        request = Request(url, accept="xml")
        try:
            for _ in range(self._settings.page_max_redirects + 1):
                addresses.check(url)
                answer = await self._send(request, url, counts)
                if isinstance(answer, Page):
                    return Protego.parse(answer.text)
                url = str(answer)
        except TransientError:
            raise
        except FetchError as error:
            log.debug("no robots.txt (%s)", error)
        return Protego.parse("")


@asynccontextmanager
async def fetcher(settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> AsyncIterator[Fetcher]:
    """A fetcher with its client open; `transport` is the seam for tests."""
    if transport is None:
        transport = httpx.AsyncHTTPTransport(
            http2=True, limits=httpx.Limits(max_connections=100, max_keepalive_connections=50)
        )
        transport._pool._network_backend = addresses.PublicOnly()  # httpx has no public name for it; a test guards it
    agent = f"{AGENT}/0.1 (+{settings.contact})" if settings.contact else f"{AGENT}/0.1"
    timeout = httpx.Timeout(settings.page_timeout_seconds, connect=settings.connect_timeout_seconds)
    async with httpx.AsyncClient(transport=transport, headers={"User-Agent": agent}, timeout=timeout) as client:
        yield Fetcher(client, settings)
