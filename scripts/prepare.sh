# For scripts/demo, scripts/test and scripts/bench, which read it in: goes to the top of the clone and makes what they need.
# shellcheck shell=sh
set -eu
cd "$(dirname -- "$0")/.."
mkdir -p .cache
# Nothing is left outside the clone, npm's own cache included.
export npm_config_cache="$PWD/.cache/npm"

say() { printf '%s\n' "$*" >&2; }

need_node() {
  if ! command -v node >/dev/null 2>&1; then
    say 'Node.js 20.19 or newer is needed, and there is no node in PATH.'
    exit 1
  fi
  if ! node -e 'const [major, minor] = process.versions.node.split(".").map(Number); process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)'; then
    say "Node.js 20.19 or newer is needed; this is $(node --version)."
    exit 1
  fi
  if ! command -v npm >/dev/null 2>&1; then
    say 'npm is needed, and there is none in PATH (Debian and Ubuntu have it in a package of its own: npm).'
    exit 1
  fi
}

# Quiet unless it fails.
quietly() {
  if ! "$@" </dev/null >.cache/output.$$ 2>&1; then
    cat .cache/output.$$ >&2
    rm -f .cache/output.$$
    return 1
  fi
  rm -f .cache/output.$$
}

# Neither does anything where all is up to date, so a desk that runs from this clone is left alone.
need_packages() {
  if node scripts/has-packages.mjs; then return 0; fi
  say 'Installing the npm packages...'
  quietly npm ci || { say 'npm ci failed: see above.'; exit 1; }
}

need_build() {
  node scripts/build.mjs || { say 'The build failed: see above.'; exit 1; }
}

# Sets IMAPDESK_DOVECOT, which the demo and the tests heed.
need_dovecot() {
  IMAPDESK_DOVECOT=$(scripts/dovecot) || exit 1
  export IMAPDESK_DOVECOT
}

# Sets IMAPDESK_MUTT and so on for each script that is named, which the tests heed. What is not here by now is got side by
# side: most of the time goes to waiting for package lists. Where one cannot be had, the tests say why they do without it,
# or fail.
need_programs() {
  for program in "$@"; do
    "scripts/$program" >".cache/$program.path.$$" &
  done
  wait
  for program in "$@"; do
    variable=IMAPDESK_$(printf '%s' "$program" | tr '[:lower:]' '[:upper:]')
    if [ -s ".cache/$program.path.$$" ]; then
      export "$variable=$(cat ".cache/$program.path.$$")"
    else
      unset "$variable"
    fi
    rm -f ".cache/$program.path.$$"
  done
}
