# Open Chair. `make run` and open http://127.0.0.1:8000; everything else is below.

PYTHON ?= python3
export PORT ?= 8000

PY := .venv/bin/python
MACHINE := recovery/machine.py
# A folder of their own: tests and checks never touch the data of a running site.
TEST_VAR_DIR := $(or $(VAR_DIR),$(CURDIR)/var)/test
# Modules with types that are checked. The rest is Django's, where types say little.
TYPED := --follow-imports=silent recovery/embedded recovery/checks.py recovery/probe.py recovery/logs.py \
	recovery/local_keys.py recovery/accounts groups/access.py groups/history.py groups/text.py \
	meetings/schedules meetings/geo.py meetings/tokens.py meetings/contacts.py meetings/freshness.py meetings/messages \
	$(addprefix meetings/finder/,asking.py choices.py clock.py columns.py conditions.py entries.py facts.py filters.py \
	memory.py names.py page.py places_meant.py reach.py results.py searching.py selection.py ways_on.py \
	words.py writing.py sentence)

.PHONY: help run test check bench lock python

help:
	@echo "make run     the site at http://127.0.0.1:$(PORT) (another port: make run PORT=8001)"
	@echo "make test    all tests (some: make test ARGS=\"-k reminders\")"
	@echo "make check   style, types, templates, migrations, service files"
	@echo "make bench   measure, and rewrite PERFORMANCE.md"
	@echo "make lock    compile requirements*.txt from pyproject.toml anew"

python:
	@command -v "$(PYTHON)" >/dev/null || \
	{ echo "Open Chair needs Python 3.11 or newer; there is no $(PYTHON) on this machine."; exit 1; }

run: python
	@"$(PYTHON)" -I $(MACHINE) ready --port "$(PORT)"
	@exec $(PY) manage.py run

test: python
	@"$(PYTHON)" -I $(MACHINE) ready --dev --chromium
	@VAR_DIR="$(TEST_VAR_DIR)" $(PY) -m pytest -n auto --maxprocesses=4 --dist=loadgroup $(ARGS)

check: python
	@"$(PYTHON)" -I $(MACHINE) ready --dev
	@VAR_DIR="$(TEST_VAR_DIR)" $(PY) -I .ci/check.py $(TYPED)

bench: python
	@"$(PYTHON)" -I $(MACHINE) ready --dev
	@$(PY) -m tests.bench $(ARGS)

# In an environment of its own, thrown away after; hashes, and no index addresses.
lock: python
	@set -e; folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; \
	"$(PYTHON)" -m venv "$$folder/venv"; \
	"$$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check uv; \
	set -- pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade pyproject.toml; \
	"$$folder/venv/bin/uv" "$$@" --output-file requirements.txt; \
	"$$folder/venv/bin/uv" "$$@" --group dev --output-file requirements-dev.txt; \
	echo "requirements.txt and requirements-dev.txt are compiled."
