"""What stands out about a job, and why: new, changed, reposted, likely a ghost. One query tells it of many jobs."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

NEW_DAYS, FOLLOWED_DAYS, CHANGED_DAYS, REPOSTED_DAYS, GHOST_DAYS = 3, 1, 7, 120, 120
GHOST_REPOSTS = 3
MOST_EARLIER = 40  # postings of one role that are looked at; some boards list the same title a thousand times

TOLD = f"""
SELECT jobs.pk, jobs.is_open, jobs.first_seen_at, jobs.changed_at, jobs.posted_on, companies.added_at,
       (SELECT json_group_array(closed_at) FROM (
          SELECT closed_at, company FROM jobs AS other
          WHERE other.company_id = jobs.company_id AND other.title = jobs.title AND other.pk < jobs.pk
          ORDER BY other.pk DESC LIMIT {MOST_EARLIER})
        WHERE closed_at < jobs.first_seen_at AND company = jobs.company),
       (SELECT json_group_array(at) FROM (
          SELECT at, field, new FROM job_changes WHERE job_pk = jobs.pk ORDER BY id DESC LIMIT {MOST_EARLIER})
        WHERE field = 'is_open' AND new = '1')
FROM json_each(?) AS asked CROSS JOIN jobs ON jobs.pk = asked.value JOIN companies ON companies.id = jobs.company_id
"""


class Badge(NamedTuple):
    name: str
    why: str


class Told(NamedTuple):
    """What the file says of one job. Shape: moments; `closed` are earlier postings, `reopened` its own returns."""

    is_open: bool
    first_seen_at: datetime
    changed_at: datetime
    posted_on: datetime | None
    added_at: datetime
    closed: list[datetime]
    reopened: list[datetime]


def badges_of(
    connection: sqlite3.Connection, rows: Sequence[Mapping[str, Any]], now: datetime | None = None
) -> dict[int, list[Badge]]:
    """The badges of each job. Shape: of `rows`, `pk` is read."""
    moment = now or datetime.now(UTC)
    asked = json.dumps([row["pk"] for row in rows])
    return {row[0]: badges(told(row), moment) for row in connection.execute(TOLD, (asked,))}


def told(row: Sequence[Any]) -> Told:
    """Shape: a row of TOLD."""
    _, is_open, first_seen_at, changed_at, posted_on, added_at, closed, reopened = row
    return Told(
        bool(is_open), instant(first_seen_at), instant(changed_at), instant(posted_on) if posted_on else None,
        instant(added_at), [instant(at) for at in json.loads(closed)], [instant(at) for at in json.loads(reopened)],
    )  # fmt: skip


def instant(value: str) -> datetime:
    """Shape: an ISO date or moment; without a zone it is UTC. What is neither is long ago."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def badges(job: Told, now: datetime) -> list[Badge]:
    """Those of one job; none of these rules guesses at what the file does not hold."""
    rules = (is_new, is_changed, is_reposted, is_likely_ghost)
    return [Badge(rule.__name__.removeprefix("is_"), why) for rule in rules if (why := rule(job, now))]


def is_new(job: Told, now: datetime) -> str:
    """A company's first listing is not news: all of it is seen for the first time."""
    is_fresh = job.is_open and now - job.first_seen_at <= timedelta(days=NEW_DAYS)
    if is_fresh and job.first_seen_at - job.added_at > timedelta(days=FOLLOWED_DAYS):
        return f"First seen on {day(job.first_seen_at)}, within the last {NEW_DAYS} days."
    return ""


def is_changed(job: Told, now: datetime) -> str:
    if job.changed_at > job.first_seen_at and now - job.changed_at <= timedelta(days=CHANGED_DAYS):
        return f"Its content changed on {day(job.changed_at)}, within the last {CHANGED_DAYS} days."
    return ""


def is_reposted(job: Told, now: datetime) -> str:
    recent = [at for at in job.closed if job.first_seen_at - at <= timedelta(days=REPOSTED_DAYS)]
    if recent:
        return f"The same title at this company closed on {day(max(recent))} and was posted again."
    return f"It was closed, and open again on {day(max(job.reopened))}." if job.reopened else ""


def is_likely_ghost(job: Told, now: datetime) -> str:
    times, since = len(job.closed) + len(job.reopened), unchanged_since(job)
    if not job.is_open:
        return ""
    if times >= GHOST_REPOSTS:
        return f"Posted again {times} times; it may be kept open without hiring."
    if now - since > timedelta(days=GHOST_DAYS):
        return f"Open without a change since {day(since)}, over {GHOST_DAYS} days; it may not be hiring any more."
    return ""


def unchanged_since(job: Told) -> datetime:
    """Its last change that was seen, or when it was posted."""
    return (
        job.changed_at
        if job.changed_at > job.first_seen_at
        else min(job.posted_on or job.first_seen_at, job.first_seen_at)
    )


def day(moment: datetime) -> str:
    return moment.date().isoformat()
