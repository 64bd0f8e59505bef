# Apollonia's tasks. `make help` lists them; each makes what it needs and says so.
# Needs Python 3.12 or 3.13 and GNU make 4, nothing else: uv and Node are fetched where missing.

ifneq ($(filter 3.%,$(MAKE_VERSION)),)
$(error Apollonia needs GNU make 4 or later)
endif

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.SUFFIXES:
SHELL := /bin/sh

PY := .venv/bin/python
RUN_SET := .venv/.run
DEV_SET := .venv/.dev
TENSORFLOW_SET := .tools/tensorflow/.installed
NPM := scripts/npm.sh
PAGE := web/dist/index.html
PACKAGES := web/node_modules/.installed

# For scripts/up.py: the values as they were given, dollar signs and spaces included.
export MAKE_RUN_MEDIA := $(value MEDIA)
export MAKE_RUN_DATA := $(value DATA)
export MAKE_RUN_HOST := $(value HOST)
export MAKE_RUN_PORT := $(value PORT)

##@ Use
.PHONY: run
run: $(RUN_SET) $(PAGE) ## Start everything in one process (MEDIA=~/Music or a,b DATA=dir HOST= PORT=)
	@exec $(PY) scripts/up.py

##@ Develop
.PHONY: test
test: $(DEV_SET) $(PAGE) ## Run all tests that this machine can run, the page's too (ARGS="-k name" for pytest)
	@page=0; echo "== page"; $(NPM) run test || page=$$?; \
	echo "== pytest: unit, contract, integration, e2e"; \
	$(PY) -m pytest -n auto --dist worksteal $(ARGS) || exit $$?; \
	if [ $$page -ne 0 ]; then echo "apollonia: the page's tests failed, see above" >&2; fi; exit $$page

.PHONY: test-tensorflow
test-tensorflow: $(TENSORFLOW_SET) ## Compare both runtimes of models, with a TensorFlow of their own (1.3 GB)
	@echo "== pytest: TensorFlow"
	@APOLLONIA_TEST_TENSORFLOW=required .tools/tensorflow/bin/python -m pytest -n 2 \
	tests/integration/models/test_tensorflow.py $(ARGS)

.PHONY: check
check: lint types layers page-check generated locks ## Do the six checks below (make -k check: all of them even after a fault)

.PHONY: lint
lint: $(DEV_SET) ## Check Python's style and format with ruff
	@echo "== ruff"
	@$(PY) -m ruff check
	@$(PY) -m ruff format --check

.PHONY: types
types: $(DEV_SET) ## Check Python's types with mypy --strict
	@echo "== mypy"
	@$(PY) -m mypy

.PHONY: layers
layers: $(DEV_SET) ## Check who imports whom
	@echo "== import-linter"
	@.venv/bin/lint-imports

.PHONY: page-check
page-check: $(PACKAGES) ## Check the page with Biome and tsc
	@echo "== biome, tsc"
	@$(NPM) run check

.PHONY: generated
generated: $(DEV_SET) $(PACKAGES) ## Check that generated files are those of their sources
	@echo "== generated files"
	@$(PY) scripts/reference.py --check
	@$(NPM) run generate -- --check

.PHONY: locks
locks: $(DEV_SET) ## Check that the locks are those of pyproject.toml, without addresses
	@echo "== locks"
	@$(PY) scripts/lock.py --check

.PHONY: fmt
fmt: $(DEV_SET) $(PACKAGES) ## Format everything, and fix what can be fixed by itself
	@$(PY) -m ruff check --fix
	@$(PY) -m ruff format
	@$(NPM) run format

.PHONY: reference
reference: $(DEV_SET) $(PACKAGES) ## Write the generated files again: docs/reference, the page's API types
	@$(PY) scripts/reference.py
	@$(NPM) run generate

.PHONY: web
web: $(PAGE) ## Build the page into web/dist, when its sources changed

.PHONY: services
services: $(DEV_SET) ## Start real servers for the tests, on loopback (ARGS="redis postgresql rabbitmq neo4j")
	@$(PY) scripts/services.py start $(ARGS)

.PHONY: services-stop
services-stop: $(DEV_SET) ## Stop them
	@$(PY) scripts/services.py stop $(ARGS)

