# Everything is installed into .venv in the checkout. Needed beforehand: Python >= 3.11, make, a package index.
PYTHON ?= python3
WORKERS ?= 2

BIN := .venv/bin
RUN := .venv/.installed-run
DEV := .venv/.installed-dev
PYTEST := $(BIN)/python -m pytest

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup brief test check check-long bench peers golden docs lock clean

help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-11s %s\n", $$1, $$2}'

setup: $(RUN) ## Install what the program needs; leaves .venv/bin/parley

brief: $(RUN) ## The main job: the bundled case, from record to build/brief/brief.html
	$(BIN)/parley brief ukraine-2025 --out build/brief
	@echo "$(CURDIR)/build/brief/brief.html"

test: $(DEV) ## All tests but the long ones, with the examples in docstrings and docs
	$(PYTEST) -n $(WORKERS) --dist worksteal

check: $(DEV) ## Format, lint, types, import contracts, then the tests
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/basedpyright --pythonpath $(BIN)/python
	$(BIN)/lint-imports
	$(PYTEST) -n $(WORKERS) --deselect tests/test_house.py::test_tool

check-long: $(DEV) ## The long tests: recovery, calibration, large games
	$(PYTEST) -n $(WORKERS) -m long

bench: $(DEV) peers ## Time the solvers beside their peers
	$(BIN)/python -m benchmarks

peers: $(DEV) ## Install the solvers that ours are compared with, each in an environment of its own
	-$(BIN)/python -m benchmarks.peers

golden: $(DEV) ## Rewrite the stored transcripts; read the difference before committing it
	PARLEY_GOLDEN=write $(PYTEST) -m golden

docs: $(DEV) ## Rewrite the generated pages of the docs
	$(BIN)/python -m scripts.docs
	$(BIN)/python -m scripts.gallery --page
	$(BIN)/python -m scripts.examples

# UPGRADE=1 moves to the newest versions; without it, what is pinned stays pinned.
COMPILE = $(BIN)/python -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header $(if $(UPGRADE),--upgrade)
lock: $(RUN) ## Pin the dependencies anew (UPGRADE=1 for newer versions)
	$(COMPILE) pyproject.toml --all-extras --group build --output-file requirements/run.txt
	$(COMPILE) pyproject.toml --all-extras --group build --group dev --constraint requirements/run.txt --output-file requirements/dev.txt
	$(COMPILE) --group uv --output-file requirements/uv.txt

clean: ## Remove everything that these commands made
	rm -rf .venv build dist .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo 'parley needs Python 3.11 or newer; name one with: make PYTHON=python3.12 …' >&2; exit 1; }
	$(PYTHON) -m venv .venv

$(RUN): requirements/run.txt requirements/uv.txt pyproject.toml scripts/install.py | .venv/bin/python
	$(BIN)/python scripts/install.py requirements/run.txt
	@touch $@

$(DEV): requirements/dev.txt $(RUN)
	$(BIN)/python scripts/install.py requirements/dev.txt
	@touch $@
