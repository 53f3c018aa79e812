"""Whether a board is dead, and what to do about it: said, never done.

Reason: platforms answer 404 for an hour and come back, so one such answer says nothing; two that lie hours apart,
with no good one between, do.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from tasks.addresses import is_loopback
from tasks.companies import known_sources
from tasks.model import Company
from tasks.probe import Answer, Asker, ask
from tasks.store.checks import GOOD, Known

APART = timedelta(hours=3)
FRESH = timedelta(hours=6)  # a board that an ingest confirmed since is not asked
SLUG = re.compile(r"[\w-]+")
BY_SLUG = (
    "greenhouse", "lever", "ashby", "workable", "smartrecruiters", "recruitee", "personio", "teamtailor", "pinpoint",
    "breezy", "bamboohr", "jazzhr", "rippling",
)  # fmt: skip
LEVER_EU = "https://api.eu.lever.co"


def is_fresh(known: Known, at: datetime | None = None) -> bool:
    """Whether an ingest saw the board whole so lately that there is nothing to ask."""
    since = datetime.fromisoformat(known.confirmed_at) if known.confirmed_at else None
    return since is not None and (at or datetime.now(UTC)) - since < FRESH


def is_dead(answers: Iterable[tuple[datetime, str]]) -> bool:
    """Shape: the latest answer first; a board that was blocked or failed has said neither yes nor no."""
    gone = []
    for at, outcome in answers:
        if outcome in GOOD:
            break
        gone += [at] if outcome == "gone" else []
    return bool(gone) and gone[0] - gone[-1] >= APART


def judged(answer: Answer, known: Known) -> str:
    """The outcome, where a board that was seen full before may be empty now without a doubt."""
    return "empty" if answer.outcome == "doubtful" and known.was_seen else answer.outcome


async def suggestions(company: Company, asker: Asker) -> list[tuple[Company, int | None]]:
    """Where the company's board may be now, with its postings: Lever's other region, the same slug on other platforms.

    Shape: a board of this machine is looked for only where the asker has other addresses for the platforms.
    """
    found = []
    for other in _elsewhere(company, asker.platforms):
        answer = await ask(other, asker)
        if answer.outcome == "answers":
            found.append((other, answer.postings))
    return found


def _elsewhere(company: Company, platforms: Mapping[str, str]) -> list[Company]:
    is_here = is_loopback(urlsplit(company.base_url or "").hostname or "")
    if company.source not in BY_SLUG or not SLUG.fullmatch(company.board):
        return []
    others = [
        company.model_copy(update={"source": source, "base_url": platforms.get(source)})
        for source in BY_SLUG
        if source != company.source and source in known_sources() and (source in platforms or not is_here)
    ]
    if company.source == "lever" and not is_here:
        others.insert(0, company.model_copy(update={"base_url": None if company.base_url == LEVER_EU else LEVER_EU}))
    return others
