"""Country and city of a location line, where the line leaves no doubt; prose is never read for places."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal, NamedTuple

import pycountry

from tasks.rules.cities import AREAS, regions, state_codes, world_cities
from tasks.rules.span import Span
from tasks.vocabulary import country_names, fold

LONGEST = 400
MOST_SEGMENTS = 6  # a longer enumeration is a sentence
APART = re.compile(r"\s*(?:[;|•\n/]|\b(?:or|and|oder|und|ou|y)\b|&)\s*")  # `OR` is a state
SEGMENT = re.compile(r"[^,()\[\]–—:]+?(?=\s-|-\s|[,()\[\]–—:]|$)")
NOISE = {
    "remote", "remoto", "hybrid", "hybride", "onsite", "on", "site", "office", "offices", "hq", "headquarters", "home",
    "based", "anywhere", "worldwide", "global", "multiple", "various", "several", "location", "locations", "local",
    "regional", "fully", "flexible", "only", "in", "the", "of", "from", "work", "first", "nationwide", "any", "all",
    "within",
    "telecommute", "virtual", "wfh", "field", "area", "metro", "metropolitan", "region", "greater", "city", "other",
    "100",
}  # fmt: skip
WIDE = {"emea", "apac", "latam", "namer", "amer", "americas", "europe", "eu", "asia", "africa", "north america", "dach",
        "nordics", "mena", "anz", "benelux", "south america", "latin america", "middle east", "uki", "cee",
        "na"}  # fmt: skip
COMPASS = re.compile(
    r"^(?:north|south|east|west|central|northern|southern|eastern|western|upstate|downtown)\s", re.IGNORECASE
)
NAME = re.compile(r"[^\W\d_][^\W\d_.'’\- ]*(?:[ .'’-]{1,2}[^\W\d_.'’\- ]+){0,4}\.?")
NOT_A_CITY = re.compile(
    r"\b(?:county|state|province|coast|campus|plant|depot|building|tower|floor|street|site|store|center|centre|warehouse"
    r"|labs?|remote|office|team|region|valley|hub|airport|hospital|school)\b",
    re.IGNORECASE,
)
OFTEN_COUNTRIES = {"DE", "IN"}  # state codes that boards abroad also write for a country
CITY_COUNTRIES = {"SG", "HK"}

Kind = Literal["country", "region", "city", "code", "wide", "name", "noise"]


class Place(NamedTuple):
    """What a location line says for certain."""

    country: Span[str] | None
    city: Span[str] | None


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch between commas or dashes; `country` is the one it names or implies by itself."""

    kind: Kind
    words: str
    country: str | None
    start: int


def place(location: str | None) -> Place:
    """The one country and the one city of a line; several places keep the country only where all agree."""
    return _place(location) if location and len(location) <= LONGEST else Place(None, None)


@lru_cache(8192)
def _place(location: str) -> Place:
    read = [_read(segments) for segments in _pieces(location) if any(part.kind != "noise" for part in segments)]
    if not read:
        return Place(None, None)
    lands = {where.country.value if where.country else None for where in read}
    land = read[0].country if len(lands) == 1 else None
    return Place(land, read[0].city if len(read) == 1 else None)


def _pieces(location: str) -> list[list[Segment]]:
    ends = [0, *(offset for match in APART.finditer(location) for offset in match.span()), len(location)]
    return [_segments(location, start, end) for start, end in zip(ends[::2], ends[1::2], strict=True)]


def _segments(location: str, start: int, end: int) -> list[Segment]:
    found: list[Segment] = []
    for match in SEGMENT.finditer(location[:end], start):
        words, offset = _trimmed(match[0], match.start())
        found += _split_at_hyphens(words, offset)
    return found


def _trimmed(words: str, start: int) -> tuple[str, int]:
    """Without the words at either end that say how or how many, and not where."""
    parts = list(re.finditer(r"[^\s]+", words))
    while parts and (fold(parts[0][0]) in NOISE or not fold(parts[0][0])):
        parts.pop(0)
    while parts and (fold(parts[-1][0]) in NOISE - {"city"} or not fold(parts[-1][0])):
        parts.pop()
    if len(parts) > 1 and re.fullmatch(r"[0-9]{4,6}", parts[-1][0]):  # a postal code
        parts.pop()
    return (words[parts[0].start() : parts[-1].end()], start + parts[0].start()) if parts else ("", start)


def _split_at_hyphens(words: str, start: int) -> list[Segment]:
    """`US-CA-San Francisco` in three where its first part is a place or noise; `Cluj-Napoca` stays whole."""
    if state := re.match(r"[A-Z]{2} (?=US)", words):
        return [_segment(words[:2], start), _segment(words[3:], start + state.end())]
    whole = _segment(words, start)
    head, hyphen, rest = words.partition("-")
    if whole.kind != "name" or not hyphen:
        return [whole]
    first = _segment(*_trimmed(head, start))
    if first.kind in ("name", "city"):
        return [whole]
    return [first, *_split_at_hyphens(*_trimmed(rest, start + len(head) + 1))]


