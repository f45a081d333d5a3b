#!/bin/sh
# Courier-IMAP tells, at each STATUS of a maildir that no session has SELECTed yet, another UIDVALIDITY: it makes one up after the
# clock, and keeps it nowhere. So it goes on for as long as nobody selects the folder, whether mail lies there or not (UIDNEXT
# counts what lies in "new"), and also for two STATUS of one session. EXAMINE does the same: what it tells holds for nobody. Only
# SELECT keeps its number, and from then on all tell that one. RFC 9051 §2.3.1.1 wants a UIDVALIDITY that stands as long as the UIDs do.
#
# Why it matters to whoever remembers UIDs: a program that looks at a new mailbox by STATUS, writes UIDVALIDITY and UIDNEXT down as
# the place from which mail is new, and selects the folder only later, finds another UIDVALIDITY then as soon as the clock has
# gone on by a second, and has to take all its UIDs for void. On a quick machine both fall into the same second mostly, so
# tests seldom show it. SELECT answers no UIDNEXT here, which tempts one to ask STATUS for both: take UIDVALIDITY from SELECT.
# Who only reads, with EXAMINE, gets none to rely on before somebody has selected the folder.
#
# The server is Courier's imapd as it runs behind a sign-in, on pipes; nothing listens on the network. It runs from unpacked
# packages of Debian 12; nothing is installed.
#
# Seen with courier-imap 5.0.13+1.0.16-3+b6, on 2026-11-29.
# Exit status: 0 as recorded, 1 something changed, 2 could not be tried.
set -eu
version=5.0.13+1.0.16-3+b6
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM
give_up() { echo "could not be tried: $*" >&2; exit 2; }
for program in apt-get dpkg-deb node; do
  command -v "$program" >/dev/null 2>&1 || give_up "there is no $program"
done

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
apt --simulate --reinstall install "courier-imap=$version" >"$dir/plan" || give_up "apt does not know courier-imap $version"
# What it is linked with; the rest of what apt would bring are a mail transport agent and what looks accounts up.
wanted=$(sed -n 's/^Inst \([^ ]*\) \(\[[^]]*\] \)\{0,1\}(\([^ ]*\) .*/\1=\3/p' "$dir/plan" | grep -E '^(courier-|libcourier|libgamin|libfam|libidn|libgdbm|libltdl|libpcre)')
# shellcheck disable=SC2086 # one word a package
(cd "$dir/apt/archives" && apt download $wanted >>"$dir/apt.log") || give_up 'the packages could not be downloaded'
for file in "$dir"/apt/archives/*.deb; do dpkg-deb --extract "$file" "$dir/root"; done
libraries=$dir/root/usr/lib/courier-authlib:$dir/root/usr/lib
for folder in "$dir"/root/usr/lib/*-linux-* "$dir"/root/lib/*-linux-*; do libraries=$libraries:$folder; done
for mail in empty mail; do mkdir -p "$dir/$mail/cur" "$dir/$mail/new" "$dir/$mail/tmp"; done
for name in 1.one.localhost 2.two.localhost; do printf 'Subject: a letter\n\nHello.\n' >"$dir/mail/new/$name"; done

cat >"$dir/try.cjs" <<'JS'
const { spawn } = require('node:child_process');
const [, , dir] = process.argv;

const STATUS = 'STATUS INBOX (MESSAGES UIDNEXT UIDVALIDITY)';

function giveUp(why) {
  console.error(`could not be tried: ${why}`);
  process.exit(2);
}

/** Behind a sign-in the server is told by its environment who has signed in. */
async function open(mail) {
  const server = spawn(`${dir}/root/usr/bin/imapd`, [mail], {
    cwd: dir,
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { ...process.env, AUTHENTICATED: 'ann', IMAP_USELOCKS: '0', IMAP_CAPABILITY: 'IMAP4rev1 UIDPLUS' },
  });
  let leaving = false;
  server.once('close', () => leaving || giveUp('the server ended'));
  let heard = '';
  let look = () => {};
  server.stdout.setEncoding('latin1');
  server.stdout.on('data', (data) => {
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
        found(text);
      };
      look();
    });
  await until(/^\* PREAUTH .*\r\n/m);
  let count = 0;
  return {
    async ask(text) {
      count += 1;
      server.stdin.write(`t${count} ${text}\r\n`);
      return await until(new RegExp(`^t${count} .*\\r\\n`, 'm'));
    },
    async leave() {
      leaving = true;
      server.stdin.end('last LOGOUT\r\n');
      await until(/^last OK.*\r\n/m);
    },
  };
}

/** Numbers are the clock's: what is recorded is whether one is told again. */
class Numbers {
  #known = [];

  name(answer) {
    const told = /UIDVALIDITY (\d+)/.exec(answer)?.[1] ?? giveUp('no UIDVALIDITY was told');
    const isNew = !this.#known.includes(told);
    if (isNew) this.#known.push(told);
    return `UIDVALIDITY number ${this.#known.indexOf(told) + 1}${isNew ? ', not told before' : ''}`;
  }
}

