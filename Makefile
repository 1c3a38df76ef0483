# Two commands do all set-up on a fresh machine: `make demo` and `make test`.
# uv is used where it is there (with the system's Python), else venv and pip.
PYTHON ?= python3
VENV ?= .venv
OUT ?= data/out/demo
WORKERS ?= 2
BIN := $(VENV)/bin
export PYTHONUTF8 := 1

.PHONY: demo test check bench notebooks sample wheelhouse clean

demo: $(VENV)/.core
	$(BIN)/greenmap demo --out $(OUT)

test: $(VENV)/.test
	sh scripts/set_up.sh browser
	$(BIN)/ruff check greenmap tests scripts notebooks
	$(BIN)/mypy
	$(BIN)/pytest -n $(WORKERS) --dist loadfile $(PYTEST)

check: $(VENV)/.test
	$(BIN)/ruff check greenmap tests scripts notebooks
	$(BIN)/mypy

bench: $(VENV)/.bench
	$(BIN)/python scripts/benchmark.py $(BENCH)

notebooks: $(VENV)/.test
	for name in $(notdir $(basename $(wildcard notebooks/*.py))); do \
	  $(BIN)/jupytext --to ipynb --execute --output data/out/$$name.ipynb notebooks/$$name.py || exit 1; done

sample: $(VENV)/.core
	$(BIN)/python scripts/make_sample.py

$(VENV)/.core: pyproject.toml constraints.txt scripts/set_up.sh
	sh scripts/set_up.sh install "$(PYTHON)" "$(VENV)" "."
	touch $@

$(VENV)/.test: pyproject.toml constraints.txt scripts/set_up.sh
	sh scripts/set_up.sh install "$(PYTHON)" "$(VENV)" ".[test]"
	touch $@ $(VENV)/.core

$(VENV)/.bench: $(VENV)/.core
	sh scripts/set_up.sh peers "$(VENV)"
	touch $@

wheelhouse:
	sh scripts/set_up.sh install "$(PYTHON)" build/wheelhouse ".[wheelhouse]"
	build/wheelhouse/bin/python scripts/wheelhouse.py

clean:
	rm -rf $(VENV) data/out data/cache build dist
