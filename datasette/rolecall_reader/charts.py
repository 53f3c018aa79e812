"""Charts as SVG within a page: presentation attributes and classes alone, no style, no script; colours come from CSS.

Shape: each chart carries its figures as a table, for who cannot see it.
"""

import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import leather
from markupsafe import Markup

WIDTH, HEIGHT, BAND_HEIGHT = 420, 210, 26
INK = "currentColor"


@dataclass(frozen=True, slots=True)
class Chart:
    title: str
    svg: Markup
    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


class Exact(leather.Scale):  # type: ignore[misc]  # leather is not typed
    """From one number to another; leather's own scales run on to the next round one."""

    def __init__(self, low: float, high: float) -> None:
        self.low, self.size = low, max(high - low, 1e-9)

    def contains(self, value: float) -> bool:
        return self.low <= value <= self.low + self.size

    def project(self, value: float, range_min: float, range_max: float) -> float:
        return range_min + (range_max - range_min) * (value - self.low) / self.size


class Band(leather.Bars):  # type: ignore[misc]  # likewise
    """Bars that begin at a low end of their own. Shape: rows are (high, name, low)."""

    def to_svg(self, width: float, height: float, x_scale: Any, y_scale: Any, series: Any, palette: Any) -> ET.Element:
        group = ET.Element("g", {"class": "series bars"})
        for each in series.data():
            bottom, top = y_scale.project_interval(each.y, height, 0)
            left, right = (x_scale.project(value, 0, width) for value in (each.row[2], each.x))
            place = {"x": left, "y": top, "width": max(right - left, 2), "height": bottom - top}
            group.append(ET.Element("rect", {**{name: str(value) for name, value in place.items()}, "fill": INK}))
        return group


def line(title: str, head: tuple[str, str], points: Sequence[tuple[date, float]]) -> Chart:
    """A line over days. Shape: at least two points, ascending."""
    chart = leather.Chart()
    days = [(day.toordinal(), value) for day, value in points]
    chart.add_line(days, stroke_color=INK)
    chart.set_x_scale(Exact(days[0][0], days[-1][0]))
    chart.add_x_axis(ticks=[days[i][0] for i in spread(len(days), 4)], tick_formatter=lambda value, *_: said_day(value))
    scaled(chart, max(value for _, value in points))
    rows = [(day.isoformat(), f"{value:,g}") for day, value in points]
    return Chart(title, svg(chart, title, HEIGHT), head, rows)


def columns(title: str, head: tuple[str, str], bars: Sequence[tuple[str, float]]) -> Chart:
    """A column for each name."""
    chart = leather.Chart()
    chart.add_columns(bars, fill_color=INK)
    chart.add_x_axis(ticks=[bars[i][0] for i in spread(len(bars), 6)], tick_formatter=lambda value, *_: value)
    scaled(chart, max(value for _, value in bars))
    return Chart(title, svg(chart, title, HEIGHT), head, [(name, f"{value:,g}") for name, value in bars])


def bands(
    title: str, head: tuple[str, ...], rows: Sequence[tuple[str, float, float]], said: Callable[[float], str]
) -> Chart:
    """A bar from low to high for each name. Shape: rows are (name, low, high)."""
    chart = leather.Chart()
    chart.add_series(leather.Series([(high, name, low) for name, low, high in reversed(rows)]), Band(INK))
    ticks = steps(max(high for _, _, high in rows), 3)
    chart.set_x_scale(Exact(0, ticks[-1]))
    chart.add_x_axis(ticks=ticks, tick_formatter=lambda value, *_: said(value))
    chart.add_y_axis(tick_formatter=lambda value, *_: value)
    told = [(name, said(low), said(high)) for name, low, high in rows]
    return Chart(title, svg(chart, title, 90 + BAND_HEIGHT * len(rows)), head, told)


def scaled(chart: leather.Chart, high: float) -> None:
    ticks = steps(high, 4)
    chart.set_y_scale(Exact(0, ticks[-1]))
    chart.add_y_axis(ticks=ticks, tick_formatter=lambda value, *_: f"{value:,g}")


def steps(high: float, count: int) -> list[float]:
    """About so many round numbers from nothing to `high` or beyond it."""
    size = 1.0
    while size * count < high:
        size *= 2.5 if str(size).startswith("2") else 2
    return [size * i for i in range(int(-(-max(high, 1) // size)) + 1)]


def spread(length: int, count: int) -> list[int]:
    """About so many places, from first to last."""
    step = max(1, -(-(length - 1) // max(count - 1, 1)))
    return list(range(0, length, step))


def said_day(ordinal: float) -> str:
    day = date.fromordinal(int(ordinal))
    return f"{day.day} {day:%b %y}"


def svg(chart: leather.Chart, title: str, height: int) -> Markup:
    """What leather draws, scaled to where it stands, with its title as text."""
    root = ET.Element("svg", {"class": "chart", "viewBox": f"0 0 {WIDTH} {height}", "role": "img", "aria-label": title,
                               "overflow": "visible"})  # fmt: skip
    ET.SubElement(root, "title").text = title
    root.append(chart.to_svg_group(WIDTH, height))
    return Markup(ET.tostring(root, encoding="unicode"))  # noqa: S704 (ElementTree escapes what it writes)
