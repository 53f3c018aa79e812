"""What the model is asked to say, as a JSON schema, and its answer read into an Extraction.

Reason: only schema features that guidance and xgrammar both obey. `maxLength`, `format`, `multipleOf`, `allOf` and
look-around are broken in one or both, so texts are bounded by a pattern and amounts are digits in a text; every repeat
is bounded, since an unbounded one runs to the token limit. The words come before the value that is read from them.
"""

import re
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema

from tasks.model import Asked, EmploymentType, Evidence, Extraction, Outcome, SalaryPeriod, Seniority, WorkplaceType

QUOTE_LENGTH = 120
SKILL_LENGTH = 40
SKILLS = 12
YEARS = 50


def _is_short(words: str) -> str:
    if len(words) > 2 * QUOTE_LENGTH:
        raise ValueError(f"longer than {2 * QUOTE_LENGTH} characters")
    return words


def _line(most: int) -> WithJsonSchema:
    """A text of one line without quotes and backslashes; it is read more loosely, since grammars may miscount."""
    return WithJsonSchema({"type": "string", "pattern": rf'^[^\x00-\x1f"\\]{{1,{most}}}$'})


def _amount(digits: Any) -> Any:
    return float(digits) if isinstance(digits, str) and re.fullmatch(r"[0-9]+(\.[0-9]+)?", digits) else digits


Quote = Annotated[str, AfterValidator(_is_short), _line(QUOTE_LENGTH)]
Words = Annotated[str, AfterValidator(_is_short), _line(SKILL_LENGTH)]
Amount = Annotated[
    float,
    BeforeValidator(_amount),
    Field(ge=0, lt=1e10, allow_inf_nan=False),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9]{1,9}(\.[0-9]{1,2})?$"}),
]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Years = Annotated[int, Field(ge=0, le=YEARS)]


class Claim(BaseModel):
    """A value with the words of the posting that say so."""

    model_config = ConfigDict(extra="forbid")

    quote: Quote


class SalaryClaim(Claim):
    min: Amount | None
    max: Amount | None
    currency: Currency | None
    period: SalaryPeriod | None


class WorkplaceClaim(Claim):
    value: WorkplaceType


class SeniorityClaim(Claim):
    value: Seniority


class EmploymentClaim(Claim):
    value: EmploymentType


class ExperienceClaim(Claim):
    min: Years | None
    max: Years | None


class CountryClaim(Claim):
    value: Country


class CityClaim(Claim):
    value: Words


class JobFields(BaseModel):
    """What a posting says of itself; a field of which it says nothing is null."""

    model_config = ConfigDict(extra="forbid")

    salary: SalaryClaim | None
    workplace_type: WorkplaceClaim | None
    employment_type: EmploymentClaim | None
    seniority: SeniorityClaim | None
    experience_years: ExperienceClaim | None
    country: CountryClaim | None
    city: CityClaim | None
    skills: Annotated[list[Words], Field(max_length=SKILLS)]


@cache
def schema() -> dict[str, Any]:
    """The JSON schema that the server must obey, without the descriptions that only people read."""
    return _bare(JobFields.model_json_schema())  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Answer:
    """How asking about one document ended; `extraction` is None but for `answered`."""

    content_hash: str
    asked: Asked
    extraction: Extraction | None = None
    detail: str | None = None

    @property
    def outcome(self) -> Outcome:
        return self.asked.outcome


@dataclass(frozen=True, slots=True)
class Reply:
    """The server's words for one request, or why there are none."""

    outcome: Literal["answered", "truncated", "refused", "timeout", "error", "unreachable"]
    content: str = ""
    detail: str | None = None
    usage: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0


class Details(BaseModel):
    cached_tokens: int | None = 0


class Usage(BaseModel):
    prompt_tokens: int = 0
    completion_tokens: int = 0
    prompt_tokens_details: Details | None = None


class Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class Choice(BaseModel):
    message: Message
    finish_reason: str | None = None


class Completion(BaseModel):
    choices: list[Choice]
    usage: Usage = Usage()


def completed(body: Any, seconds: float) -> Reply:
    """The reply in the server's answer of status 200; a cut off or refused one is none."""
    try:
        completion = Completion.model_validate(body)
        choice = completion.choices[0]
    except (ValidationError, IndexError):
        return Reply("error", detail="an answer of another shape", seconds=seconds)
    details = completion.usage.prompt_tokens_details
    usage = {
        "prompt_tokens": completion.usage.prompt_tokens,
        "completion_tokens": completion.usage.completion_tokens,
        "cached_tokens": (details.cached_tokens or 0) if details else 0,
    }
    if choice.finish_reason == "length":
        return Reply("truncated", detail=f"cut off after {usage['completion_tokens']} tokens", usage=usage,
                     seconds=seconds)  # fmt: skip
    if choice.message.refusal or choice.finish_reason != "stop" or choice.message.content is None:
        return Reply("refused", detail=choice.message.refusal or str(choice.finish_reason), usage=usage,
                     seconds=seconds)  # fmt: skip
    return Reply("answered", choice.message.content, None, usage, seconds)


def read(reply: Reply) -> tuple[Outcome, Extraction | None, str | None]:
    """The claims of a reply. Shape: `invalid` is not JSON, `misfit` is JSON of another shape."""
    if reply.outcome != "answered":
        return reply.outcome, None, reply.detail
    try:
        fields = JobFields.model_validate_json(reply.content)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        is_json = first["type"] != "json_invalid"
        where = ".".join(str(part) for part in first["loc"])
        return ("misfit" if is_json else "invalid"), None, f"{where}: {first['msg']}"[:300]
    return "answered", _claims(fields), None


def _claims(fields: JobFields) -> Extraction:
    claims = Extraction()
    if pay := fields.salary:
        claims.salary_min, claims.salary_max = pay.min, pay.max
        claims.salary_currency, claims.salary_period = pay.currency, pay.period
    if years := fields.experience_years:
        claims.experience_years_min, claims.experience_years_max = years.min, years.max
    for name in ("workplace_type", "employment_type", "seniority", "country", "city"):
        if claim := getattr(fields, name):
            setattr(claims, name, claim.value)
    claims.skills = list(dict.fromkeys(fields.skills))
    for name in JobFields.model_fields.keys() - {"skills"}:
        if claim := getattr(fields, name):
            claims.evidence[name] = Evidence(origin="model", part="text", quote=claim.quote)
    claims.evidence |= {f"skills:{n}": Evidence(origin="model", part="text", quote=n) for n in claims.skills}
    return claims


def _bare(node: Any) -> Any:
    if isinstance(node, dict):
        return {
            key: {name: _bare(each) for name, each in value.items()} if key in ("properties", "$defs") else _bare(value)
            for key, value in node.items()
            if key not in ("title", "description", "default")
        }
    return [_bare(each) for each in node] if isinstance(node, list) else node
