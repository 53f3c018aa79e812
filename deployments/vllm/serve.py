"""Starts vLLM's OpenAI-compatible server as Rolecall's client expects it: `python serve.py [vLLM's own arguments]`.

It runs in vLLM's environment. The name it serves under is `<model>@<revision>+<quantization>+kv-<dtype>`; the client
puts that name into the recipe, so another model, revision, quantisation or cache type never meets the answers of the
last. Settings: ROLECALL_VLLM_SERVE_… (README.md beside this file). Arguments given are added last, and win.
"""

import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any, NoReturn

DEFAULTS = {
    "MODEL": "Qwen/Qwen3-4B-Instruct-2507-FP8",
    "REVISION": "main",
    "QUANTIZATION": "",  # as the checkpoint has it
    "KV_DTYPE": "auto",
    "HOST": "127.0.0.1",
    "PORT": "8000",
    "MAX_SEQS": "256",
    "CONTEXT_TOKENS": "8192",
    "GPU_MEMORY_SHARE": "0.90",
    "API_KEY": "",
}
STRUCTURED_OUTPUTS = {"backend": "guidance", "disable_any_whitespace": True}  # other backends let bad strings through


def main() -> None:
    chosen = {name: os.environ.get(f"ROLECALL_VLLM_SERVE_{name}") or value for name, value in DEFAULTS.items()}
    folder = Path(chosen["MODEL"])
    revision, config = local_model(folder) if folder.is_dir() else hub_model(chosen["MODEL"], chosen["REVISION"])
    name = served_name(chosen, revision, config)
    arguments = vllm_arguments(chosen, name)
    if not folder.is_dir():
        arguments += ["--revision", revision, "--tokenizer-revision", revision]
    environment = {"VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1", **os.environ}
    if chosen["API_KEY"]:
        environment["VLLM_API_KEY"] = chosen["API_KEY"]  # not an argument: those are seen by every user of the machine
    print(f"serving {name} at http://{chosen['HOST']}:{chosen['PORT']}", flush=True)
    server = [sys.executable, "-m", "vllm.entrypoints.openai.api_server", *arguments, *sys.argv[1:]]
    os.execve(sys.executable, server, environment)  # noqa: S606  # this process becomes the server, without a shell


def served_name(chosen: dict[str, str], revision: str, config: dict[str, Any]) -> str:
    """Shape: `<model>@<revision>+<quantization>+kv-<dtype>`, of a folder its last name."""
    stored = (config.get("quantization_config") or {}).get("quant_method")
    if stored and chosen["QUANTIZATION"]:
        stop(f"{chosen['MODEL']} is stored as {stored}: leave ROLECALL_VLLM_SERVE_QUANTIZATION unset")
    weights = chosen["QUANTIZATION"] or stored or config.get("dtype") or config.get("torch_dtype") or "unquantized"
    model = Path(chosen["MODEL"]).name if Path(chosen["MODEL"]).is_dir() else chosen["MODEL"]
    return f"{model}@{revision[:12]}+{weights}+kv-{chosen['KV_DTYPE']}"


def vllm_arguments(chosen: dict[str, str], name: str) -> list[str]:
    arguments = ["--model", chosen["MODEL"], "--served-model-name", name]
    arguments += ["--host", chosen["HOST"], "--port", chosen["PORT"], "--disable-uvicorn-access-log"]
    arguments += ["--max-model-len", chosen["CONTEXT_TOKENS"], "--max-num-seqs", chosen["MAX_SEQS"]]
    arguments += ["--max-num-batched-tokens", "8192"]  # the server's own 2048 is about one posting a step
    arguments += ["--gpu-memory-utilization", chosen["GPU_MEMORY_SHARE"], "--kv-cache-dtype", chosen["KV_DTYPE"]]
    arguments += ["--enable-prompt-tokens-details"]  # what the prefix cache saved is in the books of a run
    arguments += ["--enable-prefix-caching", "--structured-outputs-config", json.dumps(STRUCTURED_OUTPUTS)]
    if chosen["QUANTIZATION"]:
        arguments += ["--quantization", chosen["QUANTIZATION"]]
    return arguments


def local_model(folder: Path) -> tuple[str, dict[str, Any]]:
    """The digest of all files of a folder, which is its revision, and the model's configuration."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.iterdir() if path.is_file()):
        with path.open("rb") as file:
            digest.update(f"{path.name} {hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    try:
        return digest.hexdigest(), json.loads((folder / "config.json").read_text())
    except (OSError, ValueError) as error:
        stop(f"{folder} holds no model: config.json cannot be read ({error})")


def hub_model(model: str, revision: str) -> tuple[str, dict[str, Any]]:
    """The commit that a branch or tag of a hub's model names now, and the model's configuration."""
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import EntryNotFoundError

    try:
        config = Path(hf_hub_download(model, "config.json", revision=revision))
        return config.parent.name, json.loads(config.read_text())
    except (OSError, ValueError, EntryNotFoundError) as error:
        reason = str(error).strip().splitlines()[0]
        stop(f"the model {model} at {revision} is neither a folder here nor to be had from the hub ({reason})")


def stop(why: str) -> NoReturn:
    print(f"serve.py: {why}", file=sys.stderr)
    sys.exit(2)


if __name__ == "__main__":
    main()
