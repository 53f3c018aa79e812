"""One page of a list: keyset pages in both directions, straight off bitmaps.

Shape: a cursor is the place of one job, `<pk>` or `<day or amount>~<pk>`; for ranked words also its number, for the
order may have moved since.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyroaring import BitMap

from rolecall_reader.asking import Asked
from rolecall_reader.index import Index

KINDS = {"newest": "listed_on", "closed": "closed_on"}


class CursorError(ValueError):
    """`after` or `before` is no place in this list."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a job stands in a list."""

    pk: int
    value: Any = None
    number: int = 0

    @property
    def cursor(self) -> str:
        return (
            f"{self.value}~{self.pk}"
            if self.value is not None
            else f"{self.number}.{self.pk}"
            if self.number
            else str(self.pk)
        )


@dataclass(slots=True)
class Listed:
    """A page of jobs, and where the ones beside it begin."""

    jobs: list[int]
    next: str | None = None
    previous: str | None = None


def page(index: Index, asked: Asked, jobs: BitMap, ranked: Sequence[int] | None = None) -> Listed:
    """The asked page of these jobs; `ranked` is their order for sorts `best` and `meaning`.

    Raises: CursorError.
    """
    is_back = asked.before is not None and asked.after is None
    cursor = asked.before if is_back else asked.after
    places: Iterator[Place]
    if ranked is not None:
        places = _ranked(ranked, cursor, is_back)
    elif asked.sort in ("newest", "closed", "salary"):
        places = _by_value(index, asked, jobs, cursor, is_back)
    else:
        places = _by_arrival(jobs, cursor, is_back)
    some = [place for place, _ in zip(places, range(asked.limit + 1), strict=False)]
    more, shown = len(some) > asked.limit, some[: asked.limit]
    if is_back:
        shown.reverse()
    if not shown:
        return Listed([])
    first, last = shown[0].cursor, shown[-1].cursor
    return Listed([place.pk for place in shown], last if more or is_back else None,
                  first if (more if is_back else cursor) else None)  # fmt: skip


def _by_arrival(jobs: BitMap, cursor: str | None, is_back: bool) -> Iterator[Place]:
    edge = _number(cursor) if cursor else None
    return (Place(pk) for pk in _within(jobs, edge, is_back))


def _within(jobs: BitMap, edge: int | None, is_back: bool) -> Iterator[int]:
    """Job by job beyond the edge, descending; ascending on the way back."""
    if edge is not None:
        edge = min(max(edge, 0), 2**32 - 2)
    if is_back:
        yield from jobs.iter_equal_or_larger(0 if edge is None else edge + 1)
        return
    number = len(jobs) if edge is None else (jobs.rank(edge - 1) if edge > 0 else 0)
    while number > 0:
        number -= 1
        yield jobs[number]


def _by_value(index: Index, asked: Asked, jobs: BitMap, cursor: str | None, is_back: bool) -> Iterator[Place]:
    """By day or amount, descending, then by arrival; on the way back both ascending."""
    if asked.sort == "salary":
        currency = asked.of("salary_currency")[0]
        values, kind = index.ordered("yearly", currency), index.amounts.get(currency, {})
    else:
        values, kind = index.ordered(KINDS[asked.sort]), index.kinds[KINDS[asked.sort]]
    value, edge = _split(cursor, values)
    if value is None or (value == "" and is_back):
        order = values if is_back else values[::-1]
    elif value == "":
        order = []
    elif is_back:
        order = values[bisect_left(values, value) :]
    else:
        order = values[: bisect_right(values, value)][::-1]
    if value == "" and is_back:
        yield from _without_value(jobs, kind, edge, is_back)
    for each in order:
        for pk in _within(kind[each] & jobs, edge if each == value else None, is_back):
            yield Place(pk, each)
    if not is_back:
        yield from _without_value(jobs, kind, edge if value == "" else None, is_back)


def _without_value(jobs: BitMap, kind: Mapping[Any, BitMap], edge: int | None, is_back: bool) -> Iterator[Place]:
    """What states no day or amount comes last."""
    return (Place(pk, "") for pk in _within(jobs - BitMap().union(*kind.values()), edge, is_back))


def _split(cursor: str | None, values: Sequence[Any]) -> tuple[Any, int | None]:
    if not cursor:
        return None, None
    value, _, pk = cursor.partition("~")
    if value and values and isinstance(values[0], float):
        try:
            return float(value), _number(pk)
        except ValueError as error:
            raise CursorError(cursor) from error
    return value, _number(pk)


def _ranked(ranked: Sequence[int], cursor: str | None, is_back: bool) -> Iterator[Place]:
    """From the job of the cursor on, wherever it stands now; where it is gone, from its number on."""
    start = 0
    if cursor:
        number, _, pk = cursor.partition(".")
        start = min(_number(number), len(ranked))
        if start and ranked[start - 1] != _number(pk or "0"):
            start = next((place for place, each in enumerate(ranked, 1) if each == _number(pk or "0")), start)
    if is_back:
        return (Place(ranked[place], None, place + 1) for place in range(start - 2, -1, -1))
    return (Place(ranked[place], None, place + 1) for place in range(start, len(ranked)))


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        raise CursorError(text)
    return int(text)
