"""schema.org/JobPosting to Posting, and the readings of dates, pay, HTML and addresses that the sources share.

Source: schema.org/JobPosting and Google's guide to it, as sites really fill it in: one value or a list of them, an
object or its name, numbers as words, placeholders for unknown. A value that cannot be read is unknown; only a page
whose JobPosting cannot be read at all is an error.
"""

import ast
import hashlib
import html
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from math import isfinite
from typing import Any
from urllib.parse import urljoin, urlsplit

import extruct
from lxml import etree
from price_parser import Price
from pydantic import TypeAdapter
from selectolax.lexbor import LexborHTMLParser

from tasks.model import Company, EmploymentType, Page, Posting, WorkplaceType
from tasks.normalize import without_tracking
from tasks.vocabulary import country, employment_type, workplace_type

PERIODS = {
    "hour": re.compile(r"\bhour|\bper hr\b|/ ?hr?\b|\bstunde|\bheure|\buur\b", re.I),
    "day": re.compile(r"\bdaily\b|\b(?:per|a) day\b|^day$|\bpro tag\b", re.I),
    "week": re.compile(r"\bweekly\b|\b(?:per|a) week\b|^week$|\bpro woche\b", re.I),
    "month": re.compile(r"\bmonth|\bmonat|\bmois\b|\bmaand", re.I),
    "year": re.compile(
        r"\byear|\byr\b|\bper annum\b|\bannual(?:ly|i[sz]ed)?\b(?! (?:bonus|leave|review))|jahr|\bp\.a\.", re.I
    ),
}
JOBS = TypeAdapter(list[dict[str, Any]])
MILLISECONDS = TypeAdapter(datetime)  # refuses what no calendar holds
JOB_TYPE = re.compile(r"(?:^|[/:#])JobPosting$")
PLACEHOLDER = re.compile(
    r"unavailable|not available|unknown|unspecified|none|null|undefined|n/?a|tb[ad]|[-–.\s]*", re.I
)
NUMBER = r"(?:\d{1,3}(?:[.,' \u00a0\u202f]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?)(?!\d)\s?k?"
SIGN = r"[^\w+]{0,3}(?-i:[A-Z]{1,3})?[^\w+]{0,3}"
AMOUNTS = re.compile(rf"{SIGN}({NUMBER})(?:\s?(?:-|–|—|to|and|bis|à|tot)\s?{SIGN}({NUMBER}))?(?:[^\dk+]\D*)?", re.I)
SIGNS = {"€": "EUR", "£": "GBP", "₹": "INR", "zł": "PLN", "Kč": "CZK"}  # a dollar or a krone could be any of several
PRESENCE = re.compile(
    r"\bhybrid|\bin[- ]office\b|\bon-?site\b|\bdays? (?:a|per|each) week (?:in|at|from)\b|\bvor ort\b", re.I
)
SECTIONS = {
    "responsibilities": "Responsibilities",
    "qualifications": "Qualifications",
    "skills": "Skills",
    "educationRequirements": "Education",
    "experienceRequirements": "Experience",
    "jobBenefits": "Benefits",
}
REPAIRS = (  # of JSON: CDATA marks, control characters and odd spaces, stray backslashes, commas before a bracket
    (re.compile(r"<!\[CDATA\[|\]\]>"), ""),
    (re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u00a0\u2028\u2029\ufeff]+"), " "),
    (re.compile(r'(?<!\\)\\(?!["\\/bfnrt]|u[0-9a-fA-F]{4})'), r"\\\\"),
    (re.compile(r",(?=\s*[}\]])"), ""),
)

