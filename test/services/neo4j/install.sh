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

# Neo4j 5 runs on Java 17 and 21 and refuses or warns on others, so `java` on the PATH may be the wrong one.
find_jdk() {
  local home release
  for home in "${JAVA_HOME:-}" "$(dirname "$(dirname "$(readlink -f "$(command -v java || echo /)")")")" /usr/lib/jvm/*; do
    # An empty home would find /bin/javac, a link out of the JDK.
    [ -n "$home" ] && [ -x "$home/bin/javac" ] || continue
    release=$("$home/bin/javac" -version 2>&1)
    case $release in 'javac 17'* | 'javac 21'*) echo "$home" && return ;; esac
  done
}
JDK=$(find_jdk)
if [ -z "$JDK" ]; then
  apt_install openjdk-17-jdk-headless openjdk-21-jdk-headless || die "Neo4j needs a JDK 17 or 21; see $LOG"
  JDK=$(find_jdk)
  [ -n "$JDK" ] || die "Neo4j needs a JDK 17 or 21, and none was found after installing one"
fi
export JAVA_HOME=$JDK
need mvn maven

say "fetching Neo4j into $PREFIX (once; Maven can take a minute or more)"
rm -rf "$PREFIX"
mkdir -p "$PREFIX/lib" "$PREFIX/classes"
cp "$HERE/pom.xml" "$PREFIX/pom.xml" # Maven writes beside its pom
fetch() {
  (cd "$PREFIX" && mvn -B -q dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory=lib) \
    >>"$LOG" 2>&1
}
fetch || { say 'Maven failed; trying once more' && fetch; } || die "Maven could not fetch Neo4j; see $LOG"
"$JDK/bin/javac" -d "$PREFIX/classes" -cp "$PREFIX/lib/*" "$HERE/Neo4jRunner.java" >>"$LOG" 2>&1 ||
  die "the Neo4j runner does not compile; see $LOG"
ln -sfn "$JDK" "$PREFIX/jdk"
echo "$STAMP" >"$PREFIX/.installed"
