"""Postings through a model server, in BF16 and in FP8, beside what vLLM's own benchmark reaches at the same lengths.

`pytest tests/benchmarks/bench_vllm.py -o norecursedirs= --benchmark-only -s`, sizes by
ROLECALL_BENCH_MODEL_POSTINGS. With an NVIDIA card and `.venv-vllm` (`make vllm` installs it) random weights in the
shape of Qwen3-4B are served, without one the tiny model of tests/vllm on the CPU. Random weights cost the time of real
ones; how long their answers are, and what they say, is chance.
"""

import asyncio
import json
import os
import re
import shutil
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tasks import llm, normalize
from tasks.settings import ROOT
from tests.benchmarks.boards import companies_of, postings
from tests.careers_site import Site
from tests.vllm.conftest import API_KEY, CPU_ENV, CPU_SETTINGS, ModelServer

HAS_CARD = shutil.which("nvidia-smi") is not None and subprocess.run(["nvidia-smi", "-L"], check=False).returncode == 0
ENV = ROOT / ".venv-vllm" if HAS_CARD else CPU_ENV
COUNT = int(os.environ.get("ROLECALL_BENCH_MODEL_POSTINGS") or (2000 if HAS_CARD else 200))
IN_FLIGHT = 320 if HAS_CARD else 64
SETTINGS = {"ROLECALL_VLLM_SERVE_MAX_SEQS": "256"} if HAS_CARD else CPU_SETTINGS
ARGUMENTS = [] if HAS_CARD else ["--enforce-eager"]
QUANTIZATION = {"BF16": "", "FP8": "fp8" if HAS_CARD else "fp8_per_channel"}  # a CPU has no kernel for plain fp8
QWEN3_4B = {
    "hidden_size": 2560,
    "intermediate_size": 9728,
    "num_hidden_layers": 36,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "head_dim": 128,
    "vocab_size": 151_936,
}
TINY = {"vocab_size": 8192}  # more than the tokenizer has, as it is with Qwen3
MAKE = "import json, sys; from pathlib import Path; from tests.vllm.tiny_model import make; make(Path(sys.argv[1]), fp8=False, shape=json.loads(sys.argv[2]))"  # noqa: E501
OWN = "import argparse; from vllm.benchmarks import serve; p = argparse.ArgumentParser(); serve.add_cli_args(p); serve.main(p.parse_args())"  # noqa: E501

pytestmark = pytest.mark.skipif(
    not ENV.exists(), reason=f"no vLLM in {ENV}: `make test-vllm` or `make vllm` installs it"
)


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / ("qwen3-4b-shape" if HAS_CARD else "tiny")
    shape = json.dumps(QWEN3_4B if HAS_CARD else TINY)
    subprocess.run([ENV / "bin" / "python", "-c", MAKE, folder, shape], cwd=ROOT, check=True)
    return folder


@pytest.fixture(scope="session")
def documents() -> list[llm.Document]:
    site, found = Site(postings=COUNT + 8, churn=0), {}
    for posting in (posting for company in companies_of(site) for posting in postings(site, company)):
        text = normalize.html_to_text(posting.description_html)
        content = normalize.content_hash(posting, text)
        place = posting.locations[0] if posting.locations else None
        found[content] = llm.Document(content, posting.title, place, text, frozenset(["seniority"]))
    return list(found.values())


