"""How the recorded sets are read, and what their labelled postings become."""

import csv
import gzip
import io
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tasks.scoring import SALARY, Case

DATA = Path(os.environ.get("ROLECALL_SHARED_DATA", Path(__file__).parents[3] / "shared" / "data"))
AT_LEAST_MID = ["mid", "senior", "staff", "lead", "manager", "director", "executive"]


class Labelled(NamedTuple):
    """A case, and the company (or what else must not be torn apart) that decides its half."""

    group: str
    case: Case


def open_file(name: str) -> io.TextIOBase:
    path = DATA / name
    return io.TextIOWrapper(gzip.open(path), encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")


def json_file(name: str) -> Any:
    with open_file(name) as file:
        return json.load(file)


def json_lines(name: str) -> Iterator[Any]:
    with open_file(name) as file:
        yield from map(json.loads, file)


def csv_rows(name: str) -> Iterator[dict[str, str]]:
    csv.field_size_limit(10**7)
    with open_file(name) as file:
        yield from csv.DictReader(file)


def labelled(group: object, id: object, title: str, location: str | None, text: str, **expected: Any) -> Labelled:
    return Labelled(str(group), Case(id=str(id), title=title, location=location, text=text, expected=expected))


def checked(value: str | None) -> list[str | None]:
    """A label that the posting's own words need not state: silence is right too."""
    return [value, None]


def hours(value: str | None) -> list[str | None]:
    """Their full time is a word about hours: it does not deny a term."""
    return ["full_time", "temporary", "contract", None] if value == "full_time" else checked(value)


def pay_labels(least: float | None, most: float | None, currency: str, period: str | None, text: str) -> dict[str, Any]:
    """Labels of pay, none where a sum does not stand in the text: the label came from a field of its own."""
    digits = re.sub(r"\D", "", text)
    ends = [end for end in (least, most) if end]
    if not ends or not all(re.sub(r"0{3}$|\.0$", "", f"{end:g}") in digits for end in ends):
        return {}
    ends_of = (least, most) if most else (least, [None, least])  # one sum alone is both ends here
    return dict(zip(SALARY, (*ends_of, currency, period), strict=True))
