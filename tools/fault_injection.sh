#!/bin/sh
# Run the fault injection tests with high counts, on SQLite and on PostgreSQL; arguments go to
# pytest. ACCIDENT_KILLS: points at which an import is killed; ACCIDENT_EDITS: edits of each editor
# while commands run; KILL_TEST_KILLS, KILL_TEST_POSTS: kills and posts of the resume test.
set -eu
cd "$(dirname "$0")/.."

export ACCIDENT_KILLS="${ACCIDENT_KILLS:-100}"
export ACCIDENT_EDITS="${ACCIDENT_EDITS:-400}"
export KILL_TEST_KILLS="${KILL_TEST_KILLS:-20}"
export KILL_TEST_POSTS="${KILL_TEST_POSTS:-70}"

python=.venv/bin/python
set -- tools/with_test_settings.sh "$python" -m pytest --numprocesses auto \
    articles/tests/fault_injection articles/tests/importing/test_resume_after_kill.py "$@"
echo "== fault injection on SQLite"
env -u DATABASE_URL "$@"
echo "== fault injection on PostgreSQL"
"$python" -m tools.with_postgresql "$@"
