"""Names of skills in prose, from our own list, in one pass over the text.

Words that are also plain English (`Go`, `Excel`, `Spring`) count only as written, and only beside another skill of the
list or in a telling phrase (`programming in Go`, `R developer`).
"""

import re
from functools import cache
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import ahocorasick

from tasks.rules.span import Span

LIST = Path(__file__).with_name("skills.txt")
MOST_FOUND = 4000  # hits looked at; a posting has some dozens
BESIDE = re.compile(
    r"(?:\s*[,/;|•·+&()]\s*|\s+)(?:(?:and|or|und|oder|et|ou|y|e|o)(?:/or)?\s+)?(?:the\s)?\(?", re.IGNORECASE
)
PLAIN_SPACE = re.compile(r"\s+")
TELLS_BEFORE = re.compile(
    r"(?:programming in|written in|coding in|code in|developing in|develop in|build in|languages?(?:,)? (?:such as"
    r"|like|including)|proficien(?:t|cy) (?:in|with)"
    r"|(?:experience|expertise|proficiency|fluency|skills|background|fluent|experienced|skilled|expert) (?:in|with"
    r"|using|writing)|knowledge of|command of|familiarity with"
    r"|familiar with|kenntnisse in|erfahrung (?:mit|in)|(?:tools|frameworks|technologies|platforms) (?:such as|like"
    r"|including)|microsoft|apache|ms|using"
    r"|e\.g\.,?|backend in|services in|systems in|skills:"
    r"|stack:|technologies:|languages:)\s*$",
    re.IGNORECASE,
)
TELLS_AFTER = re.compile(
    r"\s(?:programming|language|developers?|engineers?|framework|codebase|code\b|scripting|library|libraries"
    r"|microservices|spreadsheets?|formulas|pivot|macros|skills|certified|certification|certificate|ecosystem)",
    re.IGNORECASE,
)
NOT_INSIDE = frozenset("-–&'’.@#_")


class Term(NamedTuple):
    """One spelling of a skill; `rule` is `""`, `case` or `beside`."""

    name: str
    spelling: str
    rule: str


class Hit(NamedTuple):
    """A spelling found at an offset."""

    term: Term
    start: int
    end: int


def terms() -> list[Term]:
    """The lines of the list, a term for each spelling."""
    found = []
    for line in LIST.read_text("utf-8").splitlines():
        if line and not line.startswith("# "):
            name, rule, spellings = line.split("|")
            found.append(Term(name, name, rule))
            for spelling in filter(None, spellings.split(";")):  # a further spelling stands for itself, unless short
                own = "beside" if spelling[0] == "=" else "case" if spelling.isupper() and len(spelling) < 5 else ""
                found.append(Term(name, spelling.removeprefix("="), own))
    return found


@cache
def _automata() -> tuple[ahocorasick.Automaton, ahocorasick.Automaton]:
    """One for the text in lower case, one for the text as written: short capitals are rare there, letters are not."""
    any_case, as_written = ahocorasick.Automaton(), ahocorasick.Automaton()
    for term in terms():
        if term.rule:
            as_written.add_word(term.spelling, term)
        else:
            any_case.add_word(term.spelling.lower(), term)
    any_case.make_automaton()
    as_written.make_automaton()
    return any_case, as_written


def skills(text: str, low: str) -> dict[str, Span[str]]:
    """Each skill's name with its first certain place; `low` is the text in lower case at the same offsets."""
    hits = _longest(_hits(text, low))
    sure = [not hit.term.rule or hit.term.rule == "case" for hit in hits]
    for index, hit in enumerate(hits):
        if not sure[index]:
            sure[index] = _told(text, hit) or _in_a_list_of_names(text, hits, index)
    for order in (range(len(hits)), range(len(hits) - 1, -1, -1)):  # certainty spreads along a list, both ways
        for index in order:
            if not sure[index]:
                sure[index] = _beside_a_sure_one(text, hits, sure, index)
    found: dict[str, Span[str]] = {}
    for hit, certain in zip(hits, sure, strict=True):
        if certain:
            found.setdefault(hit.term.name, Span(hit.term.name, hit.start, hit.end))
    return found


def _hits(text: str, low: str) -> list[Hit]:
    found: list[Hit] = []
    for automaton, words in zip(_automata(), (low, text), strict=True):
        for last, term in islice(automaton.iter(words), MOST_FOUND):
            start, end = last + 1 - len(term.spelling), last + 1
            if start and (words[start - 1].isalnum() or words[start - 1] == "_"):
                continue
            if end < len(words) and ((after := words[end]).isalnum() or after in "_+#"):
                continue
            if not term.rule or _stands_free(text, start, end):
                found.append(Hit(term, start, end))
    return found


def _stands_free(text: str, start: int, end: int) -> bool:
    """No hyphen, ampersand or apostrophe at either side: `Go-to-market`, `R&D`, `C-level`, `Spring's`."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if before in NOT_INSIDE and before:
        return False
    return not after or after not in NOT_INSIDE or (after == "." and not text[end + 1 : end + 2].isalnum())


def _longest(hits: list[Hit]) -> list[Hit]:
    """Without hits inside a longer one (`React` in `React Native`)."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        if not kept or hit.start >= kept[-1].end:
            kept.append(hit)
    return kept


def _told(text: str, hit: Hit) -> bool:
    if TELLS_BEFORE.search(text, max(0, hit.start - 40), hit.start):
        return True
    return TELLS_AFTER.match(text, hit.end) is not None


def _in_a_list_of_names(text: str, hits: list[Hit], index: int) -> bool:
    """`Hive, Spark, Presto`: doubtful names vouch for each other where a comma or slash joins them; letters do not."""
    for left, right in ((index - 1, index), (index, index + 1)):
        if left < 0 or right >= len(hits):
            continue
        names_words = min(len(hits[left].term.spelling), len(hits[right].term.spelling)) > 2
        if names_words and hits[left].term.name != hits[right].term.name:
            gap = text[hits[left].end : hits[right].start] if hits[right].start - hits[left].end < 4 else "far"
            if gap.strip() in (",", "/"):
                return True
    return False


def _beside_a_sure_one(text: str, hits: list[Hit], sure: list[bool], index: int) -> bool:
    hit = hits[index]
    for other in (index - 1, index + 1):
        if 0 <= other < len(hits) and sure[other]:
            start, end = (hits[other].end, hit.start) if other < index else (hit.end, hits[other].start)
            gap = text[start:end] if end - start <= 12 else "far away"
            if BESIDE.fullmatch(gap) and not PLAIN_SPACE.fullmatch(gap):
                return True
    return False
