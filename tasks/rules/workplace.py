"""Remote, hybrid or on site: by the location line, else by the title, else by a sentence that says it of this role."""

import re

from tasks.model import WorkplaceType
from tasks.rules.span import Span, windows

NOT_WORK = (
    r"remote (?:sens\w+|teams?|monitor\w*|control\w*|access|desktop|diagnos\w+|support|sites?|locations?|areas?"
    r"|communit\w+|patients?"
    r"|learning|offices?|employees|workers|workforce|users|execution|procedure|server|work stipend|health|care"
    r"|hands|camp|proctor\w*)"
    r"|hybrid (?:cloud|app\w*|mobile|vehicle|electric|car|search|it\b|infrastructure|environment|system|integration"
    r"|systems|event|approach"
    r"|architecture|deployment|deployments|solutions?|platforms?|data ?cent\w+|sales|methods?|multi|mesh|energy"
    r"|power|agile|engine|fund\w*)"
)
LINE_WORDS = re.compile(
    rf"(?:{NOT_WORK})|(?P<days>\bin[- ]office,? (?:at least )?[1-4](?:\s?[-–]\s?[1-4])?\+? days)"
    rf"|(?P<onsite>\bon-?\s?site\b|\bin[- ]office\b|\bin[- ]person\b|\bno remote\b|\bnot remote\b"
    rf"|\bpresencial\b|\bvor ort\b)"
    r"|(?P<hybrid>\bhybrid\w*|\bhíbrido?\b|\bpart(?:ly|ial|ially)?[- ](?:remote|on-?site)\b"
    r"|\b[1-4](?:\s?[-–]\s?[1-4])?\+?\s?(?:days|x)\s?(?:/|a|per)\s?week\b)"
    r"|(?P<remote>\bremote\w*|\bremot[oa]\b|\bhome[- ]?based\b|\bhome ?office\b|\bwork from home\b|\bwfh\b"
    r"|\btelework\b|\btelecommute\b"
    r"|\btélétravail\b|\bteletrabajo\b|\bvirtual\b(?=\s*(?:$|[-,)(])))",
    re.IGNORECASE,
)
KINDS = {"days": "hybrid"}  # days in the office are a hybrid
ROLE = r"(?:role|position|job|opportunity|opening|vacancy)"
OF_DUTIES = r"(?:combin|blend|bridg|mix|between|span|encompass|involv|serv|focus)"  # `a hybrid role combining …`
SENTENCES: dict[WorkplaceType, re.Pattern[str]] = {
    "hybrid": re.compile(
        rf"\bhybrid (?:{ROLE}(?! (?:that |which |of )?{OF_DUTIES})"
        rf"|work(?:ing|place)?(?: (?:model|schedule|arrangement|environment|policy|set-?up))?|model|schedule|remote"
        rf"|arrangement|from|in)(?!\w)|\bhybrid -"
        rf"|\b(?:this|the) {ROLE} (?:is|will be|follows|offers)(?: an?)?(?: currently| primarily)? hybrid"
        r"|\bhybrid,? (?:\(|with |[1-5]|one|two|three|four)|\b(?:work ?place|work (?:type|model|arrangement"
        r"|location|setting)|location)(?: type)?: ?hybrid"
        r"|\b(?:[1-4]|one|two|three|four)(?:\s?(?:-|to|–)\s?[1-4])?\+? days? (?:a|per|each|/) ?week (?:in|from|at"
        r"|on)[- ](?:the |our |your |an? )?(?:\w+ )?(?:office|site|hq)"
        r"|\b(?:in|from|at) (?:the|our) (?:\w+ )?office (?:at least |a minimum of |around |approximately )?(?:[1-4]"
        r"|one|two|three|four)(?:\s?(?:-|to|–)\s?[1-4])? (?:days|times)"
        r"|\bat least (?:half|[2-8]0 ?%) of (?:their|your|the) (?:work(?:ing)? )?(?:time|week|hours) (?:in|from|at)"
        r" (?:their|your|the|our) (?:\w+ )?office"
        r"|\bhybrides arbeiten\b|\bhybrid(?:es|e) arbeitsmodell|\btravail hybride\b|\bmodelo híbrido\b|#li-hybrid\b"
        r"|\bin[- ]office,? (?:at least )?(?:[1-4]|one|two|three|four)(?:\s?(?:-|to|–)\s?[1-4])? days"
    ),
    "remote": re.compile(
        rf"\b(?:this|the|our|it) ?(?:{ROLE})?(?: is|'s| will be| can be)(?: an?)?(?: open to)?(?: currently)?"
        rf" (?:(?:fully|completely|entirely|100% ?|us-|u\.s\. |full[- ]time,? |permanent(?:ly)? )\s?)?"
        rf"(?:remote(?:\b(?! (?:sens|monitor|site|area|locat|team)))|work(?:ing)?[- ]from[- ]home|virtual position"
        rf"|performed remotely|home[- ]based)"
        rf"|\b(?:fully|100%|completely|entirely)[- ]remote (?:{ROLE}|within|in|from|across|based|working|-|\(|us\b"
        rf"|\.|,)|\bremote (?:{ROLE})\b"
        rf"|\b(?:work ?place|work (?:type|model|arrangement|location|setting)|location)(?: type)?: ?(?:fully |100% "
        rf"|us )?remote\b"
        r"|\bwork (?:remotely )?from anywhere\b(?!,? (?:for|up to|[(0-9]|weeks?|days?|months?|polic|program|perk|during"
        r"|when|most|some)"
        r"| \w+ (?:weeks?|days?|months?))|\b(?:is|are) (?:open to )?(?:fully |100% )?remote[- ](?:first"
        r"|eligible|friendly)? ?(?:role|position)"
        r"|\b(?:100 ?%|vollständig|komplett) (?:remote|home ?office|im home ?office)|\bfull remote\b"
        r"|\b100% (?:télétravail|teletrabajo)\b|#li-remote\b"
    ),
    "onsite": re.compile(
        rf"\b(?:this|the) {ROLE} (?:is|will be|requires you to be|must be)(?: an?)?(?: fully| 100%"
        rf"| full[- ]time,?)? (?:on-?\s?site|in[- ]office|in[- ]person|office[- ]based)\b"
        rf"|\b(?:must|you (?:are|will be|'ll be) (?:required|expected) to|you (?:will )?need to|{ROLE} (?:is"
        rf"|will be) (?:required|expected) to) (?:be|work)(?: (?:fully|full[- ]time|100%))? (?:on-?\s?site"
        rf"|in[- ]office|in[- ]person|in the office (?:5|five|every|full))"
        rf"|\b(?:work ?place|work (?:type|model|arrangement|location|setting)|location)(?: type)?: ?(?:on-?\s?site"
        rf"|in[- ]office|in[- ]person)\b"
        rf"|\b(?:5|five) days (?:a|per) week (?:in|from|at|on)[- ](?:the |our )?(?:\w+ )?(?:office|site|person)"
        rf"|\b(?:on-?site|in[- ]office|in[- ]person) {ROLE}\b|\bnot (?:a|eligible for) remote\b|\bno remote(?: work)?\b"
        rf"|\b(?:is not|isn't|not) (?:a )?remote(?: {ROLE})?\b|\b(?:fully|100%|strictly) (?:on-?site|in[- ]office"
        rf"|in[- ]person)\b|#li-onsite\b"
    ),
}
HEADER = re.compile(r"[^|\n]{2,200}\|[^|\n]{2,200}\|[^\n]{0,500}")
DENIED_AFTER = re.compile(r"[^.!?\n]{0,25}?\b(?:not|cannot|never|unavailable|no longer)\b")
DENIED_BEFORE = re.compile(r"\b(?:not|no|non|isn't|never|without|unless|if)[ -](?:[\w-]+[ -]){0,3}$")
CHOICE_AFTER = re.compile(
    r"(?: work| role| position)?(?: or |/| / )(?:fully )?(?:hybrid|remote|on-?\s?site|in[- ]office)\b"
)
CUES = (
    "remote",
    "hybrid",
    "híbrido",
    "on-site",
    "onsite",
    "on site",
    "in-office",
    "in office",
    "in-person",
    "in person",
    "office-based",
    "home office",
    "homeoffice",
    "days a week",
    "days per week",
    "day per week",
    "day a week",
    "days each week",
    "the office",
    "our office",
    "from anywhere",
    "from home",
    "home-based",
    "virtual position",
    "télétravail",
    "teletrabajo",
)


