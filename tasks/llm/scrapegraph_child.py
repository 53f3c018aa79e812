"""The process in which ScrapeGraphAI runs: a page on stdin, a model's claims about it on stdout.

Reason: the library weighs 170 MB, keeps threads, writes into the home directory and reports to its makers by default.
Here it has a process, a home and a network of its own: before it is imported, every address but the model's is shut.
"""

import json
import os
import resource
import socket
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from pydantic import BaseModel, SecretStr, ValidationError

from tasks import child
from tasks.llm import listing

CALLS = 40  # of one page
FILE_BYTES = 16_000_000  # of anything that this process writes
CONNECTING = {"socket.connect": 1, "socket.sendto": 1, "socket.sendmsg": 1}  # event -> where its address stands
RESOLVING = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")
STARTING = ("subprocess.Popen", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.system", "pty.spawn")


class Question(BaseModel):
    """What the parent sends."""

    url: str
    model: str
    key: SecretStr
    html: str
    answer_tokens: int
    piece_bytes: int
    timeout_seconds: float


class Said(NamedTuple):
    """One answer as the server gave it."""

    finish: str | None
    text: str


def refuse_all_but(url: str) -> None:
    """From here on this process reaches that server alone, and starts no other process.

    Shape: a guard against a library's habits; code that calls the system past Python is not held by it.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    known = {tuple(found[4][:2]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    names = {host, *(str(address) for address, _ in known)}

    def refuse(event: str, arguments: tuple[Any, ...]) -> None:
        if event in CONNECTING:
            address = arguments[CONNECTING[event]]
            is_shut = not isinstance(address, tuple) or tuple(address[:2]) not in known
        elif event in RESOLVING:
            name = arguments[0]
            is_shut = (name.decode("ascii", "replace") if isinstance(name, bytes) else name) not in names
        else:
            is_shut = event in STARTING
        if is_shut:
            raise PermissionError(f"refused: {event} {arguments[-1] if event in CONNECTING else arguments[0]!r}")

    sys.addaudithook(refuse)


def answer(question: Question) -> dict[str, Any]:
    """What the model says of each piece, and how many pieces are left unread; one whose answer is cut off is asked
    about again in halves.
    """
    found: list[dict[str, Any]] = []
    waiting, calls = list(listing.pieces(listing.lines(question.html), question.piece_bytes))[::-1], 0
    while waiting and calls < CALLS:
        piece, calls = waiting.pop(), calls + 1
        jobs = _ask(question, piece)
        if jobs is not None:
            found += map(listing.meant, jobs.jobs)
        elif len(piece) == 1:
            raise SystemExit(f"the answer about one line of the page is cut off after {question.answer_tokens} tokens")
        else:
            halves = piece[len(piece) // 2 :], piece[: len(piece) // 2]
            waiting += [half for half in halves if listing.links(half)]
    return {"claims": found, "unread": len(waiting)}


def _ask(question: Question, piece: Sequence[str]) -> listing.Jobs | None:
    """None for an answer that is cut off."""
    from langchain_core.callbacks import BaseCallbackHandler
    from langchain_core.exceptions import OutputParserException
    from langchain_openai import ChatOpenAI
    from scrapegraphai.graphs import SmartScraperGraph
    from scrapegraphai.telemetry import telemetry

    telemetry.disable_telemetry()
    said: list[Said] = []

    class Listening(BaseCallbackHandler):  # type: ignore[misc]
        """The library repairs what it hands on, and hides that it did."""

        def on_llm_end(self, response: Any, **_: Any) -> None:
            first = response.generations[0][0]
            said.append(Said((first.generation_info or {}).get("finish_reason"), first.text))

    model = ChatOpenAI(**_parameters(question, piece), callbacks=[Listening()])
    graph = SmartScraperGraph(
        prompt=listing.QUESTION,
        source="<main>\n" + "<br>\n".join(piece) + "\n</main>",
        schema=listing.Jobs,
        config={"llm": {"model_instance": model, "model_tokens": question.piece_bytes}, "html_mode": True},
    )
    try:
        return read(graph.run(), said)
    except OutputParserException:
        return read(None, said)


def _parameters(question: Question, piece: Sequence[str]) -> dict[str, Any]:
    """How the model is reached and what it may say."""
    form = {"name": "jobs", "strict": True, "schema": listing.schema(listing.links(piece))}
    return {
        "model": question.model,
        "base_url": f"{question.url}/v1",
        "api_key": question.key,
        "temperature": 0,
        "max_completion_tokens": question.answer_tokens,
        "timeout": question.timeout_seconds,
        "max_retries": 2,
        "extra_body": {
            "response_format": {"type": "json_schema", "json_schema": form},
            "chat_template_kwargs": {"enable_thinking": False},
        },
    }


def read(given: Any, said: Sequence[Said]) -> listing.Jobs | None:
    """The library's answer, where it is what the server said, word for word; None where that is cut off."""
    if said and said[-1].finish == "length":
        return None
    try:
        jobs = listing.Jobs.model_validate(given)
        is_repaired = len(said) != 1 or listing.Jobs.model_validate_json(said[0].text) != jobs
    except ValidationError as error:
        fault = error.errors(include_input=False)[0]
        where = ".".join(map(str, fault["loc"]))
        raise SystemExit(f"the model's answer is no list of jobs ({where or 'all of it'}: {fault['msg']})") from None
    if is_repaired:
        raise SystemExit("the model's answer had to be repaired, so it is not believed")
    return jobs


def main() -> None:
    child.kill_group_with_parent()
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what the library prints is no answer
    question = Question.model_validate_json(sys.stdin.buffer.read())
    refuse_all_but(question.url)
    with answers:
        json.dump(answer(question), answers)


if __name__ == "__main__":
    main()
