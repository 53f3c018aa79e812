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
}


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


def rows() -> Iterable[str]:
    yield "| set | field | precision | recall | stated | answered | wrong | missed | | precision | recall | stated | answered | wrong | missed |"
    yield "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|"
    for name, field in FLOORS:
        cells = [_cells(measured(name)[part].get(field)) for part in HALVES]
        yield f"| {name} | {field} | {' | | '.join(cells)} |"


def _cells(score: Score | None) -> str:
    if score is None:
        return " | ".join(["–"] * 6)
    shares = ("–" if share is None else f"{share:.3f}" for share in (score.precision, score.recall))
    return " | ".join([*shares, *(str(each) for each in (score.stated, score.answered, score.wrong, score.missed))])


if __name__ == "__main__":
    print("\n".join(rows()))
