# Tailboard. `make` lists what there is.
SHELL := /bin/sh
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
PIP := $(VENV)/bin/python -m pip install --quiet --disable-pip-version-check
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run install install-dev browser postgres test bench check schemas lock screenshots clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/.run ## Install what is needed and start the demonstration (ARGS="--time-scale 600")
	@exec $(VENV)/bin/tailboard up --demo $(ARGS)

install: $(VENV)/.run ## Install Tailboard into .venv

install-dev: $(VENV)/.dev browser postgres ## Install what tests and checks need, Chromium and PostgreSQL included

test: install-dev ## Run the tests
	$(VENV)/bin/python -m pytest -n 3 --dist worksteal

test-kills: install-dev ## Kill each process after every step of a case (a quarter of an hour)
	$(VENV)/bin/python -m pytest -m exhaustive

bench: $(VENV)/.dev ## Every bar, measured, or those named (ARGS="offers year-of-offers --quick")
	$(VENV)/bin/python -m benchmarks $(ARGS)

check: $(VENV)/.dev ## Static checks: style, types, imports, published schemas
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(VENV)/bin/python -m schemas.publish --check

schemas: $(VENV)/.dev ## Publish the JSON Schema of every event to schemas/json
	$(VENV)/bin/python -m schemas.publish

screenshots: install-dev ## Make the pictures of the documentation
	$(VENV)/bin/python -m tests.browser.screenshots

# Hashed, for every platform, naming no index: the lock holds wherever packages come from.
lock: ## Pin the dependencies again
	$(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/python -m pip install --quiet uv
	printf 'hatchling\n' > $(VENV)-lock/build.in
	for name in run dev; do \
		extra=; test $$name = dev && extra='--extra dev'; \
		$(VENV)-lock/bin/uv pip compile pyproject.toml $(VENV)-lock/build.in $$extra --quiet \
			--universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
			--no-emit-index-url --no-emit-find-links --no-strip-extras --output-file requirements/$$name.lock; \
	done
	rm -rf $(VENV)-lock

clean: ## Remove what was installed and what the tools left
	rm -rf $(VENV) $(VENV)-lock *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis \
		.import_linter_cache .coverage

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Tailboard needs Python 3.11 or newer: install it, or name it: make PYTHON=python3.11"; \
		exit 1; }
	@echo "Installing into $(VENV) (once; about a minute)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements/run.lock pyproject.toml | $(VENV)/bin/python
	@$(PIP) --require-hashes -r requirements/run.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements/dev.lock pyproject.toml | $(VENV)/bin/python
	@$(PIP) --require-hashes -r requirements/dev.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/.run

browser:
	@if command -v chromium >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing Chromium from Debian's packages"; \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends \
			chromium fonts-dejavu-core >/dev/null; \
	else \
		echo "Chromium is missing, so the browser tests are skipped."; \
		echo "Install it (on Debian: sudo apt-get install chromium fonts-dejavu-core) to run them."; \
	fi

postgres:
	@if command -v pg_ctl >/dev/null || ls /usr/lib/postgresql/*/bin/pg_ctl >/dev/null 2>&1; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing PostgreSQL from Debian's packages"; \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends postgresql >/dev/null; \
	else \
		echo "PostgreSQL is missing, so the tests on it are skipped."; \
		echo "Install it (on Debian: sudo apt-get install postgresql) to run them."; \
	fi
