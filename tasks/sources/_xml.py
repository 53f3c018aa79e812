"""Feeds and sitemaps: XML of others, read without entities, external references or a DTD."""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import deepcopy
from datetime import date
from email.utils import parsedate_to_datetime
from xml.etree.ElementTree import Element, ParseError, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from tasks.model import Page
from tasks.sources._readings import day, real_html

MOST_PARTS = 1_500_000  # a sitemap has 50,000 addresses at most
DEEPEST = 256
ATOM = "{http://www.w3.org/2005/Atom}"
RFC_822 = re.compile(  # the time may be missing, or have hundredths of its own
    r"(?:[a-z]+,\s*)?(\d{1,2}\s[a-z]{3}\w*\s\d{2,4})(?:\s(\d{1,2}:\d\d(?::\d\d)?)(?::\d+)?)?(\s\S+)?", re.I
)


def root(page: Page, *names: str) -> Element:
    """The document's root element, that of a page.

    Raises: ValueError where it is not XML, has a DTD or entities of its own, or is called none of `names`.
    """
    return tree(page.text, *names)


def tree(document: str, *names: str) -> Element:
    """The root element of a document. Raises: as `root`."""
    if max(document.count("<"), document.count("=")) > MOST_PARTS:
        raise ValueError(f"XML of more than {MOST_PARTS} tags or attributes")
    try:
        found: Element = fromstring(document.lstrip(), forbid_dtd=True)  # plugins print blank lines before a feed
    except ParseError as error:
        raise ValueError("not XML") from error
    except DefusedXmlException as error:
        raise ValueError("XML with a DTD or entities of its own") from error
    if name(found).lower() not in {each.lower() for each in names}:
        raise ValueError(f"XML of {found.tag[:60]!r}, not {' or '.join(names)}")
    _check_depth(found)
    return found


def _check_depth(found: Element) -> None:
    """Reason: to copy and to print an element takes a stack of its depth."""
    level = [found]
    for _ in range(DEEPEST):
        level = [part for element in level for part in element]
    if level:
        raise ValueError(f"XML nested deeper than {DEEPEST} elements")


def name(element: Element) -> str:
    """What an element is called, without its namespace."""
    return str(element.tag).rpartition("}")[2]


def text(element: Element | None, path: str) -> str:
    """The words at a path, all white space as it stands but none around; empty where there are none."""
    found = element.find(path) if element is not None else None
    return "".join(found.itertext()).strip() if found is not None else ""


def texts(element: Element, path: str) -> Iterator[str]:
    """The words of each element at a path, where it has any."""
    yield from filter(None, (text(found, ".") for found in element.findall(path)))


def markup(element: Element | None) -> str:
    """The HTML in an element, written as text, escaped once, or as elements of its own (XHTML).

    Raises: ValueError where these stand too deep in each other.
    """
    if element is None or not len(element):
        return real_html(text(element, "."))
    try:
        whole = deepcopy(element)
        for part in whole.iter():
            part.tag = name(part)
        return (whole.text or "").strip() + "".join(tostring(part, "unicode", method="html") for part in whole)
    except RecursionError as error:
        raise ValueError("XML is nested too deep") from error


def feed_day(words: str) -> date | None:
    """The UTC date of RFC 822, as RSS has it, or of ISO 8601, as Atom has it; a date without a zone keeps its own."""
    match = RFC_822.fullmatch(words)
    return day(
        parsedate_to_datetime(f"{match[1]} {match[2] or '00:00:00'}{match[3] or ''}").isoformat() if match else words
    )


def known_day(words: str) -> date | None:
    """As `feed_day`, and unknown where it cannot be read."""
    with suppress(ValueError):
        return feed_day(words)
    return None


def feed(page: Page) -> tuple[Element, str]:
    """What holds the entries of an RSS 2.0 or Atom feed, and the namespace of the feed's own elements.

    Raises: ValueError where it is none.
    """
    whole = root(page, "rss", "feed")
    own = whole.tag.removesuffix(name(whole))
    found = whole if name(whole).lower() == "feed" else whole.find(f"{own}channel")
    if found is None:
        raise ValueError("a feed without a channel")
    return found, own


def facts(entry: Element) -> Callable[[str], str]:
    """What an entry says under the first of several folded names; `job_type` and `x:JobType` are both `jobtype`."""
    found: dict[str, str] = {}
    for part in entry:
        if words := text(part, "."):
            found.setdefault(re.sub(r"[\W_]", "", name(part)).lower(), words)
    return lambda names: next((found[each] for each in names.split() if each in found), "")


def hrefs(element: Element, rel: str) -> list[str]:
    """Where the Atom links of one kind lead, in whatever feed they stand."""
    return [href for link in element.iterfind(f"{ATOM}link") if link.get("rel", "alternate") == rel
            if (href := link.get("href"))]  # fmt: skip


def link(entry: Element, own: str) -> str:
    """An entry's own address; empty where it has none."""
    guid = entry.find(f"{own}guid")
    is_address = guid is not None and guid.get("isPermaLink", "true") == "true"
    return (
        text(entry, f"{own}link") or next(iter(hrefs(entry, "alternate")), "") or text(entry, f"{own}guid") * is_address
    )


def content(entry: Element, own: str) -> str:
    """An entry's text as HTML, whole where it is there whole."""
    parts = (entry.find(path) for path in ("{*}encoded", f"{own}content", f"{own}description", f"{own}summary"))
    return next((found for part in parts if (found := markup(part))), "")
