"""A company's jobs over time: how many were open, how long they stay, what each level pays."""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from statistics import median

from rolecall_reader import charts
from rolecall_reader.charts import Chart

MOST = 10_000  # of a company's open jobs and of its closed ones, the newest
SEEN = f"""
SELECT substr(first_seen_at, 1, 10), substr(closed_at, 1, 10), count(*) FROM (
  SELECT * FROM (SELECT first_seen_at, NULL AS closed_at FROM jobs
                 WHERE company_id = :company AND is_open = 1 ORDER BY pk DESC LIMIT {MOST})
  UNION ALL
  SELECT * FROM (SELECT first_seen_at, closed_at FROM jobs
                 WHERE company_id = :company AND is_open = 0 ORDER BY pk DESC LIMIT {MOST})
) GROUP BY 1, 2
"""
PAID = f"""
SELECT seniority, salary_currency, yearly_min, coalesce(salary_max * yearly_min / nullif(salary_min, 0), yearly_min)
FROM (SELECT * FROM jobs WHERE company_id = ? AND is_open = 1 ORDER BY pk DESC LIMIT {MOST})
WHERE yearly_min IS NOT NULL AND salary_currency IS NOT NULL
"""
LEVELS = ("intern", "entry", "mid", "senior", "staff", "lead", "manager", "director", "executive", None)
MOST_POINTS, MOST_MONTHS, FEWEST_PAID = 60, 12, 3
Span = tuple[date, date | None, int]  # first seen, closed, how many jobs


def trends(connection: sqlite3.Connection, company: str, today: date | None = None) -> list[Chart]:
    """The charts that there are figures for."""
    spans = list(spans_of(connection.execute(SEEN, {"company": company})))
    drawn = (open_over_time(spans, today or datetime.now(UTC).date()), time_to_fill(spans))
    paid = connection.execute(PAID, (company,)).fetchall()
    return [chart for chart in (*drawn, salary_bands([tuple(row) for row in paid])) if chart]


def spans_of(rows: Iterable[Sequence[str | int | None]]) -> Iterator[Span]:
    """Days that are none are left out."""
    for seen, closed, count in rows:
        try:
            yield date.fromisoformat(str(seen)), date.fromisoformat(str(closed)) if closed else None, int(count or 0)
        except ValueError:
            continue


def open_over_time(spans: Sequence[Span], today: date) -> Chart | None:
    first = min((seen for seen, _, _ in spans), default=today)
    step = max(1, -(-(today - first).days // MOST_POINTS))
    days = [today - timedelta(days=back) for back in range((today - first).days // step * step, -1, -step)]
    if len(days) < 2:
        return None
    points = [(day, open_on(spans, day)) for day in days]
    return charts.line("Open jobs over time", ("Day", "Open jobs"), points)


def open_on(spans: Iterable[Span], day: date) -> int:
    return sum(count for seen, closed, count in spans if seen <= day and (closed is None or closed > day))


def time_to_fill(spans: Iterable[Span]) -> Chart | None:
    """By the month of closing."""
    days: defaultdict[str, list[int]] = defaultdict(list)
    for seen, closed, count in spans:
        if closed is not None and closed >= seen:
            days[f"{closed:%Y-%m}"] += [(closed - seen).days] * count
    bars = [(month, float(median(days[month]))) for month in sorted(days)[-MOST_MONTHS:]]
    title = "Time to fill: median days from first seen to closed, by month"
    return charts.columns(title, ("Month", "Days"), bars) if bars else None


def salary_bands(rows: Sequence[tuple[str | None, str, float, float]]) -> Chart | None:
    """From the lower quarter of the lower ends to the upper quarter of the upper ones, in the currency named most."""
    if len(rows) < FEWEST_PAID:
        return None
    currency = Counter(row[1] for row in rows).most_common(1)[0][0]
    ends: defaultdict[str | None, list[tuple[float, float]]] = defaultdict(list)
    for level, named, low, high in rows:
        if named == currency:
            ends[level if level in LEVELS else None].append((low, max(low, high)))
    banded = [(name_of(level, len(ends[level])), *band(ends[level])) for level in LEVELS if level in ends]
    title = f"Stated salaries of open jobs by level, {currency} a year"
    return charts.bands(title, ("Level", "From", "To"), banded, lambda value: f"{value / 1000:,.0f}k")


def band(ends: Sequence[tuple[float, float]]) -> tuple[float, float]:
    lows, highs = sorted(low for low, _ in ends), sorted(high for _, high in ends)
    return lows[(len(lows) - 1) // 4], highs[len(highs) - 1 - (len(highs) - 1) // 4]


def name_of(level: str | None, count: int) -> str:
    return f"{(level or 'not stated').capitalize()} ({count})"
