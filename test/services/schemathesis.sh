#!/bin/bash
# Usage: schemathesis.sh PREFIX. Makes a Python environment at PREFIX with schemathesis from PyPI, unless it is there.
set -euo pipefail
PREFIX=$1
source "$(dirname "$0")/common.sh"
VERSION=4.32.5
STAMP=$(stamp_of "$0")
if is_installed; then exit 0; fi
lock_prefix
if is_installed; then exit 0; fi
command -v python3 >/dev/null || die 'schemathesis needs python3'
rm -rf "$PREFIX"
python3 -m venv "$PREFIX" || die 'no Python environment could be made: is python3-venv installed?'
"$PREFIX/bin/pip" install --quiet --disable-pip-version-check "schemathesis==$VERSION" >"$PREFIX.log" 2>&1 ||
  die "schemathesis $VERSION could not be installed from PyPI: is it reachable? See $PREFIX.log"
printf '%s\n' "$STAMP" >"$PREFIX/.installed"
