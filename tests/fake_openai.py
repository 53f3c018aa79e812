"""A small careers site and a stand-in that is shaped like an OpenAI server, on loopback: no model is in here."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

from tasks.llm.reply import JobFields
from tests.loopback import answered_by

MODEL = "fake"


class FakeOpenAI:
    """Answers every question about a careers page with `jobs`, and every one about a posting with nothing known."""

    def __init__(self) -> None:
        self.jobs: list[dict[str, Any]] = []
        self.asked: list[str] = []  # the prompts about careers pages
        self.finish_reason = "stop"
        self.text: str | None = None  # instead of the jobs, word for word
        self.lengths: list[int] = []  # only so many jobs fit into an answer, of each question in turn

    def content(self, body: dict[str, Any]) -> tuple[str, str]:
        if body["response_format"]["json_schema"]["name"] != "jobs":
            nothing = {name: [] if name == "skills" else None for name in JobFields.model_fields}
            return json.dumps(nothing), "stop"
        prompt = body["messages"][-1]["content"]
        self.asked.append(prompt)
        if self.text is not None:
            return self.text, self.finish_reason
        held = [job for job in self.jobs if job["url"] in prompt or not job["url"].startswith("/jobs/")]
        if self.lengths and len(held) > self.lengths[0]:
            return json.dumps({"jobs": held})[:-30], "length"
        return json.dumps({"jobs": held}), "stop"


class Site:
    """Pages by path, each with an ETag; what was asked for stands in `seen`."""

    def __init__(self) -> None:
        self.pages: dict[str, str] = {}
        self.seen: list[tuple[str, int]] = []


@contextmanager
def serve(answering: FakeOpenAI | Site) -> Iterator[str]:
    """At the yielded address until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None:
            pass

        def do_GET(self) -> None:
            if isinstance(answering, FakeOpenAI):
                is_list = self.path == "/v1/models"
                card = {"id": MODEL, "object": "model", "max_model_len": 8192}
                self.send(200 if is_list else 404, "application/json", json.dumps({"object": "list", "data": [card]}))
                return
            page = answering.pages.get(self.path)
            tag = f'"{hash(page)}"'
            status = 404 if page is None else 304 if self.headers["If-None-Match"] == tag else 200
            answering.seen.append((self.path, status))
            self.send(status, "text/html", page or "" if status == 200 else "", ETag=tag)

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if not isinstance(answering, FakeOpenAI) or self.path != "/v1/chat/completions":
                self.send(404, "application/json", "{}")
                return
            text, finish = answering.content(body)
            choice = {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text}}
            usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
            answer = {"id": "1", "object": "chat.completion", "created": 1, "model": MODEL, "choices": [choice]}
            self.send(200, "application/json", json.dumps({**answer, "usage": usage}))

        def send(self, status: int, kind: str, text: str, **headers: str) -> None:
            content = text.encode()
            self.send_response(status)
            for name, value in {"Content-Type": kind, **headers}.items():
                self.send_header(name, value)
            if status != 304:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    with answered_by(Handler) as url:
        yield url