.PHONY: fuzz
fuzz: $(DEV_SET) ## Random histories of folders, damaged media (EXAMPLES=5000 ARGS="--hypothesis-seed=1")
	@APOLLONIA_TEST_EXAMPLES=$(or $(EXAMPLES),5000) $(PY) -m pytest --timeout=0 --show-capture=no \
	tests/unit/ingest/test_ingest_model.py tests/integration/analyze/test_mutated_films.py $(ARGS)
	@APOLLONIA_TEST_MUTATIONS=$(or $(APOLLONIA_TEST_MUTATIONS),10000) \
	APOLLONIA_TEST_MUTATIONS_ANALYSED=$(or $(APOLLONIA_TEST_MUTATIONS_ANALYSED),500) \
	$(PY) -m pytest --timeout=0 -s tests/integration/analyze/test_audio_fuzz.py

.PHONY: chaos
chaos: $(DEV_SET) $(PAGE) ## Long fault campaigns (minutes; APOLLONIA_TEST_CHAOS_FILES=, _PATIENCE=, _KILLS=)
	@$(PY) -m pytest tests/chaos -s $(ARGS)
	@APOLLONIA_TEST_HISTORIES=$(or $(APOLLONIA_TEST_HISTORIES),300) $(PY) -m pytest \
	--timeout=0 --show-capture=stdout tests/integration/ingest/test_real_model.py
	@APOLLONIA_TEST_SLOW_STEPS=200 APOLLONIA_TEST_EVENTS=100000 $(PY) -m pytest \
	tests/integration/ingest/test_writers.py tests/integration/ingest/test_away.py

bench-%: $(DEV_SET) FORCE ## Run bench/%.py, which writes bench/out/%.json
	@test -f bench/$*.py || { echo "no bench/$*.py; there are: $(filter-out corpus report,$(basename $(notdir $(wildcard bench/*.py))))" >&2; exit 2; }
	@mkdir -p bench/out
	@$(PY) bench/$*.py $(ARGS)

.PHONY: lock
lock: ## Write requirements/*.txt from pyproject.toml (UPGRADE=1 for newest versions)
	@python=$$(scripts/python.sh) && APOLLONIA_UV=pinned "$$python" scripts/lock.py $(if $(UPGRADE),--upgrade)

.PHONY: clean
clean: ## Remove what make made: .venv, .tools, web/node_modules, web/dist, caches (no data)
	@rm -rf .venv .tools web/node_modules web/dist
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

.PHONY: help
help: ## List the tasks
	@awk -F ':.* ## ' '/^##@ / { print substr($$0, 5) } \
		/^[a-z%-]+:.* ## / { printf "  %-10s %s\n", $$1, $$2 }' Makefile
	@echo "Benchmarks here: $(filter-out corpus report,$(basename $(notdir $(wildcard bench/*.py))))"

.PHONY: FORCE
FORCE:

# The environment. Its two stamps are newer than everything it is made from.
ENVIRONMENT := pyproject.toml scripts/environment.sh requirements/run.txt requirements/dev.txt requirements/build.txt

$(RUN_SET): $(ENVIRONMENT)
	@scripts/environment.sh run

$(DEV_SET): $(ENVIRONMENT)
	@scripts/environment.sh dev

$(TENSORFLOW_SET): $(ENVIRONMENT) requirements/tensorflow.txt scripts/tensorflow_environment.sh
	@scripts/tensorflow_environment.sh

# The page. A folder's own time changes when a file in it comes or goes.
tree = $(foreach entry,$(wildcard $(1)/*),$(entry) $(call tree,$(entry)))
PAGE_SOURCES := web/src $(call tree,web/src) $(call tree,web/public) $(wildcard web/*.html web/*.json web/*.ts)

$(PACKAGES): web/package.json web/package-lock.json
	@echo "apollonia: installing the page's packages into web/node_modules" >&2
	@scripts/retry.sh $(NPM) ci --ignore-scripts
	@touch $@

$(PAGE): $(PACKAGES) $(PAGE_SOURCES)
	@echo "apollonia: building the page" >&2
	@$(NPM) run build
	@touch $@
