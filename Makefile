# What a person does with this checkout. `make help` lists it.
#
# Everything runs from .venv, made on first use from the lock files (exact versions, with hashes);
# nothing is installed or fetched again until a lock file or pyproject.toml changes.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check --no-input
RUNTIME := $(VENV)/.runtime-installed
DEV := $(VENV)/.dev-installed

# The first of these that is new enough and can make a virtual environment.
PYTHONS ?= python3.11 python3.12 python3.13 python3.14 python3 python
JOBS ?= 2
NODES ?= 12
ARGS ?=
DEMO_HOME := $(CURDIR)/.demo

PIP_COMPILE = $(VENV).lock/bin/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options \
	--no-header --annotation-style=line

.PHONY: help run lab lab-down test soak check format bench screenshots reference lock clean

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | while IFS='	' read -r name text; do \
		printf '  make %-12s %s\n' "$$name" "$$text"; done

run: $(RUNTIME)  ## open the app (ARGS="..." passes arguments on)
	@$(BIN)/courier $(ARGS)

lab: $(RUNTIME)  ## open the app on a demo fleet of its own (NODES=12)
	@COURIER_HOME="$(DEMO_HOME)" $(BIN)/courier lab up --nodes $(NODES)
	@COURIER_HOME="$(DEMO_HOME)" $(BIN)/courier $(ARGS)

lab-down: $(RUNTIME)  ## stop the demo fleet and its backend
	@COURIER_HOME="$(DEMO_HOME)" $(BIN)/courier lab down
	@COURIER_HOME="$(DEMO_HOME)" $(BIN)/courier backend stop --all

test: $(DEV)  ## the whole suite, except the soak tests
	@$(BIN)/pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder $(ARGS)

soak: $(DEV)  ## the long tests: kill and restart, over and over
	@$(BIN)/pytest -m slow --timeout 1800 $(ARGS)

check: $(DEV)  ## format, lint, types, and who may import whom
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@for folder in tests/conftest.py $(sort $(dir $(wildcard tests/*/*.py))); do \
		$(BIN)/mypy --no-error-summary $$folder || exit 1; done
	@$(BIN)/lint-imports

format: $(DEV)  ## format and mend what can be mended
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: $(RUNTIME)  ## measure, side by side with others; writes bench/RESULTS.md
	@$(BIN)/python -m bench $(ARGS)

screenshots: $(DEV)  ## photograph every screen on a demo fleet, into screenshots/
	@$(BIN)/python -m screenshots.make

reference: $(DEV)  ## write the command reference anew, from the code
	@$(BIN)/python -m docs.make

lock: $(BIN)/python  ## choose newest allowed versions, into the lock files
	@$(BIN)/python -m venv $(VENV).lock
	@$(VENV).lock/bin/python -m pip -qq --disable-pip-version-check install pip-tools
	@$(PIP_COMPILE) --upgrade --build-deps-for editable --output-file requirements.lock pyproject.toml
	@$(BIN)/python -c 'import tomllib; \
		groups = tomllib.load(open("pyproject.toml", "rb"))["dependency-groups"]; \
		print("-c requirements.lock", *groups["dev"], sep="\n")' > requirements-dev.in
	@$(PIP_COMPILE) --upgrade --output-file requirements-dev.lock requirements-dev.in
	@rm -rf requirements-dev.in $(VENV).lock
	@! grep -nE '://|find-links|index-url' requirements.lock requirements-dev.lock

clean:  ## remove .venv, caches and what was built
	@rm -rf $(VENV) $(VENV).lock build dist bench/.venvs .mypy_cache .ruff_cache .pytest_cache \
		.import_linter_cache .hypothesis snapshot_report.html
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A Python that went away takes everything installed for it along.
ifneq (,$(shell test -x $(BIN)/python || echo gone))
.PHONY: $(RUNTIME)
endif

$(BIN)/python:
	@for candidate in $(PYTHONS); do \
		if $$candidate -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			echo "Preparing $(VENV) with $$($$candidate --version 2>&1); this happens once." >&2; \
			exec $$candidate -m venv --clear $(VENV); \
		fi; \
	done; \
	echo "Courier needs Python 3.11 or newer with its venv module, and found none;" \
		"install one, or name it: make PYTHONS=/path/to/python3.11" >&2; \
	exit 1

$(RUNTIME): requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing what Courier runs on ..." >&2
	@$(PIP) install --require-hashes --no-deps -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV): requirements-dev.lock $(RUNTIME)
	@echo "Installing what its tests and checks run on ..." >&2
	@$(PIP) install --require-hashes --no-deps -r requirements-dev.lock
	@touch $@
