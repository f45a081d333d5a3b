#!/bin/sh
# GNU imap4d (mailutils) takes a UID above the highest one for the message with the highest: with UIDs 1 to 3 in the mailbox,
# UID STORE 9 +FLAGS (\Deleted) marks message 3, and the next EXPUNGE removes it; UID COPY 9 copies it, and UID FETCH 9
# shows it, each with OK. RFC 9051 §6.4.9 (RFC 3501 §6.4.8 alike): a UID that is not there is ignored. Only UID SEARCH UID 9
# finds nothing. A UID in a gap below the highest gets BAD instead, and so a whole set fails for one message that is gone. What
# was removed is told as "* 3 EXPUNGED", which is no response of IMAP (it is "EXPUNGE"), so that a client that does not read
# the EXISTS behind it counts wrong.
#
# Why it matters to whoever files mail: a program that remembers a UID, and deletes or moves (COPY, STORE, EXPUNGE) what
# somebody else has just taken away, does it to a stranger's message there, the newest of all. Ask by UID SEARCH right before,
# and never hand a remembered set to STORE or COPY as it is.
#
# The server runs on loopback from unpacked packages of Debian 12; nothing is installed.
#
# Seen with mailutils-imap4d 1:3.15-4, on 2026-11-29.
# Exit status: 0 as recorded, 1 something changed, 2 could not be tried.
set -eu
package=mailutils-imap4d
version=1:3.15-4
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM
give_up() { echo "could not be tried: $*" >&2; exit 2; }
for program in apt-get dpkg-deb perl node; do
  command -v "$program" >/dev/null 2>&1 || give_up "there is no $program"
done

mkdir -p "$dir/apt/lists/partial" "$dir/apt/archives/partial" "$dir/root" "$dir/accounts" "$dir/mail"
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
apt --simulate install "$package=$version" >"$dir/plan" || give_up "apt does not know $package $version"
wanted=$(sed -n 's/^Inst \([^ ]*\) \(\[[^]]*\] \)\{0,1\}(\([^ ]*\) .*/\1=\3/p' "$dir/plan")
# shellcheck disable=SC2086 # one word a package
(cd "$dir/apt/archives" && apt download $wanted >>"$dir/apt.log") || give_up 'the packages could not be downloaded'
for file in "$dir"/apt/archives/*.deb; do dpkg-deb --extract "$file" "$dir/root"; done
libraries=$dir/root/usr/lib
for folder in "$dir"/root/usr/lib/*-linux-* "$dir"/root/lib/*-linux-*; do libraries=$libraries:$folder; done

hash=$(perl -e 'print crypt("secret", q($5$finding$))')
echo "ann:$hash:$(id -u):$(id -g)::$dir/mail:/bin/sh" >"$dir/accounts/example.org"
cat >"$dir/try.cjs" <<'JS'
const { spawn } = require('node:child_process');
const { writeFileSync } = require('node:fs');
const net = require('node:net');
const [, , dir] = process.argv;

async function freePort() {
  const probe = net.createServer().listen(0, '127.0.0.1');
  await new Promise((listening) => probe.once('listening', listening));
  const { port } = probe.address();
  await new Promise((closed) => probe.close(closed));
  return port;
}

async function connected(port) {
  for (let tries = 0; tries < 100; tries += 1) {
    const socket = net.connect(port, '127.0.0.1');
    const outcome = await new Promise((told) => {
      socket.once('connect', () => told('connected'));
      socket.once('error', () => told('refused'));
    });
    if (outcome === 'connected') return socket;
    await new Promise((later) => setTimeout(later, 100));
  }
  throw new Error('the server does not listen');
}

/** Sends one command after the other; answers the lines that came for each. */
function speaker(socket) {
  let heard = '';
  let look = () => {};
  socket.setEncoding('latin1');
  socket.on('data', (data) => {
    heard += data;
    look();
  });
  const until = (pattern) =>
    new Promise((found) => {
      look = () => {
        const match = pattern.exec(heard);
        if (match === null) return;
        look = () => {};
        const end = match.index + match[0].length;
        const text = heard.slice(0, end);
        heard = heard.slice(end);
        found(text.split('\r\n').filter((line) => line !== ''));
      };
      look();
    });
  let count = 0;
  const command = async (text, literal) => {
    count += 1;
    const tag = `t${count}`;
    if (literal === undefined) socket.write(`${tag} ${text}\r\n`);
    else {
      socket.write(`${tag} ${text} {${literal.length}}\r\n`);
      await until(/^\+.*\r\n/m);
      socket.write(`${literal}\r\n`);
    }
    return (await until(new RegExp(`^${tag} .*\\r\\n`, 'm'))).map((line) => line.replace(`${tag} `, ''));
  };
  return { until, command };
}

