"""The only owner of HTTP: pages in, with caps, politeness and errors that say who acts.

Reason: redirects are followed by hand, because each hop must pass the same gates (address, robots.txt, host's turn).
"""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urljoin

import httpx

from tasks import body, gate
from tasks.cache.link import Link
from tasks.errors import BlockedError, FetchError, GoneError, TransientError
from tasks.hosts import Hosts, Tally
from tasks.hosts.robots import MAX_BYTES, Rules, rules
from tasks.model import Page, Request
from tasks.retry_after import retry_after_seconds
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


@dataclass(frozen=True, slots=True)
class Errand:
    """What a page is fetched for: the board's counts, the rate that its source names, or its robots.txt."""

    counts: Counts
    requests_per_second: float | None
    is_robots: bool = False


class Fetcher:
    """One client for one run; open it with `fetcher(settings)`."""

    def __init__(self, client: httpx.AsyncClient, settings: Settings, hosts: Hosts, wall: gate.PublicOnly):
        self._client = client
        self._settings = settings
        self._wall = wall
        self._robots: dict[str, asyncio.Task[Rules]] = {}
        self.hosts = hosts

    async def fetch(
        self,
        request: Request,
        counts: Counts,
        base_url: str | None = None,
        validators: dict[str, str] | None = None,
        requests_per_second: float | None = None,
    ) -> Page | None:
        """The page, or None where the server says that it has not changed since `validators` were given.

        Shape: `validators` are request headers; a private address is let through only for the host of `base_url`;
        `requests_per_second` is the rate that the source names for its hosts.
        Raises: TransientError, GoneError, BlockedError, or FetchError for what no retry will mend.
        """
        gate.home.set(gate.origin(base_url))
        url, errand = request.url, Errand(counts, requests_per_second)
        for _ in range(self._settings.page_max_redirects + 1):
            self._wall.check(url)
            if request.accept == "html":
                robots = await self._robots_of(url, errand)
                self.hosts.verdict(url, robots.delay_seconds, robots.allow(url))
            answer = await self._send(request, url, errand, validators)
            if not isinstance(answer, str):
                return answer
            url = answer
        raise FetchError(f"more than {self._settings.page_max_redirects} redirects", request.url)

    async def _send(
        self, request: Request, url: str, errand: Errand, validators: dict[str, str] | None = None
    ) -> Page | str | None:
        """A page, the address of a redirect, or None for 304."""
        seconds = self._settings.page_timeout_seconds
        async with self.hosts.turn(url, errand.requests_per_second) as tally:
            try:
                async with asyncio.timeout(seconds):
                    return await self._exchange(request, url, errand, tally, validators or {})
            except TimeoutError as error:
                await self.hosts.failed(url)
                raise TransientError(f"no complete answer within {seconds:g} s", url) from error
            except httpx.TimeoutException as error:
                await self.hosts.failed(url)
                raise TransientError("no answer in time", url) from error
            except (httpx.TransportError, httpx.DecodingError, ssl.SSLError) as error:
                await self.hosts.failed(url)
                raise TransientError(" ".join(f"{type(error).__name__} {error}".split()), url) from error
            except httpx.InvalidURL as error:
                raise FetchError("not a valid address", url) from error

    async def _exchange(
        self, request: Request, url: str, errand: Errand, tally: Tally, validators: dict[str, str]
    ) -> Page | str | None:
        errand.counts.requests += 1
        tally.requests += 1
        method = "GET" if request.body is None else "POST"
        headers = {"Accept": "text/plain" if errand.is_robots else ACCEPT[request.accept], **validators}
        async with self._client.stream(method, url, json=request.body, headers=headers) as response:
            if response.has_redirect_location:
                self.hosts.succeeded(url)
                return _target(url, response.headers["location"])
            if response.status_code == 304 and validators:
                self.hosts.succeeded(url)
                tally.not_modified += 1
                return None
            await self._raise_for_status(response, url, tally, errand.is_robots)
            content = await self._body(response, url, errand.is_robots)
            errand.counts.bytes += len(content)
            tally.bytes += len(content)
        self.hosts.succeeded(url)
        return Page(request, url, content, datetime.now(UTC), {name.lower(): v for name, v in response.headers.items()})

    async def _body(self, response: httpx.Response, url: str, is_robots: bool) -> bytes:
        return await body.read(response, url, MAX_BYTES if is_robots else self._settings.page_max_bytes, is_robots)

    async def _raise_for_status(self, response: httpx.Response, url: str, tally: Tally, is_robots: bool) -> None:
        status, reason = response.status_code, f"HTTP {response.status_code}"
        if response.is_success:
            return
        is_blocked = status in BLOCKED
        if not (status in TRANSIENT or status >= 500 or is_blocked) or (is_blocked and is_robots):
            self.hosts.succeeded(url)  # it answers
            raise GoneError(reason, url, status) if status in GONE else FetchError(reason, url, status)
        tally.too_many += status == 429
        await self.hosts.failed(url)
        if is_blocked:
            raise BlockedError(reason, url, status)
        seconds = retry_after_seconds(response.headers.get("retry-after"), datetime.now(UTC))
        if seconds is not None:
            await self.hosts.pause(url, seconds)
            if not self.hosts.is_patient(seconds):
                raise FetchError(f"{reason}, to be asked again in {seconds:.0f} s", url, status)
        raise TransientError(reason, url, status, seconds)

    async def _robots_of(self, url: str, errand: Errand) -> Rules:
        parts = gate.read(url)
        origin = f"{parts.scheme}://{gate.name_of(url)}"
        if origin not in self._robots:
            self._robots[origin] = asyncio.create_task(self._load_robots(origin, errand))
        try:
            return await asyncio.shield(self._robots[origin])
        except FetchError:
            self._robots.pop(origin, None)
            raise

    async def _load_robots(self, origin: str, errand: Errand) -> Rules:
        """What another process has read lately, else the site's own; read once a run."""
        kept = await self.hosts.remembered(origin)
        if kept is None:
            kept = await self._ask_robots(f"{origin}/robots.txt", errand)
            await self.hosts.remember(origin, kept)
        return rules(kept, AGENT)

    async def _ask_robots(self, url: str, errand: Errand) -> bytes:
        """Source: RFC 9309: unavailable (4xx) means no rules; unreachable (5xx) means keep out for now."""
        request, errand = Request(url, accept="xml"), replace(errand, is_robots=True)
        for _ in range(self._settings.page_max_redirects + 1):
            try:
                self._wall.check(url)
                answer = await self._send(request, url, errand)
            except FetchError as error:
                if error.status is None or isinstance(error, TransientError):
                    raise
                log.debug("no robots.txt (%s)", error)
                return b""
            if isinstance(answer, Page):
                return answer.body
            url = str(answer)
        return b""


