import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.errors import ConfigError
from tasks.model import Extraction
from tasks.scoring import FIELDS, Case, judge, read_case, scores, worst


def case(**expected) -> Case:
    return Case(id="1", title="Engineer", text="", expected=expected)


def verdicts(expected: dict, **answer) -> dict[str, str]:
    return {each.field: each.verdict for each in judge(case(**expected), Extraction(**answer))}


VERDICTS = [
    ("senior", "senior", "right"),
    ("senior", "lead", "wrong"),
    ("senior", None, "missed"),
    (None, None, "silent"),
    (None, "senior", "wrong"),
    (["senior", "lead"], "lead", "right"),
    (["senior", None], None, "silent"),
    (["senior", None], "mid", "wrong"),
    (["senior", "lead"], None, "missed"),
]
BAD_LINES = [
    ("", "not a JSON object"),
    ("[1]", "valid dictionary"),
    ('{"id": 1', "not a JSON object"),
    ("[" * 100_000, "not a JSON object"),
    (json.dumps({"id": "1", "title": "A", "text": ""}), "expected: Field required"),
    (json.dumps({"id": "1", "title": "A", "text": "", "expected": {}}), "labels nothing"),
    (json.dumps({"id": "1", "title": "A", "text": "", "expected": {"level": "senior"}}), "no such field: level"),
    (json.dumps({"id": "1", "title": "A", "text": "", "expected": {"seniority": "guru"}}), "seniority cannot be"),
    (json.dumps({"id": "1", "title": "A", "text": "", "expected": {"salary_min": "90k"}}), "salary_min cannot be"),
    (json.dumps({"id": "1", "title": "A", "text": "", "expected": {"skills": ["Go"]}}), "skills cannot be"),
    (json.dumps({"id": "1", "title": "A", "text": "", "expected": {"seniority": None}, "x": 1}), "x: Extra inputs"),
    (json.dumps({"id": "1", "title": "A", "text": "", "expected": {"seniority": []}}), "seniority cannot be"),
]


@pytest.mark.parametrize(("label", "answer", "verdict"), VERDICTS)
def test_an_answer_is_judged_by_its_label(label, answer, verdict):
    assert verdicts({"seniority": label}, seniority=answer) == {"seniority": verdict}


def test_pay_is_right_where_each_labelled_column_is():
    labels = {"salary_min": 80_000, "salary_max": 95_000, "salary_currency": "EUR"}
    answer = {"salary_min": 80_000.0, "salary_max": 95_000.0, "salary_currency": "EUR", "salary_period": "month"}
    assert verdicts(labels, **answer)["salary"] == "right"
    assert verdicts(labels | {"salary_period": "year"}, **answer)["salary"] == "wrong"
    assert verdicts(labels)["salary"] == "missed"
    assert verdicts({"salary_min": None, "salary_max": None}, salary_min=1.0)["salary"] == "wrong"


def test_pence_that_a_label_leaves_out_do_not_matter_but_those_of_an_hour_do():
    assert verdicts({"salary_min": 28_333}, salary_min=28_333.2)["salary_min"] == "right"
    assert verdicts({"salary_min": 28_333}, salary_min=28_334.2)["salary_min"] == "wrong"
    assert verdicts({"salary_min": 13}, salary_min=13.79)["salary_min"] == "wrong"


def test_only_skills_that_were_judged_count_and_accents_of_a_city_do_not():
    judged = list(judge(case(skills={"Go": True, "C++": True, "R": False}), Extraction(skills=["R", "go", "Rust"])))
    assert [each.verdict for each in judged] == ["right", "missed", "wrong"]
    assert verdicts({"city": "São Paulo"}, city="Sao Paulo") == {"city": "right"}


def test_a_score_counts_what_was_due_and_what_was_answered():
    answers = [("senior", "senior"), ("senior", "mid"), ("senior", None), (None, "lead"), (None, None)]
    found = [each for label, answer in answers for each in judge(case(seniority=label), Extraction(seniority=answer))]
    (score,) = scores(found)
    assert (score.labelled, score.stated, score.answered) == (5, 3, 3)
    assert (score.right, score.wrong, score.missed) == (1, 2, 1)
    assert (score.precision, score.recall, score.f1) == (1 / 3, 1 / 3, 1 / 3)


def test_the_worst_are_wrong_answers_of_postings_with_most_of_them_then_missed_ones():
    labels = {"seniority": "mid", "city": "Oslo", "country": "NO"}
    answers = [Extraction(seniority="mid", city="Bergen"), Extraction(seniority="lead", city="Rome", country="NO")]
    found = worst([list(judge(case(**labels), answer)) for answer in answers])
    assert [(number, each.verdict, each.field) for number, each in found] == [
        (1, "wrong", "seniority"),
        (1, "wrong", "city"),
        (0, "wrong", "city"),
        (0, "missed", "country"),
    ]


def test_a_share_of_nothing_is_unknown():
    (score,) = scores(judge(case(seniority=None), Extraction()))
    assert (score.precision, score.recall, score.f1) == (None, None, None)


@pytest.mark.parametrize(("line", "reason"), BAD_LINES, ids=[reason for _, reason in BAD_LINES])
def test_a_line_that_is_no_labelled_posting_is_refused_with_the_reason(line, reason):
    with pytest.raises(ConfigError) as refused:
        read_case(line)
    assert reason in str(refused.value)
    assert "\n" not in str(refused.value)


LEVELS = st.sampled_from([None, "entry", "senior"])
YEARS = st.none() | st.integers(0, 30)
LABELS = st.fixed_dictionaries({}, optional={"seniority": LEVELS, "experience_years_min": YEARS}).filter(bool)


@given(st.lists(st.tuples(LABELS, LEVELS, YEARS), max_size=30))
def test_counts_add_up_whatever_is_labelled_and_answered(rows):
    found = [
        each
        for label, level, years in rows
        for each in judge(case(**label), Extraction(seniority=level, experience_years_min=years))
    ]
    for score in scores(found):
        assert score.field in FIELDS
        assert score.answered == score.right + score.wrong
        assert score.stated <= score.labelled
        assert score.right + score.missed <= score.stated
        assert all(share is None or 0 <= share <= 1 for share in (score.precision, score.recall, score.f1))


@given(LABELS, LEVELS, YEARS)
def test_an_answer_that_is_its_own_label_is_never_wrong_or_missed(labels, level, years):
    answer = {"seniority": level, "experience_years_min": years}
    own = case(**{name: answer[name] for name in labels})
    assert {each.verdict for each in judge(own, Extraction(**answer))} <= {"right", "silent"}


@given(st.text())
def test_no_line_ends_in_a_traceback(line):
    with pytest.raises(ConfigError):
        read_case(line)
