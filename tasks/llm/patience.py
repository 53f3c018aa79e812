"""Patience with a server: what may heal is tried again, and a fault that stays is told from a fault of one request."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import Any

from tasks.errors import ExtractionError
from tasks.llm.throttle import Throttle
from tasks.llm.wire import Sent, Wire

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 15.0
TIMEOUTS = 2


class Patience:
    """Calls to one server. Shape: `fault` says in one line why it is left out for the rest of the run, `warning` that
    or why single ones have to wait; `name` is the server's, `asked` what it is asked about.
    """

    def __init__(self, wire: Wire, throttle: Throttle, seconds: float, name: str, asked: str):
        self._wire, self._throttle, self._seconds = wire, throttle, seconds
        self._name, self._asked = name, asked
        self.fault: str | None = None
        self.warning: str | None = None
        self._answered_at = 0.0
        self._asking = 0

    async def ask(self, call: Callable[[], Awaitable[Sent]]) -> Sent:
        """What came of it in the end. Shape: `lost` where the server is left out."""
        self._asking += 1
        try:
            return await self._tried(call)
        finally:
            self._asking -= 1

    def leave_out(self, sent: Sent) -> None:
        """For the rest of the run: nothing is asked of it any more."""
        waiting = f"its {self._asked} wait for the next run"
        self.fault = self.fault or f"{self._name} is left out ({sent.detail}): {waiting}"
        self.warning = self.fault

    async def _tried(self, call: Callable[[], Awaitable[Sent]]) -> Sent:
        """Try again what may heal; a fault that stays is the server's where it does not answer others."""
        pause, timeouts, since = FIRST_PAUSE_SECONDS, 0, time.monotonic()
        while True:
            async with self._throttle.slot():
                if self.fault:
                    return Sent("lost", detail=self.fault)
                sent = await call()
            if sent.kind == "ok":
                self._answered_at = time.monotonic()
                await self._throttle.succeeded()
            if sent.kind in ("ok", "refused", "shut"):
                return sent
            await self._throttle.backed_off()
            timeouts += sent.kind == "timeout"
            wait = max(sent.retry_after_seconds or 0.0, pause)
            if timeouts >= TIMEOUTS or time.monotonic() + wait - since > self._seconds:
                return await self._judged(sent, since)
            await asyncio.sleep(wait * random.uniform(0.75, 1.25))  # noqa: S311
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    async def _judged(self, sent: Sent, since: float) -> Sent:
        """The fault of this one request where the server answers others, else the server's, which is then left out."""
        answers_others = self._answered_at >= since or self._asking == 1
        if sent.kind in ("timeout", "error", "lost") and answers_others and (await self._wire.models()).kind == "ok":
            return Sent("timeout" if sent.kind == "timeout" else "error", detail=sent.detail)
        if sent.kind != "busy" or not answers_others:
            self.leave_out(sent)
        self.warning = (
            self.warning or f"{self._name} was too busy ({sent.detail}): some {self._asked} wait for the next run"
        )
        return Sent("lost", detail=sent.detail)


def card_of(sent: Sent, wanted: str | None, url: str, name: str, setting: str) -> dict[str, Any]:
    """The served model that is wanted, the first where none is named.

    Raises: ExtractionError where the server does not answer so, or serves no such model.
    """
    if sent.kind != "ok":
        raise ExtractionError(f"{name} at {url} cannot be used ({sent.detail})")
    try:
        cards = {str(card["id"]): card for card in sent.body["data"]}
    except (KeyError, TypeError) as error:
        raise ExtractionError(f"{url} does not speak as vLLM does: no list of models") from error
    if not cards or (wanted and wanted not in cards):
        raise ExtractionError(f"{name} at {url} serves {', '.join(cards) or 'no model'}; {setting}={wanted}")
    return dict(cards[wanted] if wanted else next(iter(cards.values())))
