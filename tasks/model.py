"""The five nouns: Company, Request, Page, Posting, Extraction.

Field names follow schema.org/JobPosting where it has a word, in snake case; `_on` is a date, `_at` a UTC instant.
Unknown is None, never a guess.
"""

import json
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from tasks import bodies

EmploymentType = Literal["full_time", "part_time", "contract", "temporary", "intern", "volunteer", "per_diem", "other"]
WorkplaceType = Literal["remote", "hybrid", "onsite"]
Seniority = Literal["intern", "entry", "mid", "senior", "staff", "lead", "manager", "director", "executive"]
SalaryPeriod = Literal["hour", "day", "week", "month", "year"]
Origin = Literal["platform", "jsonld", "rules", "model"]
Part = Literal["title", "location", "text", "facts"]
Derivable = Literal[
    "salary", "workplace_type", "seniority", "employment_type", "experience_years", "country", "city", "skills"
]
FIELDS: tuple[Derivable, ...] = get_args(Derivable)
Outcome = Literal["answered", "truncated", "invalid", "misfit", "refused", "timeout", "error", "unreachable"]


class Company(BaseModel):
    """One row of the companies file: a board to follow.

    Shape: `board` is the platform's name for it (`stripe`), for `jsonld` the address of the careers page without its
    scheme (`www.example.com/careers`). `base_url` replaces scheme and host of the platform (regional hosts, tests).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    name: str = Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")
    source: str = Field(pattern=r"^[a-z][a-z0-9]*$")
    board: str = Field(min_length=1, max_length=300, pattern=r"^[\w.~%-][\w./~%?=&+-]*$")
    base_url: str | None = Field(default=None, pattern=r"^https?://[^\s/]+[^\s]*$")

    @field_validator("base_url", mode="before")
    @classmethod
    def _empty_is_absent(cls, value: str | None) -> str | None:
        return value or None

    @field_validator("base_url")
    @classmethod
    def _has_a_host_and_a_port(cls, value: str | None) -> str | None:
        parts = urlsplit(value or "http://platform")
        if not parts.hostname or parts.port == 0 or parts.query or parts.fragment:
            raise ValueError("must be scheme, host and perhaps a port and a path")
        return value

    @property
    def id(self) -> str:
        return f"{self.source}:{self.board}"

    def origin(self, default: str) -> str:
        """Scheme and host to ask, without a slash at the end."""
        return (self.base_url or default).rstrip("/")


@dataclass(frozen=True, slots=True)
class Request:
    """One page to fetch; `accept="html"` asks robots.txt first.

    Shape: `about` is what the page that led here says of it, for the source to read; it is never sent. A request that
    `is_settled` is for one posting in full: it is not sent again while the list says the same (`about`) of it.
    """

    url: str
    accept: Literal["json", "html", "xml"] = "json"
    body: dict[str, Any] | None = None  # sent as JSON by POST
    about: dict[str, Any] | None = None
    is_settled: bool = False

    @property
    def key(self) -> str:
        """The same for the same page, whatever run asks for it."""
        rest = (json.dumps(part, sort_keys=True) for part in (self.body, self.about) if part is not None)
        return " ".join([self.url, *rest])


@dataclass(frozen=True, slots=True)
class Page:
    """What a request brought: bytes as received (decompressed), and when.

    Shape: `claims` is what a model says stands there, of a source that asks one; only `parse` decides what does.
    """

    request: Request
    url: str  # where redirects ended
    body: bytes
    fetched_at: datetime
    headers: dict[str, str] = field(default_factory=dict)  # lower-case names
    claims: tuple[dict[str, Any], ...] = ()

    @property
    def text(self) -> str:
        """Shape: a replacement character for each bad byte; see `bodies` for what declares the encoding."""
        return bodies.text(self.body, self.headers.get("content-type", ""))

    def json(self) -> Any:
        """Shape: half a surrogate pair, as a text cut in the middle of an emoji leaves it, is a replacement character.

        Raises: ValueError where the body is not JSON, or more of it than memory is meant for.
        """
        return bodies.value(self.body, self.headers.get("content-type", ""))


class Posting(BaseModel):
    """One open role as its platform states it; nothing in here is derived from prose.

    Shape: `id` is the platform's own. `locations` holds every place as the platform writes it, the main one first.
    `country` is ISO 3166 alpha-2. `description_html` is real HTML (unescaped), not yet sanitised.
    `hiring_organization` is for sources that list the jobs of many companies.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    id: str = Field(min_length=1, max_length=400)
    title: str = Field(min_length=1, max_length=1000)
    url: str = Field(pattern=r"^https?://\S+$")
    hiring_organization: str | None = Field(default=None, max_length=200)
    apply_url: str | None = Field(default=None, pattern=r"^https?://\S+$")
    description_html: str = ""
    locations: tuple[str, ...] = ()
    country: str | None = Field(default=None, pattern=r"^[A-Z]{2}$")
    city: str | None = None
    department: str | None = None
    requisition_id: str | None = None
    employment_type: EmploymentType | None = None
    workplace_type: WorkplaceType | None = None
    seniority: Seniority | None = None
    salary_min: float | None = Field(default=None, ge=0)
    salary_max: float | None = Field(default=None, ge=0)
    salary_currency: str | None = Field(default=None, pattern=r"^[A-Z]{3}$")
    salary_period: SalaryPeriod | None = None
    posted_on: date | None = None
    expires_on: date | None = None
    origin: Origin = "platform"

    @field_validator("locations")
    @classmethod
    def _places_once_each(cls, places: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(" ".join(place.split()) for place in places if place and place.strip()))

    @field_validator("apply_url", "city", "department", "hiring_organization", "requisition_id", mode="before")
    @classmethod
    def _empty_is_unknown(cls, value: Any) -> Any:
        return None if isinstance(value, str) and not value.strip() else value

    @model_validator(mode="after")
    def _a_range_runs_upwards(self) -> "Posting":
        if self.salary_min is not None and self.salary_max is not None and self.salary_min > self.salary_max:
            raise ValueError(f"salary_min {self.salary_min} is above salary_max {self.salary_max}")
        return self


