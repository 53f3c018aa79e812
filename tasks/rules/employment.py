"""Employment type by the title, else by a sentence or a label that says it of this role."""

import re

from tasks.model import EmploymentType
from tasks.rules.span import Span, windows
from tasks.vocabulary import employment_type

KINDS = (
    r"full[- ]?time|part[- ]?time|fixed[- ]term(?: contract)?|temporary|seasonal|contract(?:or)?|freelance"
    r"|internship|intern|per[- ]diem|prn|casual|volunteer"
    r"|vollzeit|teilzeit|befristet|werkstudent\w*|praktikum|minijob|cdd|stage|alternance|temps plein|temps partiel"
    r"|jornada completa|media jornada|tempo parcial"
)
IN_TITLE = re.compile(
    r"\b(?P<part_time>part[- ]time|teilzeit|temps partiel|minijob)\b|\b(?P<full_time>full[- ]time|vollzeit"
    r"|temps plein)\b"
    r"|\b(?P<intern>intern(?:ship)?s?(?! (?:program|recruit|coord|manager))|praktikum|praktikant\w*|werkstudent\w*"
    r"|working student|stagiaire|alternan(?:ce|t)\w*|apprentice(?:ship)?|ausbildung|co-op)\b"
    r"|\b(?P<temporary>fixed[- ]term|temporary|temp\b(?! controls?)|seasonal|ftc|befristet\w*|cdd|maternity cover"
    r"|interim|locum|secondment)\b"
    r"|[(\[,–-]\s?(?:\d{1,2}[- ](?:month|year)s? )?(?P<contract>contract(?:or)?|freelance|c2c)\s?(?:[)\],–-]|$)"
    r"|\b(?P<freelance>freelanc(?:e|er)|independent contractor|freiberuf\w*)\b"
    r"|\b(?P<per_diem>per diem|prn"
    r"|bank(?= (?:[\w/&-]+ ){0,4}(?:nurses?|midwi\w+|doctors?|hca|support workers?|carers?|\w*therapists?"
    r"|pharmacists?|radiographers?|sonographers?|practitioners?|healthcare|care assistants?|ward \w+|porters?"
    r"|housekeepers?|domestics?|health visitors?|receptionists?)\b))\b"
    r"|\b(?P<volunteer>volunteer(?! (?:coord|manag|program|engag|service))"
    r"|ehrenamt\w*)\b",
    re.IGNORECASE,
)
LABEL = re.compile(
    r"\b(?:employment|job|position|contract|work|engagement)(?:[- ](?:type|status|schedule|basis"
    r"|category))s? ?[:\-–] ?(?P<words>[^\n.;|]{3,40})"
    r"|\b(?:beschäftigungsart|anstellungsart|arbeitszeit|type de contrat|tipo de contrato"
    r"|arbeitszeitmodell) ?: ?(?P<foreign>[^\n.;|]{3,40})"
)
SENTENCE = re.compile(
    rf"\b(?:this|it|the (?:role|position|job)) (?:is|will be|'s)(?! not\b)(?: currently)? (?:an? )?(?:[\w-]+,?"
    rf" ){{0,3}}(?P<kind>{KINDS})(?:,? [\w-]+){{0,3}}? (?:position|role|opportunity|job|contract|basis|assignment"
    rf"|internship|post)\b"
    rf"|\bon an? (?:[\w-]+ ){{0,2}}?(?P<basis>full-time|part-time|full time|part time|temporary|freelance"
    rf"|fixed[- ]term(?: contract)?|contract"
    rf"|per diem) basis\b"
    rf"|\b(?:\d{{1,2}}|six|twelve|three|nine)[- ]months? (?P<term>fixed[- ]term|contract|internship|ftc)\b"
    rf"|(?:(?<=\n)|\A)(?P<line>{KINDS})(?: position)?(?=\n|\Z)|\|\s?(?P<pipe>{KINDS})\s?(?=\||\n|\Z)"
)
CUES = ("full-time", "full time", "part-time", "part time", "contract", "contrat", "temporary", "internship",
        "fixed-term",
        "fixed term", "freelance", "seasonal", "per diem", "vollzeit", "teilzeit", "praktikum", "werkstudent",
        "befristet",
        "minijob", "jornada", "temps p", "alternance", "volunteer", "casual", "fulltime")  # fmt: skip
ELIGIBLE = re.compile(
    r"\b(?:eligible|authorized|authorised|able|permitted)\b"
)  # to work in the US on a full-time basis
NARROWER = ("intern", "temporary", "contract", "part_time")  # goes before full_time where both are said of a title


def in_title(title: str) -> Span[EmploymentType] | None:
    """`(Contract)`, `Part-time`, `Internship` …; None where a title offers a choice."""
    if len(title) > 1000:
        return None
    found: dict[str, re.Match[str]] = {}
    for match in IN_TITLE.finditer(title):
        found.setdefault({"freelance": "contract"}.get(match.lastgroup or "", match.lastgroup or ""), match)
    if {"full_time", "part_time"} <= found.keys() or len(found) > 2:
        return None
    kind = next((kind for kind in (*NARROWER, *found) if kind in found), None)
    return Span(kind, found[kind].start(), found[kind].end()) if kind else None  # type: ignore[arg-type]


def in_text(low: str) -> Span[EmploymentType] | None:
    """The type that all labels and sentences of a text agree on."""
    spots = windows(low, CUES, 80, 80)
    found: list[Span[EmploymentType]] = []
    for pattern in (LABEL, SENTENCE):
        for match in (match for spot in spots for match in pattern.finditer(low, *spot)):
            words = (
                match[0] if match.lastgroup == "kind" else match[match.lastgroup or 0]
            )  # a full-time internship is one
            kind = None if ELIGIBLE.search(low, max(0, match.start() - 30), match.start()) else employment_type(words)
            if kind and kind != "other":
                found.append(Span(kind, match.start(), match.end()))
        if found:  # a label goes before a sentence
            break
    return found[0] if len({span.value for span in found}) == 1 else None
