"""How values of the schema read on a page: money, ages, sizes, labels. Filters for every template."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from babel.numbers import format_decimal, get_currency_symbol
from datasette import hookimpl
from datasette.utils import tilde_encode
from markupsafe import Markup, escape

from rolecall_reader import labels
from rolecall_reader.labels import ENGLISH, country

STEPS: tuple[tuple[float | None, float, str], ...] = (
    (60, 1, "second"),
    (3600, 60, "minute"),
    (86400, 3600, "hour"),
    (14 * 86400, 86400, "day"),
    (60 * 86400, 7 * 86400, "week"),
    (730 * 86400, 30.44 * 86400, "month"),
    (None, 365.25 * 86400, "year"),
)
GOOD = {"complete", "unchanged", "completed"}
BAD = {"failed", "blocked", "interrupted", "gone"}


def plain(value: Any) -> Any:
    """A cell without the label that Datasette puts beside a foreign key."""
    return value["value"] if isinstance(value, dict) else value


def field(row: Mapping[str, Any], name: str) -> Any:
    """None where the row has no such column."""
    try:
        return plain(row[name])
    except (KeyError, IndexError):
        return None


def amount(value: float) -> str:
    """18.5 -> 18.50, 4200 -> 4,200, 122500 -> 122.5k, 6000000 -> 6M."""
    for size, unit in ((1_000_000, "M"), (1_000, "k")):
        if value >= size * (1 if size > 1_000 else 10):
            return f"{format_decimal(value / size, format='#,##0.#', locale=ENGLISH)}{unit}"
    return str(format_decimal(value, format="#,##0" if value == int(value) else "#,##0.00", locale=ENGLISH))


def money(value: float | None, currency: str | None = None) -> str:
    if value is None:
        return ""
    symbol = get_currency_symbol(currency, locale=ENGLISH) if currency else ""
    gap = "\u00a0" if symbol[-1:].isalpha() else ""
    return f"{symbol}{gap}{amount(value)}"


def salary(row: Mapping[str, Any]) -> str:
    """`$120k–150k / year`; empty where the row states no salary."""
    low, high = field(row, "salary_min"), field(row, "salary_max")
    currency, period = field(row, "salary_currency"), field(row, "salary_period")
    if low is None and high is None:
        return ""
    if low is None:
        text = f"up to {money(high, currency)}"
    elif high is None:
        text = f"from {money(low, currency)}"
    else:
        text = money(low, currency) + (f"–{amount(high)}" if high != low else "")
    return f"{text} / {period}" if period else text


def instant(value: str | None) -> datetime | None:
    """Shape: an ISO date or date and time; without a zone it is UTC."""
    try:
        moment = datetime.fromisoformat(value or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def ago(value: str | None, now: datetime | None = None) -> str:
    """`3 hours ago`; from a day on, and for a bare date, in whole days."""
    moment, now = instant(value), now or datetime.now(UTC)
    if moment is None:
        return value or ""
    seconds = (now - moment).total_seconds()
    if len(value or "") == 10 or seconds >= 86400:
        return days_ago((now.date() - moment.date()).days)
    return "just now" if seconds < 60 else f"{spell(seconds)} ago"


def days_ago(days: int) -> str:
    if days < 2:
        return "yesterday" if days == 1 else "today" if days == 0 else f"in {spell(-days * 86400)}"
    return f"{spell(days * 86400)} ago"


def spell(seconds: float) -> str:
    """Shape: one number and one unit."""
    _, size, unit = next(step for step in STEPS if step[0] is None or seconds < step[0])
    count = int(seconds / size)
    return f"{count} {unit}{'' if count == 1 else 's'}"


def when(value: str | None) -> Markup:
    """A `<time>` that shows the age, and the exact moment on hover."""
    if not value:
        return Markup("")
    exact = value.replace("T", " ").replace("Z", " UTC").replace("+00:00", " UTC")
    return Markup('<time datetime="{}" title="{}">{}</time>').format(value, exact, ago(value))


def day(value: str | None) -> str:
    """`23 November 2026`."""
    moment = instant(value)
    return f"{moment.day} {moment:%B %Y}" if moment else value or ""


def label(value: Any) -> str:
    """`full_time` -> `Full time`."""
    return labels.label(str(plain(value)))


def number(value: float | None) -> str:
    return "" if value is None else str(format_decimal(value, locale=ENGLISH))


def duration(seconds: float | None) -> str:
    """1.3 -> 1.3 s, 94 -> 1 min 34 s."""
    if seconds is None:
        return ""
    minutes, rest = divmod(seconds, 60)
    return f"{int(minutes)} min {int(rest)} s" if minutes else f"{rest:.1f} s"


def took(started_at: str | None, finished_at: str | None) -> str:
    start, end = instant(started_at), instant(finished_at)
    return duration((end - start).total_seconds()) if start and end else ""


def size(count: int | None) -> str:
    """Bytes in kB or MB."""
    for unit, step in (("MB", 1_000_000), ("kB", 1_000)):
        if (count or 0) >= step:
            return f"{(count or 0) / step:.1f} {unit}"
    return f"{count or 0} B"


def names(value: Any) -> list[str]:
    """Shape: a list of strings, or one as JSON; anything else is an empty list."""
    try:
        items = value if isinstance(value, list) else json.loads(value or "[]")
    except (TypeError, ValueError):
        return []
    return [str(item) for item in items] if isinstance(items, list) else []


def tone(outcome: str | None, guard: str | None = None) -> str:
    """The colour class of a run's state or a board's outcome."""
    if outcome in BAD:
        return "bad"
    return "good" if outcome in GOOD and not guard else "fair"


def marked(text: str | None) -> Markup:
    """A snippet whose matches stand between ⟪ and ⟫, escaped, with the matches highlighted."""
    safe = re.sub(r"⟪(.*?)⟫", r"<mark>\1</mark>", str(escape(text or "")))
    return Markup(safe.replace("⟪", "").replace("⟫", ""))  # noqa: S704 (escaped above)


def local(url: str) -> str:
    """The same address without scheme and host."""
    parts = urlsplit(str(url))
    return parts.path + (f"?{parts.query}" if parts.query else "")


def hue(name: Any) -> int:
    """0 to 7, always the same for the same name."""
    return sum(str(plain(name)).encode()) % 8


def initials(name: str) -> str:
    words = re.findall(r"\w+", str(plain(name)))
    return "".join(word[0] for word in words[:2]).upper() or "?"


FILTERS = (
    *(plain, money, salary, ago, when, day, label, country, number),
    *(duration, size, names, tone, marked, local, hue, initials),
)


@hookimpl
def prepare_jinja2_environment(env: Any) -> None:
    env.filters.update({function.__name__: function for function in FILTERS})
    env.filters["tilde"] = lambda value: tilde_encode(str(plain(value)))
    env.globals["took"] = took
