#!/bin/sh
# Create .venv and install the packages of a lock file: tools/setup.sh requirements.lock
# A copy of the installed lock file is kept in .venv, so a second call has nothing to do.
set -eu
cd "$(dirname "$0")/.."

lock=$1
python=.venv/bin/python
installed=.venv/installed-$lock

if ! "$python" -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    base=$(tools/find_python.sh)
    echo "Creating .venv with $base"
    if ! "$base" -m venv --clear .venv; then
        echo "$base could not create .venv; the lines above say why." >&2
        exit 1
    fi
fi

cmp -s "$lock" "$installed" && exit 0
echo "Installing the packages of $lock into .venv (once; it needs the network)"
if ! "$python" -m pip install --quiet --disable-pip-version-check --no-input \
    --require-hashes --requirement "$lock"; then
    cat >&2 <<MESSAGE
The packages of $lock could not be installed; the lines above say why.
Without a network, give pip a folder of their wheels:
  PIP_NO_INDEX=1 PIP_FIND_LINKS=/path/to/wheels make demo
MESSAGE
    exit 1
fi
cp "$lock" "$installed"
