# Shared by the two install scripts; sourced, never run. Expects `set -euo pipefail` and an absolute PREFIX.

# The server runs as another user than the installer (PostgreSQL refuses root): what is unpacked must be readable.
umask 022

say() { printf 'services: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# An install is finished when its stamp says so, and the stamp names the recipe and the place: the binaries' wrappers
# hold absolute paths, so a moved checkout or a changed script installs anew.
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
