#!/bin/sh
# Write the lock files: every package with its hashes, for every platform and Python >= 3.11.
# Pins that the requirements allow are kept; tools/lock.sh --upgrade takes the newest versions.
set -eu
cd "$(dirname "$0")/.."

if ! command -v uv >/dev/null; then
    echo "Lock files are written by uv: install it with \"pipx install uv\" or \"pip install uv\"." >&2
    exit 1
fi

compile() {
    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-header --no-emit-index-url --no-emit-find-links "$@"
}
compile "$@" requirements.txt --output-file requirements.lock
# The first file constrains the second, so that both pin the same versions.
compile "$@" requirements-dev.txt --constraints requirements.lock \
    --output-file requirements-dev.lock
