# Two commands: `make demo` runs the bundled claims, `make test` runs what CI runs. Both make .venv first.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
OUT ?= demo/$(shell date -u +%Y%m%dT%H%M%SZ)
SCENES = $(firstword $(wildcard $(OSINT_IMAGERY_DATA)/scenes/catalog.json ../shared/data/scenes/catalog.json))

.PHONY: demo test lint types contracts check doctest notebooks lock clean

$(VENV)/.ready: pyproject.toml requirements/dev.txt requirements/demo.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements/demo.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

demo: $(VENV)/.ready
	$(BIN)/osint-imagery demo --out $(OUT) $(if $(SCENES),--real-scenes $(SCENES))

test: lint types contracts check notebooks

lint: $(VENV)/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.ready
	$(BIN)/mypy

contracts: $(VENV)/.ready
	$(BIN)/lint-imports

check: $(VENV)/.ready
	$(BIN)/pytest -n 2 --dist loadfile
	$(BIN)/pytest -o testpaths= -o addopts= --doctest-glob='*.md' docs CONTRIBUTING.md

notebooks: $(VENV)/.ready
	mkdir -p $(VENV)/notebooks
	for f in notebooks/*.py; do $(BIN)/jupytext --quiet --to ipynb --output $(VENV)/notebooks/$$(basename $$f .py).ipynb $$f || exit 1; done
	$(BIN)/pytest -n 2 --nbmake --nbmake-timeout=600 $(VENV)/notebooks -o testpaths= -o addopts=

lock:
	uv pip compile pyproject.toml --group dev --extra xarray --extra sign --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-annotate --no-emit-index-url --quiet -o requirements/dev.txt

clean:
	rm -rf $(VENV) build dist
