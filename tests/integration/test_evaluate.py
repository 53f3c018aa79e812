"""`rolecall evaluate` as a person and a script meet it; the model is an engine named by the settings."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tasks import settings
from tasks.settings import ROOT
from tests.shouting import ShoutingEngine

CASES = [
    {
        "id": "1",
        "title": "Senior Engineer",
        "location": "Berlin, Germany",
        "text": "Salary: €80,000 - €95,000 per year.",
        "expected": {"seniority": "senior", "salary_min": 80_000, "salary_max": 95_000, "country": "DE"},
    },
    {"id": 2, "title": "Lead Cook", "text": "A kitchen.", "expected": {"seniority": "mid", "country": "FR"}},
    {
        "id": "3",
        "title": "Engineer",
        "text": "Go.",
        "expected": {"seniority": None, "skills": {"Go": True, "R": False}},
    },
]


def written(lines: list) -> str:
    return "".join(line if isinstance(line, str) else json.dumps(line) + "\n" for line in lines)


@pytest.fixture
def evaluate(make_settings, tmp_path: Path):
    """Run the command on these lines in a process of its own; keyword arguments are settings."""

    def run(lines: list, *options: str, **fields: str) -> subprocess.CompletedProcess[str]:
        make_settings(**fields)
        gold = tmp_path / "gold.jsonl"
        gold.write_text(written(lines))
        command = [sys.executable, "-m", "flows.cli", "evaluate", "gold.jsonl", *options]
        return subprocess.run(
            command, capture_output=True, text=True, timeout=60, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False
        )

    return run


def test_every_labelled_field_gets_its_counts_and_shares(evaluate):
    said = evaluate(CASES, "--json")
    assert said.returncode == 0
    fields = {row["field"]: row for row in json.loads(said.stdout)["fields"]}
    assert list(fields) == ["salary", "salary_min", "salary_max", "seniority", "country", "skills"]
    seniority = fields["seniority"]
    assert (seniority["labelled"], seniority["stated"], seniority["answered"]) == (3, 2, 2)
    assert (seniority["right"], seniority["wrong"], seniority["missed"]) == (1, 1, 0)
    assert (seniority["precision"], seniority["recall"], seniority["f1"]) == (0.5, 0.5, 0.5)
    assert fields["skills"]["labelled"] == 2


def test_wrong_answers_come_before_missed_ones_with_the_words_they_were_read_from(evaluate):
    said = json.loads(evaluate(CASES, "--json").stdout)
    first, second, *_ = said["worst"]
    assert (first["verdict"], first["field"], first["id"], first["quote"]) == ("wrong", "seniority", "2", "Lead")
    assert (second["verdict"], second["field"]) == ("missed", "country")
    assert len(json.loads(evaluate(CASES, "--json", "--worst", "1").stdout)["worst"]) == 1


def test_a_pipe_gets_plain_lines_and_stderr_says_how_many_postings(evaluate):
    said = evaluate(CASES, "--worst", "0")
    assert said.stdout.splitlines()[0].split("\t")[:3] == ["field", "precision", "recall"]
    assert said.stdout.splitlines()[1] == "salary\t1.000\t1.000\t1.000\t1\t1\t1\t1\t0\t0"
    assert said.stderr == "3 postings\n"


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([], "gold.jsonl: holds no labelled posting"),
        (["\n", "\n"], "gold.jsonl: holds no labelled posting"),
        ([CASES[0], "{\n"], "gold.jsonl, line 2: not a JSON object"),
        ([CASES[0], {"id": "2"}], "gold.jsonl, line 2: title: Field required"),
        ([{**CASES[0], "expected": {"level": "senior"}}], "gold.jsonl, line 1: expected: no such field: level"),
        ([{**CASES[0], "title": None}], "gold.jsonl, line 1: title"),
    ],
)
def test_a_file_that_is_not_as_described_is_refused_in_one_line(evaluate, lines, reason):
    said = evaluate(lines)
    assert said.returncode == 2
    assert said.stdout == ""
    assert said.stderr.startswith(f"error: {reason}")
    assert len(said.stderr.splitlines()) == 1


def test_a_file_that_is_not_there_is_refused_in_one_line(make_settings):
    make_settings()
    command = [sys.executable, "-m", "flows.cli", "evaluate", "nowhere.jsonl"]
    said = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (said.returncode, said.stderr) == (2, "error: nowhere.jsonl: No such file or directory\n")


@pytest.mark.parametrize("engine", ["vllm", "both"])
def test_where_no_model_is_set_a_line_says_what_to_set(evaluate, engine):
    said = evaluate(CASES, "--engine", engine)
    assert (said.returncode, said.stderr) == (2, "error: there is no model to ask: set ROLECALL_VLLM_URL\n")


def test_the_model_fills_what_the_rules_leave_open_and_no_more(evaluate):
    said = json.loads(evaluate(CASES, "--engine", "both", "--json", engine="tests.shouting:ShoutingEngine").stdout)
    levels = {row["id"]: row["answer"] for row in said["worst"] if row["field"] == "seniority"}
    assert levels == {"2": "lead", "3": "mid"}  # the rules' own, and the model's where they said nothing
    assert said["outcomes"] == {"answered": 2}


def test_the_model_alone_is_asked_for_everything_that_is_labelled(evaluate):
    said = json.loads(evaluate(CASES, "--engine", "vllm", "--json", engine="tests.shouting:ShoutingEngine").stdout)
    fields = {row["field"]: row for row in said["fields"]}
    seniority = fields["seniority"]
    assert (seniority["wrong"], seniority["missed"]) == (1, 2)  # two titles it quotes say another level: not believed
    assert fields["salary"]["missed"] == 1
    assert said["outcomes"] == {"answered": 3}


def test_postings_that_the_model_did_not_answer_are_counted_as_such(evaluate, monkeypatch, make_settings):
    from flows import evaluate as command

    make_settings(engine="tests.shouting:ShoutingEngine")
    monkeypatch.setattr(ShoutingEngine, "is_silent", True)
    cases = [command.scoring.read_case(json.dumps(each)) for each in CASES]
    found, outcomes = command._answers(cases, command.Engine.vllm)
    assert settings.load().engine is ShoutingEngine
    assert outcomes == {"unreachable": 3}
    assert all(each.seniority is None for each in found)
