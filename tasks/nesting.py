"""How heavy a tree HTML would make, told from its tags in one pass: parsers take the square of the depth, or worse.

Reason: counts too much rather than too little; an end tag that HTML5 might not heed, or might undo, closes nothing.
Source: the HTML standard's tokenizer, scopes and list of active formatting elements.
"""

import re
from collections import Counter
from functools import lru_cache

DEEPEST = 256  # browsers stop at 512; the deepest of 15,000 recorded pages and descriptions has 30
MOST_ATTRIBUTES = 500  # of one tag
MOST_STEPS = 1_000_000  # elements opened again or looked through
SMALL = 20_000  # characters that no number of attributes makes slow
FEW = 2000  # characters of attributes
COST = 5  # of opening again, in looks
ALIKE = 3  # formatting elements that are opened again

_W = r"\t\n\f\r "
_VALUE = rf"[{_W}]*+=[{_W}]*+(?:\"[^\"]*+\"?+|'[^']*+'?+|[^{_W}>]*+)"
_ATTRIBUTE = rf"(?:=[^{_W}/>=]*+|[^{_W}/>=]++)(?:{_VALUE})?+"  # a quote counts behind a `=` only, as in a browser
ATTRIBUTE = re.compile(_ATTRIBUTE)
TAG = re.compile(
    rf"<!--(?:-?>|.*?(?:--!?>|\Z))|<(?P<end>/?)(?P<name>[a-zA-Z][^{_W}/>]*+)(?P<rest>(?:[{_W}/]++|{_ATTRIBUTE})*+)>?+"
    r"|<[!?/][^>]*+>?+",
    re.DOTALL,
)


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


VOID = _names(
    "area base basefont bgsound br col embed frame hr img image input keygen link meta param source track wbr"
)
RAW = _names("script style textarea title xmp iframe noembed noframes")
NOTHING = _names("html head body frameset")
FORMATTING = _names("a b big code em font i nobr s small strike strong tt u")
ROWS = _names("caption colgroup tbody thead tfoot tr td th")
FOREIGN = _names("svg math")
WITHIN = FOREIGN | _names("foreignobject desc annotation-xml mi mo mn ms mtext")
BARRIERS = WITHIN | _names("table template object applet marquee select caption td th")
SPECIAL = BARRIERS | _names(
    "address article aside blockquote button center details dialog dir div dl fieldset figcaption figure footer form h1"
    " h2 h3 h4 h5 h6 header hgroup listing main menu nav ol plaintext pre search section summary ul p li dd tr tbody"
)
BREAKS_OUT = FORMATTING | _names("span sub sup var ruby br img hr meta embed")  # of svg and math
STOPS = {  # what the end of an element is not heard through
    "table": _names("template"),
    **dict.fromkeys(ROWS, _names("table template svg math")),
    **dict.fromkeys(SPECIAL - WITHIN - ROWS, BARRIERS),
    "p": SPECIAL,
    "li": BARRIERS | _names("ul ol"),
    **dict.fromkeys(FOREIGN, SPECIAL | BREAKS_OUT),
}
ENDS_ITS_LIKE = {  # a start tag that ends the element of its kind before it, unless that is beyond one of these
    **dict.fromkeys(("a", "p", "option", "optgroup"), SPECIAL),
    **dict.fromkeys(("li", "dd"), SPECIAL - _names("address div p")),
    **{name: STOPS[name] for name in ROWS},
}
ALIASES = {"dt": "dd", "th": "td", "thead": "tbody", "tfoot": "tbody", "colgroup": "tbody", "caption": "tbody"}


def check(html: str) -> None:
    """Raises: ValueError where a parser of this HTML would take far longer than its length makes one expect."""
    is_small = len(html) <= SMALL and html.count("<") <= DEEPEST
    if not is_small and (fault := _fault(html)):
        raise ValueError(f"HTML {fault}")


@lru_cache(2)  # a page is read for its postings, its links and its count
def _fault(html: str) -> str | None:
    elements, end_of_raw = _Open(), 0
    for tag in TAG.finditer(html):
        name = (tag["name"] or "").lower()
        if not name or tag.start() < end_of_raw:
            continue
        if len(tag["rest"]) > FEW and sum(1 for _ in ATTRIBUTE.finditer(tag["rest"])) > MOST_ATTRIBUTES:
            return f"with more than {MOST_ATTRIBUTES} attributes in one tag"
        if tag["end"]:
            elements.close(ALIASES.get(name, name), STOPS.get(ALIASES.get(name, name), SPECIAL))
        elif name in RAW and not elements.is_odd:
            end_of_raw = _end_of(name, html, tag.end())
        elif elements.is_odd or name not in VOID | NOTHING:
            elements.open(ALIASES.get(name, name), tag[0])
        if elements.depth > DEEPEST or elements.steps > MOST_STEPS:
            return f"nested deeper than {DEEPEST} elements"
    return None


def _end_of(name: str, html: str, start: int) -> int:
    """Where raw text ends."""
    end = re.compile(rf"</{name}(?=[{_W}/>])", re.IGNORECASE).search(html, start)
    return end.start() if end else len(html)


class _Open:
    """Elements that are open, and formatting ones that were closed with another and will be opened again."""

    def __init__(self) -> None:
        self.stack = list[tuple[str, str]]()
        self.again = Counter[tuple[str, str]]()
        self.names = Counter[str]()
        self.steps = 0

    @property
    def depth(self) -> int:
        return len(self.stack) + self.again.total()

    @property
    def is_odd(self) -> bool:
        """Within what has rules of its own: nothing is raw text, any name may nest."""
        return bool(self.names["svg"] or self.names["math"] or self.names["select"])

    def open(self, name: str, tag: str) -> None:
        if name in ROWS and not (self.names["table"] or self.names["template"] or self.is_odd):
            return
        self.steps += COST * self.again.total()
        if name in ENDS_ITS_LIKE:
            self.close(name, ENDS_ITS_LIKE[name])
        if not (tag.endswith("/>") and self._is_foreign()):
            self.stack.append((name, tag))
            self.names[name] += 1

    def _is_foreign(self) -> bool:
        near = next((each for each, _ in reversed(self.stack) if each in SPECIAL or each in BREAKS_OUT), "")
        return near in FOREIGN

    def close(self, name: str, stops: frozenset[str]) -> None:
        for index in range(len(self.stack) - 1, -1, -1):
            self.steps += 1
            kind = self.stack[index][0]
            if kind == name:
                self._cut(index)
                return
            if kind in stops:
                break
        if name in FORMATTING and (left := next((each for each in self.again if each[0] == name), None)):
            self.again[left] -= 1
            self.again += Counter()

    def _cut(self, index: int) -> None:
        for each in self.stack[index + 1 :]:
            if each[0] in FORMATTING and self.again[each] < ALIKE:
                self.again[each] += 1
        self.names.subtract(name for name, _ in self.stack[index:])
        del self.stack[index:]
