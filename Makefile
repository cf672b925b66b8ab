# Two commands: `make demo` runs the bundled claims, `make test` runs what CI runs. Both make .venv first.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
OUT ?= demo/$(shell date -u +%Y%m%dT%H%M%SZ)
SCENES = $(firstword $(wildcard $(OSINT_IMAGERY_DATA)/scenes/catalog.json ../shared/data/scenes/catalog.json))

.PHONY: demo test servers test-servers lint types contracts check notebooks docs lock clean

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

# The documentation as pages: the gallery is drawn and the reference written from the code.
docs: $(VENV)/.ready
	$(BIN)/python -m pip install --quiet -e '.[docs]'
	$(BIN)/python docs/make_pages.py docs/generated
	$(BIN)/mkdocs build --quiet

# Real servers and real items, in an environment of their own; what cannot be had is a visible skip.
SERVERS = $(VENV)/servers
SERVER_TESTS = tests/servers

$(SERVERS)/.ready: $(SERVER_TESTS)/requirements.txt $(SERVER_TESTS)/items.txt
	$(PYTHON) -m venv $(SERVERS)
	$(SERVERS)/bin/python -m pip install --quiet --upgrade pip
	$(SERVERS)/bin/python -m pip install --quiet -r $(SERVER_TESTS)/requirements.txt
	$(SERVERS)/bin/python -m pip download --quiet --no-deps --no-binary :all: --require-hashes -r $(SERVER_TESTS)/items.txt -d $(SERVERS)/items
	tar -xzf $(SERVERS)/items/odc_stac-0.5.3.tar.gz -C $(SERVERS)/items --strip-components=3 odc_stac-0.5.3/tests/data
	touch $@

servers: $(SERVERS)/.ready

test-servers: $(VENV)/.ready $(SERVERS)/.ready
	OSINT_IMAGERY_SERVERS=$(SERVERS) OSINT_IMAGERY_REAL_ITEMS=$(SERVERS)/items $(BIN)/pytest -n 0 -rs $(SERVER_TESTS)

lock:
	uv pip compile pyproject.toml --group dev --extra xarray --extra sign --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-annotate --no-emit-index-url --quiet -o requirements/dev.txt

clean:
	rm -rf $(VENV) build dist
