#!/bin/sh
# Postfix's pipe(8) tells a command the null sender, which every bounce has, as MAILER-DAEMON: ${sender} in its argv is that word, and
# with flags=R it writes "Return-Path: <MAILER-DAEMON>". Only null_sender= in master.cf, with nothing behind it, makes it the
# empty word and "Return-Path: <>", which RFC 5321 §4.4 has delivery write. pipe(8) names that option, among many others.
#
# Why it matters to whoever takes mail from a pipe: RFC 3834 §2 forbids to answer a null sender. A program that looks for "<>" sees
# none, and answers a bounce; one that completes the word by its own domain answers MAILER-DAEMON@example.org.
#
# Needs root, as Postfix does. It runs on loopback from unpacked packages of Debian 12; nothing is installed.
#
# Seen with postfix 3.7.11-0+deb12u1, on 2026-11-29.
# Exit status: 0 as recorded, 1 something changed, 2 could not be tried.
set -eu
version=3.7.11-0+deb12u1
dir=$(mktemp -d /tmp/findXXXXXX)
master=
trap 'if [ -n "$master" ]; then kill "$master" 2>/dev/null || true; wait 2>/dev/null || true; fi; rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM
give_up() { echo "could not be tried: $*" >&2; exit 2; }
[ "$(id -u)" = 0 ] || give_up 'Postfix must be started by root'
for program in apt-get dpkg-deb node; do
  command -v "$program" >/dev/null 2>&1 || give_up "there is no $program"
