#!/bin/bash
# Usage: bi-clients.sh PREFIX. Makes a Python environment at PREFIX with what analysts use (SQLAlchemy, which Superset connects by,
# pandas, DuckDB and its extensions for PostgreSQL and HTTP), from PyPI, unless it is there.
set -euo pipefail
PREFIX=$1
source "$(dirname "$0")/common.sh"
STAMP=$(stamp_of "$0")
if is_installed; then exit 0; fi
lock_prefix
if is_installed; then exit 0; fi
command -v python3 >/dev/null || die 'the clients need python3'
rm -rf "$PREFIX"
python3 -m venv "$PREFIX" || die 'no Python environment could be made: is python3-venv installed?'
"$PREFIX/bin/pip" install --quiet --disable-pip-version-check sqlalchemy==2.0.44 psycopg2-binary==2.9.13 pandas==3.1.1 duckdb==1.5.5 \
  duckdb-extension-postgres-scanner==1.5.5 duckdb-extension-httpfs==1.5.5 pyarrow==26.0.1 requests==2.34.2 pytz >"$PREFIX.log" 2>&1 ||
  die "the clients could not be installed from PyPI: is it reachable? See $PREFIX.log"
printf '%s\n' "$STAMP" >"$PREFIX/.installed"
