"""Pages that mean harm, and what reading each takes: `python -m tests.hostile [source or part of a case]` prints each.

Every page is read through the walker's own door in a child process of its own: a page that makes it slow, large or
crash ends that child alone.
"""

import json
import os
import re
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from tasks import reading, rules
from tasks.errors import ParseError
from tasks.model import Page
from tests.unit.test_sources import NAMES, PAGES, recorded

SECONDS = 20  # of processor time, then the child is ended
ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "lol"}">' for n in range(10))
DEEP = "<div>" * 200_000
PIECES: dict[str, str] = {  # in the place of one value of a recorded page
    "nested elements": DEEP,
    "nested lists": "<ul><li>" * 50_000,
    "less-than signs": "<" * 1_000_000,
    "ampersands": "&" * 1_000_000,
    "attributes": "<p " + " ".join(f"a{n}=1" for n in range(100_000)) + ">Nurse",
    "reopened elements": "".join(f"<p><b a={n}>" for n in range(20_000)),
    "unclosed tags": "<b></p>" * 50_000,
    "unclosed comments": "<!--" * 250_000,
    "digits": "1" * 1_000_000,
    "white space": " " * 1_000_000 + "x",
    "hyphens": "job-" * 250_000,
    "separators": ", or / ; | " * 20_000,
    "prices": "$1,000 to " * 20_000,
    "zero bytes": "\0" * 100_000 + "x",
    "a scheme": "javascript:alert(1)//https://e.example/",
    "no host": "https://[",
}


Case = tuple[str, Callable[[], object]]


@dataclass(frozen=True)
class Told:
    """What reading a page took: CPU seconds, MB above what the process had, and how it ended."""

    seconds: float
    megabytes: float
    outcome: str

    @property
    def is_bearable(self) -> bool:
        return self.outcome.startswith(("read", "refused"))


def html_bodies() -> Iterator[tuple[str, str]]:
    yield from PIECES.items()
    yield "links", "".join(f'<a href="/jobs/{n}">Nurse</a>' for n in range(30_000))
    yield (
        "links of one row",
        "<table><tr><td>" + "".join(f'<a href="/apply/jobs/details/{n}">N</a>' for n in range(30_000)),
    )
    yield "links in the deep", "<div>" * 200 + "".join(f'<a href="/jobs/{n}-nurse">N</a>' for n in range(30_000))
    yield "hyphenated links", "".join(f'<a href="/{"job-" * 480}{n}">Nurse</a>' for n in range(3000))
    yield "microdata", '<p itemscope itemtype="https://schema.org/JobPosting">' + "<p itemprop=title>x" * 25_000
    nested = '<div itemprop=x itemscope itemtype="https://schema.org/JobPosting">'
    yield "nested microdata", nested * 200 + "<p itemprop=title>x" * 20_000
    for name, data in {
        "deep": "[" * 100_000,
        "100,000 postings": json.dumps([{"@type": "JobPosting", "title": "Nurse"}] * 100_000),
        "digits": '{"@type": "JobPosting", "title": "x", "baseSalary": ' + "1" * 1_000_000 + "}",
        "broken": '{"@type": "JobPosting", ' + ",  " * 300_000 + "\\" * 100_000,
        "a shared node": json.dumps({"@graph": [
            {"@id": "p", "@type": "Place", "address": [{"addressLocality": f"Graz {n}"} for n in range(50_000)]},
            *([{"@type": "JobPosting", "title": "Nurse", "jobLocation": {"@id": "p"}}] * 1500),
        ]}),
        "10,000 places": json.dumps({"@type": "JobPosting", "title": "x", "jobLocation": [
            {"address": {"addressLocality": f"Graz {n}", "addressCountry": "AT"}} for n in range(10_000)
        ]}),
        **{f"{name} in the text": json.dumps({"@type": "JobPosting", "title": "x", "description": piece,
            "baseSalary": piece, "datePosted": piece, "jobLocation": piece, "url": piece, "identifier": piece})
           for name, piece in PIECES.items()},
    }.items():  # fmt: skip
        told = data if "JobPosting" in data else f'"JobPosting"{data}'
        yield f"JSON-LD: {name}", f'<script type="application/ld+json">{told}</script>'


