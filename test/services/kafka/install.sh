#!/bin/bash
# Apache Kafka as a library out of Maven's repository.
#
#   kafka/install.sh PREFIX    then PREFIX/jdk/bin/java -cp 'PREFIX/lib/*' kafka.Kafka server.properties
#
# Idempotent; safe to run twice at once. About 45 MB.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
PREFIX=$(realpath -m "${1:?usage: install.sh PREFIX}")
LOG=$PREFIX.log
. "$HERE/../common.sh"
STAMP=$(stamp_of "$HERE/install.sh" "$HERE/pom.xml")
ready() { is_installed && [ -x "$PREFIX/jdk/bin/java" ]; } # the JDK is the system's and may have gone

ready && exit 0
lock_prefix
ready && exit 0
: >"$LOG"
fetch_with_maven Kafka "$HERE/pom.xml"
echo "$STAMP" >"$PREFIX/.installed"
