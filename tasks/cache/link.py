"""One Redis, asked until its first fault: that is said once, and from then on it is left out."""

import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Concatenate, ParamSpec, TypeVar

import redis.exceptions
from redis.asyncio import Redis

log = logging.getLogger(__name__)

CHUNK = 500  # keys of one command or pipeline: 5,000 in one MGET took longer than the time-out
FAULTS = (redis.exceptions.RedisError, OSError, TimeoutError)

Given = ParamSpec("Given")
Result = TypeVar("Result")
Item = TypeVar("Item")


class Link:
    """Shape: `fault` says in one line why Redis is left out, None while it serves."""

    def __init__(self, client: Redis | None, fault: str | None = None):
        self.client, self.fault, self.is_full = client, fault, False

    async def ask(
        self,
        function: Callable[Concatenate[Redis, Given], Awaitable[Result]],
        *given: Given.args,
        **named: Given.kwargs,
    ) -> Result | None:
        """What the function gets from Redis; None where there is none, or none any more."""
        if self.client is None or self.fault:
            return None
        try:
            return await function(self.client, *given, **named)
        except redis.exceptions.OutOfMemoryError:
            if not self.is_full:
                log.warning("Redis is full and evicts nothing: new extractions are not cached in this run")
            self.is_full = True
        except FAULTS as error:
            self.leave_out(error)
        return None

    async def write(
        self,
        function: Callable[Concatenate[Redis, Given], Awaitable[Result]],
        *given: Given.args,
        **named: Given.kwargs,
    ) -> Result | None:
        """As `ask`, and None where Redis was full before: it can still be read."""
        return None if self.is_full else await self.ask(function, *given, **named)

    def leave_out(self, error: BaseException) -> None:
        if self.fault:  # of calls at the same time the first has said it
            return
        lost = f"{type(error).__name__}: {error}"
        self.fault = f"Redis is left out ({lost}): the run goes on without cache, at its own pace"
        log.warning(self.fault)


def chunks(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """Parts that one round trip can carry."""
    return (items[start : start + CHUNK] for start in range(0, len(items), CHUNK))
