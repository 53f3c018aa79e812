"""What of a model's claims is believed: only what its quote supports, and the quote stands in the posting.

Quotes are compared without regard to case, white space and marks that the prompt shows otherwise. Where the rules can
read a quote, and read something else in it, the claim is quarantined.
"""

import re
from collections.abc import Callable, Iterable
from functools import cache
from math import isclose
from typing import Any, Literal, NamedTuple

import pycountry

from tasks import vocabulary
from tasks.llm.document import Document, shown
from tasks.model import Evidence, Extraction, Part, Quarantined
from tasks.rules import experience, money, workplace
from tasks.rules.place import place
from tasks.rules.salary import SANE
from tasks.rules.seniority import seniority
from tasks.rules.skills import terms
from tasks.rules.span import lowered

Reason = Literal["not in the posting", "disagrees with its quote", "says nothing", "no such value"]
GROUPS = {
    "salary": ("salary_min", "salary_max", "salary_currency", "salary_period"),
    "experience_years": ("experience_years_min", "experience_years_max"),
}
SINGLE = ("workplace_type", "employment_type", "seniority", "country", "city")
LEAST_LETTERS = 2
BARE_FROM = 1000  # a smaller sum with neither currency nor period may be anything: years, days, people
MARKUP = set('<>{}"`\\')  # of code and of answers, never of a skill's name
DOLLARS = {code for sign, code in money.CURRENCIES.items() if sign.endswith("$")} - {money.DOLLAR}


class Place(NamedTuple):
    """Where a quote stands, in the posting's own words."""

    part: Part
    start: int
    words: str


def columns(key: str) -> tuple[str, ...]:
    """The columns whose evidence stands under a key."""
    return GROUPS.get(key, (key,))


def evidence_key(column: str) -> str:
    """The key under which the evidence of a column stands."""
    return next((key for key, columns in GROUPS.items() if column in columns), column)


def grounded(answer: Extraction, document: Document) -> Extraction:
    """The claims that hold, of the fields that were asked for; the others are in `quarantined`, with their reasons."""
    kept = Extraction(asked=answer.asked)
    for key in (*GROUPS, *SINGLE):
        wanted = [name for name in columns(key) if name in document.wanted]
        claims = {name: value for name in wanted if (value := getattr(answer, name)) is not None}
        if claims:
            _judge(kept, key, claims, _quote(answer, key), document)
    if "skills" in document.wanted:
        _skills(kept, answer, document)
    return kept


def _judge(kept: Extraction, key: str, claims: dict[str, Any], quote: str, document: Document) -> None:
    found = find(quote, document)
    reason = _fault(key, claims, found)
    if reason is not None:
        value = next(iter(claims.values())) if len(claims) == 1 else claims
        kept.quarantined[key] = Quarantined(value=value, quote=quote, reason=reason)
        return
    assert found is not None
    for name, value in claims.items():
        setattr(kept, name, value)
    kept.evidence[key] = Evidence(origin="model", part=found.part, quote=found.words, start=found.start)


def _skills(kept: Extraction, answer: Extraction, document: Document) -> None:
    """Each name by itself; a name of our list is written as the list does, any other as the posting does."""
    for claim in answer.skills:
        quote = _quote(answer, f"skills:{claim}") or claim
        found = find(quote, document, least_letters=1, is_word=True)
        words = " ".join(found.words.split()) if found else ""
        if found is None or " ".join(claim.split()).casefold() not in words.casefold():
            reason: Reason = "not in the posting" if found is None else "disagrees with its quote"
        elif MARKUP & set(words):
            reason = "no such value"
        else:
            name = _known_skills().get(words.casefold(), words)
            evidence = Evidence(origin="model", part=found.part, quote=found.words, start=found.start)
            kept.evidence[f"skills:{name}"] = evidence
            kept.skills = sorted({*kept.skills, name})
            continue
        kept.quarantined[f"skills:{claim}"] = Quarantined(value=claim, quote=quote, reason=reason)
    if kept.skills:
        kept.evidence["skills"] = kept.evidence[f"skills:{kept.skills[0]}"]


