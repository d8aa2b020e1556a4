# Sello: every target a person or .ci/run calls. `make help` lists them.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
BIN := .venv/bin
RUN := $(BIN)/python manage.py
PEERS := $(foreach folder,tests/interop tests/interop/credo,$(folder)/node_modules/.package-lock.json)
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 18

demo: .venv/product ## the whole story over real HTTP on a fresh embedded database, then stop
	@$(BIN)/python -m deploy.demo

run: .venv/product ## the site at http://localhost:8000 (PORT=…), with sample registries and a sign-in
	@$(BIN)/python -m deploy.serve

test: .venv/development ## every test that needs no server of its own
	@$(BIN)/python -m pytest -n auto -m "not browser and not interop and not postgres and not crash and not schemathesis" $(ARGS)

test-browser: .venv/development ## the story through the pages in a real Chromium (Debian: apt install chromium)
	@$(BIN)/python -m pytest tests/browser -m browser $(ARGS)

test-schemathesis: .venv/development ## messages that Schemathesis makes up from the published texts and from our own (EXAMPLES=5)
	@$(BIN)/python -m pytest tests/schemathesis -m schemathesis -n auto $(ARGS)

test-interop: .venv/interop $(PEERS) ## peers that others wrote, in every role, and the matrix of who agreed (needs Node 20)
	@$(BIN)/python -m pytest tests/interop -m interop -n 2 --dist loadfile $(ARGS)

fuzz: .venv/fuzzing ## parsers of foreign bytes under a fuzzer that follows coverage (Linux; ARGS="cbor --seconds 600")
	@DJANGO_SETTINGS_MODULE=common.config.settings $(BIN)/python -m tests.fuzzing $(ARGS)

mutants: .venv/mutants ## small changes to a package that its tests should notice (PACKAGE=common/trust; ARGS="common.trust.paths.*")
	@$(BIN)/python -m tests.mutants $(or $(PACKAGE),common/trust) $(ARGS)

interop-table: .venv/development ## take the last run's matrix into docs/interop.json and docs/interop.md
	@$(BIN)/python -m tests.interop.table --refresh

test-postgres: .venv/development ## tests on PostgreSQL: DATABASE_URL, or a server of its own under var/
	@$(BIN)/python -m deploy.postgres -- $(BIN)/python -m pytest -n auto -m "not browser and not interop and not crash and not schemathesis" $(ARGS)

test-crash: .venv/development ## work that is killed again and again, on SQLite and on PostgreSQL
	@env -u DATABASE_URL $(BIN)/python -m pytest tests/crash -m crash $(ARGS)
	@$(BIN)/python -m deploy.postgres -- $(BIN)/python -m pytest tests/crash -m crash $(ARGS)

lint: .venv/development ## ruff and mypy
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy common issuer wallet verifier deploy tests manage.py
	@$(RUN) makemigrations --check --dry-run --verbosity 0

rooms: .venv/development ## the map: rooms, floors, arrows, and figures (ARGS=--draw draws it anew in docs/architecture.md)
	@$(BIN)/python -m deploy.rooms $(ARGS)

bench: .venv/development ## timings as ratios against raw signatures and peers
	@DJANGO_SETTINGS_MODULE=common.config.settings $(BIN)/python -m tests.benchmarks $(ARGS)
	@$(BIN)/python -m tests.benchmarks.sync

clean: ## forget the embedded data and the virtual environment
	rm -rf .venv var tests/interop/node_modules tests/interop/credo/node_modules

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.11 …")'
	@$(PYTHON) -m venv .venv

.venv/product: requirements.txt .venv/bin/python
	@echo "Installing what requirements.txt names …"
	@$(PIP) -r requirements.txt
	@touch $@

.venv/development: tests/requirements.txt deploy/requirements.txt .venv/product
	@$(PIP) -r tests/requirements.txt
	@touch $@

.venv/interop: tests/interop/requirements.txt .venv/development
	@$(PIP) -r tests/interop/requirements.txt
	@touch $@

.venv/fuzzing: tests/fuzzing/requirements.txt .venv/development
	@$(PIP) -r tests/fuzzing/requirements.txt
	@touch $@

.venv/mutants: tests/mutants/requirements.txt .venv/development
	@$(PIP) -r tests/mutants/requirements.txt
	@touch $@

%/node_modules/.package-lock.json: %/package-lock.json
	@cd $* && npm ci --no-audit --no-fund --silent
	@touch $@

.PHONY: help demo run test test-browser test-crash test-schemathesis test-interop fuzz mutants interop-table test-postgres lint rooms bench clean
