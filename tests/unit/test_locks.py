"""The locks agree with each other and tell nothing of the machine that made them."""

import re

import pytest

from tasks.settings import ROOT

FOLDER = ROOT / "deployments"
EXTRAS = [
    "requirements-jobspy.txt",
    "requirements-scrapegraph.txt",
    "requirements-semantic.txt",
    "requirements-test.txt",
]


def pinned(name: str) -> set[tuple[str, str]]:
    """Shape: a name with its version and marker."""
    return set(re.findall(r"^([\w.-]+)==([^\\\n]+)", (FOLDER / name).read_text(), re.M))


@pytest.mark.parametrize("name", EXTRAS)
def test_an_extra_changes_no_version_of_the_core(name: str) -> None:
    extra = dict(pinned(name))
    core = {package: version.split(";")[0].strip() for package, version in pinned("requirements.txt")}
    assert {package: extra.get(package, "").split(";")[0].strip() for package in core} == core


@pytest.mark.parametrize("name", ["requirements.txt", *EXTRAS])
def test_a_lock_names_no_index_and_no_path_and_has_a_hash_for_each(name: str) -> None:
    text = (FOLDER / name).read_text()
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    assert not [line for line in lines if re.search(r"://|^-|^\.|^/|@", line)]
    assert len(re.findall(r"^[\w.-]+==", text, re.M)) == len(re.findall(r"\\\n\s+--hash=", text)) - len(
        re.findall(r"--hash=\S+ \\\n", text)
    )