def json_bodies() -> Iterator[tuple[str, str]]:
    yield "deep", "[" * 100_000
    yield "deep objects", '{"jobs":' * 100_000
    yield "digits", "1" * 1_000_000
    yield "a huge exponent", '{"jobs": [1e999999999]}'
    yield "white space", " " * 64_000_000
    yield "zeros", "[" + "0," * 31_000_000 + "0]"
    yield "empty lists", "[" + "[]," * 20_000_000 + "[]]"
    yield "empty objects", "[" + "{}," * 499_000 + "{}]"
    yield "keys", "{" + ",".join(f'"k{n}":{n}' for n in range(790_000)) + "}"
    yield "one text", json.dumps("x" * 60_000_000)
    yield "surrogates", '"' + "\\ud83d" * 500_000 + '"'


def xml_bodies() -> Iterator[tuple[str, str]]:
    yield "billion laughs", f"<!DOCTYPE rss [{ENTITIES}]><rss>&e9;</rss>"
    yield "quadratic blow-up", f'<!DOCTYPE rss [<!ENTITY e "{"x" * 50_000}">]><rss>{"&e;" * 50_000}</rss>'
    yield "an external entity", '<!DOCTYPE rss [<!ENTITY e SYSTEM "file:///etc/passwd">]><rss>&e;</rss>'
    yield "an external DTD", '<!DOCTYPE rss SYSTEM "http://127.0.0.1:9/x.dtd"><rss/>'
    yield "deep", "<rss>" * 100_000
    for root, entry in {
        "rss": "item",
        "urlset": "url",
        "workzag-jobs": "position",
        "result": "job",
        "feed": "entry",
    }.items():
        yield (
            f"{root}: deep",
            f"<{root}><channel><{entry}>" + "<a>" * 100_000 + "</a>" * 100_000 + f"</{entry}></channel></{root}>",
        )
        yield f"{root}: elements", f"<{root}>" + f"<{entry}/>" * 590_000 + f"</{root}>"
        yield (
            f"{root}: entries",
            f"<{root}><channel>" + f"<{entry}><title>x</title></{entry}>" * 145_000 + f"</channel></{root}>",
        )
        yield f"{root}: attributes", f"<{root} " + " ".join(f'a{n}=""' for n in range(290_000)) + "/>"
        yield (
            f"{root}: 10 MB of text",
            f"<{root}><channel><{entry}><title>{'x' * 10_000_000}</title></{entry}></channel></{root}>",
        )
    yield "white space", " " * 64_000_000


BODIES = {"html": html_bodies, "json": json_bodies, "xml": xml_bodies}


def pages(source: str, is_thorough: bool = False) -> Iterator[Case]:
    """Each page that the source asks for, replaced whole; thorough: also each value of it, one at a time."""
    kinds: dict[tuple[str, bool], Any] = {}
    for module, company, page in (recorded(path) for path in PAGES if path.name.startswith(f"{source}.")):
        kinds.setdefault((page.request.accept, page.request == module.start(company)), (module, company, page))
    for (accept, is_first), (module, company, page) in kinds.items():
        stem = f"{source} {'list' if is_first else 'later page'}"
        for name, body in BODIES[accept]():
            yield f"{stem}: {name}", _reading(module, company, page, body)
        for name, piece in PIECES.items() if is_thorough else ():
            for key, body in grafted(page.body.decode(), accept, piece[:100_000]):
                yield f"{stem}: {name} as {key}", _reading(module, company, page, body)


def _reading(module: Any, company: Any, page: Page, body: str) -> Callable[[], object]:
    data = body.encode("utf-8", "replace")
    return lambda: reading.read(company, module, replace(page, body=data))


