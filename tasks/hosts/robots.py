"""What a site's robots.txt says of us."""

from dataclasses import dataclass

from protego import Protego

MAX_BYTES = 512_000  # Source: RFC 9309, 2.5: at least 500 KiB are read, the rest is left
KEPT_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Rules:
    """Shape: `delay_seconds` between two requests, the longer one of crawl-delay and request-rate; 0 for neither."""

    _parsed: Protego
    delay_seconds: float
    agent: str

    def allow(self, url: str) -> bool:
        return bool(self._parsed.can_fetch(url, self.agent))


def rules(text: bytes, agent: str) -> Rules:
    """Source: RFC 9309; crawl-delay and request-rate are older than it and honoured all the same."""
    parsed = Protego.parse(text.decode("utf-8", "replace").removeprefix("\ufeff"))
    rate = parsed.request_rate(agent)
    between = rate.seconds / rate.requests if rate else 0.0
    return Rules(parsed, max(parsed.crawl_delay(agent) or 0.0, between), agent)
