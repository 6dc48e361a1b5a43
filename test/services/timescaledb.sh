#!/bin/bash
# PostgreSQL 17 + TimescaleDB (Apache edition: hypertables, time_bucket, drop_chunks; no compression, policies or
# continuous aggregates) out of Debian trixie's packages, unpacked into PREFIX. Nothing is installed into the system,
# whose release may be another one: each binary runs through the unpacked loader and libc.
#
#   timescaledb.sh PREFIX      then PREFIX/pgbin/{initdb,postgres,psql,...}
#
# Idempotent; safe to run twice at once. About 30 s and 420 MB the first time.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
PREFIX=$(realpath -m "${1:?usage: timescaledb.sh PREFIX}")
LOG=$PREFIX.log
. "$HERE/common.sh"
STAMP=$(stamp_of "$HERE/timescaledb.sh" "$HERE/common.sh")

is_installed && exit 0
lock_prefix
is_installed && exit 0
command -v apt-get >/dev/null && command -v dpkg >/dev/null ||
  die "PostgreSQL with TimescaleDB comes out of Debian packages here, and this system has no apt-get and dpkg"
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
[ -r "$KEYRING" ] || apt_install debian-archive-keyring || die "no $KEYRING to check the packages with"
# Debian builds PostgreSQL to read the time zones of the system it runs on, not those unpacked beside it.
[ -e /usr/share/zoneinfo/UTC ] || apt_install tzdata || die "no time zones in /usr/share/zoneinfo (package tzdata)"

say "unpacking PostgreSQL 17 + TimescaleDB into $PREFIX (once; about 30 s)"
: >"$LOG"
rm -rf "$PREFIX"
APT=$PREFIX/.apt
ROOT=$PREFIX/root
mkdir -p "$APT/lists/partial" "$APT/cache/archives/partial" "$ROOT" "$PREFIX/pgbin"
: >"$APT/status" # an empty system: every dependency is fetched, down to libc

# The packages come from wherever this machine gets its own; that is also what works behind a mirror.
mirror() {
  local codename
  for codename in bookworm trixie forky bullseye; do
    apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' "Codename: $codename" 'Component: main' |
      head -1
  done | head -1
}
MIRROR=$(mirror)
if [ -z "$MIRROR" ]; then
  [ "$(id -u)" != 0 ] || with_apt_lock apt-get -qq update >>"$LOG" 2>&1 || true
  MIRROR=$(mirror)
fi
[ -n "$MIRROR" ] || die "apt-get knows no Debian mirror (run 'apt-get update' as root; only Debian systems will do)"
echo "deb [signed-by=$KEYRING] $MIRROR trixie main" >"$APT/sources.list"

# The system's hooks must not run for this private `update`: docker-clean's deletes the downloads of any other apt-get.
printf '#clear APT::Update::Post-Invoke;\n#clear APT::Update::Post-Invoke-Success;\n' >"$APT/apt.conf"
OPTIONS=(
  -c "$APT/apt.conf"
  -o Dir::State::status="$APT/status" -o Dir::State::lists="$APT/lists" -o Dir::State::extended_states="$APT/ext"
  -o Dir::Cache="$APT/cache" -o Dir::Cache::archives="$APT/cache/archives" -o Dir::Etc::sourcelist="$APT/sources.list"
  -o Dir::Etc::sourceparts=/dev/null -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null
  -o APT::Install-Recommends=0 -o APT::Sandbox::User=root -o APT::Keep-Downloaded-Packages=true
  -o Acquire::Languages=none -o Acquire::Retries=3 -o Debug::NoLocking=1
)
{
  apt-get "${OPTIONS[@]}" -qq update &&
    apt-get "${OPTIONS[@]}" -qq -y --download-only install postgresql-17 postgresql-17-timescaledb
} >>"$LOG" 2>&1 || die "apt-get could not fetch postgresql-17-timescaledb; see $LOG"
for deb in "$APT"/cache/archives/*.deb; do dpkg -x "$deb" "$ROOT"; done
rm -rf "$APT" "$ROOT"/usr/share/{doc,man,locale}

LOADER=$(find "$ROOT/usr/lib" "$ROOT/usr/lib64" -name 'ld-linux*.so.*' 2>/dev/null | head -1)
LIBRARIES=$(dirname "$(find "$ROOT/usr/lib" -name libc.so.6 | head -1)")
[ -n "$LOADER" ] && [ -d "$LIBRARIES" ] || die "the unpacked packages hold no loader; see $LOG"
for binary in "$ROOT"/usr/lib/postgresql/17/bin/*; do
  [ ! -L "$binary" ] && [ "$(head -c4 "$binary" | tail -c3)" = ELF ] || continue
  mv "$binary" "$binary.bin"
  # `exec` twice over, so the process id that was started is the server's own.
  printf '#!/bin/sh\nexec "%s" --argv0 "%s" --library-path "%s" "%s.bin" "$@"\n' \
    "$LOADER" "$binary" "$LIBRARIES" "$binary" >"$binary"
  chmod 755 "$binary"
  ln -sf "$binary" "$PREFIX/pgbin/${binary##*/}"
done
"$PREFIX/pgbin/postgres" --version >>"$LOG" || die "the unpacked PostgreSQL does not run; see $LOG"
chmod 755 "$PREFIX"
echo "$STAMP" >"$PREFIX/.installed"
