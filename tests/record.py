"""Save pages of a board as fixtures: `python -m tests.record <source> <board> [--base-url URL] [--pages N]`.

Needs the board's host. Writes tests/fixtures/sources/<source>.<board>.<n>.<json|html|xml>, at most two postings each,
with e-mail addresses, telephone numbers and what the platform marks as a person replaced. Read them before you commit.
"""

import argparse
import json
import re
import sys
from collections import deque
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
from pydantic import ValidationError

from tasks.model import Company, Page, Request
from tasks.sources._links import unpacked

FIXTURES = Path(__file__).parent / "fixtures" / "sources"
POSTINGS = 2
IDS = {"id", "Id", "uuid", "shortcode", "externalPath", "guid"}
TITLES = {"title", "Title", "text", "name", "jobOpeningName"}
ENTRIES = "url|sitemap|item|entry|position|job"  # of a sitemap or a feed
PEOPLE = re.compile(r"recruiter|hiring_?manager|owner|contact|author|creator|user(?:_?name)?$|applicationContact", re.I)
MAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
PHONE = re.compile(
    r"(?<![\w./-])(?:\+\d{1,3}[ ./()-]{0,2}|\(\d{2,5}\) ?|0\d{2,4}[ /-])\d(?:[ ./()-]{0,2}\d){5,11}(?![\w/-])"
)


def company_of(path: Path) -> tuple[Company, int]:
    """The company and page number that a fixture's name stands for."""
    source, _, rest = path.stem.partition(".")
    board, _, number = rest.rpartition(".")
    return Company(name=board.split("~")[0], source=source, board=board.replace("~", "/")), int(number)


def anonymous(text: str) -> str:
    return PHONE.sub("+00 000 0000000", MAIL.sub("someone@example.com", text))


def trimmed(value: Any) -> Any:
    """A JSON answer with two postings and nobody in it."""
    if isinstance(value, dict):
        return {key: None if PEOPLE.search(key) else trimmed(part) for key, part in value.items()}
    if isinstance(value, list):
        is_board = all(isinstance(part, dict) and IDS & set(part) and TITLES & set(part) for part in value)
        return [trimmed(part) for part in (value[:POSTINGS] if is_board else value)]
    return anonymous(value) if isinstance(value, str) else value


def fixture(page: Page) -> str:
    """The text to save: of JSON two postings, of a page or sitemap all but scripts and people."""
    if page.request.accept == "json":
        return json.dumps(trimmed(page.json()), indent=1, ensure_ascii=False) + "\n"
    if page.request.accept == "xml":
        text = unpacked(page).decode("utf-8", "replace")
        name = re.search(rf"<({ENTRIES})\b", text)
        if name is None:
            return anonymous(text)
        entry = rf"<{name[1]}\b[^>]*>.*?</{name[1]}>"
        head, tail = text[: name.start()], text[text.rindex(f"</{name[1]}>") + len(name[1]) + 3 :]
        return anonymous(head + "\n".join(re.findall(entry, text, re.DOTALL)[:POSTINGS]) + tail)
    return anonymous(re.sub(r"<(script|style|svg)\b(?![^>]*ld\+json).*?</\1>", "", page.text, flags=re.DOTALL | re.I))


def fetched(client: httpx.Client, request: Request) -> Page:
    response = client.request("GET" if request.body is None else "POST", request.url, json=request.body)
    if response.status_code != httpx.codes.OK:
        raise SystemExit(f"{request.url} answered {response.status_code}")
    return Page(request, str(response.url), response.content, datetime.now(UTC), dict(response.headers))


def record(
    module: ModuleType, company: Company, client: httpx.Client, pages: int, folder: Path = FIXTURES
) -> list[Path]:
    """Save the first pages of a board, in the order in which the source asks for them."""
    waiting = deque([module.start(company)])
    written: list[Path] = []
    while waiting and len(written) < pages:
        page = fetched(client, waiting.popleft())
        waiting.extend(item for item in module.parse(company, page) if isinstance(item, Request))
        stem = f"{company.source}.{company.board.partition('?')[0].replace('/', '~')}.{len(written) + 1}"
        path = folder / f"{stem}.{page.request.accept}"
        path.write_text(fixture(page), encoding="utf-8")
        if written:  # how a test asks for it again
            asked = json.dumps(trimmed(asdict(page.request)), indent=1, ensure_ascii=False)
            path.with_suffix(".request.json").write_text(f"{asked}\n", encoding="utf-8")
        written.append(path)
    return written


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.record", description="Save pages of a board as fixtures.")
    parser.add_argument("source")
    parser.add_argument("board")
    parser.add_argument("--base-url")
    parser.add_argument("--pages", type=int, default=1)
    options = parser.parse_args(arguments)
    try:
        company = Company(name=options.board, source=options.source, board=options.board, base_url=options.base_url)
        module = import_module(f"tasks.sources.{company.source}")
        with httpx.Client(follow_redirects=True, timeout=60, headers={"User-Agent": "rolecall"}) as client:
            written = record(module, company, client, options.pages)
    except ModuleNotFoundError:
        return _refuse(f"no source is called {options.source!r}: {', '.join(_names())}")
    except ValidationError as error:
        return _refuse("; ".join(f"{fault['loc'] and fault['loc'][0]}: {fault['msg']}" for fault in error.errors()))
    except httpx.HTTPError as error:
        return _refuse(f"{type(error).__name__}: {error}")
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        return _refuse(f"the page is not what {options.source} expects: {type(error).__name__} {error}")
    print(*written, sep="\n")
    return 0


def _names() -> list[str]:
    folder = Path(import_module("tasks.sources").__path__[0])
    return sorted(path.stem for path in folder.glob("[!_]*.py"))


def _refuse(reason: str) -> int:
    print(" ".join(reason.split()), file=sys.stderr)
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
