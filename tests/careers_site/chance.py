"""Chance that repeats: every draw hangs on a key of ours, never on a clock or on the order of requests."""

import random
from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")


def number(*key: object) -> int:
    """A 64-bit number that belongs to the key."""
    return int.from_bytes(blake2b(repr(key).encode(), digest_size=8).digest(), "big")


def unit(*key: object) -> float:
    """A number in [0, 1) that belongs to the key."""
    return number(*key) / 2**64


def uuid(*key: object) -> str:
    """A UUID-shaped name that belongs to the key."""
    digits = blake2b(repr(key).encode(), digest_size=16).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


class Dice:
    """A sequence of draws; only `random()` is used, the one method whose sequence Python promises to keep."""

    __slots__ = ("roll",)

    def __init__(self, *key: object) -> None:
        self.roll = random.Random(number(*key)).random

    def chance(self, share: float) -> bool:
        return self.roll() < share

    def below(self, limit: int) -> int:
        return int(self.roll() * limit)

    def pick(self, options: Sequence[T]) -> T:
        return options[int(self.roll() * len(options))]

    def some(self, options: Sequence[T], count: int) -> list[T]:
        """Up to `count` different options: a window of the sequence, from a random place and with a random stride."""
        size = len(options)
        start, stride = int(self.roll() * size), _coprime(size, int(self.roll() * size))
        return [options[(start + step * stride) % size] for step in range(min(count, size))]


def _coprime(size: int, stride: int) -> int:
    while stride < 1 or _gcd(size, stride) > 1:
        stride = stride + 1 if stride < size else 1
    return stride


def _gcd(left: int, right: int) -> int:
    while right:
        left, right = right, left % right
    return left
