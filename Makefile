# `make help` lists the targets. CORPUS=DIR names a folder of real posts; ARGS="…" goes to the
# program of the target, such as pytest.
PYTHON_BIN := .venv/bin/python
BROWSER_TESTS := $(PYTHON_BIN) -m pytest -m browser --numprocesses auto --dist loadfile

.DEFAULT_GOAL := help
.PHONY: help demo test test-postgresql test-browser test-reading accidents lint format messages fuzz bench bench-pages bench-search lock clean venv venv-dev

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' Makefile

demo: venv ## Serve the archive with the sample posts on http://127.0.0.1:8000
	@$(PYTHON_BIN) -m tools.demo

test: venv-dev ## Run all checks and tests (on SQLite, or on the database in DATABASE_URL)
	@tools/checks.sh test $(ARGS)

test-postgresql: venv-dev ## The same on a new database of a local PostgreSQL server
	@$(PYTHON_BIN) -m tools.with_postgresql tools/checks.sh test $(ARGS)

test-browser: venv-dev ## Open every attack vector in Chromium (CHROMIUM=PATH names one)
	@tools/with_test_settings.sh $(BROWSER_TESTS) articles/tests/attacks $(ARGS)

test-reading: venv-dev ## Check every kind of page in Chromium and Firefox: accessibility, layout, console
	@tools/with_test_settings.sh $(BROWSER_TESTS) articles/tests/page_quality $(ARGS)

accidents: venv-dev ## Run the long fault injection tests (kills, full disks, outages), both databases
	@tools/fault_injection.sh $(ARGS)

lint: venv-dev ## Run the static checks
	@tools/checks.sh lint

format: venv-dev ## Format the code and apply the fixes of ruff
	@$(PYTHON_BIN) -m ruff check --fix
	@$(PYTHON_BIN) -m ruff format

messages: venv-dev ## Update the interface catalogues (ARGS=--check: write nothing)
	@tools/with_test_settings.sh $(PYTHON_BIN) -m tools.messages $(ARGS)

fuzz: venv-dev ## Fuzz the strict check of stored HTML with a million cases (ARGS="--cases N")
	@$(PYTHON_BIN) -m tools.fuzz $(ARGS)

bench: venv ## Benchmark the import and the pages (CORPUS=DIR: with real posts)
	@$(PYTHON_BIN) benchmarks/run.py --pages --json bench.json $(if $(CORPUS),--corpus "$(CORPUS)")

bench-pages: venv ## Benchmark requests per second against plain files (ARGS="--sizes 10000")
	@$(PYTHON_BIN) benchmarks/reverse_proxy.py --json bench-pages.json $(ARGS)

bench-search: venv ## Benchmark the search (CORPUS=DIR: use real posts; ARGS="--sizes 10000")
	@$(PYTHON_BIN) benchmarks/search.py --json bench-search.json $(if $(CORPUS),--corpus "$(CORPUS)") $(ARGS)

lock: ## Update the lock files (ARGS=--upgrade: to the newest versions)
	@tools/lock.sh $(ARGS)

clean: ## Remove generated files; posts, database, pictures and .env are kept
	rm -rf .venv .hypothesis .mypy_cache .pytest_cache .ruff_cache staticfiles
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

venv:
	@tools/setup.sh requirements.lock

venv-dev:
	@tools/setup.sh requirements-dev.lock
