"""What stands on a page, and where: its links, the entry around each, words in there, the part that names a job."""

import re
from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from tasks.model import Page
from tasks.sources._links import absolute

UNSEEN = "script, style, template, noscript, svg, [hidden]"
AROUND = "nav, footer, form, dialog, [aria-hidden=true]"
MAIN = ("main", "[role=main]", "article", "body")
LEVELS = 6  # that an entry reaches above its link
NODES = 300  # of an entry
LENGTH = 1000  # of its text, in characters
WORDS = 300  # of what is looked for, in characters


def seen(page: Page) -> LexborHTMLParser:
    """The page without what no reader sees."""
    tree = LexborHTMLParser(page.text)
    _drop(tree, UNSEEN)
    return tree


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


def entry(link: LexborNode, page: Page) -> Sequence[str]:
    """The text of a link and of what holds it, as far as no other address is linked there.

    Shape: read twice, since `<b>Pot</b>ter` is one word and `<b>Potter</b><i>Graz</i>` are two.
    """
    own, node, texts = same(_target(link, page)), link, list[str]()
    for _ in range(LEVELS):
        words = _words(node, page, own)
        if words is None:
            break
        texts = [" ".join(words), "".join(words)]
        if node.parent is None:
            break
        node = node.parent
    return texts


def standing(words: str, texts: Sequence[str]) -> str | None:
    """The words as the texts write them, whatever their case and spaces; None where they do not stand there whole."""
    parts = words[: WORDS + 1].split()
    if len(words) > WORDS or sum(char.isalpha() for char in words) < 2:
        return None
    pattern = re.compile(r"(?<!\w)" + r"\s+".join(map(re.escape, parts)) + r"(?!\w)", re.I)
    found = (pattern.search(text) for text in texts)
    return next((" ".join(match.group().split()) for match in found if match), None)


def about(words: str, page: Page) -> str:
    """The HTML of the page's main part that holds these words; empty where none does."""
    tree = seen(page)
    _drop(tree, AROUND)
    parts = (node for selector in MAIN for node in tree.css(selector))
    return next((node.html or "" for node in parts if standing(words, [node.text(separator=" "), node.text()])), "")


def _drop(tree: LexborHTMLParser, selector: str) -> None:
    """Inner ones first and each once: a node must not be freed twice."""
    for node in reversed({node.mem_id: node for node in tree.css(selector)}.values()):
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
        elif part.tag == "a" and (other := _target(part, page)) and f"{same(other)}/".find(f"{own}/") != 0:
            return None
        if number > NODES or length > LENGTH:
            return None
    return words
