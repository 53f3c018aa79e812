"""The start script in vLLM's own environment, up to the point where vLLM takes over."""

import os
import shutil
import subprocess

import pytest

from tasks.settings import ROOT
from tests.vllm.conftest import CPU_ENV

COMMIT = "0123456789abcdef0123456789abcdef01234567"
NAME = f"example/tiny@{COMMIT[:12]}+compressed-tensors+kv-auto"


@pytest.fixture
def start(tiny_model, tmp_path):
    """The script, offline, with a hub's cache in which branch `main` of example/tiny is at COMMIT."""
    cached = tmp_path / "hub" / "models--example--tiny"
    shutil.copytree(tiny_model, cached / "snapshots" / COMMIT)
    (cached / "refs").mkdir()
    (cached / "refs" / "main").write_text(COMMIT)

    def started(*arguments, **settings):
        given = {f"ROLECALL_VLLM_SERVE_{name}": value for name, value in settings.items()}
        command = [CPU_ENV / "bin" / "python", ROOT / "deployments" / "vllm" / "serve.py", *arguments]
        environment = {**os.environ, "HF_HUB_CACHE": str(cached.parent), "HF_HUB_OFFLINE": "1", **given}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    return started


def test_a_model_of_the_hub_is_pinned_to_the_commit_that_its_branch_names(start):
    said = start("--help", MODEL="example/tiny")
    assert said.returncode == 0
    assert f"serving {NAME} at http://127.0.0.1:8000" in said.stdout


def test_vllm_knows_every_argument_that_the_script_gives(start):
    said = start("--no-such-argument", MODEL="example/tiny")
    assert "unrecognized arguments: --no-such-argument\n" in said.stderr


@pytest.mark.parametrize(
    "settings", [{"MODEL": "example/other"}, {"MODEL": "example/tiny", "REVISION": "v2"}, {"MODEL": "no name"}]
)
def test_a_model_that_cannot_be_had_is_told_in_one_line(start, settings):
    said = start(**settings)
    assert said.returncode == 2
    assert said.stderr.count("\n") == 1
    assert (
        f"the model {settings['MODEL']} at {settings.get('REVISION', 'main')} is neither a folder here" in said.stderr
    )