def _target(url: str, location: str) -> str:
    """Raises: FetchError where a redirect leads to no address."""
    try:
        return urljoin(url, location)
    except ValueError as error:
        raise FetchError("redirects to what is no address", url) from error


@asynccontextmanager
async def fetcher(
    settings: Settings,
    transport: httpx.AsyncBaseTransport | None = None,
    redis: Link | None = None,
    resolve: gate.Resolve = gate.resolve,
) -> AsyncIterator[Fetcher]:
    """A fetcher with its client open; `redis` shares each host's budget with other processes.

    Shape: `transport` and `resolve` are the seams for tests.
    """
    wall = gate.PublicOnly(resolve)
    if transport is None:
        transport = httpx.AsyncHTTPTransport(
            http2=True, limits=httpx.Limits(max_connections=100, max_keepalive_connections=50)
        )
        transport._pool._network_backend = wall  # httpx has no public name for it; a test guards it
    agent = f"{AGENT}/0.1 (+{settings.contact})" if settings.contact else f"{AGENT}/0.1"
    headers = {"User-Agent": agent, "Accept-Encoding": body.ENCODINGS}
    timeout = httpx.Timeout(settings.page_timeout_seconds, connect=settings.connect_timeout_seconds)
    async with httpx.AsyncClient(transport=transport, headers=headers, timeout=timeout) as client:
        yield Fetcher(client, settings, Hosts(settings, redis), wall)
