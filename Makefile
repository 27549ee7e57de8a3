# Two commands do everything on a fresh machine with Python 3.11 or newer: `make chat` and `make test`.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: install chat test check figures snapshots

install: .venv/.installed

# A new pyproject or new constraints install again; otherwise nothing happens.
.venv/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing; the first time this takes a few minutes."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

chat: install
	@$(BIN)/plainspoken

test: install
	@$(BIN)/python -m pytest

check: install
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/plainspoken check

# Prints how well questions are understood, and writes the same to tests/benchmarks/FIGURES.md.
figures: install
	@$(BIN)/python -m tests.benchmarks.figures

# Accepts what the screens look like now. Look at the pictures first.
snapshots: install
	@$(BIN)/python -m pytest tests/tui --snapshot-update
