"""The process in which JobSpy runs: a search on stdin; a line of JSON for each request and each site on stdout.

Reason: the library is synchronous and weighs 100 MB. A line each, so that what the other sites found is there when one
hangs. What JobSpy only logs, jobs it stumbled over, is told too.
"""

import json
import logging
import os
import resource
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from threading import Lock
from typing import Any, TextIO

from tasks import child
from tasks.addresses import is_public

MEMORY_BYTES = 2_000_000_000
SAID = 200  # characters of one message
NOTHING: dict[str, Any] = {"rows": [], "warnings": [], "error": None}
COLUMNS = (
    "id title company location job_url job_url_direct date_posted job_type is_remote job_level description "
    "salary_source interval min_amount max_amount currency"
).split()


class Answers:
    """Lines of JSON, one at a time whichever thread writes."""

    def __init__(self, output: TextIO) -> None:
        self._output, self._lock = output, Lock()

    def write(self, line: dict[str, Any]) -> None:
        text = json.dumps(line, default=str) + "\n"
        with self._lock:
            self._output.write(text)
            self._output.flush()


class Stumbles(logging.Handler):
    """What JobSpy logs and tells nobody. Shape: by site, jobs left `out`, job pages left `unread`; `failed` has sites.

    Reason: an error that has no words, such as of memory, does not stand in JobSpy's answer.
    """

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.out: dict[str, list[str]] = {}
        self.unread: dict[str, list[str]] = {}
        self.failed: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        site = record.name.rpartition(".")[2]
        if record.funcName == "fail":
            self.failed.add(site)
        elif record.funcName != "warn":  # which stands in the answer itself
            kind = self.unread if record.funcName == "_fetch_details" else self.out
            kind.setdefault(site, []).append(_short(record.getMessage()))


def search(asked: dict[str, Any], answers: Answers) -> None:
    """Ask each site by itself. Reason: asked for together, one that raises takes the others with it."""
    stumbles = Stumbles()
    logging.getLogger("jobspy").addHandler(stumbles)
    _count_requests(answers)
    _leave_estimates_out()
    sites = dict.fromkeys(asked.pop("site"))
    with ThreadPoolExecutor(len(sites)) as pool:
        waiting = {pool.submit(_ask, site, asked): site for site in sites}
        for done in as_completed(waiting):
            site, raised = waiting[done], done.exception()
            found = NOTHING | ({"error": _short(f"{type(raised).__name__}: {raised}")} if raised else done.result())
            module = site.replace("_", "")
            if module in stumbles.failed and not found["error"]:
                found["error"] = "failed without a word"
            left = {"left": stumbles.out.get(module, []), "unread": stumbles.unread.get(module, [])}
            answers.write({"site": site, **found, **left})


def _ask(site: str, asked: dict[str, Any]) -> dict[str, Any]:
    from jobspy import scrape_jobs

    frame = scrape_jobs(site_name=site, description_format="html", **asked)
    known = frame[COLUMNS].astype(object)
    return {
        "rows": known.where(known.notna(), None).to_dict("records"),
        "error": _short(frame.attrs["errors"].get(site, "")) or None,
        "warnings": [_short(each) for each in frame.attrs["warnings"].get(site, [])],
    }


def _count_requests(answers: Answers) -> None:
    """Tell of every answer that a site gives: JobSpy's sessions all pass through here."""
    from jobspy.util import RotatingProxySession

    ask = RotatingProxySession.request

    def asking(session: Any, *given: Any, **named: Any) -> Any:
        status, size = None, 0
        try:
            response = ask(session, *given, **named)
            status, size = response.status_code, len(response.content)
        finally:
            answers.write({"status": status, "bytes": size})
        return response

    RotatingProxySession.request = asking


def _leave_estimates_out() -> None:
    """Where the employer states no pay, JobSpy gives Indeed's guess in its place, and does not say so."""
    from jobspy import indeed

    stated = indeed.get_compensation
    indeed.get_compensation = lambda given: stated(given.model_copy(update={"estimated": None}))


def refuse_private_addresses() -> None:
    """A redirect leads no request into our network. Shape: holds Python's sockets, not those of curl."""

    def refuse(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "socket.connect" and not (isinstance(arguments[1], tuple) and is_public(arguments[1][0])):
            raise PermissionError(f"refused: the private address {arguments[1]!r}")

    sys.addaudithook(refuse)


def _short(words: str) -> str:
    return " ".join(words.split())[:SAID]


def main() -> None:
    child.kill_group_with_parent()
    asked = json.load(sys.stdin)
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # it takes memory for each core of the machine
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (asked["most_bytes"] + 1, asked["most_bytes"] + 1))
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as output:
        os.dup2(2, 1)  # what the library prints is no answer
        refuse_private_addresses()
        search(asked["search"], Answers(output))


if __name__ == "__main__":
    main()