def grafted(body: str, accept: str, piece: str) -> Iterator[tuple[str, str]]:
    """The page with a piece in the place of each text that stands under one name."""
    if accept == "json":
        data = json.loads(body)
        for key in sorted({key for key, _ in _texts(data)}):
            yield key, json.dumps(_with(data, key, piece))
    elif accept == "xml":
        quoted = "<![CDATA[" + piece.replace("\0", "") + "]]>"
        for tag in sorted(set(re.findall(r"<([\w:-]+)[^<>]*>(?:<!\[CDATA\[|[^<\s])", body))):
            yield (
                tag,
                re.sub(
                    rf"(<{tag}\b[^<>]*>)(?:<!\[CDATA\[.*?\]\]>|[^<]+)(?=</)", lambda m: m[1] + quoted, body, flags=re.S
                ),
            )
    else:
        for key in sorted(set(re.findall(r'"(\w+)": ?"', body))):
            words = json.dumps(piece).replace("</", "<\\/")
            said = f'"{key}": {words}'
            yield key, re.sub(rf'"{key}": ?"(?:[^"\\]|\\.)*"', said.replace("\\", r"\\"), body)


def _texts(value: Any) -> Iterator[tuple[str, str]]:
    for key, part in value.items() if isinstance(value, dict) else (("list", one) for one in value):
        if isinstance(part, str):
            yield key, part
        elif isinstance(part, dict | list):
            yield from _texts(part)


def _with(value: Any, name: str, piece: str) -> Any:
    if isinstance(value, dict):
        return {
            key: piece if key == name and isinstance(one, str) else _with(one, name, piece)
            for key, one in value.items()
        }
    return [_with(one, name, piece) for one in value] if isinstance(value, list) else value


def texts() -> Iterator[Case]:
    """Each adversarial text of 5 MB as a posting's text, and as its title and place."""
    words = {
        "prices": "$100,000 to ", "years": "5 years of experience ", "remote": "remote or hybrid, ",
        "full-time": "full-time contract role, ", "skills": "Go, Python / R & ", "digits": "1", "spaces": " ",
        "dots": ".", "hyphens": "a-", "places": "Berlin, ", "İ": "İ", "pipes": "| ", "k": "k ", "brackets": "(",
        "levels": "senior staff lead ", "titles": "assistant to ", "newlines": "\n", "salary": "salary range: ",
        "euro": "€ 1.000,00 brut ", "of": "on a contract ", "between": "between ", "headings": "preferred: 5 years ",
        "words": "abc ", "one word": "x", "commas": ",", "per": "per ", "bank": "bank w ", "chief": "chief a & ",
    }  # fmt: skip
    for name, piece in words.items():
        text = piece * (5_000_000 // len(piece))
        yield f"rules: {name}", lambda text=text: rules.extract(text, text, text)
        short = piece * (1000 // len(piece))
        yield f"rules: {name} as a title", lambda text=short: [rules.extract(text, text, "") for _ in range(20)]


def measured(read: Callable[[], object], seconds: float = SECONDS) -> Told:
    """What a child process says of it, or what ended the child."""
    out, into = os.pipe()
    if (child := os.fork()) == 0:
        signal.setitimer(signal.ITIMER_PROF, seconds)
        resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
        before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
        try:
            read()
            outcome = "read"
        except ParseError as error:
            outcome = f"refused: {error.reason}" if hasattr(error, "reason") else f"refused: {error}"
        except BaseException as error:  # noqa: BLE001  # whatever it is, the parent is told
            outcome = f"failed: {type(error).__name__} {error}"
        spent = time.process_time() - began
        size = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        os.write(into, json.dumps([spent, size, outcome[:150]]).encode())
        os._exit(0)
    os.close(into)
    with open(out, "rb") as pipe:
        told = pipe.read()
    _, status = os.waitpid(child, 0)
    return Told(*json.loads(told)) if told else Told(seconds, 0, f"ended by {signal.Signals(os.WTERMSIG(status)).name}")


def main(arguments: list[str]) -> None:
    part = "".join(arguments[:1])
    rules.extract("Welder", "Graz", "what every process loads once")
    for cases in (texts(), *(pages(name, is_thorough=True) for name in NAMES if part.startswith(name) or not part)):
        for name, read in cases:
            if part in name:
                told = measured(read)
                print(f"{told.seconds:7.2f} s {told.megabytes:6.0f} MB  {name}: {told.outcome}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