def find(quote: str, document: Document, least_letters: int = LEAST_LETTERS, is_word: bool = False) -> Place | None:
    """Where the words of a quote stand one after the other; None for words that are not there or say nothing."""
    words = shown(quote).split()
    if sum(char.isalnum() for word in words for char in word) < least_letters:
        return None
    pattern = r"\s+".join(map(re.escape, words))
    bounded = re.compile(rf"(?<!\w){pattern}(?!\w)" if is_word else pattern, re.IGNORECASE)
    for part, text in document.parts().items():
        if match := bounded.search(shown(text)):  # the same length as the text: the offsets are the text's own
            return Place(part, match.start(), text[match.start() : match.end()])
    return None


def _quote(answer: Extraction, key: str) -> str:
    evidence = answer.evidence.get(key)
    return evidence.quote if evidence else ""


def _fault(key: str, claims: dict[str, Any], found: Place | None) -> Reason | None:
    if found is None:
        return "not in the posting"
    return CHECKS[key](claims, found)


def _salary(claims: dict[str, Any], found: Place) -> Reason | None:
    ends = [claims[name] for name in ("salary_min", "salary_max") if name in claims]
    if not ends:
        return "says nothing"
    currency, period = claims.get("salary_currency"), claims.get("salary_period")
    said = list(money.amounts(found.words))
    factors = {amount.factor for amount in said}
    stated = {amount.value * (factor if amount.factor == 1 else 1) for amount in said for factor in factors | {1.0}}
    if not all(any(isclose(end, value) for value in stated) for end in ends):
        return "disagrees with its quote"
    signs = {amount.currency for amount in said if amount.currency}
    if currency and not (currency in signs or (money.DOLLAR in signs and currency in DOLLARS)):
        return "disagrees with its quote"
    if period and any(amount.period not in (None, period) for amount in said):
        return "disagrees with its quote"
    low, high = SANE[period] if period else (SANE["hour"][0] if signs else BARE_FROM, SANE["year"][1])
    return None if ends == sorted(ends) and all(low <= end <= high for end in ends) else "no such value"


def _experience(claims: dict[str, Any], found: Place) -> Reason | None:
    said = {int(digits) for digits in re.findall(r"(?<![\d.,])\d{1,2}(?![\d])", found.words)}
    said |= {experience.NUMBERS[word] for word in re.findall(r"\w+", found.words.lower()) if word in experience.NUMBERS}
    years = [claims[name] for name in GROUPS["experience_years"] if name in claims]
    if not set(years) <= said:
        return "disagrees with its quote"
    return None if years == sorted(years) and max(years) <= experience.MOST_YEARS else "no such value"


def _country(claims: dict[str, Any], found: Place) -> Reason | None:
    if pycountry.countries.get(alpha_2=claims["country"]) is None:
        return "no such value"
    read = place(found.words).country
    return _agrees(claims["country"], [read.value if read else None])


def _city(claims: dict[str, Any], found: Place) -> Reason | None:
    is_said = vocabulary.fold(claims["city"]) in vocabulary.fold(found.words)
    return None if is_said else "disagrees with its quote"


def _workplace(claims: dict[str, Any], found: Place) -> Reason | None:
    read = workplace.in_text(lowered(found.words))
    return _agrees(claims["workplace_type"], [vocabulary.workplace_type(found.words), read.value if read else None])


def _employment(claims: dict[str, Any], found: Place) -> Reason | None:
    return _agrees(claims["employment_type"], [vocabulary.employment_type(found.words)])


def _seniority(claims: dict[str, Any], found: Place) -> Reason | None:
    read = seniority(lowered(found.words)) if found.part == "title" else None
    return _agrees(claims["seniority"], [read.value if read else None])


def _agrees(claim: str, readings: Iterable[str | None]) -> Reason | None:
    return None if all(reading in (None, claim) for reading in readings) else "disagrees with its quote"


@cache
def _known_skills() -> dict[str, str]:
    return {term.spelling.casefold(): term.name for term in terms() if len(term.spelling) > 1}


CHECKS: dict[str, Callable[[dict[str, Any], Place], Reason | None]] = {
    "salary": _salary,
    "experience_years": _experience,
    "country": _country,
    "city": _city,
    "workplace_type": _workplace,
    "employment_type": _employment,
    "seniority": _seniority,
}
