# Everything here needs python3 (3.11 or later), make and the package registry; nothing else.
PYTHON ?= python3
VENV   ?= .venv
BIN     = $(VENV)/bin
READY   = $(VENV)/.ready
INSTALL = $(BIN)/python requirements/install.py
# Compiled once and kept: each worker, command and local AWS of the tests would do it again.
export PYTHONDONTWRITEBYTECODE =

.PHONY: demo test thorough test-browser check lint setup bench faults search corpus lock pythons wheel docs docs-help pictures clean

demo: $(or $(wildcard $(READY)),$(VENV)/.local)  ## the sample application, made observable, on a local AWS
	$(BIN)/dragonctl demo

# Many tests wait, more than they compute: so four processes on two cores.
TESTS   = $(BIN)/python -m pytest --numprocesses 4 --dist loadscope --no-loadscope-reorder

test: setup  ## the tests, but for `make thorough`; four minutes on two cores
	$(TESTS) -m "not thorough"

thorough: setup  ## every variant and every fault of what `make test` tries once; seven minutes
	$(TESTS) -m thorough

test-browser: setup  ## the service map's page, and other origins before the local AWS, in headless Chromium (Debian: apt-get install chromium)
	$(BIN)/python -m pytest tests/browser

check: setup lint test thorough  ## what CI checks

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

setup: $(READY)

$(READY): requirements/dev.txt pyproject.toml
	@echo "What the work on dragonctl needs is installed into $(VENV), once; that takes half a minute."
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) requirements/dev.txt --compile-bytecode
	$(BIN)/python -m compileall -q dragonctl  # what pip does for a package that is not editable
	touch $@

# What the demo alone needs, compiled when it is first imported: most of it never is.
$(VENV)/.local: requirements/local.txt pyproject.toml
	@echo "What dragonctl and its local AWS need is installed into $(VENV), once."
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) requirements/local.txt
	touch $@

bench: bench-tracers bench-observability bench-first_run bench-unchanged bench-caching bench-deploy bench-zips bench-logs bench-fleet  ## dragonctl beside plain boto3, the AWS CLI, pip

bench-%: setup $(VENV)/bench/.ready  ## one of them alone: the files of bench/ that can be run
	$(BIN)/python -m bench.$*

$(VENV)/bench/.ready: requirements/bench.txt
	$(PYTHON) -m venv $(VENV)/bench
	$(VENV)/bench/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.txt
	touch $@

bench-prowler: setup $(VENV)/prowler/.ready  ## what an unmodified prowler says, beside `status --controls`
	$(BIN)/python -m bench.prowler

$(VENV)/prowler/.ready: requirements/prowler.txt
	$(PYTHON) -m venv $(VENV)/prowler
	$(VENV)/prowler/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/prowler.txt
	touch $@

faults: setup  ## every fault at every call of every changing command, and every two at once (hours; RECORD=file goes on)
	$(BIN)/python -m tests.faults.table $(if $(RECORD),--record $(RECORD))
	$(BIN)/python -m tests.faults.pairs
	$(BIN)/python -m pytest tests/strict/test_odd_answers.py --hypothesis-profile deep

search: setup  ## the property tests on other examples each time, a thousand of each (an hour)
	$(BIN)/python -m pytest -m hypothesis --hypothesis-profile deep --numprocesses 2

corpus: setup  ## every application of SHAPES=DIR (default: the project's own) there and back, on a strict AWS and the local one
	$(BIN)/python -m tests.corpus $(if $(SHAPES),--shapes $(SHAPES),--page docs/applications.md)

COMPILE = $(BIN)/uv pip compile --universal --python-version 3.11 --upgrade --generate-hashes --no-header --no-annotate --quiet
lock: setup  ## pin every dependency again, with hashes
	$(COMPILE) --all-extras --group dev pyproject.toml --output-file requirements/dev.txt
	$(COMPILE) --extra local --group build --constraint requirements/dev.txt pyproject.toml --output-file requirements/local.txt
	echo uv | $(COMPILE) --constraint requirements/dev.txt - --output-file requirements/uv.txt
	echo awscli | $(COMPILE) - --output-file requirements/bench.txt

pythons: setup  ## the demo from a wheel, on every Python from 3.11 that this machine has
	$(BIN)/python -m bench.pythons

wheel: setup
	$(BIN)/python -m hatchling build -t wheel

clean:
	rm -rf $(VENV) build dist

docs: setup  ## the help, the output and the tutorial in the pages, made anew
	$(BIN)/python -m docs.make_pages

docs-help: setup  ## only the help and the picture of the imports, in seconds
	$(BIN)/python -m docs.make_pages help

pictures: setup  ## the pictures of the pages, from real output
	$(BIN)/python -m docs.make_pictures