done
chmod 711 "$dir"
mkdir -p "$dir/apt/lists/partial" "$dir/apt/archives/partial" "$dir/root"
cat >"$dir/apt.conf" <<CONF
Dir::State::lists "$dir/apt/lists/";
Dir::State::extended_states "$dir/apt/extended_states";
Dir::Cache "$dir/apt/";
Dir::Cache::archives "$dir/apt/archives/";
Dir::Log "$dir/apt/";
APT::Sandbox::User "root";
APT::Install-Recommends "false";
Debug::NoLocking "true";
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
CONF
apt() { apt-get -qq -c "$dir/apt.conf" "$@" </dev/null 2>>"$dir/apt.log"; }
apt update >>"$dir/apt.log" || true
apt --simulate install "postfix=$version" libnss-wrapper >"$dir/plan" || give_up "apt does not know postfix $version"
wanted=$(sed -n 's/^Inst \([^ ]*\) \(\[[^]]*\] \)\{0,1\}(\([^ ]*\) .*/\1=\3/p' "$dir/plan" | grep -Ev '^(debconf|adduser|passwd|ssl-cert|openssl|netbase|e2fsprogs|cpio)')
# shellcheck disable=SC2086 # one word a package
(cd "$dir/apt/archives" && apt download $wanted >>"$dir/apt.log") || give_up 'the packages could not be downloaded'
for file in "$dir"/apt/archives/*.deb; do dpkg-deb --extract "$file" "$dir/root"; done
root=$dir/root
libraries=$root/usr/lib/postfix
wrapper=
for folder in "$root"/usr/lib/*-linux-*; do
  libraries=$libraries:$folder
  if [ -e "$folder/libnss_wrapper.so" ]; then wrapper=$folder/libnss_wrapper.so; fi
done

printf '%s\n' 'root:x:0:0::/:/bin/sh' 'nobody:x:65534:65534::/:/bin/sh' 'postfix:x:64533:64533::/:/bin/sh' >"$dir/passwd"
printf '%s\n' 'root:x:0:' 'nogroup:x:65534:' 'postfix:x:64533:' 'postdrop:x:64532:' >"$dir/group"
mkdir -p "$dir/conf" "$dir/data" "$dir/queue/public" "$dir/queue/maildrop" "$dir/queue/pid" "$dir/out"
for name in active bounce corrupt defer deferred flush hold incoming private saved trace; do mkdir -m 700 "$dir/queue/$name"; done
chown 64533:64532 "$dir/queue"/* && chown 0:0 "$dir/queue/pid" && chown 64533 "$dir/data" && chown 65534 "$dir/out"
chmod 710 "$dir/queue/public" && chmod 1730 "$dir/queue/maildrop"
cat >"$dir/command" <<'COMMAND'
#!/bin/sh
out=$1
shift
cat >"$out.mail"
printf '%s\n' "$@" >"$out.part" && mv "$out.part" "$out"
COMMAND
chmod 755 "$dir/command"
port=$(node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})')
cat >"$dir/conf/main.cf" <<CONF
compatibility_level = 3.6
queue_directory = $dir/queue
data_directory = $dir/data
command_directory = $root/usr/sbin
daemon_directory = $root/usr/lib/postfix/sbin
import_environment = MAIL_CONFIG LD_LIBRARY_PATH LD_PRELOAD NSS_WRAPPER_PASSWD NSS_WRAPPER_GROUP
maillog_file = $dir/log
maillog_file_prefixes = $dir
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.example.com
mydestination =
alias_maps =
virtual_mailbox_domains = usual.example, empty.example
transport_maps = inline:{ usual.example=usual:, empty.example=empty: }
CONF
cat >"$dir/conf/master.cf" <<CONF
127.0.0.1:$port inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
retry unix - - n - - error
error unix - - n - - error
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
usual unix - n n - - pipe flags=R user=nobody argv=$dir/command $dir/out/usual \${sender}
empty unix - n n - - pipe flags=R user=nobody null_sender= argv=$dir/command $dir/out/empty \${sender}
CONF
env -i PATH="$PATH" LD_LIBRARY_PATH="$libraries" LD_PRELOAD="$wrapper" NSS_WRAPPER_PASSWD="$dir/passwd" NSS_WRAPPER_GROUP="$dir/group" \
  "$root/usr/lib/postfix/sbin/master" -c "$dir/conf" -d >"$dir/master.log" 2>&1 &
master=$!

cat >"$dir/try.cjs" <<'JS'
const { existsSync, readFileSync } = require('node:fs');
const net = require('node:net');
const { setTimeout: wait } = require('node:timers/promises');
const [, , dir, port] = process.argv;

async function send(to) {
  for (let tries = 0; tries < 200; tries += 1) {
    const done = await new Promise((resolve) => {
      const say = ['EHLO x', 'MAIL FROM:<>', `RCPT TO:<${to}>`, 'DATA', 'Subject: x\r\n\r\nHello\r\n.', 'QUIT'];
      const socket = net.connect(port, '127.0.0.1');
      socket.on('error', () => resolve(false)).on('close', () => resolve(say.length === 0));
      socket.on('data', (said) => {
        if (/^[45]/m.test(said)) throw new Error(String(said));
        if (/^\d{3} /m.test(said) && say.length > 0) socket.write(`${say.shift()}\r\n`);
      });
    });
    if (done) return;
    await wait(100);
  }
  throw new Error('Postfix does not answer.');
}

async function told(name) {
  await send(`a@${name}.example`);
  const path = `${dir}/out/${name}`;
  for (let tries = 0; tries < 200 && !existsSync(path); tries += 1) await wait(100);
  const [field] = readFileSync(`${path}.mail`, 'utf8').split('\n');
  return `\${sender} is "${readFileSync(path, 'utf8').trim()}", ${field}`;
}

(async () => {
  console.log(`as it is: ${await told('usual')}`);
  console.log(`with null_sender=: ${await told('empty')}`);
})().catch((error) => {
  console.error(error);
  process.exitCode = 2;
});
JS
node "$dir/try.cjs" "$dir" "$port" >"$dir/seen" || { cat "$dir/master.log" "$dir/log" >&2 2>/dev/null; give_up 'see above'; }
cat "$dir/seen"
cat >"$dir/expected" <<'SEEN'
as it is: ${sender} is "MAILER-DAEMON", Return-Path: <MAILER-DAEMON>
with null_sender=: ${sender} is "", Return-Path: <>
SEEN
cmp -s "$dir/seen" "$dir/expected" && exit 0
echo 'something has changed' >&2
exit 1
