#!/bin/bash
# The text encoder for 15 languages, built by the project's own command in PREFIX/scoreline-e5.
#
#   multilingual.sh PREFIX
#
# Idempotent; safe to run twice at once. Half a minute and 50 MB the first time; the index is pip's own (PIP_INDEX_URL, or pip's settings).
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
PREFIX=$(realpath -m "${1:?usage: multilingual.sh PREFIX}")
LOG=$PREFIX.log
. "$HERE/common.sh"
SOURCES=$HERE/../../scoring
STAMP=$(stamp_of "$SOURCES"/multilingual/*.ts "$SOURCES"/models/scoreline-e5/kept-pieces.bits)

is_installed && exit 0
lock_prefix
is_installed && exit 0
say "building the encoder scoreline-e5 in $PREFIX"
rm -rf "$PREFIX"
mkdir -p "$PREFIX"
[ -n "${PIP_INDEX_URL:-}" ] || PIP_INDEX_URL=$(python3 -m pip config get global.index-url 2>/dev/null) || true
export PIP_INDEX_URL
cd "$HERE/../.."
node --import tsx cli/main.ts model multilingual --out "$PREFIX/scoreline-e5" >"$LOG" 2>&1 ||
  die "scoreline model multilingual failed; see $LOG"
echo "$STAMP" >"$PREFIX/.installed"
