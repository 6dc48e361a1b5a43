#!/bin/bash
# Debian's R with the packages that docs/guides/bi.md names, for the test of its files. As root only; elsewhere developers install it.
set -euo pipefail
[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || { echo 'services: no R, and apt-get needs root' >&2; exit 1; }
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
apt-get -qq -y install --no-install-recommends r-base-core r-cran-httr2 r-cran-jsonlite >/dev/null