@pytest.mark.parametrize("weights", ["BF16", "FP8"])
def bench_postings_through_a_model(
    benchmark: Any, weights: str, model: Path, documents: list[llm.Document], make_settings: Any, tmp_path: Path
) -> None:
    quantization = {"ROLECALL_VLLM_SERVE_QUANTIZATION": QUANTIZATION[weights]}
    server = ModelServer(model, tmp_path / "server.log", ENV, **SETTINGS, **quantization)
    try:
        server.start(*ARGUMENTS, seconds=900)
        settings = make_settings(vllm_url=server.url, vllm_api_key=API_KEY, vllm_in_flight=IN_FLIGHT)
        asyncio.run(ask(settings, documents[:8]))  # the instructions are in the prefix cache, as they are in service
        ours = benchmark.pedantic(lambda: asyncio.run(ask(settings, documents[8:])), rounds=1)
        theirs = vllm_bench(server, model, ours, tmp_path)
    finally:
        server.stop()
    seconds, count = ours["seconds"], sum(ours["outcomes"].values())
    benchmark.extra_info["rows"] = [
        {
            "table": f"vLLM, {'NVIDIA card' if HAS_CARD else 'CPU'}, {model.name}, random weights",
            "weights": weights,
            "postings": f"{count:,}",
            "answered": f"{ours['outcomes']['answered']:,}",
            "seconds": f"{seconds:.1f}",
            "postings/s": f"{count / seconds:.1f}",
            "prompt tokens/s": f"{ours['prompt'] / seconds:,.0f}",
            "of them cached": f"{ours['cached'] / ours['prompt']:.0%}",
            "output tokens/s": f"{ours['output'] / seconds:,.0f}",
            "vLLM's own, requests/s": f"{theirs['request_throughput']:.1f}",
            "share": f"{count / seconds / theirs['request_throughput']:.2f}",
            "our CPU a posting": f"{1000 * ours['cpu_seconds'] / count:.1f} ms",
            **memory(server),
        }
    ]


async def ask(settings: Any, documents: list[llm.Document]) -> dict[str, Any]:
    engine = await llm.connect(settings)
    assert engine is not None
    found: dict[str, Any] = {"prompt": 0, "cached": 0, "output": 0, "outcomes": Counter()}
    began, cpu = time.perf_counter(), time.process_time()
    async for answer in engine.answers(documents):
        found["outcomes"][answer.outcome] += 1
        found["prompt"] += answer.asked.prompt_tokens
        found["cached"] += answer.asked.cached_tokens
        found["output"] += answer.asked.completion_tokens
    found["seconds"], found["cpu_seconds"] = time.perf_counter() - began, time.process_time() - cpu
    await llm.close(engine)
    return found


def vllm_bench(server: ModelServer, model: Path, ours: dict[str, Any], folder: Path) -> dict[str, Any]:
    """vLLM's `bench serve` with as many prompts of our mean lengths, their beginning shared as ours is; no grammar."""
    count = sum(ours["outcomes"].values())
    prompt, shared, output = (max(1, ours[name] // count) for name in ("prompt", "cached", "output"))
    with server.client() as client:
        name = client.get("/v1/models").json()["data"][0]["id"]
    lengths = {"prefix": shared, "input": max(1, prompt - shared), "output": output}
    command = [ENV / "bin" / "python", "-c", OWN, "--backend", "openai", "--base-url", server.url, "--model", name]
    command += ["--tokenizer", model, "--dataset-name", "random", "--num-prompts", count, "--ignore-eos"]
    command += [part for name, tokens in lengths.items() for part in (f"--random-{name}-len", tokens)]
    command += ["--max-concurrency", IN_FLIGHT, "--temperature", "0", "--save-result"]
    command += ["--result-dir", folder, "--result-filename", "own.json"]
    environment = {**os.environ, "OPENAI_API_KEY": API_KEY, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    subprocess.run([str(part) for part in command], env=environment, check=True, stdout=subprocess.DEVNULL)
    found: dict[str, Any] = json.loads((folder / "own.json").read_text())
    return found


def memory(server: ModelServer) -> dict[str, str]:
    """What vLLM says of it at its start, and on a card what it holds."""
    log = server.log.read_text()
    weights = re.search(r"Model loading took ([\d.]+) GiB", log)
    cache = re.search(r"KV cache size: ([\d,]+) tokens", log)
    return {"weights GiB": weights[1] if weights else "", "KV cache tokens": cache[1] if cache else ""}
