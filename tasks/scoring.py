"""How good extractions are against labelled postings: precision, recall and F1 per field. Pure.

A line of a gold file is one posting, a JSON object:

    {"id": "17", "title": "Senior Engineer", "location": "Berlin, Germany", "text": "…",
     "expected": {"salary_min": 80000, "salary_max": null, "seniority": ["senior", "lead"], "skills": {"Python": true}}}

`expected` has the names of the columns. A name that is absent is not labelled; null is "nothing is stated", where an
answer is wrong; of a list any entry is right, null among them too. In `skills` each named skill is a label of its own:
true where the posting asks for it, false where naming it is wrong.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError, field_validator

from tasks.errors import ConfigError
from tasks.model import Extraction
from tasks.vocabulary import fold

SALARY = ("salary_min", "salary_max", "salary_currency", "salary_period")
COLUMNS = (*SALARY, "workplace_type", "seniority", "employment_type", "experience_years_min", "experience_years_max",
           "country", "city")  # fmt: skip
FIELDS = ("salary", *COLUMNS, "skills")
WHOLE_FROM = 1000  # sums from here on agree where they differ by less than 1: many labels leave out the pence
_TYPES = {name: TypeAdapter[Any](Extraction.model_fields[name].annotation or Any) for name in COLUMNS}
_SKILLS = TypeAdapter(dict[str, bool])
Verdict = Literal["right", "wrong", "missed", "silent"]


class Case(BaseModel):
    """One labelled posting."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    title: str
    location: str | None = None
    text: str
    expected: dict[str, Any]

    @field_validator("id", mode="before")
    @classmethod
    def _a_number_is_an_id(cls, value: Any) -> Any:
        return str(value) if isinstance(value, int) else value

    @field_validator("expected")
    @classmethod
    def _names_and_values_are_those_of_an_extraction(cls, expected: dict[str, Any]) -> dict[str, Any]:
        if not expected:
            raise ValueError("labels nothing")
        if unknown := sorted(expected.keys() - {*COLUMNS, "skills"}):
            raise ValueError(f"no such field: {', '.join(unknown)}; fields are {', '.join((*COLUMNS, 'skills'))}")
        return {name: _label(name, value) for name, value in expected.items()}


def _label(name: str, value: Any) -> Any:
    """Shape: of a column the tuple of all right answers, of `skills` the object as it is."""
    try:
        if name == "skills":
            return _SKILLS.validate_python(value, strict=True)
        alternatives = value if isinstance(value, list) and value else [value]
        return tuple(_TYPES[name].validate_python(each, strict=True) for each in alternatives)
    except ValidationError as error:
        raise ValueError(f"{name} cannot be {value!r}: {error.errors()[0]['msg']}") from error


@dataclass(frozen=True, slots=True)
class Judgement:
    """One label beside what was answered; `stated` where the label asks for an answer."""

    field: str
    verdict: Verdict
    is_stated: bool
    expected: Any
    answer: Any


@dataclass(frozen=True, slots=True)
class Score:
    """One field over all its labels.

    Shape: `stated` are the labels that a value is due for; one that allows null counts there only if it was answered.
    `precision` is right / answered, `recall` is right / stated, None where that divides by nothing.
    """

    field: str
    labelled: int
    stated: int
    answered: int
    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float | None:
        return self.right / self.answered if self.answered else None

    @property
    def recall(self) -> float | None:
        return self.right / self.stated if self.stated else None

    @property
    def f1(self) -> float | None:
        total = self.answered + self.stated
        return 2 * self.right / total if total else None


def read_case(line: str) -> Case:
    """One line of a gold file.

    Raises: ConfigError where it is not a labelled posting; its message says why, without the line's number.
    """
    try:
        return Case.model_validate(json.loads(line))
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise ConfigError(f"{where + ': ' if where else ''}{fault['msg'].removeprefix('Value error, ')}") from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"not a JSON object ({error})") from error


def judge(case: Case, found: Extraction) -> Iterator[Judgement]:
    """Every label of a posting against an extraction, `salary` as a whole first."""
    columns = [_column(name, case.expected[name], getattr(found, name)) for name in COLUMNS if name in case.expected]
    pay = [each for each in columns if each.field in SALARY]
    if pay:
        yield _salary(pay, found)
    yield from columns
    named = {name.casefold() for name in found.skills}
    for skill, is_asked in case.expected.get("skills", {}).items():
        answer = skill if skill.casefold() in named else None
        yield _column("skills", (skill if is_asked else None,), answer)


def _column(name: str, labels: tuple[Any, ...], answer: Any) -> Judgement:
    is_right = any(_alike(label, answer) for label in labels)
    if answer is None:
        verdict: Verdict = "silent" if is_right else "missed"
    else:
        verdict = "right" if is_right else "wrong"
    stated = None not in labels or (len(labels) > 1 and answer is not None)
    return Judgement(name, verdict, stated, labels[0] if len(labels) == 1 else list(labels), answer)


def _salary(pay: list[Judgement], found: Extraction) -> Judgement:
    """All labelled columns of pay together: right where each is, answered where there is an amount."""
    is_answered = found.salary_min is not None or found.salary_max is not None
    is_stated = any(each.is_stated for each in pay)
    if not is_answered:
        verdict: Verdict = "missed" if is_stated else "silent"
    else:
        verdict = "right" if all(each.verdict in ("right", "silent") for each in pay) else "wrong"
    answer = [each.answer for each in pay] if is_answered else None
    return Judgement("salary", verdict, is_stated, [each.expected for each in pay], answer)


def _alike(label: Any, answer: Any) -> bool:
    if isinstance(label, str) and isinstance(answer, str):
        return label == answer or fold(label) == fold(answer)
    if isinstance(label, float) and isinstance(answer, float) and min(label, answer) >= WHOLE_FROM:
        return abs(label - answer) < 1
    return bool(label == answer)


def scores(judgements: Iterable[Judgement]) -> list[Score]:
    """A score for each field that is labelled, in the order of the fields."""
    counts: dict[str, Counter[str]] = {}
    for each in judgements:
        counts.setdefault(each.field, Counter()).update(
            {
                "labelled": 1,
                "stated": int(each.is_stated),
                each.verdict: 1,
                "answered": int(each.verdict in ("right", "wrong")),
            }
        )
    names = ("labelled", "stated", "answered", "right", "wrong", "missed")
    return [Score(field, *(counts[field][name] for name in names)) for field in FIELDS if field in counts]


def worst(judged: Sequence[Sequence[Judgement]]) -> list[tuple[int, Judgement]]:
    """What is wrong, then what is missed, of each posting by its number; postings with more of it come first."""
    found: list[tuple[bool, int, int, Judgement]] = []
    for number, judgements in enumerate(judged):
        for bad in ("wrong", "missed"):
            faults = [each for each in judgements if each.verdict == bad]
            found += [(bad == "missed", -len(faults), number, each) for each in faults]
    return [(number, each) for _, _, number, each in sorted(found, key=lambda fault: fault[:-1])]
