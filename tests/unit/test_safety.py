"""What stands in the code nowhere: ways in which data could become code."""

import ast

import pytest

from tasks.settings import ROOT

SERIALISERS = {"pickle", "cPickle", "_pickle", "cloudpickle", "dill", "joblib", "jsonpickle", "marshal", "shelve"}
CALLS = {"eval", "exec", "compile", "__import__"}
FILES = [path for folder in ("flows", "tasks", "datasette") for path in sorted((ROOT / folder).rglob("*.py"))]


def dangers(code):
    """Names of what is imported or called there."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            yield from {each.name.split(".")[0] for each in node.names} & SERIALISERS
        if isinstance(node, ast.ImportFrom):
            yield from {(node.module or "").split(".")[0]} & SERIALISERS
        if isinstance(node, ast.Name) and node.id in CALLS:
            yield node.id
        if isinstance(node, ast.Call) and any(
            each.arg == "shell" and not (isinstance(each.value, ast.Constant) and each.value.value is False)
            for each in node.keywords
        ):
            yield "shell"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_is_unpickled_evaluated_or_put_to_a_shell(path):
    assert list(dangers(path.read_text())) == []


@pytest.mark.parametrize(
    "code",
    ["import pickle", "from pickle import loads", "import os, marshal as m", "x = eval(y)", "f = exec",
     "run(command, shell=True)", "run(command, shell=wanted)"],
)  # fmt: skip
def test_each_danger_is_found(code):
    assert len(list(dangers(code))) == 1


def test_patterns_and_argument_lists_are_no_dangers():
    assert list(dangers("re.compile('x'); run([a], shell=False); json.loads(y)")) == []
