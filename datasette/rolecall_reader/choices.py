"""How a question reads on a page: facets, what is chosen, orders, each with the address that a click leads to."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from rolecall_reader.asking import Asked, usual_sort
from rolecall_reader.facets import Choice
from rolecall_reader.labels import country, label

TITLES = {
    "workplace_type": "Workplace", "seniority": "Level", "employment_type": "Employment",
    "posted_within_days": "Posted", "status": "My status", "salary_currency": "Paid in",
    "yearly_min": "Salary a year, at least", "skills": "Skills", "country": "Country", "company_id": "Company",
    "department": "Department", "changed_since": "Changed since",
}  # fmt: skip
Counts = Mapping[str, Sequence[Choice]]


def sections(asked: Asked, counts: Counts, names: Mapping[str, str], mine: bool) -> Iterator[dict[str, Any]]:
    """The facets in their order on the page. Shape: name, title, and choices with label, count, address."""
    for name, title in TITLES.items():
        if name in counts and (mine or name != "status"):
            choices = [
                {"label": label_of(name, choice.value, names), "count": choice.count, "is_chosen": choice.is_chosen,
                 "address": address_with(asked, name, choice)}
                for choice in counts[name]
            ]  # fmt: skip
            yield {"name": name, "title": title, "choices": choices}


def address_with(asked: Asked, name: str, choice: Choice) -> str:
    """With the choice, or without it where it is chosen."""
    if name in ("posted_within_days", "yearly_min", "changed_since"):
        return f"/?{asked.address(**{name: None if choice.is_chosen else choice.value})}"
    if name == "salary_currency":  # an amount, and an order by amounts, are of one currency
        asked = replace(asked, yearly_min=None, sort="newest" if asked.sort == "salary" else asked.sort)
    return f"/?{asked.toggled(name, str(choice.value)).address()}"


def label_of(name: str, value: Any, names: Mapping[str, str]) -> str:
    if name == "posted_within_days":
        return "Past day" if value == 1 else f"Past {value} days"
    if name == "yearly_min":
        return f"{value:,}"
    if name == "country":
        return country(value)
    if name == "company_id":
        return names.get(value, value)
    if name in ("workplace_type", "seniority", "employment_type", "status"):
        return label(str(value))
    return str(value)


def chips(asked: Asked, names: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """What is chosen, each with the address without it."""
    on = [(name, value) for name, values in asked.chosen for value in values]
    on += [(name, getattr(asked, name)) for name in ("posted_within_days", "yearly_min", "changed_since")]
    for name, value in on:
        if value is not None:
            currency = f"{asked.of('salary_currency')[0]} " if name == "yearly_min" else ""
            yield {"title": TITLES[name], "label": currency + label_of(name, value, names),
                   "address": address_with(asked, name, Choice(value, 0, is_chosen=True))}  # fmt: skip


def states(asked: Asked) -> list[dict[str, Any]]:
    """Open, closed or all, each in its usual order. Shape: title, address, is_current."""
    found = []
    for title, is_open in (("Open", True), ("Closed", False), ("All", None)):
        address = f"/?{asked.address(is_open=is_open, sort=usual_sort(asked.q, is_open))}"
        found.append({"title": title, "address": address, "is_current": asked.is_open == is_open})
    return found


def sorts(asked: Asked, counts: Counts, has_meaning: bool = False) -> list[dict[str, Any]]:
    """The orders that make sense here. Shape: title, address, is_current."""
    offered = [("best", "Best match")] if asked.q else []
    offered += [("meaning", "By meaning")] if asked.q and has_meaning else []
    offered += [("newest", "Newest"), ("found", "Just found")]
    offered += [("closed", "Just closed")] if asked.is_open is False else []
    found = [(title, asked.address(sort=sort), sort) for sort, title in offered]
    currencies = asked.of("salary_currency") or [choice.value for choice in counts.get("salary_currency", [])[:1]]
    if currencies:
        paid = asked.choosing("salary_currency", currencies[0])
        found.append((f"Salary in {currencies[0]}", paid.address(sort="salary"), "salary"))
    return [{"title": title, "address": f"/?{query}", "is_current": asked.sort == sort} for title, query, sort in found]
