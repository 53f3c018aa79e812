"""Two job boards on loopback that answer as Indeed's and LinkedIn's interfaces do; every job is our own invention."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.loopback import answered_by

SHOWN = 10  # cards of LinkedIn's at a time
NO_CARDS = "<!DOCTYPE html>\n\n<!---->"
POSTED = 1_768_435_200_000  # 2026-01-15


def job(key: str, title: str, employer: str | None, **fields: Any) -> dict[str, Any]:
    """A job as Indeed tells it."""
    return {
        "key": key,
        "title": title,
        "sourceEmployerName": employer,
        "dateOnIndeed": POSTED,
        "description": {"html": f"<p>Work as a {title}.</p><script>alert(1)</script>"},
        "location": {"countryCode": "DE", "admin1Code": "BE", "city": "Berlin"},
        "compensation": {"estimated": None, "baseSalary": None, "currencyCode": None},
        "attributes": [],
        "employer": None,
        "recruit": {"viewJobUrl": f"https://jobs.example/{key}"},
    } | fields


def card(key: str, title: str, employer: str, place: str = "Leeds, England, United Kingdom") -> str:
    """A job as LinkedIn shows it in a list."""
    return f"""<li><div class="base-card base-search-card" data-entity-urn="urn:li:jobPosting:{key}">
      <a class="base-card__full-link" href="https://uk.linkedin.com/jobs/view/{key}?refId=x">{title}</a>
      <h3 class="base-search-card__title"> {title} </h3>
      <h4 class="base-search-card__subtitle"><a href="https://uk.linkedin.com/company/x?trk=y"> {employer} </a></h4>
      <span class="job-search-card__location"> {place} </span>
      <time class="job-search-card__listdate" datetime="2026-01-14">1 day ago</time></div></li>"""


def job_page(text: str, **criteria: str) -> str:
    """A job as LinkedIn shows it by itself."""
    items = "".join(
        f'<li><h3 class="description__job-criteria-subheader"> {name.replace("_", " ")} </h3>'
        f'<span class="description__job-criteria-text"> {value} </span></li>'
        for name, value in criteria.items()
    )
    return f'<html><div class="show-more-less-html__markup">{text}</div><ul>{items}</ul></html>'


class Boards:
    """What the two sites hold and how they behave; what was asked for stands in `asked`."""

    def __init__(self) -> None:
        self.jobs: list[dict[str, Any]] = []  # Indeed's
        self.cards: list[str] = []  # LinkedIn's
        self.pages: dict[str, str] = {}  # LinkedIn's job pages by id
        self.status = {"indeed": 200, "linkedin": 200}
        self.text: dict[str, str] = {}  # instead of an answer, word for word
        self.seconds = {"indeed": 0.0, "linkedin": 0.0}  # before an answer
        self.asked: list[str] = []

    def indeed(self, query: str) -> str:
        limit = int(query.partition("limit: ")[2].split()[0])
        begin = int(query.partition('cursor: "')[2].partition('"')[0] or 0)
        end = begin + limit
        cursor = str(end) if end < len(self.jobs) else None
        results = [{"job": each} for each in self.jobs[begin:end]]
        return json.dumps({"data": {"jobSearch": {"pageInfo": {"nextCursor": cursor}, "results": results}}})

    def linkedin(self, path: str) -> tuple[int, str]:
        parts = urlsplit(path)
        if parts.path.startswith("/jobs/view/"):
            page = self.pages.get(parts.path.rpartition("/")[2])
            return (200, page) if page else (429, "")
        begin = int(parse_qs(parts.query)["start"][0])
        return 200, "".join(self.cards[begin : begin + SHOWN]) or NO_CARDS


@contextmanager
def serve(boards: Boards) -> Iterator[str]:
    """At the yielded address until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None:
            pass

        def do_GET(self) -> None:
            boards.asked.append(self.path)
            status, text = boards.linkedin(self.path)
            self.send("linkedin", text, status)

        def do_POST(self) -> None:
            query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["query"]
            boards.asked.append(query)
            self.send("indeed", boards.indeed(query), 200)

        def send(self, site: str, text: str, status: int) -> None:
            time.sleep(boards.seconds[site])
            content = boards.text.get(site, text).encode()
            self.send_response(boards.status[site] if status == 200 else status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            with suppress(OSError):  # whoever asked may be gone
                self.wfile.write(content)

    with answered_by(Handler) as url:
        yield url
