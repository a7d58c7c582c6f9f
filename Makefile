# Two are enough to begin: `make run` (a first answer) and `make test`. Both make .venv themselves.
VENV ?= .venv
PYTHON ?= python3
MULTIPOLAR_SHARED ?= ../shared
BIN := $(VENV)/bin
export VENV PYTHON MULTIPOLAR_SHARED

.DEFAULT_GOAL := help
SEED ?= $(shell date +%s)
.PHONY: help run test test-all fuzz-payments lint types bench world lock lock-check wheel clean run-environment all-environment

help: ## what there is to make
	@grep -E '^[a-z-]+:.*## ' $(firstword $(MAKEFILE_LIST)) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-12s %s\n", $$1, $$2}'

run: run-environment ## install, solve the founding scenario with 24 draws, write runs/first-answer
	@rm -rf runs/first-answer
	@$(BIN)/multipolar run brics-technology-alliance --draws 24 --out runs/first-answer
	@echo "The command multipolar is in $(BIN): . $(BIN)/activate"

test: all-environment ## run the tests, without the slow ones
	$(BIN)/python -m pytest -m "not slow"

test-all: all-environment ## run every test
	$(BIN)/python -m pytest

fuzz-payments: all-environment ## random payment systems, every law, both engines (SEED=number repeats one)
	$(BIN)/python tests/fuzz_payments.py --seed $(SEED)

lint: all-environment ## style, and which room may import which
	$(BIN)/ruff check src tests benchmarks requirements
	$(BIN)/lint-imports

types: all-environment ## check the types
	$(BIN)/mypy

bench: all-environment ## measure speed and size, as ratios
	$(BIN)/python -m pytest benchmarks -s

world: all-environment ## build the embedded world from ../shared (or MULTIPOLAR_SHARED)
	$(BIN)/python -m multipolar.world.readers.world2022 "$(MULTIPOLAR_SHARED)/data"

lock: all-environment ## write requirements/*.lock anew (needs uv)
	$(BIN)/python requirements/lock.py

lock-check: all-environment ## are requirements/*.lock current?
	$(BIN)/python requirements/lock.py --check

wheel: all-environment ## build dist/*.whl
	$(BIN)/python -m hatchling build -t wheel

clean: ## remove what tools left behind (not .venv, not runs/)
	rm -rf dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests requirements -name __pycache__ -type d -prune -exec rm -rf {} +

run-environment:
	@sh requirements/install.sh run

all-environment:
	@sh requirements/install.sh all