async function main() {
  const port = await freePort();
  writeFileSync(
    `${dir}/imap4d.conf`,
    [
      'mode daemon;',
      'foreground yes;',
      `pidfile ${dir}/pid;`,
      'tls-mode false;',
      `virtdomain { passwd-dir ${dir}/accounts; };`,
      'auth { authentication generic; authorization virtdomain; };',
      'mailbox { mailbox-type mbox; };',
      'logging { syslog no; };',
      `server 127.0.0.1:${port} { single-process no; tls-mode false; };`,
      '',
    ].join('\n'),
  );
  const arguments_ = [`--config-file=${dir}/imap4d.conf`, '--foreground'];
  const server = spawn(`${dir}/root/usr/sbin/imap4d`, arguments_, { stdio: 'ignore' });
  process.once('exit', () => server.kill());
  const socket = await connected(port);
  const { until, command } = speaker(socket);
  await until(/^\* OK.*\r\n/m);
  await command('LOGIN ann@example.org secret');
  await command('CREATE Kept');
  await command('CREATE Elsewhere');
  for (const subject of ['one', 'two', 'three'])
    await command('APPEND Kept', `From: jane@example.org\r\nSubject: ${subject}\r\n\r\n${subject}\r\n`);
  await command('SELECT Kept');
  const told = [];
  for (const text of [
    'UID STORE 2 +FLAGS.SILENT (\\Deleted)',
    'EXPUNGE',
    'UID FETCH 1:* (UID)',
    'UID COPY 1:2 Elsewhere',
    'UID COPY 1,2 Elsewhere',
    'UID SEARCH UID 9',
    'UID FETCH 9 (UID)',
    'UID COPY 9 Elsewhere',
    'STATUS Elsewhere (MESSAGES)',
    'UID STORE 9 +FLAGS.SILENT (\\Deleted)',
    'EXPUNGE',
    'UID FETCH 1:* (UID)',
  ])
    told.push(`> ${text}`, ...(await command(text)));
  socket.destroy();
  console.log(told.join('\n'));
  process.exit(0);
}

setTimeout(() => process.exit(2), 60_000).unref();
main().catch((error) => {
  console.error(`could not be tried: ${error.message}`);
  process.exit(2);
});
JS
LD_LIBRARY_PATH=$libraries node "$dir/try.cjs" "$dir" >"$dir/seen" || give_up 'the server was not heard'
cat "$dir/seen"
cat >"$dir/recorded" <<'RECORDED'
> UID STORE 2 +FLAGS.SILENT (\Deleted)
OK UID STORE Completed
> EXPUNGE
* 2 EXPUNGED
* 2 EXISTS
* 2 RECENT
OK EXPUNGE Completed
> UID FETCH 1:* (UID)
* 1 FETCH (UID 1)
* 2 FETCH (UID 3)
OK UID FETCH Completed
> UID COPY 1:2 Elsewhere
BAD UID COPY Error parsing message set
> UID COPY 1,2 Elsewhere
BAD UID COPY Error parsing message set
> UID SEARCH UID 9
* SEARCH
OK UID SEARCH Completed
> UID FETCH 9 (UID)
* 2 FETCH (UID 3)
OK UID FETCH Completed
> UID COPY 9 Elsewhere
OK UID COPY Completed
> STATUS Elsewhere (MESSAGES)
* STATUS Elsewhere (MESSAGES 1)
OK STATUS Completed
> UID STORE 9 +FLAGS.SILENT (\Deleted)
OK UID STORE Completed
> EXPUNGE
* 2 EXPUNGED
* 1 EXISTS
* 1 RECENT
OK EXPUNGE Completed
> UID FETCH 1:* (UID)
* 1 FETCH (UID 1)
OK UID FETCH Completed
RECORDED
if diff "$dir/recorded" "$dir/seen" >&2; then
  echo 'as recorded'
else
  echo 'something changed' >&2
  exit 1
fi
