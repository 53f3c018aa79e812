"""Open jobs like one: of titles that share its words, the newest, scored by words, skills, level and place.

Each word is looked up by itself: the index gives its newest titles as a stream, and a rare word is not drowned by one
that every second title has.
"""

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from rolecall_reader.index import names_of

WORDS, EACH = 4, 100  # of a title, and of a word's newest titles
MOST, MOST_OF_A_COMPANY = 8, 2
NEWEST = f"""
SELECT rowid FROM titles_fts WHERE titles_fts MATCH ? ORDER BY rowid DESC LIMIT {EACH}
"""
CHOSEN = """
SELECT pk, title, company, company_id, location, country, workplace_type, employment_type, seniority, salary_min,
       salary_max, salary_currency, salary_period, skills, posted_on, first_seen_at, is_open, closed_at, status
FROM jobs WHERE pk IN (SELECT value FROM json_each(?)) AND is_open = 1
"""
LEFT_OUT = frozenset(
    "all an and as at be business by das de der die director en et for full fulltime für gn head hybrid ii iii intern "
    "internship iv jr junior la le lead level mid new of on onsite or our part people principal remote senior sr staff "
    "team the time to und us vp we with work working you your".split()
)  # said of any role


def words_of(title: str) -> list[str]:
    """The words that tell what is done, in order and once."""
    words = dict.fromkeys(re.findall(r"[\w+#]+", title.lower()))
    telling = [
        word for word in words if word not in LEFT_OUT and not word.isdigit() and (len(word) > 1 or word in "cr")
    ]
    return telling or list(words)


def similar(connection: sqlite3.Connection, job: Mapping[str, Any]) -> list[sqlite3.Row]:
    """The most similar open jobs, not of the same role, best first."""
    wanted = words_of(job["title"])
    pks = {row[0] for word in wanted[:WORDS] for row in connection.execute(NEWEST, (f'title : "{word}"',))}
    found = connection.execute(CHOSEN, (str(sorted(pks - {job["pk"]})),)).fetchall()
    scored = sorted(((score(job, row), row["pk"], row) for row in found), key=lambda each: each[:2], reverse=True)
    return list(spread((row for _, _, row in scored), (job["company_id"], job["title"])))


def score(job: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    """Shape: up to 10; six parts the title's words, two the skills, one each the level and the country."""
    same = sum(1 for name in ("seniority", "country") if job[name] is not None and job[name] == other[name])
    words = overlap(set(words_of(job["title"])), set(words_of(other["title"])))
    return 6 * words + 2 * overlap(set(names_of(job["skills"])), set(names_of(other["skills"]))) + same


def overlap(ours: set[str], theirs: set[str]) -> float:
    return len(ours & theirs) / len(ours | theirs) if ours and theirs else 0.0


def spread(rows: Iterator[sqlite3.Row], role: tuple[str, str]) -> Iterator[sqlite3.Row]:
    """The first ones, a role once and a company at most twice."""
    roles, companies, count = {role}, Counter[str](), 0
    for row in rows:
        key = (row["company_id"], row["title"])
        if key in roles or companies[row["company_id"]] >= MOST_OF_A_COMPANY:
            continue
        yield row
        roles.add(key)
        companies[row["company_id"]] += 1
        count += 1
        if count == MOST:
            return
