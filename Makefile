# Any of these does first what is missing. None needs root, and none touches an endpoint named in the environment.
.DEFAULT_GOAL := help
.PHONY: help setup demo demo-clean picture test test-fast test-versions check bench requirements clean

# An environment that is there says which Python it wants; otherwise `make setup PYTHON=python3.12` does.
PYTHON ?= $(shell .venv/bin/python -c '' 2>/dev/null && echo .venv/bin/python || echo python3)
WORKERS ?= auto
CLEAN := tools/clean-env
DEMO := $(or $(wildcard tools/demo.py),tools/demo)
TOOLS := $(wildcard tools/*.py tools/*/*.py)
PYTEST = $(CLEAN) python -m pytest -n $(WORKERS) --maxprocesses 8 --dist worksteal
COMPILE = $(CLEAN) uv pip compile --quiet --generate-hashes --no-emit-index-url --universal --python-version 3.11 \
          --no-emit-package drp-emulator --no-emit-package drp-gotemplate \
          --custom-compile-command "make requirements" pyproject.toml

help: ## Show these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Make .venv and provide the Pulumi CLI (5 minutes where it has to be built, then none)
	@$(PYTHON) tools/setup

demo: setup ## Create and run a cluster with `pulumi up`, on the emulator: no server needed
	@$(CLEAN) python $(DEMO)

demo-clean: setup ## Take away what the demo made
	@$(CLEAN) python $(DEMO) --clean

picture: setup ## Run the demo and draw docs/pictures/demo.svg of what it prints
	@$(CLEAN) python tools/picture.py

test: setup ## Run every test (WORKERS=n at a time, ARGS="-k name", THOROUGH=1 for all that the tests can try)
	@$(PYTEST) $(ARGS)

test-fast: setup ## Run the tests that need no pulumi command, Go or browser
	@$(PYTEST) -m "not cli and not go and not browser" $(ARGS)

test-versions: setup ## Test the oldest and the newest dependencies (ARGS="oldest --cli FOLDER" for some)
	@WORKERS=$(WORKERS) $(CLEAN) python tools/versions.py $(ARGS)

check: setup ## Lint, check the format, the types and the import contracts; all of them, whatever fails
	@failed=0; for check in "ruff check . $(TOOLS)" "ruff format --check . $(TOOLS)" mypy "lint-imports --no-logo"; do \
	    $(CLEAN) $$check || failed=1; \
	done; exit $$failed

bench: setup ## Measure requests, throughput and scale, and print a table
	@$(CLEAN) python -m bench $(ARGS)

requirements: setup ## Pin the packages that pyproject.toml asks for
	$(COMPILE) -o requirements.txt
	$(COMPILE) --extra dev -o requirements-dev.txt

clean: ## Remove everything that these targets made here
	rm -rf Pulumi.demo.yaml .venv .pulumi .drp dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