/** time(2) may lag a little behind the clock that Node reads. */
const nextSecond = () => new Promise((done) => setTimeout(done, 1200));

async function tried(mail, opening) {
  const numbers = new Numbers();
  const told = [`a maildir (${mail}), ${opening} at last:`];
  const tell = (who, command, answer) => {
    const counts = /MESSAGES \d+ UIDNEXT \d+/.exec(answer)?.[0] ?? (answer.includes('[UIDNEXT') ? 'UIDNEXT' : 'no UIDNEXT');
    told.push(`  ${who}: ${command.split(' ')[0]}: ${counts}, ${numbers.name(answer)}`);
  };
  const one = await open(mail);
  tell('first session', STATUS, await one.ask(STATUS));
  await nextSecond();
  tell('first session', STATUS, await one.ask(STATUS));
  await nextSecond();
  const two = await open(mail);
  tell('second session', STATUS, await two.ask(STATUS));
  await nextSecond();
  tell('second session', opening, await two.ask(`${opening} INBOX`));
  await nextSecond();
  tell('first session', STATUS, await one.ask(STATUS));
  await one.leave();
  await two.leave();
  const three = await open(mail);
  tell('third session', STATUS, await three.ask(STATUS));
  await nextSecond();
  tell('third session', STATUS, await three.ask(STATUS));
  await three.leave();
  return told;
}

async function main() {
  const { cpSync } = require('node:fs');
  cpSync(`${dir}/mail`, `${dir}/mail again`, { recursive: true });
  for (const line of await tried('empty', 'SELECT')) console.log(line);
  for (const line of await tried('mail', 'SELECT')) console.log(line);
  for (const line of await tried('mail again', 'EXAMINE')) console.log(line);
  process.exit(0);
}

setTimeout(() => giveUp('no answer for two minutes'), 120_000).unref();
main().catch((error) => giveUp(error.message));
JS
LD_LIBRARY_PATH=$libraries timeout 150 node "$dir/try.cjs" "$dir" >"$dir/seen" 2>"$dir/log" || { cat "$dir/log" >&2; give_up 'the server was not heard'; }
cat "$dir/seen"
cat >"$dir/recorded" <<'RECORDED'
a maildir (empty), SELECT at last:
  first session: STATUS: MESSAGES 0 UIDNEXT 1, UIDVALIDITY number 1, not told before
  first session: STATUS: MESSAGES 0 UIDNEXT 1, UIDVALIDITY number 2, not told before
  second session: STATUS: MESSAGES 0 UIDNEXT 1, UIDVALIDITY number 3, not told before
  second session: SELECT: no UIDNEXT, UIDVALIDITY number 4, not told before
  first session: STATUS: MESSAGES 0 UIDNEXT 1, UIDVALIDITY number 4
  third session: STATUS: MESSAGES 0 UIDNEXT 1, UIDVALIDITY number 4
  third session: STATUS: MESSAGES 0 UIDNEXT 1, UIDVALIDITY number 4
a maildir (mail), SELECT at last:
  first session: STATUS: MESSAGES 2 UIDNEXT 3, UIDVALIDITY number 1, not told before
  first session: STATUS: MESSAGES 2 UIDNEXT 3, UIDVALIDITY number 2, not told before
  second session: STATUS: MESSAGES 2 UIDNEXT 3, UIDVALIDITY number 3, not told before
  second session: SELECT: no UIDNEXT, UIDVALIDITY number 4, not told before
  first session: STATUS: MESSAGES 2 UIDNEXT 3, UIDVALIDITY number 4
  third session: STATUS: MESSAGES 2 UIDNEXT 3, UIDVALIDITY number 4
  third session: STATUS: MESSAGES 2 UIDNEXT 3, UIDVALIDITY number 4
a maildir (mail again), EXAMINE at last:
  first session: STATUS: MESSAGES 2 UIDNEXT 3, UIDVALIDITY number 1, not told before
  first session: STATUS: MESSAGES 2 UIDNEXT 3, UIDVALIDITY number 2, not told before
  second session: STATUS: MESSAGES 2 UIDNEXT 3, UIDVALIDITY number 3, not told before
  second session: EXAMINE: no UIDNEXT, UIDVALIDITY number 4, not told before
  first session: STATUS: MESSAGES 2 UIDNEXT 3, UIDVALIDITY number 5, not told before
  third session: STATUS: MESSAGES 2 UIDNEXT 3, UIDVALIDITY number 6, not told before
  third session: STATUS: MESSAGES 2 UIDNEXT 3, UIDVALIDITY number 7, not told before
RECORDED
if diff "$dir/recorded" "$dir/seen" >&2; then
  echo 'as recorded'
else
  echo 'something changed' >&2
  exit 1
fi
