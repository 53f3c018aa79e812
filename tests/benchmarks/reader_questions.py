"""What the reader's benchmark asks: drawn by a fixed die from the file's own values and words."""

import random
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from urllib.parse import urlencode

from rolecall_reader import asking
from rolecall_reader.asking import Asked
from rolecall_reader.index import Index
from rolecall_reader.listing import KINDS

SAMPLE = 400  # texts whose words are counted
WORD = re.compile(r"[A-Za-z][A-Za-z+#]{2,}")
NARROWING = ("workplace_type", "seniority", "employment_type", "country", "department", "skills", "company_id")
SHARES = {"common": (0.5, 1.0), "middling": (0.02, 0.5), "rare": (0.0, 0.02)}


class Dice:
    """Questions about one file, the same ones in each run."""

    def __init__(self, connection: sqlite3.Connection, index: Index) -> None:
        self.index, self._random = index, random.Random(7)
        self._values = {name: [value for _, value, _ in index.by_size(name)[:200]] for name in NARROWING}
        self.words = words_by_share(connection, self._random)

    def filters(self) -> list[tuple[str, str]]:
        """One to three filters; those of many jobs as likely as those of few."""
        names = self._random.sample(NARROWING, self._random.randint(1, 3))
        pairs = [(name, self._random.choice(self._values[name])) for name in names if self._values[name]]
        if self._random.random() < 0.3:
            pairs.append(("posted_within_days", str(self._random.choice((1, 3, 7, 14, 30)))))
        return pairs

    def lists(self, count: int) -> Iterator[Asked]:
        """First pages in every order."""
        for number in range(count):
            pairs = self.filters()
            sort = ("newest", "found", "closed", "salary")[number % 4]
            if sort == "salary":
                pairs += [("salary_currency", self._currency()), ("yearly_min", str(10_000 * (number % 9 + 1)))]
            yield asked_of([*pairs, ("sort", sort), ("is_open", "0" if sort == "closed" else "1")])

    def deep(self, count: int, way: str) -> Iterator[Asked]:
        """Pages from somewhere in the middle; `way` is after or before."""
        jobs = len(self.index.all)
        for number in range(count):
            sort = ("newest", "found", "closed")[number % 3]
            pk = self.index.all[self._random.randrange(jobs)]
            days = self.index.ordered(KINDS[sort]) if sort in KINDS else []
            cursor = f"{self._random.choice(days)}~{pk}" if days else str(pk)
            filters = self.filters()[:1] if number % 2 else []
            asked = asked_of([*filters, ("sort", sort), ("is_open", "0" if sort == "closed" else "1")])
            yield replace(asked, after=cursor if way == "after" else None, before=cursor if way == "before" else None)

    def jobs(self, count: int) -> list[int]:
        return [self.index.all[self._random.randrange(len(self.index.all))] for _ in range(count)]

    def companies(self, count: int) -> list[str]:
        return self._random.choices(self._values["company_id"], k=count)

    def searches(self, kind: str, count: int) -> list[str]:
        """Search words that were not asked before, as far as the file has so many."""
        made: dict[str, None] = {}
        for _ in range(20 * count):
            made[self._search(kind)] = None
            if len(made) == count:
                break
        return list(made)

    def _search(self, kind: str) -> str:
        if kind in SHARES:
            return self._word(kind)
        any_kind = [self._word(self._random.choice(list(SHARES))) for _ in range(3)]
        if kind == "phrase":
            return f'"{self._random.choice(self.words["pairs"])}"'
        return {
            "two words": " ".join(any_kind[:2]), "three words": " ".join(any_kind),
            "beginning": f"{any_kind[0][: self._random.randint(2, 5)]}*",
            "left out": f"{any_kind[0]} -{any_kind[1]}", "either": f"{any_kind[0]} OR {any_kind[1]}",
        }[kind]  # fmt: skip

    def _word(self, kind: str) -> str:
        return self._random.choice(self.words[kind])

    def _currency(self) -> str:
        return self._random.choice([value for _, value, _ in self.index.by_size("salary_currency")[:5]])


KINDS_OF_SEARCH = (
    "common",
    "middling",
    "rare",
    "two words",
    "three words",
    "phrase",
    "beginning",
    "left out",
    "either",
)


def asked_of(pairs: list[tuple[str, str]]) -> Asked:
    asked, reasons = asking.read(urlencode(pairs))
    if reasons:
        raise ValueError(reasons)
    return asked


def words_by_share(connection: sqlite3.Connection, dice: random.Random) -> dict[str, list[str]]:
    """Words of a sample of texts by how many of them hold each; `pairs` are two that stand side by side."""
    highest = connection.execute("SELECT max(pk) FROM jobs").fetchone()[0]
    found: Counter[str] = Counter()
    pairs: dict[str, None] = {}
    for pk in dice.sample(range(1, highest + 1), min(SAMPLE, highest)):
        text = connection.execute("SELECT title || ' ' || text FROM jobs_search WHERE pk = ?", (pk,)).fetchone()
        words = WORD.findall(text[0]) if text else []
        found.update({word.lower() for word in words})
        pairs |= {f"{first} {second}": None for first, second in pairwise(words)}
    size = max(found.values())
    by_share = {
        kind: sorted(word for word, number in found.items() if low < number / size <= high)
        for kind, (low, high) in SHARES.items()
    }
    return {**by_share, "pairs": sorted(pairs)}


def addresses(dice: Dice, count: int) -> list[str]:
    """Addresses of pages and answers as visitors ask for them, all different."""
    made: dict[str, None] = {"/": None, "/api/facets": None, "/api/stats": None}
    while len(made) < count:
        query = urlencode(dice.filters())
        word = dice.searches(("common", "middling", "rare", "two words", "phrase")[len(made) % 5], 1)[0]
        made |= dict.fromkeys((
            f"/?{query}", f"/api/jobs?{query}", f"/api/facets?{query}", f"/?{urlencode({'q': word})}",
            f"/api/jobs?{urlencode({'q': word})}", f"/rolecall/jobs/{dice.jobs(1)[0]}", f"/api/jobs/{dice.jobs(1)[0]}",
            f"/?{next(dice.deep(1, 'after')).address()}",
        ))  # fmt: skip
    return list(made)[:count]
