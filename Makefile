# P4 Lab: prepare, run, check. Needs make, git and Python 3.11, 3.12 or 3.13; everything else goes into .venv.
# `make clean setup PYTHON=/path/to/python` takes the Python you name.

VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.ready
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
PYTEST := QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -q
PEERS  := $(VENV)/.peers
# What the window says where there is no screen, and its tests, belong to ui/; make only starts it.
SCREENSHOT := scenarios/three-regimes.toml

.PHONY: setup run test lint proof mutants monkey bench screenshots gallery clean

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt .ci/venv
	@sh .ci/venv $(VENV) $(PYTHON)
	@echo "Installing what P4 Lab needs into $(VENV) (once; a minute or two)..."
	@$(PIP) hatchling && $(PIP) --no-build-isolation --editable '.[dev,bench]' \
	  || { echo "make setup: pip could not install everything (see above). Is the network there? Then try again."; exit 1; }
	@touch $@

$(PEERS): $(STAMP)
	@echo "Installing whom live nodes are compared with..."
	@$(PIP) --no-build-isolation --editable '.[dev,bench,peers]' \
	  || echo "make bench: they could not be installed (see above); their rows will be missing."
	@touch $@

run: setup
	@$(BIN)/p4lab gui

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

# The window's tests, then the engine's where importing Qt fails.
test: lint
	P4LAB_WINDOW_ONLY=1 $(PYTEST) -n 2
	P4LAB_NO_QT=1 $(PYTEST) -p no:pytest-qt -n 2

# A fault campaign: 200 cluster-hours and 30,000 crashes at least, with the invariants checked throughout. Then real
# processes: killed a hundred times, given a million messages that are none, thirty in a class of their own, attacked.
proof: setup
	$(BIN)/p4lab torture --hours 200
	$(BIN)/python -m tests.proofs.kill
	$(BIN)/python -m tests.proofs.kill_node
	$(BIN)/python -m tests.proofs.fuzz
	$(BIN)/python -m tests.proofs.discovery
	$(BIN)/python -m tests.proofs.class30
	$(BIN)/python -m tests.proofs.observe
	$(BIN)/python -m tests.proofs.attacks

# Mistakes planted one by one, each to be noticed by the tests.
mutants: setup
	$(BIN)/python -m tests.mutants

# Five thousand random things done to the window, from five seeds.
monkey: setup
	P4LAB_MONKEY=1000 $(PYTEST) -n 2 tests/ui/e2e/test_monkey.py

bench: setup $(PEERS)
	@QT_QPA_PLATFORM=offscreen $(BIN)/python -m bench

screenshots: setup
	$(BIN)/p4lab screenshot $(SCREENSHOT) --theme light -o assets/screenshot-light.png
	$(BIN)/p4lab screenshot $(SCREENSHOT) --theme dark -o assets/screenshot-dark.png
	$(BIN)/p4lab screenshot scenarios/partition-and-heal.toml --at 14 --theme dark -o assets/screenshot-parted.png
	$(BIN)/python -m tests.gallery out/gallery compare why classroom
	cp out/gallery/compare-light.png assets/screenshot-compare.png
	cp out/gallery/why-dark.png assets/screenshot-why.png
	cp out/gallery/classroom-light.png assets/screenshot-class.png

# Every main view, in both themes and small, into out/gallery: to be looked at after a visible change.
gallery: setup
	$(BIN)/python -m tests.gallery

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis bench/latest.json
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
