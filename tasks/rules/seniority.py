"""Level by the words of the title; a profession that bears such a word (Product Manager, Staff Nurse) is no level.

`I`, `II` and `III` behind a technical role are read as entry, mid and senior; from `IV` on ladders differ.
"""

import re

from tasks.model import Seniority
from tasks.rules.span import Span, windows

TECHNICAL = r"(?:engineer|developer|scientist|analyst|designer|programmer|architect|researcher|administrator|sde|swe)"
NO_LEVEL = re.compile(  # blanked before any level is looked for
    r"\b(?:chief of staff|lead(?:s)? gen\w*|lead qualif\w+|lead management|(?:executive|personal|administrative"
    r"|legal|team) assistant\b.*"
    r"|assistant to\b.*|senior (?:living|care|center|centre|citizens?|housing|health|services|services? companion)"
    r"|(?:art|account|creative|medical|funeral) directors?"
    r"|stage manager|(?:school|assistant|elementary|vice) principal|principal investigator|graduate (?:school"
    r"|programs?|admissions|studies|education|medical"
    r"|assistant|recruit\w*|research assistant|faculty)|post-?graduate|undergraduate|internal|office of the [\w ]+"
    r"|medical director of nursing"
    r"|(?:assistant|associate) vice[- ]president|avp\b|sales lead development|director of photography"
    r"|junior (?:college|high|school)"
    r"|intern (?:program|recruit|coordinat|manager)\w*)\b"
)
STAFFED = (
    r"(?:engineer|scientist|designer|developer|architect|researcher|technologist|(?:product|program"
    r"|customer success) manager|sre|swe|site reliability|software|machine learning|data|ml|ai|security)"
)
PEOPLE_MANAGERS = (
    r"(?:engineering|general|store|shop|restaurant|kitchen|branch|plant|factory|warehouse|district|area|team|people"
    r"|nurse|ward|shift"
    r"|department|hotel|front office|housekeeping|call cent(?:er|re)|software development|assistant store"
    r"|assistant general|assistant restaurant)"
)
LADDER: dict[Seniority, re.Pattern[str]] = {
    "intern": re.compile(
        r"\bintern(?:s|ship|ships)?\b|\b\w*prakti[kc](?:um|ant|antin|a)\b|\bpraktikant\*?in\b|\bwerkstudent\w*"
        r"|\bworking students?\b|\bstudent worker\b"
        r"|\bstagiaires?\b|^stage\b(?! manager)|\bstagista\b|\btirocinio\b|\bbecari[oa]\b|\bprácticas\b|\bestágio\b"
        r"|\bestagi[áa]ri[oa]\b|\bco-op\b"
    ),
    "executive": re.compile(
        r"\b(?:[se]?vp|vice[- ]president|chief [\w&, ]{2,40} officer|c[etfomip]o|ciso|cpo|cro|managing director"
        r"|geschäftsführer\w*)\b"
    ),
    "director": re.compile(
        r"\b(?:director|directeur|directrice|direktor(?:in)?|head of|head,|global head|bereichsleiter\w*"
        r"|diretor[a]?|direttore)(?!\w)"
    ),
    "manager": re.compile(
        rf"^(?:sr\.?,? |senior )?manager\b|\b(?:senior|sr\.?) manager\b|\b{PEOPLE_MANAGERS} manager\b|, manager$"
        r"|\b(?:abteilungs|filial|betriebs|stations|markt)leit(?:er|ung)\w*|\b(?:shift|production|warehouse"
        r"|floor) supervisor\b"
    ),
    "lead": re.compile(r"\blead\b|\bteam ?lead(?:er|erin)?\b|\bteamleit(?:er|ung)\w*|\btech ?lead\b|\bchef d'équipe\b"),
    "staff": re.compile(
        rf"\bstaff (?:[\w/&+-]+ ){{0,4}}{STAFFED}|{STAFFED}[\w ]{{0,30}}, staff\b"
        rf"|\bprincipal\b(?! officer)(?=\W+\w)|, principal\b|\bdistinguished (?:[\w]+ ){{0,3}}{STAFFED}"
    ),
    "senior": re.compile(
        rf"\b(?:senior|sr|snr|sénior|sênior|starszy|seniorin)\b|\b{TECHNICAL} (?:iii|3)(?![\w.])"
    ),
    "mid": re.compile(
        rf"\bmid[- ]?(?:level|weight|senior)\b|\bintermediate (?=[\w ]*{TECHNICAL})|\b{TECHNICAL} (?:i\u200b?i"
        rf"|2)(?![\w.\u200b])"
    ),
    "entry": re.compile(
        rf"\b(?:junior|jr|entry[- ]?level|new (?:college |university )?grad(?:uate)?s?|early career|early in career"
        rf"|graduate|berufseinsteiger\w*|débutant\w*|trainee)\b"
        rf"|\b{TECHNICAL} (?:i|1)(?![\w.\u200b])|\brotation(?:al)? program\b|\b0 ?[-–] ?[12]\+? years?\b"
        r"|\bassociate (?:[\w/&-]+ ){0,3}(?:engineer|developer|analyst|designer|technician|programmer"
        r"|product manager)\b"
    ),
}  # fmt: skip
RUNGS: dict[Seniority, int] = {"entry": 0, "mid": 1, "senior": 2, "lead": 3, "staff": 3}
CHOICE = r"\s*(?:/|\bor\b|\boder\b|\bto\b|&|\band\b|\||-)\s*"
LEVEL_WORD = (
    r"(?:junior|jr\.?|entry[- ]?level|mid(?:[- ]?level)?|intermediate|senior|sr\.?|lead|staff|principal"
    r"|new grad(?:uate)?)"
)
SEVERAL = re.compile(rf"\b{LEVEL_WORD}(?:{CHOICE}){LEVEL_WORD}\b")
GRADE = r"(?:i{1,3}|iv|v|[1-5])"
GRADES = re.compile(rf"\b{TECHNICAL} {GRADE}\s?(?:/|,|-|–|\bor\b|\bto\b|&|\band\b)\s?(?:{TECHNICAL} )?{GRADE}(?![\w.])")
CUES = ("entry-level", "entry level", "graduate", " grad", "junior", "mid-level", "senior")
GIVEN = r"(?:(?P<entry>entry[- ]level|junior)|(?P<mid>mid[- ]level)|(?P<senior>senior))"
FOR_GRADUATES = r"(?:ideal|perfect|great|suited|suitable|designed)(?: opportunity)? for (?:an? |our )?"
THIS = r"\b(?:this|the) (?:role|position|opportunity|job)(?: is|'s)|\bthis is"
ROLE_WORD = r"(?:[\w/-]+ ){0,2}(?:role|position|opportunity|job)\b"
SENTENCE = re.compile(
    rf"(?:{THIS}) an? (?:[\w-]+,? )?{GIVEN} {ROLE_WORD}"
    rf"|(?:{THIS}) {FOR_GRADUATES}(?P<entry2>(?:new|recent) grad(?:uate)?s?)\b"
    r"|\b(?P<entry3>(?:new|recent) grad(?:uate)?s? (?:are |is )?(?:welcome|encouraged))"
)
LETTERS = re.compile(r"\brecruit\w*|\btalent acquisition|\bcampus\b")


def seniority(low: str) -> Span[Seniority] | None:
    """The level that a title in lower case names; None where it names none, or a choice (`Junior/Senior`)."""
    if len(low) > 1000 or _is_a_choice(low):
        return None
    low = NO_LEVEL.sub(lambda match: " " * len(match[0]), low)
    learners = LETTERS.search(low) is not None  # hires them, is none of them
    for level, pattern in LADDER.items():
        match = pattern.search(low)
        if match and not (learners and (level == "entry" or (level == "intern" and match[0] != "intern"))):
            return Span(level, match.start(), match.end())
    return None


def in_text(low: str) -> Span[Seniority] | None:
    """The level that a sentence gives this role: `This is an entry-level position`, `ideal for a new grad`."""
    for start, end in windows(low, CUES, 40, 60):
        if match := SENTENCE.search(low, start, end):
            level = (match.lastgroup or "").rstrip("23")
            return Span(level, match.start(), match.end())  # type: ignore[arg-type]
    return None


def _is_a_choice(low: str) -> bool:
    if GRADES.search(low):
        return True
    match = SEVERAL.search(low)
    return match is not None and "-" not in match[0].strip("-").replace("entry-level", "").replace("mid-level", "")
