"""Search words: any input is a search, none is a syntax error; what matches, and in which order, within bounds.

Shape: words, "phrases", `begin*` (of words in title, company and place), -word or NOT word, a OR b. A word in every
text of a million jobs costs seconds to rank with bm25 and 0.3 s to list whole, so: matches are taken newest first up
to NEWEST; bm25 ranks where every word is rare and the matches few, else title, company and place go first.
"""

import json
import re
import sqlite3
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pyroaring import BitMap

from rolecall_reader import rows

NEWEST = 20_000  # matches that are looked at, at first
TIER = 5000  # of them, those that go first
FEW = 300  # jobs that pass the filters: each is asked for by itself
RANKED, RARE = 1000, 20_000
TERM = re.compile(r'(-?)(?:"([^"]*)"?|(\S+))')
WEIGHTS = "8, 4, 2, 1"  # title, company, location, text


@dataclass(frozen=True, slots=True)
class Words:
    """Search words as FTS5 expressions; empty ones are None."""

    text: str | None = None  # words and phrases, alternatives in parentheses, without what is left out
    beginnings: str | None = None  # for titles_fts
    left_out: str | None = None
    terms: tuple[str, ...] = ()  # each word or phrase of `text`

    @property
    def expression(self) -> str | None:
        """For jobs_fts."""
        return f"({self.text}) NOT ({self.left_out})" if self.text and self.left_out else self.text

    @property
    def singles(self) -> Iterator[str]:
        """Each word of `text`: bm25 looks for a phrase wherever its words are."""
        return (f'"{word}"' for term in self.terms for word in term.strip('"').split())

    @property
    def is_empty(self) -> bool:
        return not (self.text or self.beginnings)


@dataclass(slots=True)
class Found:
    """Matches among the jobs that pass the filters; not exact where older ones were not looked at."""

    jobs: BitMap
    is_exact: bool


def parse(q: str) -> Words:
    groups: list[list[str]] = []
    beginnings: list[str] = []
    left_out: list[str] = []
    is_out, is_or = False, False
    for dash, phrase, word in TERM.findall(q.replace("\0", " ")):  # SQLite would end the expression there
        if word in ("NOT", "OR", "AND") and not dash:
            is_out, is_or = is_out or word == "NOT", word == "OR" and bool(groups)
            continue
        quoted = '"{}"'.format((phrase or word).rstrip("*").replace('"', " "))
        if not any(char.isalnum() for char in quoted):
            continue
        if dash or is_out:
            left_out.append(quoted)
        elif word.endswith("*") and len(word) > 2:
            beginnings.append(f"{quoted} *")
        elif is_or:
            groups[-1].append(quoted)
        else:
            groups.append([quoted])
        is_out, is_or = False, False
    text = " AND ".join(group[0] if len(group) == 1 else f"({' OR '.join(group)})" for group in groups)
    terms = tuple(term for group in groups for term in group)
    return Words(text or None, " AND ".join(beginnings) or None, " OR ".join(left_out) or None, terms)


def find(connection: sqlite3.Connection, words: Words, among: BitMap, newest: int = NEWEST) -> Found:
    """Which of these jobs match, of the `newest` so many matches."""
    is_exact = True
    if words.beginnings:
        among, is_exact = _streamed(connection, "titles_fts", words.beginnings, among, newest)
    if not words.text:
        if words.left_out:
            out, is_known = _streamed(connection, "jobs_fts", words.left_out, among, newest)
            among, is_exact = among - out, is_exact and is_known
        return Found(among, is_exact)
    if len(among) <= FEW:
        return Found(_probed(connection, str(words.expression), among), is_exact)
    found, is_whole = _streamed(connection, "jobs_fts", str(words.expression), among, newest)
    return Found(found, is_exact and is_whole)


