"""One posting as a model is shown it: its own words, and nothing in them that the model's template would obey."""

from dataclasses import dataclass
from functools import lru_cache

from tasks.model import Part

# `<|im_start|>`, `</s>` or `[INST]` in a posting would become the control token of that name, and end our instructions
LOOKALIKES = str.maketrans("<>[]", "＜＞［］")


@dataclass(frozen=True, slots=True)
class Document:
    """What an engine sees of one posting, and the columns that are still unknown."""

    content_hash: str
    title: str
    location: str | None
    text: str
    wanted: frozenset[str]

    def parts(self) -> dict[Part, str]:
        return {"text": self.text, "title": self.title, "location": self.location or ""}


@lru_cache(64)
def shown(words: str) -> str:
    """The words without control tokens and invisible characters.

    Shape: of the same length, so that an offset means the same in both.
    """
    visible = words if words.isprintable() else "".join(c if c.isprintable() or c == "\n" else " " for c in words)
    return visible.translate(LOOKALIKES)
