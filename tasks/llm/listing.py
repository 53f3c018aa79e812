"""What a model is asked about a careers page: the page as it is shown, in pieces, and the shape of the answer.

Reason: a piece holds so few links that an answer fits; lines without a link near them cannot be a job of ours.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import nh3
from pydantic import BaseModel, ConfigDict, Field

QUESTION = (
    "List every open job of this page: its title and its place as the page writes them, and the address of its link as "
    "it stands there. Leave out links that are no job; where the page lists no job, the list is empty."
)
BLOCKS = {"br", "dd", "div", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "li", "p", "section", "td", "th", "tr"}
LEFT_OUT = {"footer", "nav", "noscript", "script", "style", "svg", "template"}
BLOCK = re.compile(rf"</?(?:{'|'.join(sorted(BLOCKS))})(?: [^<>]*)?/?>")
PAGE_LENGTH = 1_000_000  # characters; more is cut unseen
LINE_LENGTH = 2000
LINKS = 25  # of one piece
# control tokens of a chat template have no business in a page
ENTITIES = {"&lt;": "＜", "&gt;": "＞", "[": "［", "]": "］"}
BACK = str.maketrans("＜＞［］", "<>[]")


class Job(BaseModel):
    """One job as a model says that it stands on the page."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(max_length=300)
    location: str | None = Field(max_length=300)
    url: str = Field(max_length=1000)


class Jobs(BaseModel):
    """All jobs of a piece; an answer is read more loosely than `schema` asks, since grammars may miscount."""

    model_config = ConfigDict(extra="forbid")

    jobs: list[Job] = Field(max_length=4 * LINKS)


def schema(most: int) -> dict[str, Any]:
    """The JSON schema that the server must obey; texts are bounded by patterns, which every backend keeps."""
    words = {"type": "string", "pattern": r'^[^\x00-\x1f"\\]{1,120}$'}
    job = {
        "type": "object",
        "properties": {
            "title": words,
            "location": {"anyOf": [words, {"type": "null"}]},
            "url": {"type": "string", "pattern": r'^[^\x00-\x20"\\]{1,300}$'},
        },
        "required": ["title", "location", "url"],
        "additionalProperties": False,
    }
    jobs = {"type": "array", "items": job, "maxItems": most}
    return {"type": "object", "properties": {"jobs": jobs}, "required": ["jobs"], "additionalProperties": False}


def lines(html: str) -> list[str]:
    """The page as a model is shown it: its words and links, a line for each block."""
    kept = nh3.clean(
        html[:PAGE_LENGTH],
        tags=BLOCKS | {"a"},
        clean_content_tags=LEFT_OUT,
        attributes={"a": {"href"}},
        url_schemes={"http", "https"},
        link_rel=None,
    )
    for entity, shown in ENTITIES.items():
        kept = kept.replace(entity, shown)
    parted = (" ".join(line.split()) for line in BLOCK.sub("\n", " ".join(kept.split())).split("\n"))
    return [line[:LINE_LENGTH] for line in parted if line]


def links(piece: Sequence[str]) -> int:
    return sum(line.count("<a ") for line in piece)


def pieces(page: Sequence[str], most_bytes: int) -> Iterator[list[str]]:
    """The lines in their order, as many at once as may be; only those pieces that hold a link."""
    piece, size, linked = list[str](), 0, 0
    for line in [*page, ""]:
        length, more = len(line.encode()) + 1, links([line])
        if piece and (not line or size + length > most_bytes or linked + more > LINKS):
            if linked:
                yield piece
            piece, size, linked = [], 0, 0
        piece.append(line)
        size, linked = size + length, linked + more


def meant(job: Job) -> dict[str, Any]:
    """The claim in the page's own characters."""
    return {name: value.translate(BACK) if value else None for name, value in job.model_dump().items()}
