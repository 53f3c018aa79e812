"""Hostile HTML to clean HTML, clean HTML to text, and a posting to the hash of its content."""

import hashlib
import re

import nh3
import orjson
from selectolax.lexbor import LexborHTMLParser

from tasks.model import Posting

TAGS = {"p", "br", "ul", "ol", "li", "h2", "h3", "h4", "strong", "em", "b", "i", "u", "a", "blockquote", "code", "pre",
        "hr", "div", "span", "table", "thead", "tbody", "tr", "th", "td"}  # fmt: skip
BLOCKS = "p, br, ul, ol, li, h1, h2, h3, h4, h5, h6, blockquote, pre, hr, div, tr, th, td, section, article"
FACTS = ("salary_min", "salary_max", "salary_currency", "salary_period", "workplace_type", "seniority",
         "employment_type", "country", "city")  # fmt: skip
TRACKING = re.compile(r"^(utm_\w+|gh_src|gh_jid_src|lever-source(\[\])?|lever-origin|fbclid|gclid|mc_[ce]id)=", re.I)


def clean_html(html: str) -> str:
    """Keep what carries meaning, drop scripts, styles, handlers, forms, frames and images.

    Source: nh3's allow-list; links may be http, https and mailto and never pass a referrer's trust on.
    """
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
    tree = LexborHTMLParser(html)
    for block in tree.css(BLOCKS):
        block.insert_before("\n")
        block.insert_after("\n")
    body = tree.body
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
