#!/bin/bash
# Debian's Chromium, for the tests of pages. As root only; elsewhere developers install a browser.
set -euo pipefail
[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || { echo 'services: no Chromium, and apt-get needs root' >&2; exit 1; }
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
apt-get -qq -y install --no-install-recommends chromium >/dev/null
