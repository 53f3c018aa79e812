"""Labelled postings of others (`../shared/data`, not part of the repository) in the format of `rolecall evaluate`.

`python -m tests.gold FOLDER` writes two files a set: `<set>.development.jsonl`, whose misses may be looked at when the
rules are worked on, and `<set>.validation.jsonl`, which is only measured. All postings of a company are in one half.

Labels that mean something else than ours become lists of values and null: an answer is checked, silence is not.
"""

import hashlib
from collections.abc import Callable, Iterator
from typing import Literal, get_args

from tests.gold import declared, voted
from tests.gold.reading import DATA, Labelled

__all__ = ["DATA", "HALVES", "SETS", "Half", "Labelled", "half"]

Half = Literal["development", "validation"]
HALVES: tuple[Half, ...] = get_args(Half)
SETS: dict[str, Callable[[], Iterator[Labelled]]] = {
    each.__name__: each
    for each in (voted.ats, voted.nhs_salary, voted.glassdoor, voted.titles, voted.hn_eval, voted.hn_silver,
                 declared.linkedin, declared.relevance, declared.afriworket, declared.nhs_employment, declared.uber)
}  # fmt: skip


def half(group: str) -> Half:
    return HALVES[hashlib.sha256(group.encode()).digest()[1] % 2]
