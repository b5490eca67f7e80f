# Two commands on a fresh Debian or Ubuntu with make and Python 3.11 or newer:
#
#     make demo      sets up and grades a sample class
#     make test      sets up and passes the tests
#
# PYTHON=python3.12 chooses another interpreter; OPTIONS goes to pytest.

# The first that is new enough, so that an older python3 of the system does no harm.
PYTHON ?= $(shell for python in python3 python3.11 python3.12 python3.13; do \
    $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; \
done)
VENV := .venv
PY := $(VENV)/bin/python
READY := $(VENV)/.ready
OPTIONS ?=
SEEDS ?= 200
INPUTS ?= 100000

export OMP_NUM_THREADS := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help setup demo test fuzz fairness bench scale lint image wheelhouse clean

help: ## Show this list.
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

setup: $(READY) ## Make .venv with Zachetka, its tools and the CPU build of torch.

$(READY): pyproject.toml docker/requirements.txt docker/install-torch.sh
	@test -n "$(PYTHON)" || { \
	    echo "Python 3.11 or newer is needed: apt-get install python3 python3-venv" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	    echo "Python's venv module is needed: apt-get install python3-venv" >&2; exit 1; }
	@test -x $(PY) || { rm -rf $(VENV); $(PYTHON) -m venv $(VENV); }
	@echo "Setting up $(VENV): a few minutes and 2 GB, once."
	@sh docker/install-torch.sh $(PY)
	@$(PY) -m pip install -qq --editable '.[dev]'
	@# Nothing that came after may have brought the build with CUDA.
	@sh docker/install-torch.sh $(PY)
	@touch $@

demo: $(READY) ## Grade a sample class of a dozen submissions and show the table.
	@rm -rf demo-class demo-reports
	@$(PY) -m zachetka.demo demo-class
	@$(VENV)/bin/zachetka batch mlp demo-class --out demo-reports --allow-watched-memory

test: $(READY) ## Run all tests; those that need a container engine skip where there is none.
	@$(PY) -m pytest -n 3 --dist loadgroup $(OPTIONS)

fuzz: $(READY) ## Try 100,000 damaged inputs on every reader of what strangers send: half an hour.
	@ZACHETKA_FUZZ_INPUTS=$(INPUTS) $(PY) -m pytest -n 2 --timeout 3600 tests/fuzz $(OPTIONS)

fairness: $(READY) ## Try the graders under 200 secrets and write docs/fairness.md: hours.
	@$(VENV)/bin/zachetka verify --seeds $(SEEDS) --page docs/fairness.md

bench: $(READY) ## Grade the same notebooks with Zachetka and with its peers, side by side.
	@PYTHONPATH=tests/benchmarks $(PY) tests/benchmarks/bench.py --page tests/benchmarks/RESULTS.md

scale: $(READY) ## See how a batch grows with the class: 100, 1,000 and 3,000 notebooks.
	@PYTHONPATH=tests/benchmarks $(PY) tests/benchmarks/scale.py

lint: $(READY) ## Run ruff, mypy and import-linter.
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports

image: $(READY) ## Build the image of the docker sandbox.
	@$(VENV)/bin/zachetka sandbox --build

wheelhouse: $(READY) ## Fetch the image's wheels to docker/wheelhouse, to build without a network.
	@rm -rf docker/wheelhouse && mkdir docker/wheelhouse
	@$(PY) -m pip download -qq --only-binary :all: --python-version 3.11 \
	    --dest docker/wheelhouse --requirement docker/requirements.txt \
	    "torch==$$(sed -n 's/^torch==//p' docker/requirements.txt)+cpu" \
	    || { rm -rf docker/wheelhouse; exit 1; }

clean: ## Remove what these commands made, except for the image.
	rm -rf $(VENV) $(VENV)-bench demo-class demo-reports docker/wheelhouse .pytest_cache .mypy_cache .ruff_cache \
	    .import_linter_cache
