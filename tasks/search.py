"""Has job boards searched by words: JobSpy in a process of its own, limited in time, memory, output and surroundings.

A site that refuses, hangs or stumbles is told of in the answer; the others' jobs land all the same.
"""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import Any, Literal, Protocol
from urllib.parse import parse_qsl

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from tasks import child
from tasks.errors import BlockedError, ConfigError, FetchError
from tasks.model import Company, Page, Request
from tasks.settings import Settings

SOURCE = "jobspy"
INSTALL = ".venv/bin/pip install --require-hashes -r deployments/requirements-jobspy.txt"
CHILD = ("-m", "tasks.search_child")
STARTING_SECONDS = 60.0
SECONDS_PER_RESULT = 2.0  # LinkedIn shows ten at a time, seven seconds apart
SECONDS_PER_TEXT = 2.0  # a page each
REFUSING = {401, 403, 407, 429, 451}
Site = Literal[
    "bayt", "bdjobs", "glassdoor", "google", "hellowork", "indeed", "linkedin", "naukri", "zip_recruiter"
]  # fmt: skip
JobType = Literal["fulltime", "parttime", "contract", "temporary", "internship", "perdiem", "volunteer", "other"]
NOTHING: dict[str, list[Any]] = {"rows": [], "warnings": [], "left": [], "unread": []}
BY_COUNTRY = {"glassdoor", "indeed"}


class Search(BaseModel):
    """What the board of a row asks for, under JobSpy's names.

    Units: `results_wanted` of each site; `distance` in miles.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    site: list[Site] = Field(min_length=1)
    search_term: str = Field(min_length=1)
    location: str | None = None
    distance: int | None = Field(default=None, ge=0)
    country_indeed: str | None = None
    job_type: JobType | None = None
    is_remote: bool = False
    hours_old: int | None = Field(default=None, ge=1)
    results_wanted: int = Field(default=50, ge=1, le=1000)
    fetch_description: bool = False

    @model_validator(mode="after")
    def _says_which_country(self) -> "Search":
        named = BY_COUNTRY & set(self.site)
        if named and not self.country_indeed:
            raise ValueError(f"{min(named)} is searched by country: add country_indeed=germany, for example")
        return self

    @property
    def seconds(self) -> float:
        each = SECONDS_PER_RESULT + SECONDS_PER_TEXT * self.fetch_description
        return STARTING_SECONDS + each * self.results_wanted


class Counting(Protocol):
    """What fetching one board took."""

    requests: int
    bytes: int


def require(companies: Sequence[Company]) -> None:
    """Raises: ConfigError, a line for each fault, where one of them is a search that cannot be made."""
    chosen = [company for company in companies if company.source == SOURCE]
    faults = [fault for company in chosen for fault in _faults(company)]
    if chosen and find_spec("jobspy") is None:
        faults.append(f"source {SOURCE} needs JobSpy, which is not installed: {INSTALL}")
    if faults:
        raise ConfigError(*faults)


async def page(company: Company, request: Request, settings: Settings, counts: Counting) -> Page:
    """What the sites found. Shape: JSON, `sites`: for each its `rows`, `error`, `warnings` and what was `left` out.

    Raises: ConfigError, BlockedError where every site failed and one refused us, FetchError.
    """
    require([company])
    search = _search(company)
    home = (settings.data_dir / SOURCE).absolute()
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    asked = {"search": search.model_dump(exclude_none=True), "most_bytes": settings.page_max_bytes}
    ended = await child.ask(CHILD, json.dumps(asked).encode(), home, search.seconds, settings.page_max_bytes)
    if len(ended.output) > settings.page_max_bytes:
        raise FetchError(f"larger than {settings.page_max_bytes} bytes", request.url)
    told = await asyncio.to_thread(_lines, ended.output)
    answers = [line for line in told if "status" in line]
    counts.requests += len(answers)
    counts.bytes += sum(answer["bytes"] for answer in answers)
    sites = {line["site"]: line for line in told if "site" in line}
    reason = f"no answer within {search.seconds:g} s" if ended.code is None else ended.last_line or f"exit {ended.code}"
    found = [sites.get(site) or {"site": site, **NOTHING, "error": reason} for site in dict.fromkeys(search.site)]
    if all(site["error"] and not site["rows"] for site in found):
        is_refused = any(answer["status"] in REFUSING for answer in answers)
        words = "; ".join(f"{site['site']}: {site['error']}" for site in found)
        raise (BlockedError if is_refused else FetchError)(words, request.url)
    body = await asyncio.to_thread(json.dumps, {"sites": found})
    return Page(request, request.url, body.encode(), datetime.now(UTC))


def _search(company: Company) -> Search:
    pairs = parse_qsl(company.board, keep_blank_values=True, strict_parsing=True)
    sites = [value for key, value in pairs if key == "site"]
    values: dict[str, Any] = {"site": sites} if sites else {}
    for key, value in pairs:
        if key != "site" and key in values:
            raise ValueError(f"{key} stands there twice")
        values.setdefault(key, value)
    return Search.model_validate(values)


def _faults(company: Company) -> list[str]:
    place = f"{company.name}, source {SOURCE}"
    if company.base_url:
        return [f"{place}: has no base_url"]
    try:
        _search(company)
    except ValidationError as error:
        return [f"{place}: {_said(dict(fault))}" for fault in error.errors()]
    except ValueError as error:
        return [f"{place}: board {company.board!r} is no search such as `site=linkedin&search_term=nurse` ({error})"]
    return []


def _said(fault: dict[str, Any]) -> str:
    name = str(fault["loc"][0]) if fault["loc"] else ""
    if fault["type"] == "extra_forbidden":
        return f"{name} is unknown; known are {', '.join(Search.model_fields)}"
    if fault["type"] == "missing":
        return f"{name} is missing"
    return f"{name} {fault['input']!r}: {fault['msg']}" if name else str(fault["ctx"]["error"])


def _lines(output: bytes) -> list[dict[str, Any]]:
    """Every whole line; the last one may be cut off where the process was ended."""
    return [json.loads(line) for line in output.split(b"\n")[:-1]]
