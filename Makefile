# Two commands matter: `make demo` runs the product on the sample company, `make test` proves it.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PYTEST_ARGS ?=
STUDY_ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup demo demo-reset demo-reference test validate lock wheel bench docs screenshot clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Tieout needs Python 3.11 or later; run: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(VENV)/.development: requirements-dev.lock $(VENV)/.runtime
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

setup: $(VENV)/.runtime ## install Tieout and its locked dependencies into .venv

demo: setup ## load the sample company, measure it, serve it at 127.0.0.1:8050
	$(BIN)/tieout demo

demo-reset: setup ## the same from an empty database
	$(BIN)/tieout demo --reset

demo-reference: setup ## public real data through the whole line (money is illustrative)
	$(BIN)/tieout demo --reference

test: $(VENV)/.development ## install what tests need and run all of them
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not slow" $(PYTEST_ARGS)

validate: $(VENV)/.development ## the simulation study in full (goes on where it stopped), then the slow tests
	$(BIN)/python -m benchmarks.validation.study $(STUDY_ARGS)
	$(BIN)/python -m pytest -n 2 -m slow $(PYTEST_ARGS)

bench: $(VENV)/.development ## benchmarks, each with its ratio in one run
	for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python -m benchmarks.$$(basename $$script .py) || exit 1; done

docs: $(VENV)/.development ## write the generated pages of docs anew
	$(BIN)/python -m ingest.documents
	$(BIN)/python -m dashboard.settings
	$(BIN)/python -m dashboard.cli.document

screenshot: $(VENV)/.development ## take the README's picture from the demo
	$(BIN)/python docs/screenshot.py

lock: $(VENV)/.development ## resolve the locks anew from pyproject.toml (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --extra reference -o requirements.lock pyproject.toml
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --all-extras --group dev -c requirements.lock -o requirements-dev.lock pyproject.toml

wheel: $(VENV)/.development ## build the wheel into dist/
	$(BIN)/python -m build --wheel --outdir dist

clean: ## remove the environment and everything built (not the data in data/)
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
