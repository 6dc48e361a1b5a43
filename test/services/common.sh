# Shared by the install scripts; sourced, never run. Expects `set -euo pipefail` and an absolute PREFIX.

# The server runs as another user than the installer (PostgreSQL refuses root): what is unpacked must be readable.
umask 022

say() { printf 'services: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# An install is finished when its stamp says so, and the stamp names the recipe and the place: the binaries' wrappers
# hold absolute paths, so a moved checkout or a changed script installs again.
stamp_of() { printf '%s %s\n' "$PREFIX" "$(cat "$@" | cksum)"; }
is_installed() { [ "$(cat "$PREFIX/.installed" 2>/dev/null)" = "$STAMP" ]; }

# One installer per folder at a time; a second one waits, then finds the work done. The kernel drops the lock with
# the process, so a killed install leaves nothing to clear.
lock_prefix() {
  mkdir -p "$(dirname "$PREFIX")"
  exec 9>"$PREFIX.lock"
  flock -w 900 9 || die "another install holds $PREFIX.lock for 15 minutes; giving up"
}

# Makes COMMAND available from the first of PACKAGES that can be had, or fails with one line.
need() {
  local command=$1
  shift
  ! command -v "$command" >/dev/null || return 0
  apt_install "$@" || die "'$command' is missing and apt-get could not install it ($*); see $LOG"
  command -v "$command" >/dev/null || die "'$command' is missing even after installing $*"
}

# Runs apt work one at a time. Its own locks do not do: `update` fails where it should wait, and the Debian images'
# docker-clean hook deletes every downloaded package after any `update`, also those another apt-get is about to
# unpack, which leaves a half-installed system behind.
with_apt_lock() {
  local lock=/run/lock/scoreline-services-apt.lock
  [ "$(id -u)" = 0 ] || lock=$PREFIX.apt.lock
  mkdir -p "$(dirname "$lock")"
  (
    exec 8>"$lock"
    flock -w 900 8 || die "apt has been busy for 15 minutes ($lock); giving up"
    "$@"
  )
}

# Installs the first of the named packages that this system offers.
apt_install() {
  command -v apt-get >/dev/null || die "needs one of the packages: $*; this system has no apt-get, install it by hand"
  [ "$(id -u)" = 0 ] || die "needs one of the packages: $*; install it (not root, so this script cannot)"
  with_apt_lock apt_install_first "$@"
}

apt_install_first() {
  local package
  say "installing $1 with apt-get"
  apt-get -qq update >>"$LOG" 2>&1 || true
  for package in "$@"; do
    DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=300 \
      install --no-install-recommends "$package" >>"$LOG" 2>&1 && return 0
  done
  return 1
}

# Neo4j and Kafka run on Java 17 and 21 and refuse or warn on others, so `java` on the PATH may be the wrong one.
find_jdk() {
  local home release
  for home in "${JAVA_HOME:-}" "$(dirname "$(dirname "$(readlink -f "$(command -v java || echo /)")")")" /usr/lib/jvm/*; do
    # An empty home would find /bin/javac, a link out of the JDK.
    [ -n "$home" ] && [ -x "$home/bin/javac" ] || continue
    release=$("$home/bin/javac" -version 2>&1)
    case $release in 'javac 17'* | 'javac 21'*) echo "$home" && return ;; esac
  done
}

# Sets JAVA_HOME to a JDK that SERVER runs on, after installing one if there was none.
need_jdk() {
  local server=$1 home
  home=$(find_jdk)
  if [ -z "$home" ]; then
    apt_install openjdk-17-jdk-headless openjdk-21-jdk-headless || die "$server needs a JDK 17 or 21; see $LOG"
    home=$(find_jdk)
    [ -n "$home" ] || die "$server needs a JDK 17 or 21, and none was found after installing one"
  fi
  export JAVA_HOME=$home
}

# Empties PREFIX and fetches into PREFIX/lib what the pom beside the install script asks for; PREFIX/jdk is the JDK.
fetch_with_maven() {
  local server=$1 pom=$2
  need_jdk "$server"
  need mvn maven
  say "fetching $server into $PREFIX (once; Maven can take a minute or more)"
  rm -rf "$PREFIX"
  mkdir -p "$PREFIX/lib"
  cp "$pom" "$PREFIX/pom.xml" # Maven writes beside its pom
  copy_dependencies || { say 'Maven failed; trying once more' && copy_dependencies; } ||
    die "Maven could not fetch $server; see $LOG"
  ln -sfn "$JAVA_HOME" "$PREFIX/jdk"
}

copy_dependencies() {
  (cd "$PREFIX" && mvn -B -q dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory=lib) \
    >>"$LOG" 2>&1
}
