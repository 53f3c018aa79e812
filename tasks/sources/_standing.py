"""What stands on a page, and where: its links, the entry around each, words in there, the part that names a job."""

import re
from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from tasks.model import Page
from tasks.normalize import tree
from tasks.sources._links import absolute

UNSEEN = "script, style, template, noscript, svg, [hidden]"
AROUND = "nav, footer, form, dialog, [aria-hidden=true]"
MAIN = ("main", "[role=main]", "article", "body")
LEVELS = 6  # that an entry reaches above its link
NODES = 300  # of an entry
LENGTH = 1000  # of its text, in characters
WORDS = 300  # of what is looked for, in characters
LETTERS = 2  # at least
PARTS = 20


def seen(page: Page) -> LexborHTMLParser:
    """The page without what no reader sees."""
    whole = tree(page.text)
    _drop(whole, UNSEEN)
    return whole


def links(page: Page) -> dict[str, tuple[str, list[LexborNode]]]:
    """Every web address that the page links to, as `same` writes it: the address, and its links."""
    found: dict[str, tuple[str, list[LexborNode]]] = {}
    for link in seen(page).css("a[href]"):
        if url := _target(link, page):
            found.setdefault(same(url), (url, []))[1].append(link)
    return found


def same(url: str) -> str:
    """An address as it is compared: without scheme, closing slash and escapes."""
    parts = urlsplit(url)
    return f"{parts.netloc.lower()}{unquote(parts.path).rstrip('/')}?{unquote(parts.query)}".rstrip("?")


def named(title: str, place: str, link: LexborNode, page: Page) -> tuple[str, str | None] | None:
    """A title and a place as the page writes them: in the link, or in what holds it as far as nothing else is linked.

    Shape: beside the link a title must begin a text, since prose that mentions it names nothing; a place that does not
    stand there is None, and so is all of it without the title.
    """
    own, around = _words(link, page, same(_target(link, page))) or [], _entry(link, page)
    found = standing(title, own) or next((words for text in around if (words := standing(title, [text], True))), None)
    return (found, standing(place, around)) if found else None


def standing(words: str, texts: Sequence[str], is_first: bool = False) -> str | None:
    """The words as the texts write them, whatever their case and spaces; None where they do not stand there whole.

    Shape: read twice, since `<b>Pot</b>ter` is one word and `<b>Potter</b><i>Graz</i>` are two.
    """
    if len(words) > WORDS or sum(char.isalpha() for char in words) < LETTERS:
        return None
    begin = r"\A\W*" if is_first else r"(?<!\w)"
    pattern = re.compile(begin + "(" + r"\s+".join(map(re.escape, words.split())) + r")(?!\w)", re.I)
    match = pattern.search(" ".join(texts)) or pattern.search("".join(texts))
    return " ".join(match[1].split()) if match else None


def about(title: str, page: Page) -> str:
    """The HTML of the page's main part that holds the title; empty where none does."""
    whole = seen(page)
    _drop(whole, AROUND)
    parts = (node for selector in MAIN for node in whole.css(selector)[:PARTS])
    return next((node.html or "" for node in parts if standing(title, [node.text(separator=" ")])), "")


def _entry(link: LexborNode, page: Page) -> list[str]:
    own, node, found = same(_target(link, page)), link.parent, list[str]()
    for _ in range(LEVELS):
        words = _words(node, page, own) if node is not None else None
        if node is None or words is None:
            break
        found, node = words, node.parent
    return found


def _drop(whole: LexborHTMLParser, selector: str) -> None:
    """Inner ones first and each once: a node must not be freed twice."""
    for node in reversed({node.mem_id: node for node in whole.css(selector)}.values()):
        node.decompose()


def _target(link: LexborNode, page: Page) -> str:
    return absolute(page.url, link.attributes.get("href") or "")


def _words(node: LexborNode, page: Page, own: str) -> list[str] | None:
    """The texts within a node; None where it links elsewhere too, below its own address excepted, or is too large."""
    words, length = list[str](), 0
    for number, part in enumerate(node.traverse(include_text=True)):
        if part.tag == "-text":
            words.append(part.text_content or "")
            length += len(words[-1])
        elif part.tag == "a" and (other := _target(part, page)) and not f"{same(other)}/".startswith(f"{own}/"):
            return None
        if number > NODES or length > LENGTH:
            return None
    return words
