# Every task of the project. CI and people call the same targets.
SHELL := /bin/bash
.DEFAULT_GOAL := help
export CLAVILUX_DATA ?= $(CURDIR)/.clavilux

BIN := .venv/bin
MEMBERS := protos $(wildcard libs/*) $(wildcard services/*) gateway cli
SOURCES := libs services gateway cli tests samples scripts conftest.py
# The first Python here that is supported; tried, since some are on the PATH and do not run.
SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
CANDIDATES := python3 python3.13 python3.12 python3.11
PYTHON ?= $(firstword $(foreach name,$(CANDIDATES),$(shell $(name) -c '$(SUPPORTED)' 2>/dev/null && echo $(name))) python3)

.PHONY: help setup up demo test test-unit test-integration test-e2e lint format protos lock licences clean

help: ## Lists the targets
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-18s %s\n", $$1, $$2}'

setup: .venv/.installed ## Makes the virtual environment from the hash lock

.venv/.installed: locks/dev.txt $(MEMBERS:%=%/pyproject.toml)
	@$(PYTHON) -c '$(SUPPORTED)' \
		|| { echo "Clavilux needs Python 3.11, 3.12 or 3.13; this is $$($(PYTHON) --version 2>&1). Name one with PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "Install the venv module of your Python (Debian: python3-venv)." >&2; exit 1; }
	@# uv itself comes from the same lock; it is taken out of it since pip reads requirements as a whole.
	@awk '/^uv==/ {inside=1} inside {print} inside && !/\\$$/ {exit}' locks/dev.txt > .venv/uv.txt
	@test -x $(BIN)/uv || $(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r .venv/uv.txt
	$(BIN)/uv pip sync --quiet --require-hashes --compile-bytecode locks/dev.txt
	$(BIN)/uv pip install --quiet --no-deps --no-build-isolation $(MEMBERS:%=-e ./%)
	@touch $@

up: setup ## Starts everything on this machine until Ctrl-C
	$(BIN)/clavilux up

demo: setup ## Turns a bundled song into out/demo.mp4 through all the services
	$(BIN)/clavilux demo --output out/demo.mp4

test: test-unit test-integration test-e2e ## Runs all tests

test-unit: setup ## Runs the tests that need no server
	$(BIN)/pytest -q -m "not integration and not e2e"

test-integration: setup ## Runs the tests against real Postgres, NATS and ffmpeg
	$(BIN)/pytest -q -m integration

test-e2e: setup ## Renders a song through every process and reads the finished file
	$(BIN)/pytest -q -m e2e

lint: setup ## Checks style, types, layers, contracts and generated files
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy $(SOURCES)
	$(BIN)/lint-imports
	$(BIN)/buf lint protos
	scripts/buf_breaking.sh
	scripts/protos.sh --check
	$(BIN)/python scripts/licences.py --check

format: setup ## Formats the code
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

protos: setup ## Generates the code of the contracts
	scripts/protos.sh

lock: setup ## Writes the hash locks anew (UPGRADE=1 takes newer versions)
	scripts/lock.sh
	$(MAKE) licences

licences: setup ## Writes the list of licences
	$(BIN)/python scripts/licences.py

clean: ## Removes what the targets made, except the data folder
	rm -rf .venv out .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
