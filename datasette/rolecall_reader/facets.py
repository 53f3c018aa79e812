"""How many jobs each further choice would leave, exactly: a facet's own choices are left out of its counts.

Shape: of a facet with thousands of values the commonest are found without counting all, since no value has more jobs
in a list than in the file.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from heapq import heappush, heapreplace
from typing import Any

from pyroaring import BitMap

from rolecall_reader.asking import Asked
from rolecall_reader.index import Index, days_ago

SHOWN = 12
SIZES = {"workplace_type": 3, "seniority": 10, "employment_type": 10}
FACETS = ("workplace_type", "seniority", "employment_type", "country", "company_id", "department", "skills",
          "salary_currency", "status")  # fmt: skip
DAYS = (1, 3, 7, 14, 30)
SHARES = (0.1, 0.25, 0.5, 0.75, 0.9)  # of the amounts of a currency: where floors are offered


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet."""

    value: Any
    count: int
    is_chosen: bool = False


def count(index: Index, asked: Asked, words: BitMap | None) -> dict[str, list[Choice]]:
    """Every facet that has anything to choose; `words` are the jobs that match the search words."""
    found: dict[str, list[Choice]] = {}
    whole = _narrowed(index.matching(asked), words)
    chosen = {name for name, _ in asked.chosen}
    for name in FACETS:
        # names of skills narrow each other, so their counts are of what is left of the whole
        jobs = _narrowed(index.matching(asked, name), words) if name in chosen and name != "skills" else whole
        found[name] = _commonest(index, name, jobs, asked.of(name), SIZES.get(name, SHOWN))
    found["posted_within_days"] = _days(index, asked, words, whole)
    found["yearly_min"] = _floors(index, asked, words)
    return {name: choices for name, choices in found.items() if choices}


def _narrowed(jobs: BitMap, words: BitMap | None) -> BitMap:
    return jobs if words is None else jobs & words


def _commonest(index: Index, name: str, jobs: BitMap, chosen: Iterable[str], size: int) -> list[Choice]:
    kind = index.kinds[name]
    heap: list[tuple[int, Any]] = []
    for most, value, bitmap in index.by_size(name):
        if len(heap) == size and most <= heap[0][0]:
            break
        number = bitmap.intersection_cardinality(jobs)
        if number and len(heap) < size:
            heappush(heap, (number, value))
        elif number and number > heap[0][0]:
            heapreplace(heap, (number, value))
    counts = {value: number for number, value in heap}
    counts |= {value: len(jobs & kind[value]) if value in kind else 0 for value in chosen}
    return [Choice(value, counts[value], value in chosen) for value in sorted(counts, key=lambda v: (-counts[v], v))]


def _days(index: Index, asked: Asked, words: BitMap | None, whole: BitMap) -> list[Choice]:
    is_on = asked.posted_within_days is not None
    jobs = _narrowed(index.matching(asked, "posted_within_days"), words) if is_on else whole
    days = sorted({*DAYS, *([asked.posted_within_days] if asked.posted_within_days else [])})
    counts = ((each, len(index.since("listed_on", days_ago(each)) & jobs)) for each in days)
    return [Choice(each, number, each == asked.posted_within_days) for each, number in counts if number]


def _floors(index: Index, asked: Asked, words: BitMap | None) -> list[Choice]:
    """Of the one currency chosen: amounts that part the file's own, rounded, with what pays as much or more."""
    currencies = asked.of("salary_currency")
    amounts = index.ordered("yearly", currencies[0]) if len(currencies) == 1 else []
    if not amounts:
        return []
    jobs = _narrowed(index.matching(asked, "yearly_min"), words)
    floors = {_rounded(amounts[int(share * (len(amounts) - 1))]) for share in SHARES}
    floors |= {asked.yearly_min} if asked.yearly_min is not None else set()
    counts = ((floor, len(index.paying(currencies[0], floor) & jobs)) for floor in sorted(floors) if floor)
    return [Choice(floor, number, floor == asked.yearly_min) for floor, number in counts if number]


def _rounded(amount: float) -> int:
    """To two digits: 118,500 -> 120,000."""
    step: int = 10 ** max(len(str(int(amount))) - 2, 0)
    return int(round(amount / step) * step)
