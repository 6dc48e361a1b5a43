#!/bin/bash
# Debian's Chromium without a window, for the tests of pages: it takes half the CPU time of the whole browser. As root only;
# elsewhere developers install a browser. Safe to run twice at once.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
PREFIX=${TMPDIR:-/tmp}/scoreline-chromium
LOG=$PREFIX.log
. "$HERE/common.sh"
[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || die 'no Chromium, and apt-get needs root'
apt_install chromium-headless-shell chromium || die "apt-get could not install Chromium; see $LOG"
