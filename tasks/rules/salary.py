"""Base pay stated in prose: range, currency and period; sums that are not pay are told apart by the words beside them.

Several stated ranges (places, levels) become one from the lowest minimum to the highest maximum where they share
currency and period and stand close together; otherwise the first one counts. Base pay goes before on-target earnings.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from tasks.model import SalaryPeriod
from tasks.rules.money import DOLLAR, Amount, amounts
from tasks.rules.pay_words import OTE_AFTER, OTHER_AFTER, PAY_AFTER, WORDS
from tasks.rules.span import Span, clause_after, clause_before, lowered


class Pay(NamedTuple):
    """The four salary fields of an extraction."""

    min: float | None
    max: float | None
    currency: str | None
    period: SalaryPeriod | None


@dataclass(frozen=True, slots=True)
class Offer:
    """A sum or range in the text that may be pay; `rank` 0 is certain, 1 a bare range, 2 on-target earnings."""

    pay: Pay
    is_range: bool
    rank: int
    start: int
    end: int


JOINER = re.compile(
    r"[+.]?\s{0,2}(?:[-–—‐‑−~]{1,2}|to|until|bis(?: zu)?|à|a|al|hasta|até|tot|do|,? ?up to|jusqu'à|/|(?P<and>and"
    r"|und|et|y|e|en))\s{0,2}"
    r"|,?\s{1,2}(?:and )?(?:a )?max(?:imum)?(?: of)?:?\s",
    re.IGNORECASE,
)
BETWEEN = re.compile(r"(?:between|zwischen|entre|tra|tussen|from|range)\b[^.;]{0,30}\Z")
UP_TO = re.compile(
    r"(?:up to|upto|bis zu|bis|jusqu'à|hasta|até|fino a|tot|max(?:imum|\.)?(?: of)?|as much as|not exceed):?\s?\Z"
)
FROM = re.compile(
    r"(?:from|start(?:s|ing)?(?: (?:at|from|salary(?: of)?|pay(?: of)?|rate(?: of)?|base(?: of)?|wage(?: of)?))?"
    r"|begins at|ab|à partir de|dès|desde"
    r"|a partir de|a partire da|da|vanaf|min(?:imum|d)?\.?(?: of)?|at least|mindestens|over|more than|od|från"
    r"|fra):?\s?\Z"
)
PERIOD_BEFORE = re.compile(
    r"(?<!\w)(?:(?P<hour>hourly|per hour|stundenlohn|stundensatz|horaire)|(?P<day>daily|day rate|tagessatz|tjm)"
    r"|(?P<week>weekly|wochenlohn)"
    r"|(?P<month>monthly|per month|monats\w*|mensuel|mensual|mensal|mensile|miesięczn\w+|měsíčn\w+)"
    r"|(?P<year>annual(?:ly|ized)?|yearly|per annum|per year|jahres\w*|annuel|anual|annu[ao]|ral|ctc|p\.a\.|ote"
    r"|on[- ]target))(?!\w)"
)
LABEL = re.compile(
    r"(?:salary|salaire|salario|gehalt|vergütung|compensation|remuneration)(?: range)?(?: for this (?:role"
    r"|position))?(?: is|:| [-–])?[\s\xa0]{0,3}"
    r"(?:between |from |up to )?\Z",
    re.IGNORECASE,
)
GROSS = re.compile(r"\b(?:brut\w*|gross|lordi|base)\b")
STRONG = {"USD", "EUR", "GBP", "CHF", "CAD", "AUD", "NZD", "SGD", DOLLAR}
SANE = {"hour": (3, 1000), "day": (30, 8000), "week": (80, 30_000), "month": (250, 120_000), "year": (3000, 5_000_000)}
ANNUAL_FROM = 14_000  # a bare sum in a strong currency from here on is a year's pay: no other period reaches it
# where 14,000 of the country's own money is no year's pay
WEAK_COUNTRIES = frozenset(
    "ET KE NG GH IN PK BD LK NP PH ID VN JP KR TH EG HU CZ PL RS UA RU TR ZA SE NO DK IS".split()
)
DOLLARS = {"US": "USD", "CA": "CAD", "AU": "AUD", "NZ": "NZD", "SG": "SGD", "HK": "HKD"}
# their own money bears the same sign
PESO_COUNTRIES = frozenset("MX AR CL CO UY DO CU TW BN FJ JM TT BS BB BZ GY SR NA LR".split())
DOLLAR_HINTS = {
    "USD": re.compile(
        r"USD|US\$|401\s?\(?k|U\.S\.|United States|\bUSA?\b|California|New York|San Francisco|Colorado|Seattle"
    ),
    "CAD": re.compile(r"CAD\b|CA\$|C\$|Canad|Toronto|Ontario|Vancouver|RRSP"),
    "AUD": re.compile(r"AUD\b|AU\$|A\$|Australia|Sydney|Melbourne|superannuation"),
    "NZD": re.compile(r"NZD\b|NZ\$|New Zealand|Auckland|KiwiSaver"),
    "SGD": re.compile(r"SGD\b|Singapore"),
    "HKD": re.compile(r"HKD\b|Hong Kong"),
    "MXN": re.compile(r"MXN\b|Mexico City|CDMX|Guadalajara|Monterrey|\bpesos\b"),
}


def salary(text: str, country: str | None) -> Span[Pay] | None:
    """The base pay that a text states; a bare `$` is read by the country of the place, else by the text's own hints.

    Where neither names a country with a dollar or peso of its own, it is the US dollar.
    """
    numbers = list(amounts(text))
    if not any(amount.currency or amount.factor > 1 or amount.value >= ANNUAL_FROM for amount in numbers):
        return None
    low = lowered(text)
    offers = [offer for group in _groups(text, numbers) if (offer := _offer(text, low, country, *group))]
    if not offers:
        return None
    best = _widest(offers)
    currency = best.pay.currency
    if currency == DOLLAR or currency is None:
        currency = _dollar(text, country) if currency else None
    return Span(best.pay._replace(currency=currency), best.start, best.end)


def _groups(text: str, numbers: list[Amount]) -> Iterator[tuple[Amount, Amount | None]]:
    """Numbers as they belong together: two joined to a range, or one alone."""
    taken = False
    for first, second in zip(numbers, [*numbers[1:], None], strict=True):
        if taken:
            taken = False
        elif second and (joined := _joined(text, first, second)):
            taken = True
            yield joined, second
        elif first.currency or first.factor == 1e5 or _labelled(text, first):
            yield first, None


def _joined(text: str, first: Amount, second: Amount) -> Amount | None:
    """The first amount with what it shares with the second (`120-150k`), or None where they are no range."""
    told = first.currency or second.currency or second.factor > 1
    if second.start - first.end > 24 or not (told or _labelled(text, first)):
        return None
    joiner = JOINER.fullmatch(text, first.end, second.start)
    if not joiner or (joiner["and"] and not BETWEEN.search(text[max(0, first.start - 60) : first.start].lower())):
        return None
    if first.currency and second.currency and first.currency != second.currency and first.currency != DOLLAR:
        return None
    if first.factor == 1 and second.factor > 1 and first.value < 1000:
        first = replace(first, value=first.value * second.factor, factor=second.factor)
    return first


def _labelled(text: str, amount: Amount) -> bool:
    """Whether a year's sum without a currency stands behind the word for it: `Salary: 24,000 - 25,000`."""
    return amount.value >= ANNUAL_FROM and LABEL.search(text, max(0, amount.start - 70), amount.start) is not None


