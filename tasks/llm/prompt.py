"""The messages for one posting, and what is left out of a posting that is too long.

Reason: all that is the same for every posting comes first, so that the server's prefix cache holds it.
"""

import re
from functools import cache
from itertools import pairwise
from pathlib import Path

from tasks.llm.document import Document, shown

INSTRUCTIONS = Path(__file__).parents[1] / "prompt.md"
HEAD_SHARE = 0.4  # of the room: what a posting says first is what it is about
TITLE_LENGTH = 300
GAP = "\n…\n"
LOOKED_AT = 10  # times what fits; what comes after that is left out unread
LINE_LENGTH = 2000  # of a line are looked at
HEADING_LENGTH = 80
REACH = 6  # lines that a heading speaks for
# headings and words of lines that hold what is asked for, in the languages of the boards
TELLING = re.compile(
    r"requirement|qualification|you (?:have|bring|are|will need)|what you|who you are|skills|experience|salary|pay\b"
    r"|compensation|benefits|remote|hybrid|on-?site|location|full[- ]time|part[- ]time|contract\b|years"
    r"|anforderung|profil|bringst|gehalt|vergütung|erfahrung|standort|vollzeit|teilzeit|exigences|compétences"
    r"|expérience|salaire|requisitos|experiencia|salario|requisiti|esperienza|stipendio|vereisten|ervaring"
    r"|requisitos|wymagania|doświadczenie|wynagrodzenie|[$€£¥]|\b(?:usd|eur|gbp)\b",
    re.IGNORECASE,
)


@cache
def instructions() -> str:
    return INSTRUCTIONS.read_text("utf-8").strip()


def messages(document: Document, text: str) -> list[dict[str, str]]:
    """The chat: our instructions, then the posting."""
    location = f"Location: {shown(document.location)[:TITLE_LENGTH]}\n" if document.location else ""
    posting = f"Title: {shown(document.title)[:TITLE_LENGTH]}\n{location}Text: {text}\nAnswer:"
    return [{"role": "system", "content": instructions()}, {"role": "user", "content": posting}]


def cut(text: str, most: int) -> str:
    """At most so many characters: the head, then the paragraphs that tell most, in their order."""
    if len(text) <= most:
        return text
    lines = text[: LOOKED_AT * most].split("\n")
    room = most - len(GAP)
    head, used = 0, 0
    while head < len(lines) and used + len(lines[head]) + 1 <= room * HEAD_SHARE:
        used += len(lines[head]) + 1
        head += 1
    if not head:  # one endless line
        return text[: max(0, room)]
    kept = set(range(head))
    telling = _telling(lines)
    ranked = sorted(range(head, len(lines)), key=lambda index: (-telling[index], index))
    for index in ranked:
        if used + len(lines[index]) + len(GAP) <= room:
            used += len(lines[index]) + len(GAP)
            kept.add(index)
    return _joined(lines, sorted(kept))


def _telling(lines: list[str]) -> list[int]:
    """How telling each line is: by its own words, and by those of a heading a little above it."""
    words = [len(set(map(str.lower, TELLING.findall(line[:LINE_LENGTH])))) for line in lines]
    heads = [bool(count) and len(line) < HEADING_LENGTH for count, line in zip(words, lines, strict=True)]
    return [2 * own + 3 * any(heads[max(0, index - REACH) : index]) for index, own in enumerate(words)]


def _joined(lines: list[str], kept: list[int]) -> str:
    parts = [lines[kept[0]]]
    for before, index in pairwise(kept):
        parts += ["\n" if index == before + 1 else GAP, lines[index]]
    return "".join(parts)
