"""Fields of a posting by rules alone: pure text to an Extraction, with the words that each value was read from."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from tasks.model import Evidence, Extraction
from tasks.rules import employment, workplace
from tasks.rules.experience import experience_years
from tasks.rules.place import place
from tasks.rules.salary import salary
from tasks.rules.seniority import in_text as level_in_text
from tasks.rules.seniority import seniority
from tasks.rules.skills import skills
from tasks.rules.span import Span, Value, lowered

__all__ = ["VERSION", "extract"]

Part = Literal["title", "location", "text"]
Parts = dict[Part, str]


def _version() -> str:
    """A hash of what decides the answers: the sources and lists of this package, and the vocabulary it reads."""
    here = Path(__file__).parent
    sources = sorted(path for path in here.iterdir() if path.suffix in (".py", ".txt"))
    digest = hashlib.sha256()
    for path in (*sources, here.with_name("vocabulary.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


VERSION = _version()


def extract(title: str, location: str | None, text: str) -> Extraction:
    """What title, location line and text of one posting state; a field that they leave in doubt is None.

    Shape: besides the keys that `Extraction` names, `evidence` has a key `skills:<name>` for each skill.
    """
    parts: Parts = {"title": title, "location": location or "", "text": text}
    low: Parts = {part: lowered(words) for part, words in parts.items()}
    found = Extraction()
    _place(found, parts)
    _arrangement(found, parts, low)
    _pay(found, parts)
    if level := _first(("title", seniority, low["title"]), ("text", level_in_text, low["text"])):
        found.seniority = level[1].value
        _note(found, "seniority", parts, *level)
    if years := experience_years(low["text"]):
        found.experience_years_min, found.experience_years_max = years.value
        _note(found, "experience_years", parts, "text", years)
    _skills(found, parts, low)
    return found


def _note(found: Extraction, key: str, parts: Parts, part: Part, span: Span[Value]) -> None:
    quote = parts[part][span.start : span.end]
    found.evidence[key] = Evidence(origin="rules", part=part, quote=quote, start=span.start)


def _first(*readings: tuple[Part, Callable[[str], Span[Value] | None], str]) -> tuple[Part, Span[Value]] | None:
    for part, read, words in readings:
        if words and (span := read(words)):
            return part, span
    return None


def _place(found: Extraction, parts: Parts) -> None:
    where = place(parts["location"])
    if where.country:
        found.country = where.country.value
        _note(found, "country", parts, "location", where.country)
    if where.city:
        found.city = where.city.value
        _note(found, "city", parts, "location", where.city)


def _arrangement(found: Extraction, parts: Parts, low: Parts) -> None:
    on_line, in_title = workplace.on_line, employment.in_title
    work = _first(
        ("location", on_line, parts["location"]),
        ("title", on_line, parts["title"]),
        ("text", workplace.in_text, low["text"]),
    )
    if work:
        found.workplace_type = work[1].value
        _note(found, "workplace_type", parts, *work)
    kind = _first(
        ("title", in_title, parts["title"]),
        ("location", in_title, parts["location"]),
        ("text", employment.in_text, low["text"]),
    )
    if kind:
        found.employment_type = kind[1].value
        _note(found, "employment_type", parts, *kind)


def _pay(found: Extraction, parts: Parts) -> None:
    in_order: tuple[Part, ...] = ("text", "title")
    for part in in_order:
        if pay := salary(parts[part], found.country):
            found.salary_min, found.salary_max, found.salary_currency, found.salary_period = pay.value
            _note(found, "salary", parts, part, pay)
            return


def _skills(found: Extraction, parts: Parts, low: Parts) -> None:
    in_order: tuple[Part, ...] = ("text", "title")
    named = {part: skills(parts[part], low[part]) for part in in_order}
    for part in reversed(in_order):  # where both name a skill, the words of the text are the evidence
        for name, span in named[part].items():
            _note(found, f"skills:{name}", parts, part, span)
    found.skills = sorted({*named["text"], *named["title"]})
    if found.skills:
        found.evidence["skills"] = next(value for key, value in found.evidence.items() if key.startswith("skills:"))
