# make run    set up, migrate, load demo data into an empty base, and serve on 127.0.0.1:$PORT (8000)
# make install  set up without starting, for a server
# make test   set up and run every check and test, on SQLite and, where it is installed, on PostgreSQL
# make bench  measure pages against the raw floor (see README, Figures)

# Debian's own first: it is compiled with more care, and a sixth quicker, than what many build for themselves.
PYTHON = $(or $(shell for it in /usr/bin/python3.11 python3.11 python3; do \
	$$it -c 'import ensurepip' 2>/dev/null && command -v $$it && break; done),python3)
BIN := .venv/bin
ENGLISH := gridunion/translations/en/LC_MESSAGES/messages
# One a core: browsers and servers bring processes of their own.
WORKERS ?= 2

# Each process of a run would compile everything anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: run install test check suite bench messages clean

run: install
	@$(BIN)/flask up

install: .venv/run $(ENGLISH).mo
	@$(BIN)/python -m compileall -q app.py gridunion migrations

# The checks run beside the tests, in the moments when those wait; what fails of either fails the whole.
test: .venv/test $(ENGLISH).mo
	@$(MAKE) --no-print-directory -j 2 check suite

suite: .venv/test $(ENGLISH).mo
	$(BIN)/pytest -n $(WORKERS) --dist loadgroup --no-loadscope-reorder
	tests/on_postgres $(BIN)/pytest -n $(WORKERS) --dist loadgroup --no-loadscope-reorder -m "not browser and not once"

check: .venv/test $(ENGLISH).mo
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/djlint --lint --quiet templates

bench: .venv/test $(ENGLISH).mo
	$(BIN)/python -m tests.bench
	$(BIN)/python -m tests.bench.importing

# Read the texts out of the code and the pages into the catalog of English.
messages: .venv/test
	$(BIN)/pybabel -q extract -F pyproject.toml -k _ -k lazy_gettext --no-location --sort-output -o .venv/messages.pot .
	$(BIN)/pybabel -q update -N --no-fuzzy-matching --ignore-obsolete -l en -i .venv/messages.pot -o $(ENGLISH).po

$(ENGLISH).mo: $(ENGLISH).po | .venv/run
	$(BIN)/pybabel -q compile -l en -i $< -o $@

.venv/run: requirements.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/test: requirements-dev.txt | .venv/run
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

clean:
	rm -rf .venv var var.keys
