"""Platforms' words for a few closed sets, in the languages that boards use."""

import re
import unicodedata
from collections.abc import Callable
from functools import cache, lru_cache, wraps
from typing import TypeVar

import pycountry
from babel import Locale

from tasks.model import EmploymentType, WorkplaceType

LANGUAGES = ("en", "de", "fr", "es", "nl", "pt", "it", "pl", "cs", "sv", "da", "nb", "fi", "tr")
LONGEST = 200  # a longer value is prose, not a platform's word

Answer = TypeVar("Answer")

PERMANENT = (
    r"(?:permanent|open ended|unlimited|indefinite|unbefristet\w*|regular) (?:contract|employment|position)s?|cdi"
    r"|contrat (?:a )?duree indeterminee|contrato indefinido|tempo indeterminato|vast(?:e)? contract|tillsvidare\w*"
)
EMPLOYMENT: dict[EmploymentType, str] = {
    "volunteer": r"volunteer\w*|ehrenamt\w*|benevol\w*|voluntari\w*|vrijwillig\w*|volontari\w*",
    # learners of all kinds: the set has no word of its own for apprentices and working students
    "intern": r"interns?|internships?|\w*praktik(?:um|ant|antin|a)|praktyk\w*|staz|werkstudent\w*"
    r"|(?:working )?student\w*|stage|stagiaire|stagista|tirocin\w*|becari[oa]|practicas|pasant\w*|estagi\w*"
    r"|trainees?|traineeship"
    r"|apprentic\w*|ausbildung|azubi|auszubildende\w*|alternan\w*|apprenti|apprentissage|aprendiz|co ?op",
    "per_diem": r"per ?diem|prn|casual|zero hours?|aushilfe|vacataire",
    "temporary": r"temp|temporary|fixed ?term(?: contract)?|ftc|seasonal|interim|interimaire|(?:limited|term) contract"
    r"|cdd|contrat (?:a )?duree determinee|befristet\w*|saison\w*|zeitarbeit|temporar\w*|temporaire|temporal|temporaneo"
    r"|tempo determinato|tijdelijk|contrato a termo|visstid\w*|vikariat|tidsbegransad\w*",
    "contract": r"contract|contractors?|independent contractor|freelanc\w*|freiberuf\w*|independant|self employed|b2b"
    r"|c2h|c2c|1099|subcontract\w*|zzp|prestataire|autonomo",
    "part_time": r"part ?time|teilzeit\w*|halbtags|t(?:em)?ps partiel|(?:jornada|tiempo|tempo) parcial|media jornada"
    r"|tempo parziale|meio periodo|deeltijds?|deltid\w*|niepelny etat|czesc etatu|(?:zkraceny|castecny) uvazek"
    r"|osa aikainen|mini ?job|geringfugig\w*|yari zamanli",
    "full_time": r"full ?time|full(?= (?:or |and )?part ?time)|voll(?= (?:oder|und) teilzeit)|vollzeit\w*"
    r"|t(?:em)?ps (?:plein|complet)|jornada completa|tiempo completo|tempo pieno"
    r"|(?:tempo|periodo) integral|voltijds?|heltid\w*|pelny etat|plny uvazek|kokoaikainen|tam zamanli|giornata intera",
}
OTHER = re.compile(r"other|sonstiges?|autres?|otros?|overig|altro|outros?")
WORKPLACE: dict[WorkplaceType, str] = {
    "hybrid": r"hybrid\w*|hibrid[oa]|ibrid[oa]|hybryd\w*|teilweise (?:remote|home ?office)|part(?:ly|ially) remote"
    r"|partial remote|flexible remote|teletravail partiel",
    "onsite": r"no(?:t)? remote|on ?site|in ?office|in the office|in person|office based|presencial|sur site"
    r"|(?:en )?presentiel|vor ort|in sede|in presenza|op locatie|op kantoor|stacjonarn\w*|pa plats|on location",
    "remote": r"remote\w*|fully|telecommut\w*|telework\w*|work(?:ing)? from home|wfh|virtual|home ?office|home ?based"
    r"|distributed|anywhere|teletravail|teletrabajo|teletrabalho|remot[oa]|a distan(?:ce|cia)|telelavoro|zdaln\w+"
    r"|thuiswerk\w*|op afstand|distans|etatyo|fjernarbejde",
}
EITHER = re.compile(r"\b(?:or|oder|ou|of|lub|eller)\b|/|,|;|\|", re.IGNORECASE)
COUNTRY_ALIASES = {
    "usa": "US", "u s a": "US", "u s": "US", "united states of america": "US", "the united states": "US",
    "uk": "GB", "u k": "GB", "great britain": "GB", "england": "GB", "scotland": "GB", "wales": "GB",
    "northern ireland": "GB", "britain": "GB", "grossbritannien": "GB", "holland": "NL", "the netherlands": "NL",
    "uae": "AE", "u a e": "AE", "vae": "AE", "ksa": "SA", "prc": "CN", "mainland china": "CN", "korea": "KR",
    "republic of ireland": "IE", "russia": "RU", "turkey": "TR", "turkiye": "TR", "hong kong": "HK", "macau": "MO",
    "macao": "MO", "palestine": "PS", "ivory coast": "CI", "macedonia": "MK", "burma": "MM", "swaziland": "SZ",
    "cape verde": "CV", "tschechische republik": "CZ", "the philippines": "PH", "kosovo": "XK",
}  # fmt: skip


