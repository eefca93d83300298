# One entry for people and for .ci/run. PYTHON chooses the interpreter (3.11 or newer), ARGS passes on options.

PYTHON ?= python3
WORKERS ?= 2
ARGS ?=
# Every benchmark that can be run by itself; BENCH=score runs that one.
BENCH ?= $(sort $(patsubst benchmarks/%.py,%,$(shell grep -l __main__ benchmarks/*.py)))
# What trials need of the system: browsers of pictures and of text alone, and strace, which sees what a process does.
BROWSER := chromium fonts-wqy-microhei libatomic1 lynx strace
LONG := strace

BIN := .venv/bin
SUDO := $(shell [ "$$(id -u)" = 0 ] || command -v sudo)
APT := $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get -qq
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
INSTALL := $(PIP) install --no-input --require-hashes --only-binary :all: -r
# $(call system,PACKAGES) installs those that are missing.
system = @dpkg -s $(1) >/dev/null 2>&1 || { echo 'Installing $(1) by apt-get …' >&2; $(APT) update >/dev/null && $(APT) install --yes --no-install-recommends $(1) >/dev/null; }
COMPILE := $(BIN)/uv pip compile pyproject.toml --group build --python-version 3.11 --only-binary :all: \
	--generate-hashes --no-header --quiet $(if $(UPGRADE),--upgrade)

.PHONY: help install demo check test browser long verifier bench lock clean
.DELETE_ON_ERROR:

help:
	@echo 'make demo      install, run the main job and serve it (ONCE=1: end with a JSON summary; ARGS=…)'
	@echo 'make check     format, lint, types, imports, architecture: under a minute'
	@echo 'make test      all tests but the browser and the long ones (WORKERS=2, ARGS="-k …")'
	@echo 'make browser   the journeys in headless Chromium and in lynx, installed when missing'
	@echo 'make long      tests that take minutes (ARGS="--share 1/8": an eighth of them)'
	@echo 'make verifier  a second program reads our log (HM_TLOG_PYTHON: a Python that has aics-tlog)'
	@echo 'make bench     measurements (BENCH=score)'
	@echo 'make lock      pin the requirements again (UPGRADE=1: to the newest)'
	@echo 'make clean     remove what runs left behind'

# Debian's python3 comes without ensurepip; python3-venv brings it.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo '$(PYTHON) is older than 3.11; say make PYTHON=python3.11' >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo 'Installing python3-venv by apt-get …' >&2; $(APT) update >/dev/null && $(APT) install --yes --no-install-recommends python3-venv >/dev/null; }
	@$(PYTHON) -m venv .venv >&2

# The stamps .venv/run and .venv/test say which lock is installed; an unchanged lock installs nothing.
.venv/run .venv/test: .venv/%: requirements/%.lock pyproject.toml | $(BIN)/python
	@echo 'Installing what requirements/$*.lock pins (minutes the first time) …' >&2
	@$(INSTALL) requirements/$*.lock >&2
	@$(PIP) install --no-deps --no-build-isolation --no-index --editable . >&2
	@touch $@

install: .venv/run

demo: .venv/run
	@$(BIN)/honest-metrology demo $(if $(filter-out 0,$(ONCE)),--once) $(ARGS)

check: .venv/test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest tests/architecture $(ARGS)

test: .venv/test
	$(BIN)/pytest -m 'not browser and not long and not verifier' -n $(WORKERS) $(ARGS)

browser: .venv/test
	$(call system,$(BROWSER))
	$(BIN)/pytest -m browser $(ARGS)

long: .venv/test
	$(call system,$(LONG))
	$(BIN)/pytest -m long --hypothesis-profile long --log-cli-level INFO $(ARGS)

# The second verifier is made for Python 3.12; what is asked of it runs on 3.11 too.
.venv/verifier/installed: requirements/verifier.lock | $(BIN)/python
	@$(BIN)/python -m venv .venv/verifier >&2
	@.venv/verifier/bin/python -m pip --disable-pip-version-check --quiet install --no-input --no-deps \
		--ignore-requires-python --require-hashes --only-binary :all: -r requirements/verifier.lock >&2
	@touch $@

verifier: .venv/test .venv/verifier/installed
	HM_TLOG_PYTHON=$(or $(HM_TLOG_PYTHON),.venv/verifier/bin/python) $(BIN)/pytest -m verifier $(ARGS)

bench: .venv/test
	@set -e; for name in $(BENCH); do echo "=== $$name ==="; $(BIN)/python -m benchmarks.$$name $(ARGS); done

lock: | $(BIN)/python
	@test -x $(BIN)/uv || $(PIP) install uv
	$(COMPILE) --output-file requirements/run.lock
	$(COMPILE) --group test --constraint requirements/run.lock --output-file requirements/test.lock

clean:
	rm -rf build dist *.egg-info .coverage .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis demo-data screenshots
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
