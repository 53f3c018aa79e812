"""What every source reads alike: dates, HTML, addresses and pay.

Units: amounts of pay are whole units of the currency, never cents.
"""

import html
import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, date, datetime
from math import isfinite
from typing import Annotated, Any

from price_parser import Price
from pydantic import Field, TypeAdapter

from tasks import bodies

TWICE = r"(?<!bi[- ])(?<!semi[- ])"  # twice a month has no word here
PERIODS = {
    "hour": re.compile(r"\bhour|\bper hr\b|/ ?hr?\b|\bstunde|\bheure|\buur\b", re.I),
    "day": re.compile(r"\bdaily\b|(?:\b(?:per|a)|/) ?day\b|^day$|\bpro tag\b", re.I),
    "week": re.compile(rf"{TWICE}\bweekly\b|(?:\b(?:per|a)|/) ?week\b|^week$|\bpro woche\b", re.I),
    "month": re.compile(rf"{TWICE}\bmonth|\bmonat|\bmois\b|\bmaand", re.I),
    "year": re.compile(
        r"\byear|\byr\b|\bper annum\b|\bannual(?:ly|i[sz]ed)?\b(?! (?:bonus|leave|review))|jahr|\bp\.a\.", re.I
    ),
}
REPAIRS = (  # of JSON: CDATA marks, control characters and odd spaces, stray backslashes, commas before a bracket
    (re.compile(r"<!\[CDATA\[|\]\]>"), ""),
    (re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u00a0\u2028\u2029\ufeff]+"), " "),
    (re.compile(r'(?<!\\)\\(?!["\\/bfnrt]|u[0-9a-fA-F]{4})'), r"\\\\"),
    (re.compile(r",(?=\s*[}\]])"), ""),
)
JOBS = TypeAdapter(list[dict[str, Any]])
COUNT = TypeAdapter(Annotated[int, Field(ge=0, le=10**9)])
MILLISECONDS = TypeAdapter(datetime)  # refuses what no calendar holds
NUMBER = r"(?:\d{1,3}(?:[.,' \u00a0\u202f]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?)(?!\d)\s?k?"
SIGN = r"[^\w+]{0,3}(?-i:[A-Z]{1,3})?[^\w+]{0,3}"
AMOUNTS = re.compile(rf"{SIGN}({NUMBER})(?:\s?(?:-|–|—|to|and|bis|à|tot)\s?{SIGN}({NUMBER}))?(?:[^\dk+]\D*)?", re.I)
AMOUNT = TypeAdapter(Annotated[float, Field(allow_inf_nan=False)])
SIGNS = {"€": "EUR", "£": "GBP", "₹": "INR", "zł": "PLN", "Kč": "CZK"}  # a dollar or a krone could be any of several
UNIT = re.compile(r"/|week|month|fortnight|shift", re.I)
MOST = 1e12  # more is a slip of the keyboard
LEAST = {"month": 100, "year": 1000}  # less is a rate per hour or thousands, whatever unit stands beside it


def day(value: str | int | None) -> date | None:
    """The UTC date of an ISO date or instant, or of milliseconds since 1970; without a zone it keeps its own date."""
    if not value:
        return None
    when = (
        datetime.fromisoformat(value.replace(" UTC", "Z"))
        if isinstance(value, str)
        else MILLISECONDS.validate_python(value)
    )
    with suppress(OverflowError):  # `9999-12-31T23:59:59-08:00` is how some say never
        when = when.astimezone(UTC) if when.tzinfo else when
    return when.date()


def real_html(words: str) -> str:
    """HTML as it is, HTML escaped once unescaped, plain text as a paragraph with its line breaks."""
    words = (words if "<" in words else html.unescape(words)).strip()
    return words if not words or "<" in words else f"<p>{words.replace(chr(10), '<br>')}</p>"


def plain_html(text: str | None) -> str:
    """Plain text as a paragraph with its line breaks; `<` and `&` in it are what they look like."""
    words = html.escape((text or "").strip(), quote=False).replace("\n", "<br>")
    return words and f"<p>{words}</p>"


def sections(parts: Iterable[tuple[str | None, str | None]]) -> str:
    """Parts of a text as (plain heading, HTML) in one; an empty part leaves its heading out too."""
    found = ((html.escape((heading or "").strip(), quote=False), (text or "").strip()) for heading, text in parts)
    return "\n".join((f"<h3>{heading}</h3>\n" if heading else "") + text for heading, text in found if text)


def place(*parts: str | None) -> str:
    """City, region, country as one line, each once."""
    return ", ".join(dict.fromkeys(part.strip() for part in parts if part and part.strip()))


def host(board: str, suffix: str) -> str:
    """`acme` is `acme.<suffix>`; a board with a dot is a host itself."""
    return board if "." in board else f"{board}.{suffix}"