def _remembered(function: Callable[[str], Answer]) -> Callable[[str | None], Answer | None]:
    """Answers to short words are kept, longer ones are prose and have none: nobody's text fills the memory."""
    known = lru_cache(4096)(function)
    return wraps(function)(lambda words: known(words) if words and len(words) <= LONGEST else None)


def fold(words: str) -> str:
    """Lower case, no accents, camel case and punctuation as single spaces: `FullTime`, `FULL_TIME` -> `full time`."""
    return _fold(words) if len(words) <= LONGEST else _fold.__wrapped__(words)


@lru_cache(4096)
def _fold(words: str) -> str:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", words).lower().replace("ß", "ss").replace("ł", "l").replace("ø", "o")
    letters = (letter for letter in unicodedata.normalize("NFKD", words) if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[\W_]+", " ", "".join(letters)).split())


def _bounded(words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{words})\b")


_PERMANENT = _bounded(PERMANENT)
_EMPLOYMENT = {name: _bounded(words) for name, words in EMPLOYMENT.items()}
_WORKPLACE = {name: _bounded(words) for name, words in WORKPLACE.items()}


@_remembered
def employment_type(words: str) -> EmploymentType | None:
    """`Full-time`, `FULL_TIME`, `FullTime`, `Festanstellung, Vollzeit` … -> `full_time`; None where unsure.

    A narrower word wins over hours (`Internship, full-time` -> `intern`); a permanent contract says nothing of hours.
    """
    folded = _PERMANENT.sub(" ", fold(words))
    if OTHER.fullmatch(folded):
        return "other"
    found: list[EmploymentType] = [name for name, pattern in _EMPLOYMENT.items() if pattern.search(folded)]
    if {"full_time", "part_time"} <= set(found):
        return None
    if len(found) > 1 and re.search(r"\b(?:or|oder|ou|of|lub|eller)\b|/", words, re.IGNORECASE):
        return None
    return found[0] if found else None


@_remembered
def workplace_type(words: str) -> WorkplaceType | None:
    """`On-site`, `ORA_REMOTE`, `Hybrid`, `fully` … -> one of three; None where unsure."""
    rest, found = fold(words), []
    for name, pattern in _WORKPLACE.items():  # taken out one after the other: `not remote` holds `remote`
        rest, count = pattern.subn(" ", rest)
        if count:
            found.append(name)
    if len(found) > 1 and (found[0] != "hybrid" or EITHER.search(words)):
        return None
    return found[0] if found else None


@cache
def country_names() -> dict[str, str]:
    """Folded names of countries in our languages, English first, without codes -> ISO 3166 alpha-2."""
    names = dict(COUNTRY_ALIASES)
    for land in pycountry.countries:
        for key in ("name", "official_name", "common_name"):
            if name := getattr(land, key, None):
                names.setdefault(fold(name), land.alpha_2)
    for language in LANGUAGES:
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and pycountry.countries.get(alpha_2=code):
                names.setdefault(fold(name), code)
    return names


@_remembered
def country(words: str) -> str | None:
    """A country's name or code (`Germany`, `Deutschland`, `USA`, `DEU`) -> ISO 3166 alpha-2; None where unsure.

    For a field that holds a country: `CA` is Canada here. A place in prose is read by `tasks.rules.place`.
    """
    for candidate in (words, re.sub(r"\([^()]*\)", " ", words)):
        folded = fold(candidate)
        if found := country_names().get(folded):
            return found
        code = candidate.strip().upper()
        if len(code) in (2, 3) and code.isascii() and code.isalpha():
            by_code = pycountry.countries.get
            land = by_code(alpha_2=code) if len(code) == 2 else by_code(alpha_3=code)
            return land.alpha_2 if land else None
    return None