WORDS = (
    r"(?:job\w*|careers?|positions?|vacanc\w+|openings?|roles?|opportunit\w+|stellen?\w*|karriere|emplois?|offres?"
    r"|vacatures?|empleos?|vagas?)"
)
JOB = re.compile(rf"/(?:[\w-]*-)?{WORDS}(?:-[\w-]+)?(?P<rest>/[^/].*)", re.I)
JOB_QUERY = re.compile(r"(?:^|&)(?:gh_jid|job|jid|(?:job|vacancy|position|req)_?id)=\w", re.I)
NO_JOB = re.compile(  # whole words only: /careers/process is a page about hiring, /careers/process-engineer a job
    r"/(?:categor(?:y|ies)|departments?|locations?|tags?|teams?|authors?|pages?|search|results|blog|news|events?|stories"
    r"|log-?in|sign-?in|sign-?up|register|apply|alerts?|saved|feed|rss|share)(?:/|$)"
    r"|/(?:bewerben|bewerbung(?:en|sprozess)?|application|privacy(?:-policy|-notice)?|datenschutz\w*|impressum|imprint"
    r"|terms|cookies?|benefits?|culture|faqs?|about(?:-us)?|life(?:-at-[\w-]+)?|arbeiten-bei-[\w-]+|people|students?"
    r"|graduates?|internships?|university|diversity(?:-[\w-]*inclusion)?|values|(?:hiring-)?process|contact|kontakt|all"
    r"|jobs?|job-search|index|why-[\w-]+|how-we-[\w-]+)(?:\.\w+)?/?$"
    r"|\.(?:pdf|docx?|jpe?g|png|gif|svg|webp|ics|xml|json|css|js|zip)$",
    re.I,
)


def day(value: str | int) -> date:
    """The UTC date of an ISO date or instant, or of milliseconds since 1970; without a zone it keeps its own date."""
    when = datetime.fromisoformat(value) if isinstance(value, str) else MILLISECONDS.validate_python(value)
    with suppress(OverflowError):  # `9999-12-31T23:59:59-08:00` is how some say never
        when = when.astimezone(UTC) if when.tzinfo else when
    return when.date()


def real_html(words: str) -> str:
    """HTML as it is, HTML escaped once unescaped, plain text as a paragraph with its line breaks."""
    words = (words if "<" in words else html.unescape(words)).strip()
    return words if not words or "<" in words else f"<p>{words.replace(chr(10), '<br>')}</p>"


def period(words: str) -> str | None:
    """`HOUR`, `hourly`, `per hour`, `annual` … -> one of five; None where several or none are named."""
    found = [name for name, pattern in PERIODS.items() if pattern.search(words)]
    return found[0] if len(found) == 1 else None


def pay(low: float | None, high: float | None, currency: str | None, unit: str | None) -> dict[str, Any]:
    """The four salary fields; none where there is no amount or the range runs backwards, which is nobody's pay."""
    if not (low or high) or (low and high and low > high):
        return {}
    return {"salary_min": low or None, "salary_max": high or None, "salary_currency": currency, "salary_period": unit}


def absolute(base: str, address: str) -> str:
    """The http(s) address without fragment and tracking; empty where there is none."""
    try:
        url = urljoin(base, address.strip().replace(" ", "%20"))
        parts = urlsplit(url)
    except ValueError:
        return ""
    is_web = parts.scheme in ("http", "https") and parts.hostname and not re.search(r"\s", url)
    return without_tracking(url.partition("#")[0]) if is_web else ""


def is_job(url: str, listed_on: str) -> bool:
    """Whether an address found on a page looks like a job of the same site."""
    parts, own = urlsplit(url), urlsplit(listed_on)
    if parts.netloc.lower().removeprefix("www.") != own.netloc.lower().removeprefix("www."):
        return False
    if parts.path.rstrip("/") == own.path.rstrip("/"):
        return bool(JOB_QUERY.search(parts.query))
    match = JOB.search(parts.path)
    return bool(JOB_QUERY.search(parts.query)) or bool(match and not NO_JOB.search(match["rest"]))


def items(page: Page) -> list[dict[str, Any]]:
    """Every JobPosting of a page: JSON-LD, or microdata where there is none.

    Raises: ValueError where a block that names a JobPosting is beyond repair.
    """
    text = page.text
    if "JobPosting" not in text:
        return []
    scripts = [node.text() for node in LexborHTMLParser(text).css('script[type*="ld+json" i]')]
    found = [item for script in scripts if "JobPosting" in script for item in _within(_loads(script))]
    return found or (list(_within(_microdata(page.body))) if "itemtype" in text else [])


def are_whole_list(found: list[dict[str, Any]], page: Page) -> bool:
    """Whether the JobPostings in a list are the jobs themselves: described, and not just one that lives elsewhere."""
    is_teaser = len(found) == 1 and _path(_url(found[0], page)) != _path(page.url)
    return bool(found) and not is_teaser and all(item.get("description") for item in found)


