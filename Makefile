# The commands of this project. `make run` is the first, `make test` the second.

# The system's Python is built with the optimisations that many a self-built one lacks; a page takes a fifth less time.
FITS := -c "import ensurepip, sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))"
PYTHON ?= $(shell /usr/bin/python3 $(FITS) 2> /dev/null && echo /usr/bin/python3 || echo python3)
PY := .venv/bin/python

.PHONY: run test check fuzz setup reset lock
.DEFAULT_GOAL := run

run: setup  ## serve everything on http://127.0.0.1:$(PORT), with demo data
	@exec $(PY) -m governance_center.embedded

test: setup .venv/dev  ## every test; browser tests where Chromium is installed
	@exec $(PY) -m pytest -n 2 $(PYTEST_ARGS)

fuzz: setup .venv/dev  ## every form and address with malformed input, for FUZZ_SECONDS; FUZZ_SEED says which
	@FUZZ_SECONDS=$(FUZZ_SECONDS) FUZZ_SEED=$(FUZZ_SEED) exec $(PY) -m pytest -n 2 -q --tb=short --show-capture=no -p no:logging tests/fuzz

FUZZ_SECONDS ?= 300
FUZZ_SEED ?= 1

check: setup .venv/dev  ## lint, format, templates, imports, missing migrations, types
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m djlint --quiet --lint templates
	$(PY) -c "from importlinter.cli import lint_imports_command; lint_imports_command()"
	DJANGO_SETTINGS_MODULE=tests.settings $(PY) -W ignore::RuntimeWarning -m django makemigrations --check --dry-run
	$(PY) -m mypy

setup: .venv/runtime static/vendor/icons.svg  ## .venv, pinned packages, front-end files; starts nothing

reset:  ## forget the local database, after asking
	@exec $(PY) -m governance_center.embedded reset

lock: .venv/dev  ## write the lock files again after a change of pyproject.toml
	$(PY) -m uv pip compile --quiet $(LOCK) pyproject.toml -o requirements.txt
	$(PY) -m uv pip compile --quiet $(LOCK) pyproject.toml --group dev -o requirements-dev.txt

LOCK := --no-config --generate-hashes --universal --python-version 3.11 --no-header

.venv/runtime: requirements.txt
	@$(PYTHON) -m venv --clear .venv  # from nothing: another Python may have made the old one
	@$(PY) governance_center/embedded/install.py requirements.txt
	@touch $@

.venv/dev: requirements-dev.txt | .venv/runtime
	@$(PY) governance_center/embedded/install.py requirements-dev.txt
	@touch $@

node_modules/.package-lock.json: package-lock.json | .venv/runtime
	@$(PY) governance_center/embedded/frontend.py --download
	@touch $@

static/vendor/icons.svg: static/icons.txt governance_center/embedded/frontend.py node_modules/.package-lock.json
	@$(PY) governance_center/embedded/frontend.py
