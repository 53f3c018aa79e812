"""JSON posted to an address of the owner's own. Errors name its host alone: the rest is often a secret."""

import asyncio
import json
import random
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from tasks.errors import FetchError, TransientError
from tasks.retry_after import retry_after_seconds
from tasks.settings import Settings

PASSING = {408, 425, 429}  # and every 5xx: the same post may be taken later


async def post(settings: Settings, body: dict[str, Any], key: str) -> None:
    """Post until it is taken, with the same `Idempotency-Key` each time; pauses are as long as the receiver asks for.

    Raises: TransientError where it did not answer, or may take it later; FetchError where it will not have it.
    """
    assert settings.alerts_webhook is not None
    url = settings.alerts_webhook.get_secret_value()
    async with httpx.AsyncClient(timeout=settings.alerts_timeout_seconds, trust_env=False) as client:
        for attempt in range(settings.alerts_retries + 1):
            try:
                await _once(client, url, body, key, settings.alerts_timeout_seconds)
                return
            except TransientError as error:
                pause = error.retry_after_seconds
                if pause is None:
                    pause = settings.retry_delay_seconds * 2**attempt * random.uniform(1, 1.5)  # noqa: S311
                if attempt == settings.alerts_retries or pause > settings.host_pause_max_seconds:
                    raise
            await asyncio.sleep(pause)


async def _once(client: httpx.AsyncClient, url: str, body: dict[str, Any], key: str, seconds: float) -> None:
    host = urlsplit(url).netloc
    headers = {"content-type": "application/json", "idempotency-key": key, "user-agent": "Rolecall"}
    try:
        async with asyncio.timeout(seconds):
            content = json.dumps(body, ensure_ascii=False).encode()
            async with client.stream("POST", url, content=content, headers=headers) as answer:
                status, asked = answer.status_code, answer.headers.get("retry-after")
    except (httpx.HTTPError, TimeoutError) as error:
        raise TransientError(type(error).__name__, host) from error
    if status in PASSING or status >= 500:
        raise TransientError(f"HTTP {status}", host, status, retry_after_seconds(asked, datetime.now(UTC)))
    if not 200 <= status < 300:
        raise FetchError(f"HTTP {status}", host, status)
