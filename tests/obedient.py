"""An OpenAI-shaped server on loopback that is no vLLM: it says what a test tells it to, and obeys any posting.

It stands in where vLLM cannot be made to misbehave. What vLLM itself does is tested in tests/vllm.
"""

import asyncio
import base64
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from tests.careers_site.serving import listen, url_of

NOTHING = {
    "salary": None, "workplace_type": None, "employment_type": None, "seniority": None, "experience_years": None,
    "country": None, "city": None, "skills": [],
}  # fmt: skip
COMMAND = re.compile(r"OBEY ([A-Za-z0-9+/=]+)")  # in Base64, so that what it says does not stand in the posting


class Obedient:
    """The server's behaviour. Shape: `reply(body)` is status, JSON or text, headers and seconds to wait."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.reply: Callable[[dict[str, Any]], tuple[int, Any, dict[str, str], float]] = lambda body: (
            200, completion(self.obey(body)), {}, 0.0,
        )  # fmt: skip
        self.models: tuple[int, Any] = (200, {"data": [{"id": "obedient@1", "max_model_len": 8192}]})
        self.tokenizes = True
        self.load: tuple[float, float] | None = None
        self.at_once = self.most_at_once = 0

    @staticmethod
    def obey(body: dict[str, Any]) -> str:
        """What a model says that does whatever the posting tells it: the worst that there is."""
        found = COMMAND.search(body["messages"][-1]["content"])
        return json.dumps({**NOTHING, **(json.loads(base64.b64decode(found[1])) if found else {})})


def completion(content: str | None, finish_reason: str = "stop") -> dict[str, Any]:
    usage = {"prompt_tokens": 900, "completion_tokens": 40, "prompt_tokens_details": {"cached_tokens": 800}}
    return {"choices": [{"message": {"content": content}, "finish_reason": finish_reason}], "usage": usage}


@contextmanager
def serve(server: Obedient, port: int = 0) -> Iterator[str]:
    listener = listen("127.0.0.1", port)
    running = uvicorn.Server(uvicorn.Config(_app(server), log_level="critical", lifespan="off"))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.005)
    try:
        yield url_of(listener)
    finally:
        running.should_exit = running.force_exit = True
        thread.join(10)
        listener.close()


def _app(server: Obedient) -> Any:
    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        body = b""
        while scope["type"] == "http":
            event = await receive()
            body += event.get("body", b"")
            if not event.get("more_body"):
                break
        path = scope["path"]
        if path == "/v1/chat/completions":
            server.at_once += 1
            server.most_at_once = max(server.most_at_once, server.at_once)
            asked = json.loads(body)
            server.asked.append(asked)
            status, content, headers, seconds = server.reply(asked)
            await asyncio.sleep(seconds)
            server.at_once -= 1
        else:
            status, content = _beside(server, path, body)
            headers = {}
        is_text = isinstance(content, str)
        kind = (b"content-type", b"text/plain" if is_text else b"application/json")
        named = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": [kind, *named]})
        await send(
            {"type": "http.response.body", "body": content.encode() if is_text else json.dumps(content).encode()}
        )

    return app


def _beside(server: Obedient, path: str, body: bytes) -> tuple[int, Any]:
    if path == "/v1/models":
        return server.models
    if path == "/tokenize" and server.tokenizes:
        asked = json.loads(body)
        text = asked.get("prompt") or "".join(message["content"] for message in asked.get("messages", []))
        return 200, {"count": len(text.encode()) // 4}
    if path == "/metrics" and server.load is not None:
        running, waiting = server.load
        return 200, f"vllm:num_requests_running {running}\nvllm:num_requests_waiting {waiting}\n"
    return 404, {"error": {"message": "not found"}}
