"""Has a model read a careers page: ScrapeGraphAI in a process of its own, limited in time, output and network.

What comes back is claims; the source `scrapegraph` believes only what it finds on the page itself.
"""

import json
import logging
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tasks import child
from tasks.errors import ConfigError, ExtractionError
from tasks.llm.gateway import BYTES_PER_TOKEN, Gateway
from tasks.model import Company, Page
from tasks.settings import Settings

log = logging.getLogger(__name__)

SOURCE = "scrapegraph"
INSTALL = ".venv/bin/pip install --require-hashes -r deployments/requirements-scrapegraph.txt"
QUESTION_TOKENS = 2048  # the library's own words, ours and the schema
LEAST_ROOM_TOKENS = 512
STARTING_SECONDS = 60.0
ANSWERS = 5  # slow ones of a page are waited for
OUTPUT_BYTES = 2_000_000


def require(companies: Sequence[Company], settings: Settings) -> None:
    """Raises: ConfigError where one of them is read by a model, and no model can be asked."""
    if not any(company.source == SOURCE for company in companies):
        return
    if find_spec("scrapegraphai") is None:
        raise ConfigError(f"source {SOURCE} needs ScrapeGraphAI, which is not installed: {INSTALL}")
    if settings.vllm_url is None:
        raise ConfigError(f"source {SOURCE} has a model read the page: set ROLECALL_VLLM_URL to a vLLM server")


async def claims(company: Company, page: Page, settings: Settings, engine: object) -> tuple[dict[str, Any], ...]:
    """What the model says that a page lists: `title`, `location` and `url` of each, proven by nothing yet.

    Raises: ConfigError where no model can be asked, ExtractionError where it gives no usable answer.
    """
    require([company], settings)
    model, context_tokens = await _model(settings, engine)
    answer_tokens = context_tokens // 4
    room_tokens = context_tokens - answer_tokens - QUESTION_TOKENS
    if room_tokens < LEAST_ROOM_TOKENS:
        raise ExtractionError(f"a context of {context_tokens} tokens leaves no room for a page; 4096 would")
    assert settings.vllm_url is not None
    question = {
        "url": settings.vllm_root,
        "model": model,
        "key": settings.vllm_api_key.get_secret_value() if settings.vllm_api_key else "none",
        "html": page.text,
        "answer_tokens": answer_tokens,
        "piece_bytes": room_tokens * BYTES_PER_TOKEN,
        "timeout_seconds": settings.vllm_timeout_seconds,
    }
    home = (settings.data_dir / SOURCE).absolute()
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    answer = _read(await _answer(json.dumps(question).encode(), home, settings.vllm_timeout_seconds))
    if answer["unread"]:
        log.warning("%s: a part of the page is left unread, it is too long", company.name)
    return tuple(answer["claims"])


async def _model(settings: Settings, engine: object) -> tuple[str, int]:
    if isinstance(engine, Gateway):
        if engine.fault:
            raise ExtractionError(engine.fault)
        return engine.model, engine.context_tokens
    gateway = await Gateway.connect(settings)
    await gateway.close()
    return gateway.model, gateway.context_tokens


async def _answer(question: bytes, home: Path, timeout_seconds: float) -> bytes:
    limit = STARTING_SECONDS + ANSWERS * timeout_seconds
    ended = await child.ask(("-m", "tasks.llm.scrapegraph_child"), question, home, limit, OUTPUT_BYTES)
    if ended.code is None:
        raise ExtractionError(f"the model has not read the page within {limit:g} s")
    if ended.code:
        raise ExtractionError(f"the model could not read the page: {ended.last_line or ended.code}")
    return ended.output


def _read(answer: bytes) -> dict[str, Any]:
    if len(answer) > OUTPUT_BYTES:
        raise ExtractionError(f"the model's claims take more than {OUTPUT_BYTES} bytes")
    try:
        return json.loads(answer)  # type: ignore[no-any-return]
    except ValueError as error:
        raise ExtractionError("what read the page ended without an answer") from error
