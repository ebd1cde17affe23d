#!/bin/sh
# Run a command with the settings of a public site whose data are deleted afterwards.
# The process environment takes precedence over .env, so neither .env nor its archive is used.
# An exported DATABASE_URL is kept: the tests then run on that server.
set -eu

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

export SECRET_KEY=no-secret-it-signs-only-what-is-thrown-away-after-the-checks
export DEBUG=off
export ALLOWED_HOSTS=127.0.0.1,localhost
export CSRF_TRUSTED_ORIGINS=
export DATABASE_URL="${DATABASE_URL:-sqlite:///$scratch/archive.sqlite3}"
export SEARCH_DATABASE="$scratch/search.sqlite3"
export MEDIA_ROOT="$scratch/media"
export SECURE_SSL_REDIRECT=on
export SITE_URL=https://news.example
export ARCHIVE_TIME_ZONE=UTC
export BEHIND_PROXY=off

"$@"
