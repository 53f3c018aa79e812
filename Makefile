# `make` alone shows this help.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := .rolecall/demo

.PHONY: help demo run serve up test lint bench lock clean

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

demo: $(BIN)/rolecall ## a careers site of our own on this machine, ingested and served: open the address it prints
	@$(BIN)/python -m tests.demo

run: $(BIN)/rolecall ## ingest the companies of deployments/companies.csv once (set ROLECALL_CONTACT first)
	@$(BIN)/rolecall ingest

serve: $(BIN)/rolecall ## serve what was ingested with Datasette
	@$(BIN)/rolecall serve

up: $(BIN)/rolecall ## Redis, Prefect, Datasette and the hourly schedule in one terminal; Ctrl-C ends all
	@$(BIN)/rolecall up

test: $(VENV)/tests-installed ## structure, types and all tests; a missing part skips its tests and says so
	@$(BIN)/lint-imports
	@$(BIN)/pytest -rs

lint: $(VENV)/tests-installed ## ruff and mypy
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: $(VENV)/tests-installed ## the benchmarks of tests/benchmarks (minutes)
	@$(BIN)/pytest tests/benchmarks -o norecursedirs= --benchmark-only -s

lock: ## resolve the newest versions that fit together again (needs uv)
	uv pip compile pyproject.toml --universal --python-version 3.11 --no-emit-index-url --no-emit-find-links --generate-hashes --custom-compile-command "make lock" --upgrade -q -o deployments/requirements.txt
	uv pip compile pyproject.toml --extra test --universal --python-version 3.11 --no-emit-index-url --no-emit-find-links --generate-hashes --custom-compile-command "make lock" -c deployments/requirements.txt -q -o deployments/requirements-test.txt

clean: ## delete the environment and the demo's data, never yours
	rm -rf $(VENV) $(DEMO) *.egg-info build
