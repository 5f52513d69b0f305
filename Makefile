# Everything that one does with vklive. Each target builds what it needs into .venv, and is quick when repeated.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/stamps
PEERS := $(VENV)/peers
# Quiet twice: errors are shown, and not what pip thinks of each place that it was told to look at.
PIP_INSTALL := install --quiet --quiet --disable-pip-version-check --no-input

RUN := $(STAMPS)/run
DEV := $(STAMPS)/dev
PYTHON_PEERS := cent-5.1.0 centrifuge-python-0.5.0 centrifuge-python-0.7.0
PEERS_READY := $(addprefix $(STAMPS)/,$(PYTHON_PEERS) centrifuge-js asyncapi)

.DEFAULT_GOAL := help
.PHONY: help install demo serve test check lint types layers house wheel bench soak fuzz chaos simulate format lock clean

help:
	@echo "make demo [SECONDS=30]  the whole system on this machine, with traffic and two listeners"
	@echo "make serve              the server, with its settings from vklive.toml if there is one"
	@echo "make test [JOBS=2]      the tests"
	@echo "make check              the whole gate: lint, types, layers, tests, the wheel"
	@echo "make bench              the benchmarks"
	@echo "make soak [SECONDS=300] 2,000 clients come and go, and the server is what it was before"
	@echo "make fuzz [EXAMPLES=200000] [CASES=50]  so much bad input of each kind, and so many calls of each method"
	@echo "make chaos [SECONDS=60] [SEED=1]  all that TCP and SIGKILL do to a listener, and to one on centrifuge-python"
	@echo "make simulate [SEEDS=100000] [FIRST=10000]  so many more schedules of faults than the tests run"
	@echo "make install            only build .venv, for development"
	@echo "make format | lock | clean"

demo: $(RUN)
	@$(BIN)/vklive demo --seconds $(or $(SECONDS),30)

serve: $(RUN)
	@$(BIN)/vklive serve $(addprefix --config ,$(wildcard vklive.toml))

install: $(DEV)

# A process for each core; the tests of one file stay together, as they share servers.
test: $(DEV) $(PEERS_READY)
	@$(BIN)/python -m pytest -q -n $(or $(JOBS),auto) --dist loadfile

check: lint types layers house test wheel

lint: $(DEV)
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/deptry --no-ansi src

types: $(DEV)
	@$(BIN)/mypy
	@$(BIN)/pyright

layers: $(DEV)
	@$(BIN)/lint-imports --no-logo

house: $(DEV)
	@$(BIN)/python scripts/check_house.py

wheel: $(DEV)
	@scripts/check_wheel $(BIN)/python

# Third: the same as the second, in a burst.
bench: $(DEV) $(PEERS_READY)
	@$(BIN)/python benchmarks/client_events.py
	@$(BIN)/python benchmarks/delivery_cpu.py
	@$(BIN)/python benchmarks/delivery_cpu.py --pause 0

soak: $(DEV)
	@$(BIN)/python benchmarks/soak.py --seconds $(or $(SECONDS),300)

fuzz: $(DEV)
	@FUZZ_EXAMPLES=$(or $(EXAMPLES),200000) $(BIN)/python -m pytest -q --timeout 0 \
		tests/server/edge/test_bad_input.py tests/server/http/oauth/test_bad_input.py
	@FUZZ_CASES=$(or $(CASES),50) $(BIN)/python -m pytest -q --timeout 0 tests/server/http/test_openapi_in_practice.py

chaos: $(DEV) $(PEERS_READY)
	@$(BIN)/python -W error benchmarks/chaos.py --seconds $(or $(SECONDS),60) --seed $(or $(SEED),1)
	@$(BIN)/python benchmarks/chaos.py --seconds $(or $(SECONDS),60) --seed $(or $(SEED),1) --peer centrifuge-python
	@$(BIN)/python benchmarks/chaos_each.py
	@$(BIN)/python benchmarks/chaos_each.py --peer centrifuge-python

simulate: $(DEV)
	@$(BIN)/python -W error -m tests.simulation --seeds $(or $(SEEDS),100000) --first $(or $(FIRST),10000)

format: $(DEV)
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix-only .

# The lock files name versions and hashes, and no address that they came from.
COMPILE = $(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11
lock: $(DEV)
	@$(BIN)/pip $(PIP_INSTALL) uv
	@$(COMPILE) pyproject.toml --extra server --extra postgres --extra prometheus --extra testing --group dev --group build -o requirements/dev.txt
	@$(COMPILE) pyproject.toml --extra server --extra prometheus --group build -c requirements/dev.txt -o requirements/run.txt
	@set -e; for peer in $(PYTHON_PEERS); do $(COMPILE) requirements/peers/$$peer.in -o requirements/peers/$$peer.txt; done

clean:
	@rm -rf $(VENV) dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(STAMPS)/venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "vklive needs Python 3.11 or newer; name one with make PYTHON=…" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "no venv here; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@mkdir -p $(STAMPS) && touch $@

# What is newly locked is installed again; vklive itself is installed in place, so its own changes need nothing.
$(RUN): requirements/run.txt pyproject.toml | $(STAMPS)/venv
	@echo "installing what vklive needs into $(VENV) …"
	@$(BIN)/pip $(PIP_INSTALL) --require-hashes -r requirements/run.txt
	@$(BIN)/pip $(PIP_INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

$(DEV): requirements/dev.txt pyproject.toml | $(STAMPS)/venv
	@echo "installing what development needs into $(VENV) …"
	@$(BIN)/pip $(PIP_INSTALL) --require-hashes -r requirements/dev.txt
	@$(BIN)/pip $(PIP_INSTALL) --no-deps --no-build-isolation -e .
	@touch $@ $(RUN)

# The clients that others wrote, each in a place of its own, as they disagree about their dependencies.
$(addprefix $(STAMPS)/,$(PYTHON_PEERS)): $(STAMPS)/%: requirements/peers/%.txt | $(STAMPS)/venv
	@echo "installing $* …"
	@$(PYTHON) -m venv $(PEERS)/$*
	@$(PEERS)/$*/bin/pip $(PIP_INSTALL) --require-hashes -r $<
	@touch $@

# Without npm the tests that need it say so, and which package has it; once there is one, the next run installs.
$(STAMPS)/centrifuge-js: tests/interop/package-lock.json | $(STAMPS)/venv
	@mkdir -p $(PEERS)/centrifuge-js
	@cp tests/interop/package.json tests/interop/package-lock.json $(PEERS)/centrifuge-js/
	@if command -v npm >/dev/null; then echo "installing centrifuge for Node …" && \
		npm ci --silent --no-audit --no-fund --prefix $(PEERS)/centrifuge-js && touch $@; fi

# It says whether the document that `vklive schema --asyncapi` prints is one.
$(STAMPS)/asyncapi: tests/schema/package-lock.json | $(STAMPS)/venv
	@mkdir -p $(PEERS)/asyncapi
	@cp tests/schema/package.json tests/schema/package-lock.json $(PEERS)/asyncapi/
	@if command -v npm >/dev/null; then echo "installing the parser of AsyncAPI …" && \
		npm ci --silent --no-audit --no-fund --prefix $(PEERS)/asyncapi && touch $@; fi