def posting(company: Company, item: dict[str, Any], page: Page, is_alone: bool = True) -> Posting:
    """One JobPosting as a Posting; `is_alone` says that its page has no other.

    Shape: `id` is the path that led here, for one of several on a page its own address. `identifier` is not used where
    a path will do: sites put their own name there, or a requisition that several towns share, and twins would merge.
    """
    title, url = html.unescape(item.get("title") or item["name"]), _url(item, page)
    places, address = _places(item)
    lands = {country(place) for place in places} if not address else {country(_word(address.get("addressCountry")))}
    town, number = _word(address.get("addressLocality")), _number(item)
    suffix = "" if is_alone else f"#{number or title + ' ' + '; '.join(places)}"
    return Posting(
        id=_short(_path(page.request.url if is_alone else url) + suffix),
        title=title,
        url=url,
        description_html=_description(item),
        locations=tuple(places),
        country=lands.pop() if len(lands) == 1 else None,
        city=town or None,
        requisition_id=number,
        employment_type=_employment(item),
        workplace_type=_workplace(item, title, town),
        posted_on=_day(item.get("datePosted")),
        expires_on=_day(item.get("validThrough")),
        origin="jsonld",
        **_salary(item),
    )


def _loads(script: str) -> Any:
    try:
        with suppress(ValueError):
            return json.loads(script, strict=False)
        for pattern, replacement in REPAIRS:
            script = pattern.sub(replacement, script)
        first, last = re.search(r"[\[{]|$", script), max(script.rfind("]"), script.rfind("}"))
        return json.loads(script[first.start() if first else 0 : last + 1], strict=False)
    except RecursionError as error:
        raise ValueError("JSON-LD is nested too deep") from error


def _microdata(body: bytes) -> Any:
    try:
        return extruct.extract(body, encoding="UTF-8", syntaxes=["microdata"], uniform=True, errors="strict")
    except (etree.LxmlError, RecursionError) as error:
        raise ValueError("microdata cannot be read") from error


def _within(data: Any) -> Iterator[dict[str, Any]]:
    rest = [data]
    while rest:
        value = rest.pop()
        if isinstance(value, dict) and any(JOB_TYPE.search(str(kind)) for kind in _all(value.get("@type"))):
            yield value
        elif isinstance(value, dict | list):
            rest.extend(reversed(list(value.values() if isinstance(value, dict) else value)))


