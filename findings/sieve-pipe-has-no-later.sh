#!/bin/sh
# Pigeonhole's "pipe" (vnd.dovecot.pipe) takes no exit code for "later": where the program ends with 75 (EX_TEMPFAIL) as with any
# other code but 0, the script fails, the message is kept in the user's own inbox (the implicit keep), and dovecot-lda ends with
# 0, so that the mail server takes it for delivered and never tries again. And SENDER is not set where the envelope's sender is null, while RECIPIENT is: a program cannot tell that from a
# transport that says nothing of the sender.
#
# Why it matters to whoever takes mail from a pipe: what works with Exim, Postfix and OpenSMTPD (75, and the queue keeps it) leaves
# mail in an inbox that nobody may read. The program itself must keep what it cannot pass on.
#
# dovecot-lda runs from unpacked packages of Debian 12; nothing is installed, nothing listens.
#
# Seen with dovecot-sieve 1:2.3.19.1+dfsg1-2.1+deb12u7, on 2026-11-29.
# Exit status: 0 as recorded, 1 something changed, 2 could not be tried.
set -eu
version=1:2.3.19.1+dfsg1-2.1+deb12u7
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM
give_up() { echo "could not be tried: $*" >&2; exit 2; }
for program in apt-get dpkg-deb; do
  command -v "$program" >/dev/null 2>&1 || give_up "there is no $program"
done
# Root must name a user that Dovecot looks up; so it becomes somebody else.
as=
if [ "$(id -u)" = 0 ]; then
  command -v setpriv >/dev/null 2>&1 || give_up 'there is no setpriv'
  as='setpriv --reuid 65534 --regid 65534 --clear-groups'
fi

mkdir -p "$dir/apt/lists/partial" "$dir/apt/archives/partial" "$dir/root"
cat >"$dir/apt.conf" <<CONF
Dir::State::lists "$dir/apt/lists/";
Dir::State::extended_states "$dir/apt/extended_states";
Dir::Cache "$dir/apt/";
Dir::Cache::archives "$dir/apt/archives/";
Dir::Log "$dir/apt/";
APT::Sandbox::User "$(id -un 2>/dev/null || id -u)";
APT::Install-Recommends "false";
Debug::NoLocking "true";
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
CONF
apt() { apt-get -qq -c "$dir/apt.conf" "$@" </dev/null 2>>"$dir/apt.log"; }
apt update >>"$dir/apt.log" || true
apt --simulate install "dovecot-sieve=$version" >"$dir/plan" || give_up "apt does not know dovecot-sieve $version"
wanted=$(sed -n 's/^Inst \([^ ]*\) \(\[[^]]*\] \)\{0,1\}(\([^ ]*\) .*/\1=\3/p' "$dir/plan" | grep -Ev '^(debconf|adduser|passwd|ucf|lsb-base|openssl)')
# shellcheck disable=SC2086 # one word a package
(cd "$dir/apt/archives" && apt download $wanted >>"$dir/apt.log") || give_up 'the packages could not be downloaded'
for file in "$dir"/apt/archives/*.deb; do dpkg-deb --extract "$file" "$dir/root"; done
dovecot=$dir/root/usr/lib/dovecot
libraries=$dovecot:$dovecot/modules/old-stats
for folder in "$dir"/root/usr/lib/*-linux-*; do libraries=$libraries:$folder; done

mkdir "$dir/bin" "$dir/mail-world"
cat >"$dir/bin/program" <<'PROGRAM'
#!/bin/sh
cat >/dev/null
echo "RECIPIENT is ${RECIPIENT-not set}, SENDER is ${SENDER-not set}" >"$HOME/told"
exit "$1"
PROGRAM
cat >"$dir/mail-world/a.sieve" <<'SIEVE'
require ["vnd.dovecot.pipe", "envelope"];
if envelope :localpart "to" "zero" { pipe "program" ["0"]; }
if envelope :localpart "to" "later" { pipe "program" ["75"]; }
SIEVE
cat >"$dir/conf" <<CONF
base_dir = $dir/mail-world/base
mail_location = maildir:$dir/mail-world/mail
mail_plugin_dir = $dovecot/modules
log_path = $dir/mail-world/log
postmaster_address = postmaster@example.com
protocol lda {
  mail_plugins = sieve
}
plugin {
  sieve = file:$dir/mail-world/a.sieve
  sieve_plugins = sieve_extprograms
  sieve_plugin_dir = $dovecot/modules/sieve
  sieve_extensions = +vnd.dovecot.pipe
  sieve_pipe_bin_dir = $dir/bin
}
CONF
chmod 755 "$dir" "$dir/bin/program"
if [ -n "$as" ]; then chown -R 65534 "$dir/mail-world"; fi

deliver() {
  # shellcheck disable=SC2086 # one word an argument
  printf 'Subject: x\r\n\r\nHello\r\n' | HOME=$dir/mail-world USER=ann LD_LIBRARY_PATH=$libraries $as "$dir/root/usr/bin/doveconf" -f service=lda -c "$dir/conf" \
    -m lda -e "$dovecot/dovecot-lda" -f "$1" -a "$2@example.com" -e 2>>"$dir/errors" && code=0 || code=$?
  kept=$(find "$dir/mail-world/mail/new" -type f 2>/dev/null | wc -l | tr -d ' ')
  echo "$2, from <$1>: dovecot-lda ends with $code, the inbox holds $kept; $(cat "$dir/mail-world/told")"
}
{ deliver jane@example.org zero; deliver '' zero; deliver jane@example.org later; } >"$dir/seen" || { cat "$dir/errors" >&2; give_up 'see above'; }
cat "$dir/seen"
cat >"$dir/expected" <<'SEEN'
zero, from <jane@example.org>: dovecot-lda ends with 0, the inbox holds 0; RECIPIENT is zero@example.com, SENDER is jane@example.org
zero, from <>: dovecot-lda ends with 0, the inbox holds 0; RECIPIENT is zero@example.com, SENDER is not set
later, from <jane@example.org>: dovecot-lda ends with 0, the inbox holds 1; RECIPIENT is later@example.com, SENDER is jane@example.org
SEEN
cmp -s "$dir/seen" "$dir/expected" && exit 0
echo 'something has changed' >&2
exit 1
