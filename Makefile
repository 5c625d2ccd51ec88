# Every target works on a fresh checkout: whatever it needs is set up first, once.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Processes that test at the same time; each takes up to 2 GB.
TESTERS ?= 2
READY := $(VENV)/.ready

.PHONY: demo run test soak check bench screenshots clean

# Indexes demo pictures, or yours with PHOTOS=folder, and searches them; writes demo/hits.png and
# demo/window.png, neither of which needs a display.
demo: $(READY)
	$(BIN)/python -m photofind.demo --out demo $(if $(PHOTOS),--photos "$(PHOTOS)")

# Opens the window.
run: $(READY)
	$(BIN)/photofind

# Every state of the window, light and dark, at 1x and 2x, into docs/screenshots.
screenshots: $(READY)
	$(BIN)/python packaging/screenshots.py --out docs/screenshots

# In the order of the folders: reordered, the longest tests, alone in their files, would come last.
test: $(READY)
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -n $(TESTERS) --dist loadfile \
		--no-loadscope-reorder

# The figures of docs/reliability.md as a whole; about an hour.
soak: $(READY)
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -m soak -o timeout=7200 -o faulthandler_timeout=7200

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@$(MAKE) --no-print-directory test

# Minutes to tens of minutes; see benchmarks/README.md for each on its own.
bench: $(READY)
	$(BIN)/python benchmarks/search_latency.py
	$(BIN)/python benchmarks/index_speed.py
	$(BIN)/python benchmarks/against_rclip.py

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $(READY)

clean:
	rm -rf $(VENV) demo build dist