def _offer(text: str, low: str, country: str | None, first: Amount, second: Amount | None) -> Offer | None:
    last = second or first
    rank = _rank(low, first.start, last.end)
    if rank is None or max(first.factor, last.factor) in (1e6, 1e9):
        return None
    currency = last.currency if first.currency in (None, DOLLAR) and last.currency else first.currency
    stated = last.period or first.period or _period_before(low, first.start)
    strong = currency in STRONG or (currency is None and country not in WEAK_COUNTRIES)
    period = stated or ("year" if strong and first.value >= ANNUAL_FROM else None)
    if first.period and last.period and first.period != last.period:
        return None
    if rank == 1 and not _speaks_for_itself(first, second, strong, period):
        return None
    if not period and (strong or not second):  # 20 to 24 of a strong currency is pay of an unknown time
        return None
    low_end, high_end = _ends(text, low, first, second)
    if not _sane(low_end, high_end, period, strong):
        return None
    return Offer(Pay(low_end, high_end, currency, period), bool(second), rank, first.start, last.end)


def _rank(low: str, start: int, end: int) -> int | None:
    """0 beside words of pay, 1 beside none, 2 beside on-target earnings; None where the sum is something else."""
    after = clause_after(low, end, 50)
    if OTHER_AFTER.match(after):
        return None
    if OTE_AFTER.match(after):
        return 2
    kind = None
    for match in WORDS.finditer(clause_before(low, start, 90)):
        kind = match.lastgroup if match.lastgroup != "weak" else kind or "pay"
    if kind is None:
        return 0 if PAY_AFTER.match(after) or GROSS.search(low, start, end) else 1
    return {"pay": 0, "ote": 2, "other": None}[kind]


