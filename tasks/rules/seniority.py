"""Level by the words of the title; a profession that bears such a word (Product Manager, Staff Nurse) is no level.

`I` and `II` behind a technical role are read as entry and mid: ladders agree on these two. From `III` on they differ.
"""

import re

from tasks.model import Seniority
from tasks.rules.span import Span

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
    "senior": re.compile(r"\b(?:senior|sr|snr|sénior|sênior|starszy|seniorin)\b"),
    "mid": re.compile(
        rf"\bmid[- ]?(?:level|weight|senior)\b|\bintermediate (?=[\w ]*{TECHNICAL})|\b{TECHNICAL} (?:ii"
        rf"|2)(?![\w.\u200b])"
    ),
    "entry": re.compile(
        rf"\b(?:junior|jr|entry[- ]?level|new (?:college |university )?grad(?:uate)?s?|early career|early in career"
        rf"|graduate|berufseinsteiger\w*|débutant\w*|trainee)\b"
        rf"|\b{TECHNICAL} (?:i|1)(?![\w.\u200b])"
    ),
}  # fmt: skip
RUNGS: dict[Seniority, int] = {"entry": 0, "mid": 1, "senior": 2, "lead": 3, "staff": 3}
CHOICE = r"\s*(?:/|\bor\b|\boder\b|\bto\b|&|\band\b|\||-)\s*"
LEVEL_WORD = (
    r"(?:junior|jr\.?|entry[- ]?level|mid(?:[- ]?level)?|intermediate|senior|sr\.?|lead|staff|principal"
    r"|new grad(?:uate)?)"
)
SEVERAL = re.compile(rf"\b{LEVEL_WORD}(?:{CHOICE}){LEVEL_WORD}\b")
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


def _is_a_choice(low: str) -> bool:
    match = SEVERAL.search(low)
    return match is not None and "-" not in match[0].strip("-").replace("entry-level", "").replace("mid-level", "")
