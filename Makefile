# Needs make and Python 3.11 or newer; everything else comes hash-pinned into .venv.
.DEFAULT_GOAL := help
.PHONY: help run test check bench soak chaos lock
SHELL := /bin/sh

BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
# Two processes with servers of their own each; where servers are named, there is one of each.
TWO := $(if $(NEO4J_URI)$(REDIS_URL),,--numprocesses 2 --dist loadfile)
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

help: ## Show these lines.
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-6s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/run.stamp ## Start everything with demonstration data: Neo4j, Redis, API and worker.
	@exec $(BIN)/pedigree serve --demo

test: .venv/dev.stamp ## Run all tests against a real Neo4j and a real Redis.
	@$(BIN)/python -m pytest $(TWO) $(TESTS)

check: .venv/dev.stamp ## Formatting, lint, types, the schema file and the house rules.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/pedigree export schema | diff -u schema.graphql -
	$(BIN)/python -m pytest -q tests/test_house.py

bench: .venv/dev.stamp ## Measure queries, the API and generation; results go to bench/results.
	@$(BIN)/python -m bench $(PARTS) $(if $(SIZES),--sizes $(SIZES))

soak: .venv/dev.stamp ## Ten minutes of mixed load while servers are killed; shows whether all held.
	@$(BIN)/python -m tests.soak

chaos: .venv/dev.stamp ## A thousand generations while workers and servers are killed; shows whether each ended once.
	@$(BIN)/python -m tests.chaos

lock: .venv/dev.stamp ## Pin the newest dependencies anew.
	$(COMPILE) --upgrade --group build -o requirements/run.txt pyproject.toml
	$(COMPILE) --upgrade --group build --group dev -c requirements/run.txt -o requirements/dev.txt pyproject.toml

.venv/bin/python:
	@for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	  if $$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	  then echo "making .venv with $$($$python --version)"; exec $$python -m venv .venv; fi; \
	done; \
	echo "Python 3.11 or newer with its venv module is needed (on Debian: apt install python3-venv)." >&2; exit 1

.venv/run.stamp: requirements/run.txt pyproject.toml | .venv/bin/python
	@echo "installing requirements/run.txt"
	@$(PIP) install --require-hashes --only-binary :all: -r requirements/run.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev.stamp: requirements/dev.txt .venv/run.stamp
	@echo "installing requirements/dev.txt"
	@$(PIP) install --require-hashes --only-binary :all: -r requirements/dev.txt
	@touch $@
