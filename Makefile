# `make help` lists the targets. CORPUS=DIR names a folder of real posts, ARGS="…" goes to pytest.
PYTHON_BIN := .venv/bin/python
BROWSER_TESTS := $(PYTHON_BIN) -m pytest -m browser --numprocesses auto --dist loadfile

.DEFAULT_GOAL := help
.PHONY: help demo test test-postgresql test-browser test-reading accidents lint format messages fuzz bench bench-pages bench-search lock clean venv venv-dev

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' Makefile

demo: venv ## Serve the archive with the sample posts on http://127.0.0.1:8000
	@$(PYTHON_BIN) -m tools.demo

test: venv-dev ## Run every check and the tests (on SQLite, or where DATABASE_URL says)
	@tools/checks.sh test $(ARGS)

test-postgresql: venv-dev ## The same on a new database of a local PostgreSQL server
	@$(PYTHON_BIN) -m tools.with_postgresql tools/checks.sh test $(ARGS)

test-browser: venv-dev ## Show every attack vector to Chromium (CHROMIUM=PATH names one)
	@tools/isolated.sh $(BROWSER_TESTS) articles/tests/attacks $(ARGS)

test-reading: venv-dev ## Look for barriers, noise and jumps on every kind of page in Chromium
	@tools/isolated.sh $(BROWSER_TESTS) articles/tests/reading_room $(ARGS)

accidents: venv-dev ## Kill, fill, cut off and crowd everything at length, on both databases
	@tools/accidents.sh $(ARGS)

lint: venv-dev ## Run the checks that only read the code
	@tools/checks.sh lint

format: venv-dev ## Format the code and mend what ruff can mend
	@$(PYTHON_BIN) -m ruff check --fix
	@$(PYTHON_BIN) -m ruff format

messages: venv-dev ## Bring the catalogues of the interface up to date (ARGS=--check: only look)
	@tools/isolated.sh $(PYTHON_BIN) -m tools.messages $(ARGS)

fuzz: venv-dev ## Try to refute the check of stored HTML with a million cases (ARGS="--cases N")
	@$(PYTHON_BIN) -m tools.fuzz $(ARGS)

bench: venv ## Measure the import and the pages (CORPUS=DIR: with real posts)
	@$(PYTHON_BIN) benchmarks/run.py --pages --json bench.json $(if $(CORPUS),--corpus "$(CORPUS)")

bench-pages: venv ## Measure requests per second beside plain files (ARGS="--sizes 10000")
	@$(PYTHON_BIN) benchmarks/reverse_proxy.py --json bench-pages.json $(ARGS)

bench-search: venv ## Measure the search (CORPUS=DIR: sentences of real posts; ARGS="--sizes 10000")
	@$(PYTHON_BIN) benchmarks/search.py --json bench-search.json $(if $(CORPUS),--corpus "$(CORPUS)") $(ARGS)

lock: ## Write the lock files anew (ARGS=--upgrade: with the newest versions)
	@tools/lock.sh $(ARGS)

clean: ## Remove what can be made again; posts, database, pictures and .env stay
	rm -rf .venv .hypothesis .mypy_cache .pytest_cache .ruff_cache staticfiles
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

venv:
	@tools/setup.sh requirements.lock

venv-dev:
	@tools/setup.sh requirements-dev.lock
