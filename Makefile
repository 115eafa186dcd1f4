# The project's commands. Each works by itself on a fresh clone with Python 3.11, 3.12 or 3.13.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# --no-compile: modules are compiled when they are first imported, the rest (most of TensorFlow) never.
PIP_FLAGS := --quiet --disable-pip-version-check --no-compile --constraint constraints.txt
# Keeps compiled modules: otherwise every child process compiles TensorFlow again, half a minute each time.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help install report test e2e chaos check format bench data deploy clean

help:           ## Show this list
	@grep -E '^[a-z0-9]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

install: $(VENV)/.user   ## Make .venv with the packages that a run needs, all versions pinned

report: install data     ## Train and compare the quick preset on real images; the last line is the report's path
	$(BIN)/mmdvae compare quick

# Three processes for two cores, because the tests wait a quarter of the time. In the order of files: files of few tests
# are among the slowest, and xdist would start them last.
test: $(VENV)/.dev data      ## Run all tests
	$(BIN)/pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder $(if $(filter check,$(MAKECMDGOALS)),--ignore tests/test_borders.py)

e2e: $(VENV)/.dev        ## Test a server, a worker and schedules, on SQLite and PostgreSQL side by side; nine minutes
	$(BIN)/pytest tests/e2e --numprocesses 2 --dist loadscope --durations 10 $(if $(ONLY),-m "$(ONLY)")

chaos: $(VENV)/.dev      ## Kill everything at random moments, 35 times, and rewrite docs/chaos.md; about half an hour
	$(BIN)/python tests/chaos

check: $(VENV)/.dev      ## Check format, lint, types and import directions
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -q tests/test_borders.py

format: $(VENV)/.dev     ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.dev data ## Measure speed and rewrite docs/performance.md; ONLY=steps for one part, all take 2 to 3 hours
	$(if $(ONLY),,$(BIN)/pytest -q tests/benchmarks)
	$(BIN)/python -m benchmarks $(ONLY)

deploy: install          ## Register the schedules of prefect.yaml on your Prefect server; repeatable (docs/operations.md)
	$(BIN)/mmdvae deploy

# The images: an existing copy, a download, or (as root on Debian and Ubuntu) the system's package.
data: install
	@$(BIN)/mmdvae data || { \
	    [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
	    && echo "Installing the package dataset-fashion-mnist" \
	    && apt-get update -qq && apt-get install -y -qq dataset-fashion-mnist >/dev/null \
	    && $(BIN)/mmdvae data; }

clean:                   ## Remove what `make` has made, except the runs
	rm -rf $(VENV) *.egg-info build .pytest_cache .ruff_cache .mypy_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
	    || { echo "Python 3.11, 3.12 or 3.13 is needed, $$($(PYTHON) -V) found; set PYTHON=python3.11"; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.user: $(BIN)/python pyproject.toml constraints.txt
	$(BIN)/pip install $(PIP_FLAGS) --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.user
	$(BIN)/pip install $(PIP_FLAGS) --editable '.[dev]'
	@touch $@
