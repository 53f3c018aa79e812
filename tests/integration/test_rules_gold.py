"""The rules against labelled postings of other people (`tests.gold`), whose folder is no part of the repository.

`python -m tests.integration.test_rules_gold` prints the figures of both halves as a table.
"""

from collections.abc import Iterable
from functools import cache

import pytest

from tasks.rules import extract
from tasks.scoring import Score, judge, scores
from tests.gold import DATA, HALVES, SETS, Half, half

pytestmark = pytest.mark.skipif(
    not (DATA / "gold").is_dir(), reason="no labelled postings: set ROLECALL_SHARED_DATA to their folder"
)

FLOORS = {
    ("ats", "salary"): (0.90, 0.92),
    ("ats", "workplace_type"): (0.99, 0.93),
    ("ats", "seniority"): (0.94, 0.86),
    ("ats", "experience_years_min"): (0.93, 0.97),
    ("ats", "experience_years_max"): (0.99, 0.74),
    ("ats", "country"): (0.99, 0.92),
    ("ats", "city"): (0.99, 0.83),
    ("nhs_salary", "salary"): (0.98, 0.97),
    ("glassdoor", "salary"): (0.99, 0.99),
    ("glassdoor", "skills"): (0.99, 0.96),
    ("relevance", "salary"): (0.89, 0.81),
    ("relevance", "seniority"): (0.84, 0.84),
    ("relevance", "employment_type"): (0.99, 0.99),
    ("titles", "seniority"): (0.99, 0.99),
    ("linkedin", "seniority"): (0.86, 0.86),
    ("linkedin", "workplace_type"): (0.99, 0.99),
    ("hn_eval", "salary"): (0.99, 0.99),
    ("hn_eval", "workplace_type"): (0.99, 0.99),
    ("hn_eval", "employment_type"): (0.66, 0.66),
    ("hn_silver", "workplace_type"): (0.96, 0.84),
    ("hn_silver", "seniority"): (0.96, 0.96),
    ("hn_silver", "skills"): (0.99, 0.93),
    ("afriworket", "salary"): (0.76, 0.76),
    ("afriworket", "workplace_type"): (0.80, 0.80),
    ("afriworket", "seniority"): (0.94, 0.94),
    ("afriworket", "employment_type"): (0.92, 0.92),
    ("nhs_employment", "employment_type"): (0.98, 0.60),
    ("uber", "employment_type"): (0.66, 0.66),
}  # just below the worse half: precision, recall; the labels of some sets are as coarse as RESULTS.md says


@cache
def measured(name: str) -> dict[Half, dict[str, Score]]:
    """The score of each field of a set, by half."""
    found: dict[Half, list] = {each: [] for each in HALVES}
    for group, case in SETS[name]():
        found[half(group)].extend(judge(case, extract(case.title, case.location, case.text)))
    return {each: {score.field: score for score in scores(judged)} for each, judged in found.items()}


@pytest.mark.parametrize("part", HALVES)
@pytest.mark.parametrize(("name", "field"), FLOORS)
def test_the_rules_are_as_good_on_labelled_postings_as_when_they_were_measured(name: str, field: str, part: Half):
    least_precision, least_recall = FLOORS[name, field]
    score = measured(name)[part][field]
    assert (score.precision or 1) >= least_precision
    assert (score.recall or 1) >= least_recall


COUNTS = ("stated", "answered", "wrong", "missed")


def rows() -> Iterable[str]:
    """The table of both halves; the second columns are of the half that is only measured."""
    names = ("precision", "recall", *COUNTS)
    yield f"| set | field | {' | '.join(names * 2)} |"
    yield "|---" * (2 + 2 * len(names)) + "|"
    for name, field in FLOORS:
        yield f"| {name} | {field} | {' | '.join(_cells(measured(name)[part][field]) for part in HALVES)} |"


def _cells(score: Score) -> str:
    shares = ["–" if share is None else f"{share:.3f}" for share in (score.precision, score.recall)]
    return " | ".join([*shares, *(str(getattr(score, name)) for name in COUNTS)])


if __name__ == "__main__":
    print("\n".join(rows()))
