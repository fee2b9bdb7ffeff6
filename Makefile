# `make run` opens the demo company at http://127.0.0.1:8000, `make test` checks everything. Both set up what they need.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-print-directory
# Many processes are started here: compiling the same modules anew in each would cost most of their beginning.
unexport PYTHONDONTWRITEBYTECODE
.DEFAULT_GOAL := run

VENV := .venv
PY := $(VENV)/bin/python
KUNDENAKTE := $(PY) -m kundenakte
# Processes of one pytest run. More than there are cores make the browsers slow, and then nothing is won.
JOBS ?= 2
# One row of the benchmark: make bench ONLY=rest-post
ONLY ?=
# Further real documents for `make soak`: make soak SAMPLES=/some/folder
SAMPLES ?=

.PHONY: run test code tests bench soak lock screenshots messages format ready ready-to-test

run: ready
	$(KUNDENAKTE) setup
	$(PY) -m demo.opening
	exec $(KUNDENAKTE) serve

# What reads the code uses one core: it goes beside the tests.
test: ready-to-test
	@$(MAKE) -j 2 code tests

code:
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	KUNDENAKTE_DATA=$$(mktemp -d) $(KUNDENAKTE) makemigrations --check --dry-run

tests:
	@echo "== on SQLite =="
	KUNDENAKTE_TEST_ON=sqlite $(PY) -m pytest -rs -n $(JOBS) --maxschedchunk 2
	@echo "== on PostgreSQL =="
	KUNDENAKTE_TEST_ON=postgresql $(PY) -m pytest -rs -n $(JOBS) --maxschedchunk 2 -m "not journey or smoke"

# The long forms: full kill rounds, 2 GB, all samples. Hours, not minutes.
soak: ready-to-test
	@echo "== on SQLite, long =="
	KUNDENAKTE_LONG=1 SAMPLES="$(SAMPLES)" KUNDENAKTE_TEST_ON=sqlite $(PY) -m pytest -rs -n $(JOBS)
	@echo "== on PostgreSQL, long =="
	KUNDENAKTE_LONG=1 SAMPLES="$(SAMPLES)" KUNDENAKTE_TEST_ON=postgresql $(PY) -m pytest -rs -n $(JOBS)

bench: ready-to-test
	$(PY) -m bench $(if $(ONLY),--only $(ONLY))

screenshots: ready-to-test
	$(PY) -m demo.pictures

format: ready-to-test
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

# Compiles the English texts and says which are missing; needs no gettext.
messages: ready-to-test
	$(PY) -m kundenakte.config.translations

# Pins what run.in and check.in ask for, with hashes and without the address of any index.
lock: $(VENV)/made
	$(PY) -m pip install --quiet uv
	for name in run check; do \
	  $(VENV)/bin/uv pip compile requirements/$$name.in --output-file requirements/$$name.txt --upgrade --universal \
	    --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet; \
	done

# What is needed, made only when it is missing or its list has changed

ready: $(VENV)/run
	@tools/system-packages run

ready-to-test: $(VENV)/run $(VENV)/check
	@tools/system-packages run test

$(VENV)/made: tools/make-venv
	tools/make-venv $(VENV)
	@touch $@

$(VENV)/run: requirements/run.txt $(VENV)/made
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/run.txt
	@touch $@

$(VENV)/check: requirements/check.txt $(VENV)/run
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/check.txt
	@touch $@
