"""The README names what there is, so that nobody has to find it in the code."""

import re

import pytest
from typer.main import get_command

from flows.cli import app
from tasks.companies import known_sources
from tasks.model import FIELDS
from tasks.settings import ROOT, Settings

README = (ROOT / "README.md").read_text()


def commands(group, prefix="rolecall"):
    for name, command in group.commands.items():
        if not command.hidden:
            yield from (
                commands(command, f"{prefix} {name}")
                if hasattr(command, "commands")
                else [(f"{prefix} {name}", command)]
            )


@pytest.mark.parametrize(("name", "command"), commands(get_command(app)), ids=lambda each: str(each))
def test_every_command_and_every_option_stands_in_the_readme(name, command):
    assert f"`{name}" in README
    options = [max(option.opts, key=len) for option in command.params if option.param_type_name == "option"]
    missing = [option for option in options if option not in ("--help",) and f"`{option}" not in README]
    assert missing == []


def test_every_setting_stands_in_the_readme_with_its_default():
    for name, field in Settings.model_fields.items():
        row = next((line for line in README.splitlines() if line.startswith(f"| `ROLECALL_{name.upper()}` |")), None)
        assert row, name
        if field.default == frozenset(FIELDS):
            assert "all eight" in row
            assert all(f"`{each}`" in README for each in FIELDS)
            continue
        default = row.split("|")[2].strip().strip("`").replace("_", "" if isinstance(field.default, int) else "_")
        assert default == str("" if field.default is None else field.default).removeprefix(f"{ROOT}/"), name


def test_every_source_stands_in_the_readme():
    assert [source for source in known_sources() if f"`{source}`" not in README] == []


def test_the_help_of_make_in_the_readme_is_the_help_of_make():
    targets = re.findall(r"^([a-z-]+):.*## (.*)$", (ROOT / "Makefile").read_text(), re.M)
    assert targets
    assert [name for name, words in targets if not re.search(rf"^{name} +{re.escape(words)}$", README, re.M)] == []
