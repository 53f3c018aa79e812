"""Hostile HTML to clean HTML, clean HTML to text, and a posting to the hash of its content."""

import hashlib
import re
from html import escape, unescape
from itertools import islice

import nh3
import orjson
from selectolax.lexbor import LexborHTMLParser

from tasks import nesting
from tasks.model import Posting

MOST_HTML = 8_000_000  # characters of a page; the largest recorded has one million
MOST_TAGS = 100_000  # of a page
MOST_DESCRIPTION = 1_000_000  # characters of one posting; what is above this or the next two is read as plain text
MOST_DESCRIPTION_TAGS = 20_000
MOST_AMPERSANDS = 50_000
MOST_LINES = 20_000  # of plain text
UNREAD = re.compile(r"<(script|style)\b.*?(?:</\1\b|\Z)", re.I | re.S)
TAGS = {"p", "br", "ul", "ol", "li", "h2", "h3", "h4", "strong", "em", "b", "i", "u", "a", "blockquote", "code", "pre",
        "hr", "div", "span", "table", "thead", "tbody", "tr", "th", "td"}  # fmt: skip
BLOCKS = "p, br, ul, ol, li, h1, h2, h3, h4, h5, h6, blockquote, pre, hr, div, tr, th, td, section, article"
FACTS = ("salary_min", "salary_max", "salary_currency", "salary_period", "workplace_type", "seniority",
         "employment_type", "country", "city")  # fmt: skip
TRACKING = re.compile(r"^(utm_\w+|gh_src|gh_jid_src|lever-source(\[\])?|lever-origin|fbclid|gclid|mc_[ce]id)=", re.I)


def tree(html: str) -> LexborHTMLParser:
    """The only way from HTML to a tree.

    Raises: ValueError where it is too large or too deep to be read in a moment.
    """
    if len(html) > MOST_HTML or html.count("<") > MOST_TAGS:
        raise ValueError(f"HTML of more than {MOST_HTML} characters or {MOST_TAGS} tags")
    nesting.check(html)
    return LexborHTMLParser(html)


def clean_html(html: str) -> str:
    """Keep what carries meaning, drop scripts, styles, handlers, forms, frames and images.

    Shape: of HTML that is no posting's (too large, too deep) the words alone, cut at what a posting may have.
    Source: nh3's allow-list; links may be http, https and mailto and never pass a referrer's trust on.
    """
    return _cleaned(html) if _is_light(html) else _words_alone(html)


def _is_light(html: str) -> bool:
    if len(html) > MOST_DESCRIPTION or html.count("<") > MOST_DESCRIPTION_TAGS or html.count("&") > MOST_AMPERSANDS:
        return False
    try:
        nesting.check(html)
    except ValueError:
        return False
    return True


def _words_alone(html: str) -> str:
    """A paragraph of what stands between the tags, a line for each line of the HTML."""
    words = unescape(nesting.TAG.sub(" ", UNREAD.sub(" ", html[: 4 * MOST_DESCRIPTION])))[:MOST_DESCRIPTION]
    lines = filter(None, (" ".join(line.split()) for line in words.split("\n")))
    return f"<p>{'<br>'.join(escape(line, quote=False) for line in islice(lines, MOST_LINES))}</p>"


def _cleaned(html: str) -> str:
    return nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow ugc",
    ).strip()


def html_to_text(html: str) -> str:
    """The words of clean HTML, a line for each block, no empty lines."""
    if not html:
        return ""
    whole = LexborHTMLParser(html)
    for block in whole.css(BLOCKS):
        block.insert_before("\n")
        block.insert_after("\n")
    body = whole.body
    text = body.text() if body else ""
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def without_tracking(url: str) -> str:
    """The same address without the parameters that only say where a visitor came from."""
    address, question, query = url.partition("?")
    kept = [pair for pair in query.split("&") if pair and not TRACKING.match(pair)]
    return address + (question + "&".join(kept) if kept else "")


def facts(posting: Posting) -> dict[str, object]:
    """What the platform itself states of the columns that could also be derived."""
    return {name: value for name in FACTS if (value := getattr(posting, name)) is not None}


def content_hash(posting: Posting, text: str) -> str:
    """SHA-256 over all that a reader or an extractor would see differ: title, places, platform facts, text.

    Addresses and dates are left out: they change without a change of content.
    """
    content = [posting.title, posting.locations, posting.department, posting.origin, facts(posting), text]
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
