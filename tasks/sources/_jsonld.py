"""schema.org/JobPosting to Posting.

Source: schema.org/JobPosting and Google's guide to it, as sites really fill it in: one value or a list of them, an
object or its name, numbers as words, placeholders for unknown. A value that cannot be read is unknown; only a page
whose JobPosting cannot be read at all is an error.
"""

import ast
import hashlib
import html
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import extruct
from lxml import etree

from tasks.model import Company, EmploymentType, Page, Posting, WorkplaceType
from tasks.normalize import tree, without_tracking
from tasks.sources._links import absolute
from tasks.sources._readings import SIGNS, amounts, day, loads, pay, period, real_html
from tasks.vocabulary import country, employment_type, workplace_type

JOB_TYPE = re.compile(r"(?:^|[/:#])JobPosting$")
PLACEHOLDER = re.compile(r"(?:un|not )available|un(?:known|specified|defined)|none|null|n/?a|tb[ad]|[-–.\s]*", re.I)
HYBRID = re.compile(r"\bh[iy]br[iy]d|\bibrid[oa]\b", re.I)
PRESENCE = re.compile(
    rf"{HYBRID.pattern}|\bin[- ]office\b|\bon-?site\b|\bvor ort\b|\bpresen[cz]ial"
    r"|\bdays? (?:(?:a|per|each) week (?:in|at|from)|(?:in|at) (?:the|our) office)\b", re.I
)  # fmt: skip
MOST_JOBS = 2000  # of a page
MOST_HELD = 20_000  # elements in items of items
MOST = 200  # places of a job, or whatever else there may be several of
SECTIONS = {
    "responsibilities": "Responsibilities", "qualifications": "Qualifications", "skills": "Skills",
    "educationRequirements": "Education", "experienceRequirements": "Experience", "jobBenefits": "Benefits",
}  # fmt: skip


def items(page: Page) -> list[dict[str, Any]]:
    """Every JobPosting of a page: JSON-LD, or microdata where there is none.

    Raises: ValueError where a block that names a JobPosting is beyond repair.
    """
    text = page.text
    if "JobPosting" not in text:
        return []
    scripts = [node.text() for node in tree(text).css('script[type*="ld+json" i]')]
    data = [loads(script) for script in scripts if "JobPosting" in script]
    nodes = {each["@id"]: each for each in _objects(data) if isinstance(each.get("@id"), str) and len(each) > 1}
    found = [{key: _joined(value, nodes) for key, value in item.items()} for item in filter(_is_job, _objects(data))]
    found = found or (list(filter(_is_job, _objects(_microdata(text)))) if "itemtype" in text else [])
    if len(found) > MOST_JOBS:
        raise ValueError(f"more than {MOST_JOBS} JobPostings on one page")
    return found


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


def _microdata(text: str) -> Any:
    """Reason: it takes the square of what nested items hold, and all that an item refers to each time."""
    whole, held = tree(text), 0
    for item in whole.css("[itemscope] [itemscope]"):
        held += len(item.css("*"))
        if held > MOST_HELD:
            raise ValueError(f"microdata of more than {MOST_HELD} elements in items of items")
    refers = sum(len((item.attributes["itemref"] or "").split()) for item in whole.css("[itemref]"))
    if refers * len(whole.css("[itemprop]")) > MOST_HELD:
        raise ValueError(f"microdata that refers to more than {MOST_HELD} elements")
    try:
        return extruct.extract(
            text.encode("utf-8", "replace"), encoding="UTF-8", syntaxes=["microdata"], uniform=True, errors="strict"
        )
    except (etree.LxmlError, RecursionError) as error:
        raise ValueError("microdata cannot be read") from error


def _is_job(value: dict[str, Any]) -> bool:
    return any(JOB_TYPE.search(str(kind)) for kind in _all(value.get("@type")))


def _objects(data: Any) -> Iterator[dict[str, Any]]:
    """Every object, of a JobPosting not those within."""
    rest = [data]
    while rest:
        value = rest.pop()
        if isinstance(value, dict):
            yield value
        if isinstance(value, list) or (isinstance(value, dict) and not _is_job(value)):
            rest.extend(reversed(list(value.values() if isinstance(value, dict) else value)))


def _joined(value: Any, nodes: dict[str, dict[str, Any]]) -> Any:
    """What a graph holds elsewhere, in the place of its `@id` alone."""
    if isinstance(value, list):
        return [_joined(one, nodes) for one in value]
    return nodes.get(str(value["@id"]), value) if isinstance(value, dict) and [*value] == ["@id"] else value


def _all(value: Any) -> list[Any]:
    return value[:MOST] if isinstance(value, list) else [] if value is None else [value]


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
    words = f"{title} {item.get('description')}"
    if found == {"remote"} and (HYBRID.search(title) or (town and PRESENCE.search(words))):
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
    offers = _all(item.get("baseSalary"))
    if len(offers) != 1:
        return {}
    amount = offers[0] if isinstance(offers[0], dict) else {"value": offers[0]}
    values = _all(amount.get("value", amount.get("price")))
    value = values[0] if len(values) == 1 else None
    quantity = value if isinstance(value, dict) else amount
    stated = quantity.get("value", quantity.get("price"))
    low, high = amounts(quantity.get("minValue"))[:1], amounts(quantity.get("maxValue"))[-1:]
    low, high = (low, high) if low or high else ((both := amounts(stated))[:1], both[-1:])
    words = _word(stated)
    unit = period(_word(quantity.get("unitText")) or _word(amount.get("unitText")) or words)
    codes = (amount.get("currency"), quantity.get("currency"), amount.get("priceCurrency"), item.get("salaryCurrency"))
    code = next((code for code in map(_word, codes) if code), "").upper()
    sign = next((iso for sign, iso in SIGNS.items() if sign in words), None)
    known = code if re.fullmatch(r"[A-Z]{3}", code) else SIGNS.get(code, sign)
    return pay(low[0] if low else None, high[0] if high else None, known, unit)
