"""Answers of hosts elsewhere, by a transport that streams them as a wire does."""

from collections.abc import AsyncIterator, Callable

import httpx

Answer = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]


class Streamed(httpx.AsyncByteStream):
    def __init__(self, content: bytes):
        self._content = content

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self._content), 65_536):
            yield self._content[start : start + 65_536]


class Wire(httpx.MockTransport):
    """Shape: `seen` holds the requests."""

    def __init__(self, handler):
        super().__init__(handler)
        self.seen: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        answer = await super().handle_async_request(request)
        if not isinstance(answer.stream, httpx.ByteStream):
            return answer
        return httpx.Response(answer.status_code, headers=answer.headers, stream=Streamed(b"".join(answer.stream)))


def answering(*answers: Answer) -> Wire:
    """These answers in turn, the last one for ever."""
    turn = iter([*answers[:-1]])

    def handler(request: httpx.Request) -> httpx.Response:
        answer = next(turn, answers[-1])
        if isinstance(answer, Exception):
            raise answer
        return answer(request) if callable(answer) else answer

    return Wire(handler)