def _speaks_for_itself(first: Amount, second: Amount | None, strong: bool, period: SalaryPeriod | None) -> bool:
    """Without a word of pay beside it: a range of years' pay or with a period, or one sum of a usual size."""
    if period in ("hour", "day"):
        return first.currency is not None or bool(second and second.currency)
    if not strong:
        return period is not None
    return period == "year" and first.value >= ANNUAL_FROM and bool(second or first.period)


def _period_before(low: str, start: int) -> SalaryPeriod | None:
    found = None
    for match in PERIOD_BEFORE.finditer(clause_before(low, start, 80)):
        found = match.lastgroup
    return found  # type: ignore[return-value]


def _ends(text: str, low: str, first: Amount, second: Amount | None) -> tuple[float | None, float | None]:
    if second:
        return first.value, second.value
    before = low[max(0, first.start - 28) : first.start]
    if UP_TO.search(before):
        return None, first.value
    if FROM.search(before) or (
        text[first.end : first.end + 1] == "+" and not text[first.end + 1 : first.end + 3].strip()
    ):
        return first.value, None
    return first.value, first.value


def _sane(low_end: float | None, high_end: float | None, period: SalaryPeriod | None, strong: bool) -> bool:
    ends = [end for end in (low_end, high_end) if end is not None]
    if ends[0] > ends[-1] or ends[0] <= 0 or ends[-1] > 10 * ends[0]:
        return False
    if not strong:
        return ends[-1] < 1e11
    lowest, highest = SANE[period] if period else (3, ANNUAL_FROM)
    return lowest <= ends[0] and ends[-1] <= highest


def _widest(offers: list[Offer]) -> Offer:
    """The first of the best offers, widened by the ranges that follow it closely in the same currency and period."""
    best = min(offers, key=lambda offer: (offer.rank, not offer.is_range, offer.start))
    for offer in offers:
        alike = offer.is_range and offer.pay[2:] == best.pay[2:] and (offer.rank == 2) == (best.rank == 2)
        if not (best.is_range and alike and -300 < offer.start - best.end < 300):
            continue
        low_end, high_end = min(offer.pay.min or 0, best.pay.min or 0), max(offer.pay.max or 0, best.pay.max or 0)
        if high_end <= 4 * low_end:
            pay = best.pay._replace(min=low_end, max=high_end)
            best = replace(best, pay=pay, start=min(best.start, offer.start), end=max(best.end, offer.end))
    return best


def _dollar(text: str, country: str | None) -> str | None:
    if country in DOLLARS:
        return DOLLARS[country]
    if country in PESO_COUNTRIES:
        return None
    hinted = [code for code, hint in DOLLAR_HINTS.items() if hint.search(text)]
    return "USD" if not hinted or country else hinted[0] if len(hinted) == 1 else None
