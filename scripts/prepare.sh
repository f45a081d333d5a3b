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

# Sets IMAPDESK_MUTT and IMAPDESK_NEOMUTT, which the tests heed. Where there is none, the tests say why they do without it, or fail.
need_mutt() {
  if IMAPDESK_MUTT=$(scripts/mutt); then export IMAPDESK_MUTT; else unset IMAPDESK_MUTT; fi
  if IMAPDESK_NEOMUTT=$(scripts/neomutt); then export IMAPDESK_NEOMUTT; else unset IMAPDESK_NEOMUTT; fi
}

# Sets IMAPDESK_FORMAIL, likewise.
need_formail() {
  if IMAPDESK_FORMAIL=$(scripts/formail); then export IMAPDESK_FORMAIL; else unset IMAPDESK_FORMAIL; fi
}

# Sets IMAPDESK_ZSH and IMAPDESK_FISH, likewise.
need_shells() {
  if IMAPDESK_ZSH=$(scripts/zsh); then export IMAPDESK_ZSH; else unset IMAPDESK_ZSH; fi
  if IMAPDESK_FISH=$(scripts/fish); then export IMAPDESK_FISH; else unset IMAPDESK_FISH; fi
}

# Sets IMAPDESK_MANDOC, likewise.
need_mandoc() {
  if IMAPDESK_MANDOC=$(scripts/mandoc); then export IMAPDESK_MANDOC; else unset IMAPDESK_MANDOC; fi
}

# Sets IMAPDESK_CYRUS, IMAPDESK_COURIER and IMAPDESK_IMAP4D, likewise.
need_servers() {
  if IMAPDESK_CYRUS=$(scripts/cyrus); then export IMAPDESK_CYRUS; else unset IMAPDESK_CYRUS; fi
  if IMAPDESK_COURIER=$(scripts/courier); then export IMAPDESK_COURIER; else unset IMAPDESK_COURIER; fi
  if IMAPDESK_IMAP4D=$(scripts/imap4d); then export IMAPDESK_IMAP4D; else unset IMAPDESK_IMAP4D; fi
}
