#!/bin/sh
# Print the path of a Python that can run the archive: $PYTHON, or the newest usable version.
# Every candidate is run, because a name on the PATH proves nothing: version managers leave shims
# that fail, and Debian's python3 lacks ensurepip until python3-venv is installed.
set -eu

candidates=${PYTHON:-python3.14 python3.13 python3.12 python3.11 python3 python}
probe='
import sys
if sys.version_info < (3, 11):
    sys.exit("is Python %d.%d" % sys.version_info[:2])
for module in ("ssl", "sqlite3"):
    try:
        __import__(module)
    except ImportError:
        sys.exit("was built without the module %s" % module)
try:
    import venv, ensurepip
except ImportError:
    sys.exit("has no venv: install python{0}.{1}-venv: apt install python{0}.{1}-venv".format(
        *sys.version_info))
'

findings=
for name in $candidates; do
    path=$(command -v "$name") || continue
    if finding=$("$path" -c "$probe" 2>&1); then
        echo "$path"
        exit 0
    fi
    findings="$findings
  $path $(printf '%s\n' "$finding" | head -n 1)"
done

cat >&2 <<MESSAGE
No usable Python among: $candidates${findings:-
  none of them is installed: apt install python3 python3-venv}
The archive needs Python 3.11 or later with its venv module.
Install one, or name one: make PYTHON=/path/to/python3 demo
MESSAGE
exit 1
