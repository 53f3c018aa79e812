"""Feeds: XML of platforms, read without entities, external references or a DTD."""

from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from tasks.model import Page


def root(page: Page, name: str) -> Element:
    """The document's root element.

    Raises: ValueError where it is not XML, has a DTD or entities of its own, or is not called `name`.
    """
    try:
        found: Element = fromstring(page.body, forbid_dtd=True)
    except ParseError as error:
        raise ValueError("not XML") from error
    except DefusedXmlException as error:
        raise ValueError("XML with a DTD or entities of its own") from error
    if found.tag.rpartition("}")[2].lower() != name.lower():
        raise ValueError(f"XML of {found.tag[:60]!r}, not {name}")
    return found


def text(element: Element | None, path: str) -> str:
    """The words at a path, all white space as it stands but none around; empty where there are none."""
    found = element.find(path) if element is not None else None
    return "".join(found.itertext()).strip() if found is not None else ""
