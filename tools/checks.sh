#!/bin/sh
# Run all checks and list those that failed: tools/checks.sh [lint|test] [PYTEST ARGUMENTS]
# "lint" runs static checks only; "test", the default, also checks the site and runs the tests last,
# so that pytest's summary is at the end.
set -eu
cd "$(dirname "$0")/.."

failed=
check() {
    name=$1
    shift
    echo "== $name"
    tools/with_test_settings.sh "$@" || failed="$failed, $name"
}

what=${1:-test}
[ $# -eq 0 ] || shift
python=.venv/bin/python

check "ruff check" "$python" -m ruff check --output-format concise
check "ruff format" "$python" -m ruff format --check --output-format concise
check "import-linter" .venv/bin/lint-imports --no-cache
check "mypy" "$python" -m mypy
if command -v shellcheck >/dev/null; then
    check "shellcheck" shellcheck tools/*.sh .ci/run
else
    echo "== shellcheck: skipped, it is not installed"
fi
if [ "$what" = test ]; then
    check "deployment" "$python" manage.py check --deploy --fail-level WARNING
    check "migrations" "$python" manage.py makemigrations --check --dry-run
    check "pytest" "$python" -m pytest --numprocesses auto "$@"
fi

if [ -n "$failed" ]; then
    echo "Failed: ${failed#, }" >&2
    exit 1
fi
echo "All checks passed."
