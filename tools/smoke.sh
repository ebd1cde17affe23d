#!/bin/sh
# Run `make demo` twice in a fresh clone and request pages as a visitor does.
set -eu
cd "$(dirname "$0")/.."

scratch=$(mktemp -d)
demo=
log=

stop_demo() {
    [ -n "$demo" ] || return 0
    kill "$demo" 2>/dev/null || true
    wait "$demo" 2>/dev/null || true
    demo=
}
finish() {
    stop_demo
    rm -rf "$scratch"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

fail() {
    echo "smoke: $1; output of the demo:" >&2
    cat "$log" >&2
    exit 1
}

# Start a demo and set $url to its URL when it serves; fail after five minutes.
start_demo() {
    log=$scratch/$1.log
    make demo >"$log" 2>&1 &
    demo=$!
    deadline=$(($(date +%s) + 300))
    url=
    while [ -z "$url" ]; do
        kill -0 "$demo" 2>/dev/null || fail "the $1 run ended early"
        [ "$(date +%s)" -lt "$deadline" ] || fail "the $1 run was not ready in time"
        sleep 0.5
        url=$(sed -n 's/^ *Archive  *\(http:.*\)$/\1/p' "$log")
    done
}

fetch() {
    curl --fail --silent --show-error --max-time 30 "$url$1" || fail "$url$1 was not served"
}

visit() {
    start_demo "$1"
    fetch healthz >/dev/null
    fetch admin/login/ >/dev/null
    fetch "" | sed "s#$url#/#g" >"$scratch/$1.page" # the port may differ in the next run
    style=$(sed -n 's/.*href="\/\([^"]*\.css\)".*/\1/p' "$scratch/$1.page" | head -n 1)
    [ -n "$style" ] || fail "the $1 front page has no stylesheet"
    fetch "$style" >/dev/null
    stop_demo
    ! curl --silent --max-time 5 --output /dev/null "${url}healthz" || fail "the demo still responds"
    echo "smoke: the $1 run served $url"
}

# Git clones a folder of another user only with this setting.
git config --file "$scratch/gitconfig" safe.directory '*'
GIT_CONFIG_GLOBAL=$scratch/gitconfig git clone --quiet . "$scratch/archive"
cd "$scratch/archive"

visit first
grep -q 'password' "$log" || fail "the first run printed no password"
[ "$(stat -c %a .env)" = 600 ] || fail ".env can be read by others"
cp .env "$scratch/first.env"

[ -z "$(git status --porcelain)" ] || fail "the first run left files: $(git status --porcelain)"
[ -z "$(find . -name '*.sqlite3*' -not -type l -perm /077 -size +0)" ] ||
    fail "others may read the databases"

visit second
! grep -q 'password' "$log" || fail "the second run printed a password"
cmp -s .env "$scratch/first.env" || fail "the second run changed .env"
cmp -s "$scratch/first.page" "$scratch/second.page" || fail "the second front page differs"