def address(url: str | None) -> str:
    """A web address as a platform states it; spaces that people leave in it are escaped."""
    return "%20".join((url or "").split())


def by_facet(facets: Any, names: Iterable[str], total: int) -> list[tuple[str, str, int]]:
    """A list too long to be shown whole, in parts: facet, value and count of each value of one facet.

    Shape: of the facets so named the one that covers the total with the least overlap; none where none has two values.
    """
    found: dict[str | None, list[tuple[str, int]]] = {}
    waiting = JOBS.validate_python(facets or [])
    for facet in waiting:  # a group of facets adds its own
        values = JOBS.validate_python(facet.get("values") or [])
        waiting += [value for value in values if "values" in value]
        found[facet.get("facetParameter")] = [
            (value["id"], COUNT.validate_python(value["count"])) for value in values if "id" in value
        ]
    sizes = {name: [size for _, size in found[name]] for name in names if len(found.get(name, [])) > 1}
    if not sizes:
        return []
    best = max(sizes, key=lambda name: (min(sum(sizes[name]), total), -sum(sizes[name]), -max(sizes[name])))
    return [(best, value, size) for value, size in found[best]]


def period(words: str) -> str | None:
    """`HOUR`, `hourly`, `per hour`, `annual` … -> one of five; None where several or none are named."""
    found = [name for name, pattern in PERIODS.items() if pattern.search(words)]
    return found[0] if len(found) == 1 else None


def pay(low: Any, high: Any, currency: str | None, unit: str | None) -> dict[str, Any]:
    """The four salary fields; none where there is no amount, the range runs backwards or is too low for its unit.

    Raises: ValueError where an amount is no number.
    """
    least, most = _amount(low), _amount(high)
    if not (least or most) or (least and most and least > most):
        return {}
    if min(filter(None, (least, most))) < LEAST.get(unit or "", 0):
        return {}
    code = (currency or "").strip().upper()
    known = code if re.fullmatch(r"[A-Z]{3}", code) else None
    return {"salary_min": least, "salary_max": most, "salary_currency": known, "salary_period": unit}


def pay_per(low: Any, high: Any, currency: str | None, words: str | None) -> dict[str, Any]:
    """As `pay`, with the unit in words; none where they name none of the five."""
    unit = period(words or "")
    return {} if words and unit is None else pay(low, high, currency, unit)


def pay_of_all(offers: Iterable[tuple[Any, Any, str | None, str | None]]) -> dict[str, Any]:
    """One range over the offers of one posting, open where one of them is; nothing where currency or period differ."""
    known = [one for offer in offers if (one := pay(*offer))]
    if len({(one["salary_currency"], one["salary_period"]) for one in known}) != 1:
        return {}
    lows, highs = ([one[name] for one in known] for name in ("salary_min", "salary_max"))
    return known[0] | {"salary_min": min(lows) if all(lows) else None, "salary_max": max(highs) if all(highs) else None}


def loads(script: str) -> Any:
    """JSON as sites write it into a page: line ends in strings, comments around it, commas too many.

    Raises: ValueError where it is beyond repair.
    """
    try:
        with suppress(ValueError):
            return bodies.loads(script, strict=False)
        for pattern, replacement in REPAIRS:
            script = pattern.sub(replacement, script)
        first, last = re.search(r"[\[{]|$", script), max(script.rfind("]"), script.rfind("}"))
        return bodies.loads(script[first.start() if first else 0 : last + 1], strict=False)
    except RecursionError as error:
        raise ValueError("JSON is nested too deep") from error


def amounts(value: Any) -> list[float]:
    """The one or two amounts of a number or of words such as `£24,907 to £30,615 a year`."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return [float(value)] if 0 < value < MOST and isfinite(value) else []
    match = AMOUNTS.fullmatch(value.strip()) if isinstance(value, str) and len(value) <= 100 else None
    found = [_in_words(words) for words in match.groups() if words] if match else []
    return found if all(found) else []


def pay_in_words(words: str | None) -> dict[str, Any]:
    """The four salary fields of words such as `$115,000 – $145,000 / year`.

    Shape: none where they hold no plain amounts, or name a unit that is none of the five (`$1,500 bi-weekly`).
    """
    text = " ".join((words or "").split())
    found, code, unit = amounts(text), Price.fromstring(text[:100]).currency or "", period(text)
    if not found or (unit is None and UNIT.search(text)):
        return {}
    return pay(found[0], found[-1], SIGNS.get(code, code), unit)


def _in_words(words: str) -> float:
    is_thousands = words.strip().lower().endswith("k")
    return (Price.fromstring(words.strip(" kK")).amount_float or 0.0) * (1000 if is_thousands else 1)


def _amount(value: Any) -> float | None:
    if value is None or value == "":
        return None
    number = AMOUNT.validate_python(value)
    return number if 0 < number < MOST else None
