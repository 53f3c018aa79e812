"""Bytes to text and to JSON, as the page itself declares them and no larger than memory allows.

Source: RFC 8259 (JSON), the HTML standard's encoding sniffing. UTF-8 goes before what is declared, since text that is
valid UTF-8 by chance is rare and a wrong declaration is not.
"""

import codecs
import json
import re
from typing import Any

MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
IN_HEADER = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.I)
IN_PROLOG = re.compile(rb"\s*<\?xml[^>]{0,200}?\bencoding\s*=\s*[\"']([\w.:-]{1,40})", re.I)
IN_META = re.compile(rb"<meta\b[^>]{0,300}?\bcharset\s*=\s*[\"']?([\w.:-]{1,40})", re.I)
HEAD = 4096  # bytes in which a declaration stands
READ = {  # codec -> how browsers read it; no others: some of Python's decode no text, some hide markup in ASCII
    "ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "gb2312": "gb18030", "gbk": "gb18030",
    "shift_jis": "cp932", "euc_kr": "cp949", "tis-620": "cp874", "iso8859-11": "cp874",
    **{name: name for name in (
        "gb18030 big5 big5hkscs euc_jp cp932 cp949 cp866 cp874 koi8-r koi8-u mac-roman utf-16 utf-16-le utf-16-be"
    ).split()},
    **{f"cp125{n}": f"cp125{n}" for n in range(9)},
    **{f"iso8859-{n}": f"iso8859-{n}" for n in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)},
}  # fmt: skip
WIDE = ("utf-16", "utf-16-le", "utf-16-be")  # looks like UTF-8 with zero bytes
MOST_PARTS = 800_000  # values of a JSON document; a posting of Greenhouse has some 60
STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"?', re.S)
_HALF_PAIR = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)


def text(body: bytes, content_type: str = "") -> str:
    """Shape: what is not of the encoding is a replacement character; see above for which encoding that is."""
    for mark, name in MARKS.items():
        if body.startswith(mark):
            return body.decode(name, "replace")
    declared = _declared(body, content_type)
    if declared in WIDE:
        return body.decode(declared, "replace")
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body.decode(declared or "utf-8", "replace")


def loads(words: str, strict: bool = True) -> Any:
    """Shape: half a surrogate pair, as a text cut in the middle of an emoji leaves it, is a replacement character;
    without `strict`, control characters may stand in a text.

    Raises: ValueError, RecursionError.
    """
    if _parts(words) > MOST_PARTS and _parts(STRING.sub("", words)) > MOST_PARTS:
        raise ValueError(f"JSON of more than {MOST_PARTS} values")
    is_paired = "\\ud" not in words and "\\uD" not in words
    return json.loads(words if is_paired else _HALF_PAIR.sub(r"\\ufffd", words), strict=strict)


def _parts(words: str) -> int:
    return sum(map(words.count, "[{,"))


def value(body: bytes, content_type: str = "") -> Any:
    """The JSON of a body.

    Raises: ValueError where it is not JSON, in UTF-8 or what its BOM or header says; RecursionError.
    """
    declared = _by_name((IN_HEADER.search(content_type) or [""] * 2)[1])
    marked = next((name for mark, name in MARKS.items() if body.startswith(mark)), None)
    if marked or declared in WIDE:
        return loads(body.decode(marked or declared or "utf-8"))
    try:
        return loads(body.decode())
    except UnicodeDecodeError:
        if declared is None:
            raise
        return loads(body.decode(declared))


def _declared(body: bytes, content_type: str) -> str | None:
    if found := IN_HEADER.search(content_type):
        return _by_name(found[1])
    inside = IN_PROLOG.match(body[:HEAD]) or IN_META.search(body[:HEAD])
    name = _by_name(inside[1].decode("ascii", "replace")) if inside else None
    return None if name in WIDE else name  # what says so in ASCII is not


def _by_name(name: str) -> str | None:
    try:
        return READ.get(codecs.lookup(name).name) if name else None
    except LookupError:
        return None