def _segment(words: str, start: int) -> Segment:
    folded = fold(words)
    if not folded or all(word in NOISE or word.isdigit() for word in folded.split()):
        return Segment("noise", words, None, start)
    if folded in WIDE:
        return Segment("wide", words, None, start)
    if folded in world_cities():
        return Segment("city", words, world_cities()[folded], start)
    part = COMPASS.sub("", words)
    if fold(part) in world_cities():
        return Segment("city", part, world_cities()[fold(part)], start + len(words) - len(part))
    if re.fullmatch(r"[A-Z]{2}", words) and words != "UK":
        return Segment("code", words, None, start)
    if folded != "georgia" and (land := country_names().get(folded) or _by_three_letters(words)):
        return Segment("country", words, land, start)
    for name in (folded, COMPASS.sub("", folded)):
        if name in regions():
            return Segment("region", words, regions()[name], start)
    return Segment("name", words, None, start)


def _by_three_letters(words: str) -> str | None:
    land = pycountry.countries.get(alpha_3=words) if re.fullmatch(r"[A-Z]{3}", words) else None
    return land.alpha_2 if land else None


def _read(segments: list[Segment]) -> Place:
    segments = [part for part in segments if part.kind not in ("noise", "wide")] or segments
    if len(segments) > MOST_SEGMENTS:
        return Place(None, None)
    segments = [_as_town(segments), *(_as_state(part) for part in segments[1:])]
    source = _country_source(segments)
    if source is False:
        return Place(None, None)
    land = Span(source[1], source[0].start, source[0].start + len(source[0].words)) if source else None
    town = _town(segments, land.value if land else None)
    return Place(land, Span(_cased(town.words), town.start, town.start + len(town.words)) if town else None)


def _as_town(segments: list[Segment]) -> Segment:
    """The first segment; `Mexico, MO` and `Scotland, MD` are towns, `Germany, DE` is a country."""
    first, rest = segments[0], segments[1:]
    is_state = any(
        part.country == "US" if part.kind == "region" else _is_us_state(part, first.country) for part in rest
    )
    return (
        replace(first, kind="name", country=None)
        if first.kind == "country" and first.country != "US" and is_state
        else first
    )


def _is_us_state(part: Segment, land: str | None) -> bool:
    return part.kind == "code" and state_codes().get(part.words) == "US" and part.words != land


def _as_state(part: Segment) -> Segment:
    """`Ithaca, New York`: behind another place the name is the state's."""
    return replace(part, kind="region", country="US") if fold(part.words) in ("new york", "washington") else part


def _country_source(segments: list[Segment]) -> tuple[Segment, str] | Literal[False] | None:
    """The segment that tells the country: a country before a state, a state before a code, a code before a city.

    False where two of a kind disagree.
    """
    for kind in ("country", "region", "code", "city"):
        told = [(part, land) for part in segments if part.kind == kind and (land := _land_of(part, segments))]
        if len({land for _, land in told}) > 1:
            return False
        if told:
            return told[0]
    return None


def _land_of(part: Segment, segments: list[Segment]) -> str | None:
    if part.kind != "code":
        return part.country
    code, state = part.words, state_codes().get(part.words)
    is_country = pycountry.countries.get(alpha_2=code) is not None
    beside = [other for other in segments if other is not part and other.kind in ("name", "city")]
    if code == "US" or (is_country and any(other.country == code for other in beside)):
        return code
    codes = {other.words for other in segments if other.kind == "code" and other is not part}
    if is_country and any(state_codes().get(other) == code for other in codes):
        return code
    if state in codes or (state and not is_country):
        return state
    if state and beside and beside[0].start < part.start:
        known = {other.country for other in beside}
        return None if code in OFTEN_COUNTRIES and state not in known else state
    return code if is_country and not state and beside else None


def _town(segments: list[Segment], land: str | None) -> Segment | None:
    cities = [part for part in segments if part.kind == "city" and fold(part.words) not in AREAS]
    if cities:
        return cities[0] if len({fold(part.words) for part in cities}) == 1 else None
    if land in CITY_COUNTRIES:
        return next((part for part in segments if part.kind == "country"), None)
    anchors = [part for part in segments if part.kind in ("country", "region", "code")]
    capital = any(part.words == "DC" for part in segments)
    names = [part for part in segments if part.kind == "name" and (capital or _is_a_town(part.words))]
    if not anchors or not names or len(segments) > 4:
        return None
    if land is None and anchors[0] is segments[0]:
        return None
    before = [part for part in names if part.start < anchors[0].start]
    if before:  # `Venue, Town, State`, but `Town, Region, Country`
        return before[0] if anchors[0].kind == "country" else before[-1]
    return names[0]


def _cased(words: str) -> str:
    return words.title() if words.isupper() and len(words) > 4 else words


def _is_a_town(words: str) -> bool:
    shouted = (words.isupper() and len(words) <= 4) or re.search(r"-[A-Z]{2,}$", words)
    if fold(words) == "washington":  # the state, unless DC stands beside it
        return False
    return bool(NAME.fullmatch(words)) and not shouted and not NOT_A_CITY.search(words)
