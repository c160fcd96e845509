# Segue: `make demo` shows it, `make test` checks it; both first make the environment that they need.
# A machine needs Python 3.11, make and a package registry. Kafka and its Java come from there too.

.DEFAULT_GOAL := help
.PHONY: help env demo test test-data lint bench bench-recommenders lock clean
.DELETE_ON_ERROR:

VENV := .venv
PY := $(VENV)/bin/python
UV := $(VENV)/bin/uv
UV_VERSION := 0.13.9
# The lock files are resolved for 3.11, so that version goes first where there are several.
PYTHON ?= $(shell for python in python3.11 python3; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
PASSES := $(shell grep -rl --include='*.py' '^@\(compiled\|unlocked\)' models)

say = @printf '==> %s\n'

help: ## say what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r target text; \
		do printf '%-24s %s\n' "$$target" "$$text"; done

env: $(VENV)/.synced $(VENV)/.warm $(if $(SEGUE_BROKERS),,$(VENV)/.kafka) ## build the environment; again only after a change

demo: env ## Kafka, a worker, listeners and live slates on this terminal (SECONDS=40 ends it)
	@$(VENV)/bin/segue demo $(if $(SECONDS),--seconds $(SECONDS))

test: env lint ## everything that a stranger can check, in about 20 minutes on 2 cores
	$(say) "tests, on a real Kafka"
	@$(PY) -m pytest -m "not data"

test-data: env ## the checks on real listening histories in ../shared/data
	@test -d ../shared/data || { echo "make test-data needs the histories in ../shared/data, beside this checkout." \
		"They are not part of the project; make test does without them." >&2; exit 1; }
	$(say) "tests on real listening histories"
	@$(PY) -m pytest -m data

lint: $(VENV)/.synced ## ruff and strict mypy
	$(say) "ruff and mypy"
	@$(VENV)/bin/ruff check --quiet .
	@$(VENV)/bin/ruff format --check --quiet . || { $(VENV)/bin/ruff format --check . ; exit 1; }
	@$(VENV)/bin/mypy
	@$(VENV)/bin/mypy deploy

bench: env ## throughput, latency and recovery, beside the alternatives
	@$(VENV)/bin/segue bench throughput
	@$(VENV)/bin/segue bench latency --rate 300
	@$(VENV)/bin/segue bench recovery

bench-recommenders: $(VENV)/.warm ## batch recommenders beside Segue (SETS=FILE, each line a listener and items)
	@test -n "$(SETS)" || { echo "Name a file whose lines are a listener and its items:" \
		"make bench-recommenders SETS=lastfm_sets.txt.gz" >&2; exit 1; }
	$(say) "the package implicit, which nothing else needs"
	@$(UV) pip install --quiet --python $(PY) --group recommenders --constraints requirements-dev.lock
	@$(PY) -m benchmarks.discoveries $(SETS)

COMPILE := pip compile -q --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	--no-annotate --custom-compile-command 'make lock' pyproject.toml

lock: $(VENV)/.synced ## resolve pyproject.toml anew into both lock files
	@$(UV) $(COMPILE) --group test --group bench --group build -o requirements-dev.lock
	@$(UV) $(COMPILE) -c requirements-dev.lock -o requirements.lock

clean: ## remove the environment, compiled passes and caches; state and data stay
	@rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis dist
	@find benchmarks deploy models streams tests -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/.synced: requirements-dev.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Segue needs Python 3.11 or newer; python3 here is" \
		"$$(python3 --version 2>&1). Name another one with: make PYTHON=..." >&2; exit 1; }
	$(say) "packages from the lock file, checked by their hashes"
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@$(PY) -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@$(UV) pip sync --quiet --python $(PY) --require-hashes requirements-dev.lock
	@$(UV) pip install --quiet --python $(PY) --no-deps --no-build-isolation --editable .
	@touch $@

# numba looks at the file of a pass, not at the files of the passes that it calls: after a change all go.
$(VENV)/.warm: $(VENV)/.synced models/warm.py $(PASSES)
	$(say) "compiled passes, a few minutes, once"
	@find models -name '*.nb[ci]' -delete
	@$(PY) -c 'from models.warm import warm; warm(print)'
	@touch $@

$(VENV)/.kafka: $(VENV)/.synced streams/broker.py
	$(say) "a local Kafka, about half a minute, once"
	@home=$$(mktemp -d) && trap 'rm -rf "$$home"' EXIT && \
		$(PY) -c 'import sys, pathlib, streams.broker; streams.broker.prepare(pathlib.Path(sys.argv[1]))' "$$home"
	@touch $@