class Evidence(BaseModel):
    """Where a derived value stands: its origin and the words it was read from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    origin: Origin
    part: Part
    quote: str
    start: int | None = None  # offset of the quote in its part, in characters


class Quarantined(BaseModel):
    """A value that a model gave and that was not believed, with the reason."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: Any
    quote: str
    reason: Literal["not in the posting", "disagrees with its quote", "says nothing", "no such value"]


class Asked(BaseModel):
    """How asking a model about one content ended, and what it took.

    Shape: `answered`, or why there is no answer: cut off at the token limit, not JSON, not of the schema, refused by
    the server, out of time, a fault of a server that is otherwise well; `unreachable` is no fault of the content.
    Units: `cut_tokens` of the text were left out; `seconds` is the request's share of the server's time.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    outcome: Outcome
    prompt_tokens: int = 0
    cached_tokens: int = 0  # of the prompt, found in the server's prefix cache
    completion_tokens: int = 0
    cut_tokens: int = 0
    seconds: float = 0.0


class Extraction(BaseModel):
    """What was derived from one content under one recipe; `evidence` has an entry for every field that is not None.

    Shape: keys of `evidence` are field names, `salary` for the four salary fields and `experience_years` for the two;
    `skills` are names from our list, or the posting's own words where a model named them, sorted. `quarantined` has
    the keys of `evidence`; `asked` is None where no model was asked.
    """

    model_config = ConfigDict(extra="forbid")

    salary_min: float | None = None
    salary_max: float | None = None
    salary_currency: str | None = None
    salary_period: SalaryPeriod | None = None
    workplace_type: WorkplaceType | None = None
    seniority: Seniority | None = None
    employment_type: EmploymentType | None = None
    experience_years_min: int | None = None
    experience_years_max: int | None = None
    country: str | None = None
    city: str | None = None
    skills: list[str] = Field(default_factory=list)
    evidence: dict[str, Evidence] = Field(default_factory=dict)
    quarantined: dict[str, Quarantined] = Field(default_factory=dict)
    asked: Asked | None = None

    @property
    def is_sound(self) -> bool:
        """Whether it may be cached: what a model stumbled over is worth another try, under a new server for example."""
        return self.asked is None or self.asked.outcome == "answered"
