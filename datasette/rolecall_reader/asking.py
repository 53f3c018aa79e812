"""What a reader asks for: the query string of a list as one value, whatever page or program sent it.

Shape: filters repeat; values of one are alternatives, `skills` must all be there; filters narrow each other.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

FILTERS = (
    "workplace_type", "seniority", "employment_type", "country", "company_id", "department", "skills",
    "salary_currency", "status",
)  # fmt: skip
SORTS = ("newest", "found", "salary", "closed", "best", "meaning")
OPEN = {"1": True, "0": False, "any": None}
NUMBERS = {"posted_within_days": (1, 3650), "yearly_min": (1, 10**12), "limit": (1, 100), "revised_after": (0, 2**62)}
PAGE = 30
LONGEST_WORDS, MOST_VALUES, LONGEST_VALUE = 200, 50, 300


@dataclass(frozen=True, slots=True)
class Asked:
    """One question. Shape: `chosen` are the filters that are on, by name and in order of value."""

    q: str = ""
    chosen: tuple[tuple[str, tuple[str, ...]], ...] = ()
    is_open: bool | None = True
    posted_within_days: int | None = None
    yearly_min: int | None = None
    changed_since: str | None = None
    revised_after: int | None = None
    sort: str = "newest"
    limit: int = PAGE
    after: str | None = None
    before: str | None = None

    def of(self, name: str) -> tuple[str, ...]:
        """The values chosen of a filter."""
        return dict(self.chosen).get(name, ())

    def without_place(self) -> "Asked":
        """The same list from its beginning."""
        return replace(self, after=None, before=None)

    def toggled(self, name: str, value: str) -> "Asked":
        """With this value of a filter chosen, or not any more where it was."""
        now = self.of(name)
        return self.choosing(name, *(v for v in now if v != value) if value in now else (*now, value))

    def choosing(self, name: str, *values: str) -> "Asked":
        """With exactly these values of a filter."""
        others = {key: kept for key, kept in self.chosen if key != name}
        chosen = tuple(sorted((others | ({name: tuple(sorted(values))} if values else {})).items()))
        return replace(self, chosen=chosen, after=None, before=None)

    @property
    def query(self) -> str:
        """The canonical query string, without a place in the list: equal questions have equal ones."""
        return urlencode(self.pairs)

    @property
    def pairs(self) -> list[tuple[str, Any]]:
        """What the query string says, for the hidden fields of a form."""
        default = Asked(sort=usual_sort(self.q, self.is_open))
        pairs: list[tuple[str, Any]] = [("q", self.q)] if self.q else []
        pairs += [(name, value) for name, values in self.chosen for value in values]
        if self.is_open is not True:
            pairs.append(("is_open", "any" if self.is_open is None else "0"))
        rest = ("posted_within_days", "yearly_min", "changed_since", "revised_after", "sort", "limit")
        pairs += [(name, getattr(self, name)) for name in rest if getattr(self, name) != getattr(default, name)]
        return pairs

    def address(self, **changes: Any) -> str:
        """The query string with its place, changed so; a changed question begins at its beginning."""
        changed = replace(self if {"after", "before"} & changes.keys() else self.without_place(), **changes)
        return "&".join(part for part in (changed.query, changed.place) if part)

    @property
    def place(self) -> str:
        """Where in the list, as a query string; empty at its beginning."""
        return urlencode([(name, value) for name in ("after", "before") if (value := getattr(self, name))])


def read(query_string: str) -> tuple[Asked, dict[str, str]]:
    """The question, and why each parameter that was left out of it cannot be understood."""
    values: dict[str, list[str]] = {}
    for name, value in parse_qsl(query_string, keep_blank_values=True):
        value = "".join(char if char.isprintable() else " " for char in value).strip()
        if value:
            values.setdefault(name, []).append(value)
    reasons: dict[str, str] = {}
    chosen = {name: _filter(name, values.pop(name), reasons) for name in FILTERS if name in values}
    fields: dict[str, Any] = {"chosen": tuple(sorted((name, kept) for name, kept in chosen.items() if kept))}
    for name, given in values.items():
        _field(name, given[-1], fields, reasons)
    return _sorted(Asked(**fields), "sort" in fields, reasons), reasons


def _filter(name: str, given: list[str], reasons: dict[str, str]) -> tuple[str, ...]:
    kept = tuple(sorted({value[:LONGEST_VALUE] for value in given}))
    if len(kept) > MOST_VALUES:
        reasons[name] = f"at most {MOST_VALUES} values"
    return kept[:MOST_VALUES]


def _field(name: str, value: str, fields: dict[str, Any], reasons: dict[str, str]) -> None:
    if name == "q":
        fields["q"] = " ".join(value.split())[:LONGEST_WORDS]
    elif name in ("after", "before"):
        fields[name] = value[:100]
    elif name == "is_open" and value in OPEN:
        fields["is_open"] = OPEN[value]
    elif name == "sort" and value in SORTS:
        fields["sort"] = value
    elif name == "changed_since" and (instant := _instant(value)):
        fields["changed_since"] = instant
    elif (
        name in NUMBERS
        and value.isascii()
        and value.isdigit()
        and len(value) < 20
        and NUMBERS[name][0] <= int(value) <= NUMBERS[name][1]
    ):
        fields[name] = int(value)
    else:
        reasons[name] = _wanted(name)


def _wanted(name: str) -> str:
    if name in NUMBERS:
        return "a whole number from {} to {}".format(*NUMBERS[name])
    known = {"is_open": f"one of {', '.join(OPEN)}", "sort": f"one of {', '.join(SORTS)}",
             "changed_since": "an ISO 8601 instant, such as 2026-11-24T06:00:00Z"}  # fmt: skip
    return known.get(name, "no such parameter")


def _instant(value: str) -> str | None:
    """As the file writes instants, so that they compare as text."""
    try:
        moment = datetime.fromisoformat(value)
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return written(moment)


def written(instant: datetime) -> str:
    """Shape: of an instant in UTC."""
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def usual_sort(q: str, is_open: bool | None) -> str:
    """The order where none is asked for."""
    return "best" if q else "newest" if is_open is not False else "closed"


def _sorted(asked: Asked, is_said: bool, reasons: dict[str, str]) -> Asked:
    """Words rank by how well they fit unless another order is asked for; amounts compare in one currency only."""
    if asked.yearly_min is not None and len(asked.of("salary_currency")) != 1:
        reasons["yearly_min"] = "needs one salary_currency: amounts of different currencies are not compared"
        asked = replace(asked, yearly_min=None)
    if not is_said:
        return replace(asked, sort=usual_sort(asked.q, asked.is_open))
    if asked.sort in ("best", "meaning") and not asked.q:
        return replace(asked, sort="newest")
    if asked.sort == "salary" and len(asked.of("salary_currency")) != 1:
        reasons["sort"] = "salary needs one salary_currency: amounts of different currencies are not compared"
        return replace(asked, sort="newest")
    return asked
