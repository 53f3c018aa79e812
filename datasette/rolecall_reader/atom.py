"""Jobs as an Atom feed (RFC 4287): an entry keeps its id for ever, and is updated when the job's content is."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any
from urllib.parse import quote

from feedgenerator import Atom1Feed

FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # no XML document may hold these
CONTENT_TYPE = "application/atom+xml; charset=utf-8"


class Feed(Atom1Feed):  # type: ignore[misc]  # feedgenerator is not typed
    def latest_post_date(self) -> datetime:
        """That of nothing is always the same, so that an empty feed is."""
        return super().latest_post_date() if self.items else datetime.fromtimestamp(0, UTC)


def feed(title: str, page: str, address: str, jobs: Sequence[Mapping[str, Any]], link: Callable[[Any], str]) -> str:
    """The feed of these jobs. Shape: `page` and `address` are of the list and the feed, `link` makes that of a job."""
    made = Feed(clean(title), page, "", feed_url=address, feed_guid=address, author_name="Rolecall")
    for job in jobs:
        made.add_item(
            clean(f"{job['title']} · {job['company']}"),
            link(job["pk"]),
            clean(summary(job)),
            unique_id=f"urn:rolecall:job:{quote(job['id'], safe=':')}",
            pubdate=moment(job["first_seen_at"]),
            updateddate=moment(job["changed_at"]),
            categories=[clean(skill) for skill in job["skills"]],
        )
    return str(made.writeString("utf-8"))


def summary(job: Mapping[str, Any]) -> str:
    """Facts in a line, as HTML."""
    pay = [job[name] for name in ("salary_min", "salary_max") if job[name] is not None]
    paid = "–".join(f"{amount:,.0f}" for amount in dict.fromkeys(pay))
    salary = (
        f"{paid} {job['salary_currency'] or ''} a {job['salary_period']}" if paid and job["salary_period"] else paid
    )
    kinds = [str(job[name] or "").replace("_", " ") for name in ("workplace_type", "employment_type", "seniority")]
    closed = "closed" if not job["is_open"] else ""
    return escape(" · ".join(part for part in (job["location"], *kinds, salary, closed) if part))


def clean(text: str) -> str:
    return FORBIDDEN.sub("", text)


def moment(value: str) -> datetime:
    found = datetime.fromisoformat(value)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
