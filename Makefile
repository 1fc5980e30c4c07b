# make demo   the whole exchange on this machine, until Ctrl-C
# make test   every test
# make chaos  a running auction under kill -9, full disks, wrong clocks: nothing lost, all once (KILLS=200 SEED=1)
# make simulate  random walks through the whole process, every invariant after every step (SEEDS=10000 FIRST=0)
# make check  what a machine can judge without running the tests
# make setup  the virtual environment alone
# make screenshots  every page at three widths, to look at, in .local/screenshots
# make bench  every promised speed, measured beside its limits and peers, in .local/bench/results.md
# make baseline  the schema, and every case's result and documents, to compare with another time's (OUT=dir AGAINST=dir)
# make catalogue    the catalogue of each language, up to date with what pages say

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
KILLS ?= 200
SEED ?= 1
SEEDS ?= 10000
FIRST ?= 0
PYTEST_ARGS ?= -n 2 --dist loadfile --no-loadscope-reorder

export PYTHONPATH := $(CURDIR)/platform:$(CURDIR)

.PHONY: help setup baseline catalogue demo test chaos simulate bench screenshots check format lock clean

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

# The lock is installed again only when it has changed.
setup:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@cmp -s requirements-dev.lock $(VENV)/installed.lock || { \
		echo 'installing the locked packages ...' && \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-dev.lock && \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable . && \
		cp requirements-dev.lock $(VENV)/installed.lock; }
	@! grep -q '[dD]ependencies"' package.json || cmp -s package-lock.json node_modules/installed.lock || { \
		npm ci --silent && cp package-lock.json node_modules/installed.lock; }

	@for each in locale/*/LC_MESSAGES/django.po; do test $${each%.po}.mo -nt $$each || { \
		$(BIN)/pybabel --quiet compile --domain django --directory locale || exit 1; break; }; done

# Brings the catalogue of each language up to date with templates, code and labels.
catalogue: setup
	$(BIN)/python manage.py catalogue

demo: setup
	@exec $(BIN)/python -m config.demo

test: setup
	$(BIN)/python -m pytest $(PYTEST_ARGS)

chaos: setup
	@exec $(BIN)/python -m tests.chaos --kills $(KILLS) --seed $(SEED)

simulate: setup
	@$(BIN)/python -m tests.simulation --seeds $(SEEDS) --first $(FIRST)

# ONLY=hot,fanout some sections, ROUNDS=5 other than three rounds, QUICK=1 a try of some minutes.
bench: setup
	@$(BIN)/python -m bench $(if $(ONLY),--only $(ONLY)) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(QUICK),--quick)

baseline: setup
	@$(BIN)/python -m tests.baseline $(or $(OUT),.local/baseline) $(if $(AGAINST),--against $(AGAINST))

screenshots: setup
	$(BIN)/python -m tests.browser.screenshots

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/python manage.py setup_database --verbosity 0 --or-anew
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py check --fail-level WARNING

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# For every platform and Python from 3.11, with hashes and without the address of any registry: what the exchange is
# built and tried with, and of that what it runs on, which is all that the image has.
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header
lock:
	$(COMPILE) --upgrade --output-file requirements-dev.lock requirements-dev.in
	$(COMPILE) --constraint requirements-dev.lock --output-file requirements.lock requirements.in

# The data of the checkout's own servers goes too.
clean:
	@test ! -x $(BIN)/python || $(BIN)/python manage.py servers stop || true
	@test ! -x $(BIN)/python || DJANGO_SETTINGS_MODULE=config.settings.test $(BIN)/python manage.py servers stop || true
	@test ! -x $(BIN)/python || rm -rf "$$($(BIN)/python -c 'from config.servers.local import folder_in_memory as it; print(it())')"
	@test ! -x $(BIN)/python || $(BIN)/python -c 'from config.watchdog import memory, sweep; sweep(memory())'
	rm -rf .local $(VENV) node_modules staticfiles .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
