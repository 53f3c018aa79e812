"""What is known of one host in one run."""

import asyncio
import time
from dataclasses import asdict, dataclass, field, fields

FAILURES_TO_PAUSE = 3


@dataclass(slots=True)
class Tally:
    """What a run asked of a host. Shape: columns of the table `host_runs`."""

    requests: int = 0
    bytes: int = 0  # received, decompressed
    not_modified: int = 0
    too_many: int = 0
    failures: int = 0
    waits: int = 0
    wait_seconds: float = 0.0
    pauses: int = 0
    robots_allowed: int = 0
    robots_refused: int = 0
    crawl_delay_seconds: float | None = None

    def take(self) -> dict[str, float | None]:
        """The counts, which begin anew."""
        taken = asdict(self)
        for each in fields(self):
            setattr(self, each.name, each.default)
        return taken


@dataclass(slots=True)
class Host:
    """Shape: `rate` is the lowest that anybody named, in requests a second; `is_own` is a fast one of those `is_here`,
    on this machine.
    """

    name: str
    slots: asyncio.Semaphore
    is_here: bool
    is_own: bool
    rate: float | None = None
    paused_until: float = 0.0  # monotonic seconds
    slept_at: float = 0.0  # monotonic seconds, when a request was last held back
    failures: int = 0  # in a row
    line: asyncio.Lock = field(default_factory=asyncio.Lock)  # only the first in it asks for a turn
    tally: Tally = field(default_factory=Tally)

    @property
    def is_tripped(self) -> bool:
        return self.failures >= FAILURES_TO_PAUSE and not self.is_own

    @property
    def pause_seconds(self) -> float:
        """What is left of its pause."""
        return max(0.0, self.paused_until - time.monotonic())

    def slow_down(self, rate: float) -> None:
        self.rate = rate if self.rate is None else min(self.rate, rate)