STATE_BUCKET = re.compile(r"\s*(?:USA?|CAN?)[\s,.-]+[A-Z]{2}[\s,.-]+Remote\s*")  # a place among places of Workday's


def on_line(words: str) -> Span[WorkplaceType] | None:
    """The one arrangement that a line names; None where it names two, though `Hybrid remote` is hybrid."""
    if len(words) > 1000 or STATE_BUCKET.fullmatch(words):
        return None
    found = [
        (match, KINDS.get(match.lastgroup, match.lastgroup)) for match in LINE_WORDS.finditer(words) if match.lastgroup
    ]
    kinds = {kind for _, kind in found}
    if not found:
        return None
    between = words[found[0][0].start() : found[-1][0].end()]
    if len(kinds) > 1 and ("hybrid" not in kinds or re.search(r"\b(?:or|oder|ou)\b|[;,]", between)):
        return None
    best, kind = next((each for each in found if each[1] == "hybrid"), found[0])
    return Span(kind, best.start(), best.end())  # type: ignore[arg-type]


def _denied(low: str, kind: WorkplaceType, match: re.Match[str]) -> bool:
    """Whether the sentence leaves a choice, or denies it: `Remote or hybrid work will not be considered`."""
    after = low[match.end() : match.end() + 45]
    if CHOICE_AFTER.match(after):
        return True
    if kind == "onsite":
        return False
    return bool(DENIED_AFTER.match(after) or DENIED_BEFORE.search(low[max(0, match.start() - 30) : match.start()]))


def _header(low: str) -> Span[WorkplaceType] | None:
    """The arrangement in a line like `Acme | Engineer | Berlin | Remote (EU) | Full-time`, unless it gives a choice."""
    line = HEADER.match(low)
    return on_line(line[0]) if line else None


def in_text(low: str) -> Span[WorkplaceType] | None:
    """What sentences say of the role; None where they contradict each other."""
    if header := _header(low):
        return header
    found: dict[WorkplaceType, Span[WorkplaceType]] = {}
    for start, end in windows(low, CUES, 70, 90):
        for kind, pattern in SENTENCES.items():
            if kind not in found and (match := pattern.search(low, start, end)) and not _denied(low, kind, match):
                found[kind] = Span(kind, match.start(), match.end())
    if len(found) == 1 or found.keys() == {"hybrid", "onsite"}:
        return found.get("hybrid") or next(iter(found.values()))
    return None
