#!/bin/bash
# Neo4j Community as a library out of Maven's repository, with the runner beside it compiled once.
#
#   neo4j/install.sh PREFIX    then PREFIX/jdk/bin/java -cp 'PREFIX/lib/*:PREFIX/classes' Neo4jRunner HOME PORT
#
# Idempotent; safe to run twice at once. About 130 MB.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
PREFIX=$(realpath -m "${1:?usage: install.sh PREFIX}")
LOG=$PREFIX.log
. "$HERE/../common.sh"
STAMP=$(stamp_of "$HERE/install.sh" "$HERE/pom.xml" "$HERE/Neo4jRunner.java")
ready() { is_installed && [ -x "$PREFIX/jdk/bin/java" ]; } # the JDK is the system's and may have gone

ready && exit 0
lock_prefix
ready && exit 0
: >"$LOG"

fetch_with_maven Neo4j "$HERE/pom.xml"
mkdir -p "$PREFIX/classes"
"$JAVA_HOME/bin/javac" -d "$PREFIX/classes" -cp "$PREFIX/lib/*" "$HERE/Neo4jRunner.java" >>"$LOG" 2>&1 ||
  die "the Neo4j runner does not compile; see $LOG"
echo "$STAMP" >"$PREFIX/.installed"
