"""What the server was asked, for tests to count."""

from collections import Counter, deque
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, NamedTuple


class Entry(NamedTuple):
    """One finished request. Units: `at` is when it came in, in seconds of the monotonic clock."""

    at: float
    path: str
    query: str
    status: int
    is_conditional: bool
    user_agent: str


@dataclass
class Journal:
    """Shape: `paths` counts per path and status, `peak` the most requests in flight per host name."""

    paths: Counter[tuple[str, int]] = field(default_factory=Counter)
    agents: Counter[str] = field(default_factory=Counter)
    peak: Counter[str] = field(default_factory=Counter)
    in_flight: Counter[str] = field(default_factory=Counter)
    recent: deque[Entry] = field(default_factory=lambda: deque(maxlen=20_000))
    total: int = 0
    conditional: int = 0
    bytes_sent: int = 0

    def begins(self, host: str) -> float:
        self.in_flight[host] += 1
        self.peak[host] = max(self.peak[host], self.in_flight[host])
        return monotonic()

    def ends(self, host: str, entry: Entry, size: int) -> None:
        self.in_flight[host] -= 1
        self.total += 1
        self.conditional += entry.is_conditional
        self.bytes_sent += size
        self.paths[entry.path, entry.status] += 1
        self.agents[entry.user_agent] += 1
        self.recent.append(entry)

    def count(self, start: str = "", status: int | None = None) -> int:
        """Requests whose path begins with `start`, of one status or of all."""
        return sum(n for (path, got), n in list(self.paths.items()) if path.startswith(start) and status in (None, got))

    def clear(self) -> None:
        """Forget all but the requests still in flight."""
        fresh = Journal(in_flight=self.in_flight)
        vars(self).update(vars(fresh))

    def summary(self) -> dict[str, Any]:
        paths: dict[str, dict[str, int]] = {}
        for (path, status), count in sorted(self.paths.items()):
            paths.setdefault(path, {})[str(status)] = count
        statuses: Counter[str] = Counter()
        for (_, status), count in self.paths.items():
            statuses[str(status)] += count
        return {
            "total": self.total, "conditional": self.conditional, "bytes_sent": self.bytes_sent, "statuses": statuses,
            "peak_in_flight": self.peak, "user_agents": self.agents, "paths": paths,
        }  # fmt: skip
