# For scripts/dovecot, scripts/mutt and their like, which read it in: gets a program of Debian's or Ubuntu's packages into a folder
# of .cache, with the libraries it needs, and installs nothing: apt gets package lists, cache and state of its own and
# needs no rights beyond this folder. Who reads it in has set:
#   name       what to call it, and its folder in .cache
#   program    its path from the root of the file system, without the first slash
#   packages   the packages to get, with what they depend on
#   unwanted   packages to leave out although others depend on them, as an extended regular expression; none if not set
#   elsewhere  what to do where there is no apt
#   settings   what else it must be told when it is started, as lines of shell in which $root stands for /; none if not set
# and defined `is_whole ROOT`: whether the folder that stands for / holds all of it; it may start what it finds with
# `with_libraries ROOT COMMAND…`.
# shellcheck shell=sh disable=SC2154
set -eu
LC_ALL=C
export LC_ALL
umask 022

here=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cache=$here/.cache/$name
# EX_UNAVAILABLE: this machine has no apt to get it with. Any other failure is worth a look.
no_apt=69

say() { printf '%s\n' "$name: $*" >&2; }
die() { say "$@"; exit 1; }

library_folders() {
  libraries=$1/usr/lib/$name:$1/usr/lib
  for folder in "$1"/usr/lib/*-linux-* "$1"/lib/*-linux-*; do libraries=$libraries:$folder; done
  printf '%s\n' "$libraries"
}

with_libraries() {
  folders=$(library_folders "$1")
  shift
  LD_LIBRARY_PATH=$folders "$@"
}

# Written to a file and given with -c, since that is read after the system's own files, whose hooks must not run:
# they would clean or feed the system's caches.
write_apt_settings() {
  cat >"$work/apt.conf" <<SETTINGS
Dir::State::lists "$work/lists/";
Dir::State::extended_states "$work/extended_states";
Dir::Cache "$work/apt/";
Dir::Cache::archives "$work/archives/";
Dir::Log "$work/log/";
APT::Sandbox::User "$(id -un 2>/dev/null || id -u)";
APT::Install-Recommends "false";
APT::Install-Suggests "false";
Acquire::Languages "none";
Acquire::Retries "3";
Debug::NoLocking "true";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear Acquire::IndexTargets;
Acquire::IndexTargets::deb::Packages::MetaKey "\$(COMPONENT)/binary-\$(ARCHITECTURE)/Packages";
Acquire::IndexTargets::deb::Packages::flatMetaKey "Packages";
Acquire::IndexTargets::deb::Packages::ShortDescription "Packages";
Acquire::IndexTargets::deb::Packages::Description "\$(RELEASE)/\$(COMPONENT) \$(ARCHITECTURE) Packages";
Acquire::IndexTargets::deb::Packages::flatDescription "\$(RELEASE) Packages";
Acquire::IndexTargets::deb::Packages::Optional "0";
SETTINGS
}

# One foreign source that does not answer must not stop us: whether the lists suffice shows when they are used.
download() {
  mkdir -p "$work/lists/partial" "$work/archives/partial" "$work/apt" "$work/log" "$work/root"
  write_apt_settings
  say 'reading the package lists...'
  apt-get -qq -c "$work/apt.conf" update </dev/null >"$work/update.log" 2>&1 || true
  # shellcheck disable=SC2086 # one word a package
  if ! apt-get -qq -c "$work/apt.conf" --simulate --reinstall install $packages </dev/null >"$work/plan" 2>"$work/plan.log"; then
    cat "$work/update.log" "$work/plan.log" >&2
    die "apt does not find $packages: see above. Its sources are those of this machine (/etc/apt)."
  fi
  # "Inst name (version ...)" or "Inst name [old] (version ...)"
  planned=$(sed -n 's/^Inst \([^ ]*\) \(\[[^]]*\] \)\{0,1\}(\([^ ]*\) .*/\1=\3/p' "$work/plan" | grep -Ev "^(${unwanted:-})=" || true)
  [ -n "$planned" ] || die "apt holds it for installed, yet it is not to be found. Try: apt-get install --reinstall $packages"
  say "getting $(printf '%s\n' "$planned" | wc -l | tr -d ' ') packages (nothing is installed)..."
  # shellcheck disable=SC2086 # one word a package
  if ! (cd "$work/archives" && apt-get -qq -c "$work/apt.conf" download $planned </dev/null >"$work/download.log" 2>&1); then
    cat "$work/download.log" >&2
    die 'the packages could not be downloaded: see above.'
  fi
  for package in "$work"/archives/*.deb; do
    dpkg-deb --extract "$package" "$work/root"
  done
}

# Sets root to the folder that stands for /, with all of it in it. Everything is made in a folder of its own and put
# in place by one rename, so a half-made one is never used.
unpack() {
  if ! command -v apt-get >/dev/null 2>&1 || ! command -v dpkg-deb >/dev/null 2>&1; then
    say "$elsewhere"
    exit "$no_apt"
  fi
  # shellcheck disable=SC1091 # every Debian and Ubuntu has it
  release=$(. /etc/os-release && printf '%s-%s' "${ID:-linux}" "${VERSION_ID:-${VERSION_CODENAME:-rolling}}")
  root=$cache/$release-$(dpkg --print-architecture)
  if is_whole "$root"; then return 0; fi
  mkdir -p "$cache"
  find "$cache" -maxdepth 1 -name 'new.*' -mmin +60 -exec rm -rf {} +
  work=$(mktemp -d "$cache/new.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  download
  is_whole "$work/root" || die "what was unpacked does not start: $(with_libraries "$work/root" "$work/root/$program" --version 2>&1 | head -n 1)"
  if ! is_whole "$root"; then # somebody else may have been faster
    rm -rf "$root"
    mv -T "$work/root" "$root" 2>/dev/null || is_whole "$root" || die "$root could not be put in place."
  fi
}

# Prints a path by which to start what was unpacked: by itself it does not find its libraries.
print_start() {
  start=$root/start-$name
  if [ ! -x "$start" ]; then
    cat >"$start.$$" <<START
#!/bin/sh
root=\$(CDPATH='' cd -- "\$(dirname -- "\$0")" && pwd)
for folder in "\$root"/usr/lib/*-linux-* "\$root"/lib/*-linux-*; do
  LD_LIBRARY_PATH=\${LD_LIBRARY_PATH:+\$LD_LIBRARY_PATH:}\$folder
done
export LD_LIBRARY_PATH
${settings:-}
exec "\$root/$program" "\$@"
START
    chmod 755 "$start.$$"
    mv -f "$start.$$" "$start"
  fi
  printf '%s\n' "$start"
}
