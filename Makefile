# Two commands do everything on a fresh machine with Python 3.11 or newer: `make chat` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
# Where tests keep what is built once; what `make check` builds there, `make test` need not build again.
BUILT := $(CURDIR)/.pytest_cache/d/plainspoken

.PHONY: install chat test check figures voices grounding rehearsal bench scale snapshots screenshots sizes

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
	@$(BIN)/python -m pytest -n 2 --dist worksteal

check: install
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@PLAINSPOKEN_DATA=$(BUILT) $(BIN)/plainspoken check
	@PLAINSPOKEN_DATA=$(BUILT) $(BIN)/plainspoken review --check

# Prints how well questions are understood, and writes the same to tests/benchmarks/FIGURES.md.
figures: install
	@$(BIN)/python -m tests.benchmarks.figures

# Prints what holds when a whole voice is left out, and writes the same to tests/benchmarks/VOICES.md.
voices: install
	@$(BIN)/python -m tests.benchmarks.voices

# Prints how well the rehearsal judges answers of staff, and writes the same to tests/benchmarks/REHEARSAL.md.
rehearsal: install
	@$(BIN)/python -m tests.benchmarks.rehearsal

# Prints how well sentences are checked, and writes the same to tests/benchmarks/GROUNDING.md.
grounding: install
	@$(BIN)/python -m tests.benchmarks.grounding

# Measures how fast it is beside a plain LangChain assistant, and writes the same to tests/benchmarks/SPEED.md.
bench: install
	@$(BIN)/python -m tests.benchmarks.speed

# Measures what grows with a corpus, on made-up ones, and writes the same to tests/benchmarks/SCALE.md. Takes long.
scale: install
	@$(BIN)/python -m tests.benchmarks.scale

# Accepts what the screens look like now. Look at the pictures first.
snapshots: install
	@$(BIN)/python -m pytest tests/tui --snapshot-update

# Takes the pictures of the README anew.
screenshots: install
	@$(BIN)/python -m tests.tui.screenshots

# Measures what setting up downloads, and what a family's copy needs on disk.
sizes: install
	@aside=$$(mktemp -d) && trap 'rm -rf '$$aside EXIT && \
	$(BIN)/python -m pip download --quiet --disable-pip-version-check --constraint constraints.txt --dest $$aside/wheels . && \
	$(PYTHON) -m venv $$aside/env && \
	$$aside/env/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt . && \
	echo "download: $$(du -sm $$aside/wheels | cut -f1) MB" && \
	echo "on disk:  $$(du -sm $$aside/env | cut -f1) MB"
