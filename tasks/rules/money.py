"""Amounts of money as people write them: numbers with currency, multiplier and period."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from price_parser.parser import parse_number

from tasks.model import SalaryPeriod

MOST_NUMBERS = 3000  # a posting has some dozens; a hostile text is read so far and no further

DOLLAR = "$"  # whose dollar it is, the words around must tell
CURRENCIES = {
    "US$": "USD", "USD$": "USD", "USD": "USD", "US DOLLARS": "USD", "CA$": "CAD", "CAD$": "CAD", "C$": "CAD",
    "CDN$": "CAD", "CDN": "CAD", "CAD": "CAD", "AU$": "AUD", "A$": "AUD", "AUD$": "AUD", "AUD": "AUD", "NZ$": "NZD",
    "NZD$": "NZD", "NZD": "NZD", "S$": "SGD", "SG$": "SGD", "SGD$": "SGD", "SGD": "SGD", "HK$": "HKD", "HKD$": "HKD",
    "HKD": "HKD", "R$": "BRL", "BRL": "BRL", "MX$": "MXN", "MXN": "MXN", "NT$": "TWD", "TWD": "TWD", "$": DOLLAR,
    "DOLLARS": DOLLAR, "€": "EUR", "EUR": "EUR", "EURO": "EUR", "EUROS": "EUR", "£": "GBP", "GBP": "GBP",
    "POUNDS": "GBP", "₹": "INR", "INR": "INR", "RS": "INR", "RS.": "INR", "RUPEES": "INR", "CHF": "CHF", "SFR.": "CHF",
    "FR.": "CHF", "SEK": "SEK", "NOK": "NOK", "DKK": "DKK", "ISK": "ISK", "PLN": "PLN", "ZŁ": "PLN", "CZK": "CZK",
    "KČ": "CZK", "HUF": "HUF", "FT": "HUF", "RON": "RON", "LEI": "RON", "BGN": "BGN", "UAH": "UAH", "₴": "UAH",
    "TRY": "TRY", "₺": "TRY", "ILS": "ILS", "NIS": "ILS", "₪": "ILS", "AED": "AED", "SAR": "SAR", "QAR": "QAR",
    "KWD": "KWD", "EGP": "EGP", "ZAR": "ZAR", "NGN": "NGN", "₦": "NGN", "KES": "KES", "KSH": "KES", "GHS": "GHS",
    "ETB": "ETB", "JPY": "JPY", "KRW": "KRW", "₩": "KRW", "CNY": "CNY", "RMB": "CNY", "PHP": "PHP", "₱": "PHP",
    "THB": "THB", "฿": "THB", "IDR": "IDR", "RP": "IDR", "MYR": "MYR", "RM": "MYR", "VND": "VND", "₫": "VND",
    "PKR": "PKR", "BDT": "BDT", "LKR": "LKR", "ARS": "ARS", "CLP": "CLP", "COP": "COP", "PEN": "PEN", "UYU": "UYU",
}  # fmt: skip
_CODES = "|".join(re.escape(code) for code in sorted(CURRENCIES, key=len, reverse=True))
_BEFORE = re.compile(rf"(?<![A-Za-z])({_CODES})\)?[ \u00a0\u202f]?\Z", re.IGNORECASE)
_AFTER = re.compile(rf"[ \u00a0\u202f]{{0,2}}({_CODES})(?!\w|\$)", re.IGNORECASE)
_NUMBER = re.compile(  # begins with a plain digit, so that the scan for it is a fast one; every repeat is bounded
    r"[0-9](?<![0-9].)(?<![0-9][.,'’].)"
    r"(?:[0-9]{0,2}(?:[,.'’ \u00a0\u202f][0-9]{3}){1,4}(?![0-9])(?:[.,][0-9]{1,2}(?![0-9]))?"
    r"|[0-9]?(?:,[0-9]{2}){1,3},[0-9]{3}(?![0-9])"
    r"|[0-9]{0,8}(?:[.,][0-9]{1,2})?(?![0-9]))"
)
_MULTIPLIER = re.compile(
    r"[ \u00a0\u202f]?(?:(k|thousand|tsd\.?|mil|mm?|mio\.?|mn|millions?|bn?|billions?|lakhs?|lacs?|lpa|l\.p\.a\.?|l"
    r"|crores?|cr)(?!\w))",
    re.IGNORECASE,
)
_NO_CENTS = re.compile(r"[,.][-–]{1,2}(?![0-9])")
_FACTORS = {"k": 1e3, "th": 1e3, "ts": 1e3, "m": 1e6, "b": 1e9, "l": 1e5, "c": 1e7}
_UNITS: dict[SalaryPeriod, str] = {
    "hour": r"hours?|hr|h|std\.?|stunden?|heure|hora|uur|ora|godz\w*",
    "day": r"days?|diem|tag|jour|dia|día|dag|giorno",
    "week": r"weeks?|wk|woche|semaine|semana|settimana",
    "month": r"months?|mo|mth|monat|mois|mes|mês|maand|mese|mies\w*|m-c|měsíc|mån\w*|måned",
    "year": r"years?|yr|y|annum|anum|a\.?|jahr|an|année|año|ano|anno|jaar|rok|år|vuosi",
}
_UNIT = "|".join(f"(?P<{name}>{words})" for name, words in _UNITS.items())
_ADVERBS = (
    r"(?P<hour2>hourly|ph|p/h|p\.h\.?|stündlich|horaire|je stunde)|(?P<day2>daily|p/d|täglich)|(?P<week2>weekly|pw|p/w)"
    r"|(?P<month2>monthly|pcm|pm|p\.m\.?|monatlich|mensuels?|mensuales|mtl\.?|mensili|miesięcznie|měsíčně)"
    r"|(?P<year2>annual(?:ly)?|yearly|pa|p\.a\.?|p\.\s?a\.?|p/a|jährlich|annuels?|annui|anuales|lpa|l\.p\.a\.?)"
)
_PERIOD = re.compile(
    r"(?:[ \u00a0\u202f]?(?:\+|gross|base|brutto|brut|bruto|bruts|brutos|lordi|net|netto|in ote|pro[- ]rata|usd|eur"
    r"|gbp|cad|,"
    r"|\()){0,3}[ \u00a0\u202f]?"
    rf"(?:(?:(?:/|per|an|a|each|every|pro|par|por|al|im|je|à l'|de l'|l'|all'|p\.)\s?(?:{_UNIT})|{_ADVERBS})(?![\w]))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Amount:
    """One number with what stands directly beside it; `value` has its multiplier applied, `factor` is 1 without one."""

    value: float
    factor: float
    currency: str | None
    period: SalaryPeriod | None
    start: int
    end: int


def amounts(text: str) -> Iterator[Amount]:
    """Every number of a text in order, the first some thousands of a longer one."""
    for count, match in enumerate(_NUMBER.finditer(text)):
        if count >= MOST_NUMBERS:
            return
        if amount := _amount(text, match.start(), match.end()):
            yield amount


def period_at(text: str, offset: int) -> tuple[SalaryPeriod | None, int]:
    """The period named directly at an offset, and where its words end."""
    match = _PERIOD.match(text, offset)
    if not match or not match.lastgroup:
        return None, offset
    return match.lastgroup.rstrip("2"), match.end()  # type: ignore[return-value]


def _amount(text: str, start: int, end: int) -> Amount | None:
    number = parse_number(re.sub(r"['’\u00a0\u202f]", "", text[start:end]))
    before = _BEFORE.search(text, max(0, start - 12), start)
    if number is None or (not before and start and text[start - 1].isalpha()):
        return None
    currency = CURRENCIES[before[1].upper()] if before else None
    if dashes := _NO_CENTS.match(text, end):
        end = dashes.end()
    factor, end = _factor(text, end)
    if after := _AFTER.match(text, end):
        end = after.end()
        named = CURRENCIES[after[1].upper()]
        currency = named if currency in (None, DOLLAR) else currency
    period, end = period_at(text, end)
    if factor == 1e5 and text[end - 4 : end].strip(" .").lower().endswith(("lpa", "p.a")):
        currency = currency or "INR"
    return Amount(float(number) * factor, factor, currency, period, before.start() if before else start, end)


def _factor(text: str, end: int) -> tuple[float, int]:
    match = _MULTIPLIER.match(text, end)
    if not match:
        return 1.0, end
    word = match[1].lower()
    if word in ("mil", "lpa", "l.p.a", "l.p.a."):
        return (1e3, match.end()) if word == "mil" else (1e5, end)  # LPA is read again as a period
    return _FACTORS.get(word[:2]) or _FACTORS[word[0]], match.end()
