# make demo    set up .venv and show what primir does
# make test    the same set-up, then the tests
# make slow    the tests that take longer
# make types   mypy, strict (and `make pyright`)
# make lint    ruff
# make check   all of them
# make clean   as after a fresh clone
#
# To choose the Python: make PYTHON=python3.12 demo

PYTHON ?= python3
BIN    := .venv/bin
READY  := .venv/ready
TOOLS  := .venv/tools
LINK   := build/src/primir

.PHONY: demo test slow types pyright lint check clean
.DELETE_ON_ERROR:

demo: $(READY)
	@$(BIN)/python examples/demo.py

test: $(READY)
	$(BIN)/python -m pytest tests

slow: $(READY)
	$(BIN)/python -m pytest tests -m slow -n 2 --dist worksteal --durations=20

types: $(TOOLS) $(LINK)
	$(BIN)/mypy

pyright: $(TOOLS) $(LINK)
	$(BIN)/pyright

lint: $(TOOLS)
	$(BIN)/ruff check .

check: test slow types pyright lint

clean:
	rm -rf .venv build dist primir.egg-info

# The package with what its tests need. The first lines speak where Python is too old, too new, or came without venv.
$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null || { \
	    echo "primir needs Python 3.11 to 3.14, and this is $(PYTHON): $$($(PYTHON) --version 2>&1)" \
	        "- choose another: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { rm -rf .venv; \
	    echo "$(PYTHON) cannot make a virtual environment. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@echo "Setting up .venv, once: solvers and compilers, about 900 MB on disk ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@

$(TOOLS): $(READY)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

# mypy and pyright read the package through this link, whose name is `primir` whatever the clone is called.
$(LINK):
	@mkdir -p $(@D)
	@ln -s ../.. $@