def _streamed(
    connection: sqlite3.Connection, table: str, expression: str, among: BitMap, newest: int
) -> tuple[BitMap, bool]:
    """The newest so many matches that are among these, and whether there are no more."""
    pks = connection.execute(
        f"SELECT rowid FROM {table} WHERE {table} MATCH ? ORDER BY rowid DESC LIMIT ?", (expression, newest)
    ).fetchall()
    return BitMap(array("I", [pk for (pk,) in pks])) & among, len(pks) < newest


def _probed(connection: sqlite3.Connection, expression: str, among: Iterable[int]) -> BitMap:
    pks = connection.execute(
        """SELECT value FROM json_each(?) CROSS JOIN jobs_fts ON jobs_fts.rowid = value WHERE jobs_fts MATCH ?""",
        (json.dumps(list(among)), expression),
    )
    return BitMap(pk for (pk,) in pks)


def ranked(connection: sqlite3.Connection, words: Words, found: BitMap) -> list[int]:
    """All of the found, the best first."""
    if words.text and len(found) <= RANKED and all(_is_rare(connection, term) for term in words.singles):
        return _by_fit(connection, str(words.expression), found)
    tiers, rest = [], found
    wanted = [part for part in (words.text, words.beginnings) if part]
    for columns in ("{title}", "{title company location}") if wanted else ():
        expression = " AND ".join(f"{columns} : ({part})" for part in wanted)
        tier, _ = _streamed(connection, "titles_fts", expression, rest, TIER)
        tiers.append(tier)
        rest = rest - tier
    return [pk for tier in (*tiers, rest) for pk in reversed(tier.to_array())]


def _is_rare(connection: sqlite3.Connection, term: str) -> bool:
    counted = connection.execute(
        "SELECT count(*) FROM (SELECT 1 FROM jobs_fts WHERE jobs_fts MATCH ? LIMIT ?)", (term, RARE + 1)
    )
    return bool(counted.fetchone()[0] <= RARE)


def _by_fit(connection: sqlite3.Connection, expression: str, found: BitMap) -> list[int]:
    if not found:
        return []
    scored = connection.execute(
        f"""SELECT rowid, bm25(jobs_fts, {WEIGHTS}) AS fit FROM jobs_fts
            WHERE jobs_fts MATCH ? AND rowid BETWEEN ? AND ?""",
        (expression, found.min(), found.max()),
    ).fetchall()
    fits = sorted((fit, -pk) for pk, fit in scored if pk in found)
    return [-pk for _, pk in fits]


def excerpts(connection: sqlite3.Connection, words: Words, jobs: Iterable[int]) -> dict[int, str]:
    """Where the words stand in these jobs' texts. Shape: matches between ⟪ and ⟫."""
    if not words.text:
        return {}
    quoted = connection.execute(
        """SELECT value, snippet(jobs_fts, 3, '⟪', '⟫', ' … ', 32) FROM json_each(?)
           CROSS JOIN jobs_fts ON jobs_fts.rowid = value WHERE jobs_fts MATCH ?""",
        (json.dumps(list(jobs)), words.expression),
    )
    return {pk: text for pk, text in quoted if "⟪" in text}


def best(connection: sqlite3.Connection, q: str, limit: int, is_open_only: bool = True) -> list[dict[str, Any]]:
    """The best matches in a file, without bitmaps of it. Shape: as `rows.rows`."""
    parsed = parse("".join(char if char.isprintable() else " " for char in q))
    if parsed.is_empty:
        return []
    everything = BitMap()
    everything.add_range(1, connection.execute("SELECT coalesce(max(pk), 0) + 1 FROM jobs").fetchone()[0])
    order = ranked(connection, parsed, find(connection, parsed, everything).jobs)
    shown: list[dict[str, Any]] = []
    for start in range(0, len(order), limit):
        some = rows.rows(connection, order[start : start + limit])
        shown += [row for row in some if row["is_open"] or not is_open_only]
        if len(shown) >= limit:
            break
    return shown[:limit]
