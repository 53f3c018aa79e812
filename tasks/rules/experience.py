"""Years of experience asked for: the first requirement of a text that is not marked as a wish.

The first, since postings put the general requirement before those for single skills.
"""

import re
from typing import NamedTuple

from tasks.rules.span import Span, clause_after, clause_before, windows

MOST_YEARS = 25
SECTION = 1000  # characters that a heading reaches
NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "twelve": 12,
    "fifteen": 15, "ein": 1, "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "deux": 2, "trois": 3, "quatre": 4,
    "cinq": 5, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "twee": 2, "drie": 3, "vijf": 5, "due": 2, "tre": 3,
}  # fmt: skip
CUES = ("year", "yrs", "yr ", "jahr", " ans ", "années", "años", "anos ", "jaar", " anni ")
_NUMBER = rf"(?:[0-9]{{1,2}}|{'|'.join(NUMBERS)})"
YEARS = re.compile(
    rf"(?<![\w.,$€£/-])(?P<min>{_NUMBER})(?:\s?\([0-9]{{1,2}}\))?\s?(?P<plus>\+|plus|or more|oder mehr)?"
    rf"(?:\s?(?:-|–|—|to|bis|à|a|or|and|tot"
    rf"|y)\s?(?P<max>{_NUMBER})(?:\s?\([0-9]{{1,2}}\))?\s?(?P<plus2>\+)?)?[\s-]{{0,2}}"
    r"(?:full |or more |\+ )?(?:years?'?s?’?|yrs?\.?|jahre?n?|ans|années|años|anos|jaar|anni)(?!\w|-old)(?P<more>\+"
    r"| \+| or more| plus)?"
)
EXPERIENCE = re.compile(
    r"experience|experienced|expertise|erfahrung|expérience|experiencia|experiência|ervaring|esperienza|background"
    r"|track record|yoe"
)
ACTIVITY = re.compile(
    r"[’']?\s?(?:of |in |as |working |with |(?:of |in )?(?:[\w/&,-]+ ){0,4}?(?:building|developing|designing"
    r"|leading|managing|working|writing|running|selling|shipping|operating))"
)
ASKED = re.compile(
    r"at least|minimum|min\.|mindestens|au moins|al menos|mínimo|minimum de|minimaal|almeno|requires?|required"
    r"|you have|you bring|you've|typically|ideally|with ?$|or more"
)
NOT_ASKED = re.compile(
    r"\b(?:(?:we|we've|our (?:team|company|firm|founders?|people|experts?|clients?)|company|firm|team|they"
    r"|organi[sz]ation|agency|group)\b.{0,30}"
    r"\b(?:has|have|had|bring|brings|with|been|over|offers?)|founded|(?:over|in|during|for|within) the (?:last|past"
    r"|next)|for (?:over|more than|nearly|almost)"
    r"|within|every|since|licen[cs]e|celebrat\w+|combined|history|ago|vest\w*|warrant\w+|established|has been)\b"
)
WISHED = re.compile(r"\b(?:preferred|a plus|nice to have|bonus|desirable|advantage\w*|von vorteil)\b")
NOT_AFTER = re.compile(
    r"\s?(?:of (?:clean )?driving|old\b|of age|ago|alt\b|in a row|in business|contract|warranty|vest|college|degree"
    r"|of study|of college|of university|program|anniversary|from now|of service|of history|of innovation|of growth"
    r"|of success)"
)


WISHES = ("preferred", "desired", "bonus", "nice", "plus if", "wünschen", "souhait")
HEADING = re.compile(
    r"(?P<wished>bonus points|(?:preferred|desired|bonus) (?:qualifications|skills|requirements|experience)"
    r"|nice[- ]to[- ]haves?|(?:it's )?(?:a )?(?:plus|bonus) if you|preferred:|desired:|wünschenswert|souhaitable)"
    r"|(?P<asked>(?:required|minimum|basic|key|your) (?:qualifications|requirements|skills)|requirements\b|required:"
    r"|what you(?:'ll|’ll)? (?:will )?bring|what we(?:'re|’re) looking for|who you are|about you\b|must[- ]haves?"
    r"|qualifications\b)"
)


class Years(NamedTuple):
    """The two experience fields of an extraction."""

    min: int | None
    max: int | None


def experience_years(low: str) -> Span[Years] | None:
    """The years that a text in lower case asks for; `up to 3 years` has no minimum."""
    wished = None
    for match in (match for spot in windows(low, CUES, 45, 20) for match in YEARS.finditer(low, *spot)):
        if not (years := _years(low, match)) or _heading(low, match.start()) == "wished":
            continue
        if not WISHED.search(clause_before(low, match.start(), 30) + clause_after(low, match.end(), 120)):
            return years
        wished = wished or years
    return wished


def _heading(low: str, start: int) -> str | None:
    """The kind of the last heading before an offset: under `Preferred qualifications` nothing is asked for."""
    begin, found = max(0, start - SECTION), None
    if any(low.find(cue, begin, start) >= 0 for cue in WISHES):
        for match in HEADING.finditer(low, begin, start):
            found = match.lastgroup
    return found


def _years(low: str, match: re.Match[str]) -> Span[Years] | None:
    start, end = match.span()
    before, after = clause_before(low, start, 90), clause_after(low, end, 110)
    if NOT_ASKED.search(before[-60:]) or NOT_AFTER.match(after):
        return None
    experienced = EXPERIENCE.search(after) or EXPERIENCE.search(before[-45:])
    open_ended = match["plus"] or match["plus2"] or match["more"] or match["max"] or ASKED.search(before[-40:])
    alone = open_ended and not before.strip(" -–*·\t\xa0")  # a bullet of its own: `5+ years supporting executives`
    if not experienced and not (alone or (open_ended and ACTIVITY.match(after))):
        return None
    low_end, high_end = _number(match["min"]), _number(match["max"])
    if re.search(r"\b(?:up to|bis zu|jusqu'à|hasta|less than|under|maximum)\s?$", before):
        low_end, high_end = None, low_end
    if (
        (low_end or 0) > MOST_YEARS
        or (high_end or 0) > MOST_YEARS
        or (high_end is not None and (low_end or 0) > high_end)
    ):
        return None
    if match["plus2"]:
        high_end = None
    return Span(Years(low_end, high_end), start, end)


def _number(words: str | None) -> int | None:
    return None if words is None else NUMBERS[words] if words in NUMBERS else int(words)