def _all(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _word(value: Any, key: str = "name") -> str:
    """What a thing is called: itself, its `key`, or what all of a list are called."""
    value = value.get(key) if isinstance(value, dict) else value
    value = value[0] if isinstance(value, list) and value and all(other == value[0] for other in value) else value
    value = str(value) if isinstance(value, int | float) else value
    word = " ".join(html.unescape(value).split()) if isinstance(value, str) else ""
    return "" if PLACEHOLDER.fullmatch(word) else word


def _number(item: dict[str, Any]) -> str | None:
    words = [_word(value, "value") for value in _all(item.get("identifier"))]
    return next((word for word in words if re.search(r"\d", word)), None)


def _path(url: str) -> str:
    parts = urlsplit(without_tracking(url))
    return (parts.path.rstrip("/") or "/") + (f"?{parts.query}" if parts.query else "")


def _short(words: str) -> str:
    return words if len(words) <= 300 else hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()


def _url(item: dict[str, Any], page: Page) -> str:
    """The posting's own address, unless that is only the site's or the list's."""
    stated = next((value for value in _all(item.get("url")) if isinstance(value, str)), "")
    own = absolute(page.url, stated.replace("&amp;", "&")) if stated else ""
    return page.url if not own or _path(own) == "/" else own


def _places(item: dict[str, Any]) -> tuple[list[str], dict[str, Any]]:
    """Every place in words, and the main one's postal address."""
    places = [place for value in _all(item.get("jobLocation")) for place in _all(_object(value))]
    postal = [
        part for place in places for part in _all(place.get("address", place) if isinstance(place, dict) else place)
    ]
    keys = ("addressLocality", "addressRegion", "addressCountry")
    words = [", ".join(filter(None, (_word(address.get(key)) for key in keys))) if isinstance(address, dict)
             else _word(address) for address in postal]  # fmt: skip
    named = [_word(place) for place in places]
    if not any(words) or len(set(words)) < len(set(filter(None, named))):  # one address repeated under different names
        words = named
    words = words if any(words) else [_word(area) for area in _all(item.get("applicantLocationRequirements"))]
    return [word for word in words if word], postal[0] if postal and isinstance(postal[0], dict) else {}


def _object(value: Any) -> Any:
    """A value, also where a site wrote the list out as Python would print it."""
    if isinstance(value, str) and value.startswith(("[{'", "{'")) and len(value) < 100_000:
        with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
            return ast.literal_eval(value)
        return None
    return value


def _description(item: dict[str, Any]) -> str:
    """The description and every section that it does not already hold."""
    whole = real_html("\n".join(part for part in _all(item.get("description")) if isinstance(part, str)))
    for name, heading in SECTIONS.items():
        words = ", ".join(part for part in _all(item.get(name)) if isinstance(part, str))
        if not PLACEHOLDER.fullmatch(words.strip()) and _letters(section := real_html(words)) not in _letters(whole):
            whole += f"\n<h3>{heading}</h3>\n<div>{section}</div>"
    return whole


def _letters(words: str) -> str:
    return re.sub(r"\W+", "", html.unescape(re.sub(r"<[^<>]*>", "", words)))


def _employment(item: dict[str, Any]) -> EmploymentType | None:
    words = [word for value in _all(item.get("employmentType")) for word in _word(value).split(",")]
    found = {employment_type(word) for word in words} - {None}
    return found.pop() if len(found) == 1 else None


def _workplace(item: dict[str, Any], title: str, town: str) -> WorkplaceType | None:
    """TELECOMMUTE stands on many hybrid jobs: with a town and words of presence beside it, nothing is known."""
    found = {workplace_type(_word(value)) for value in _all(item.get("jobLocationType"))}
    if found == {"remote"} and town and PRESENCE.search(f"{title} {item.get('description')}"):
        return None
    return found.pop() if len(found) == 1 else None


def _day(value: Any) -> date | None:
    words = _word(value)
    with suppress(ValueError):
        return day(words)
    with suppress(ValueError):  # 2026-7-1, 2026-07-01 at noon
        return date(*map(int, re.findall(r"\d+", words)[:3])) if re.match(r"\d{4}-\d\d?-\d\d?\b", words) else None
    return None


def _salary(item: dict[str, Any]) -> dict[str, Any]:
    amounts = _all(item.get("baseSalary"))
    if len(amounts) != 1:
        return {}
    amount = amounts[0] if isinstance(amounts[0], dict) else {"value": amounts[0]}
    value = amount.get("value", amount.get("price"))
    quantity = value if isinstance(value, dict) else amount
    stated = quantity.get("value", quantity.get("price"))
    both = _amounts(stated)
    low, high = _amounts(quantity.get("minValue"))[:1], _amounts(quantity.get("maxValue"))[-1:]
    low, high = (low, high) if low or high else (both[:1], both[-1:])
    words = _word(stated)
    unit = period(_word(quantity.get("unitText")) or _word(amount.get("unitText")) or words)
    codes = (amount.get("currency"), quantity.get("currency"), amount.get("priceCurrency"), item.get("salaryCurrency"))
    code = next((code for code in map(_word, codes) if code), "").upper()
    sign = next((iso for sign, iso in SIGNS.items() if sign in words), None)
    known = code if re.fullmatch(r"[A-Z]{3}", code) else SIGNS.get(code, sign)
    return pay(low[0] if low else None, high[0] if high else None, known, unit)


def _amounts(value: Any) -> list[float]:
    """The one or two amounts of a number or of words such as `£24,907 to £30,615 a year`."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return [float(value)] if 0 < value < 1e12 and isfinite(value) else []
    match = AMOUNTS.fullmatch(value.strip()) if isinstance(value, str) and len(value) <= 100 else None
    found = [_amount(words) for words in match.groups() if words] if match else []
    return found if all(found) else []


def _amount(words: str) -> float:
    is_thousands = words.strip().lower().endswith("k")
    return (Price.fromstring(words.strip(" kK")).amount_float or 0.0) * (1000 if is_thousands else 1)
