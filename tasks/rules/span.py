"""Where a value was read: half-open offsets in one part of a posting."""

import re
from typing import Generic, NamedTuple, TypeVar

MOST_CUES = 300
Value = TypeVar("Value")
SENTENCE_END = re.compile(r"[.!?;](?=\s|$)|[\n•]|[ \xa0]{3}")


class Span(NamedTuple, Generic[Value]):
    """A value and the offsets of the words that state it."""

    value: Value
    start: int
    end: int


def lowered(text: str) -> str:
    """Lower case at the same offsets: `İ`, the one letter that grows when lowered, is left as it is."""
    low = text.lower()
    if len(low) == len(text):
        return low
    return "İ".join(part.lower() for part in text.split("İ"))


def windows(low: str, cues: tuple[str, ...], before: int, after: int) -> list[tuple[int, int]]:
    """Stretches around each cue, merged where they meet: slow patterns need to look nowhere else."""
    starts: list[int] = []
    for cue in cues:
        found = low.find(cue)
        while found >= 0 and len(starts) < MOST_CUES:
            starts.append(found)
            found = low.find(cue, found + len(cue))
    merged: list[tuple[int, int]] = []
    for start in sorted(starts):
        begin, end = max(0, start - before), min(len(low), start + after)
        if merged and begin <= merged[-1][1]:
            begin, end = merged.pop()[0], end
        merged.append((begin, end))
    return merged


def clause_before(low: str, start: int, reach: int) -> str:
    """What stands before an offset, back to the beginning of its sentence and at most `reach` characters."""
    window = low[max(0, start - reach) : start]
    ends = [match.end() for match in SENTENCE_END.finditer(window)]
    return window[ends[-1] :] if ends else window


def clause_after(low: str, end: int, reach: int) -> str:
    """What stands after an offset, up to the end of its sentence and at most `reach` characters."""
    window = low[end : end + reach]
    match = SENTENCE_END.search(window)
    return window[: match.start()] if match else window
