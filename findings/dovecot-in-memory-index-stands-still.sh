#!/bin/sh
# Dovecot with its index in memory (INDEX=MEMORY) still offers CONDSTORE and QRESYNC, and answers STATUS (HIGHESTMODSEQ) with
# a number that stands still: once there is mail, 2 to each new session, whatever became of flags and messages in between,
# and one more while a keyword is in use, so that it also goes down. Each session counts for itself, so that two are told
# different numbers at the same time. RFC 7162 §3.1.7 asks for 0 where mod-sequences are not kept. SELECT does say so
# (NOMODSEQ), and then MODSEQ, CHANGEDSINCE and UNCHANGEDSINCE get BAD, as §3.1.2.2 has it; STATUS and LIST RETURN
# (STATUS …) do not tell, and SEARCH MODSEQ answers OK.
#
# Why it matters to whoever watches folders: a program that looks by STATUS whether anything has changed since it was last
# there, and leaves a folder alone whose HIGHESTMODSEQ is the same, never sees a flag set or a keyword exchanged by another
# program. A letter that comes shows in UIDNEXT, one that goes in MESSAGES, flags nowhere. Neither CAPABILITY nor ENABLE tells
# such a folder from others: only SELECT or EXAMINE does. Believe STATUS only where a SELECT has told HIGHESTMODSEQ of the
# same folder before.
#
# Each session is an imap process of Dovecot's, as it runs behind a sign-in, on pipes; nothing listens on the network. They run
# from unpacked packages of Debian 12; nothing is installed. The same was done with the index on disk, to compare.
#
# Seen with dovecot-imapd 1:2.3.19.1+dfsg1-2.1+deb12u6, on 2026-11-29.
# Exit status: 0 as recorded, 1 something changed, 2 could not be tried.
set -eu
version=1:2.3.19.1+dfsg1-2.1+deb12u6
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
apt --simulate install "dovecot-imapd=$version" "dovecot-core=$version" >"$dir/plan" || give_up "apt does not know dovecot-imapd $version"
wanted=$(sed -n 's/^Inst \([^ ]*\) \(\[[^]]*\] \)\{0,1\}(\([^ ]*\) .*/\1=\3/p' "$dir/plan")
# shellcheck disable=SC2086 # one word a package
(cd "$dir/apt/archives" && apt download $wanted >>"$dir/apt.log") || give_up 'the packages could not be downloaded'
for file in "$dir"/apt/archives/*.deb; do dpkg-deb --extract "$file" "$dir/root"; done
libraries=$dir/root/usr/lib/dovecot:$dir/root/usr/lib
for folder in "$dir"/root/usr/lib/*-linux-* "$dir"/root/lib/*-linux-*; do libraries=$libraries:$folder; done

# Dovecot does not touch the mail of root.
uid=$(id -u)
gid=$(id -g)
if [ "$uid" = 0 ]; then uid=65534 gid=65534; fi
chmod 711 "$dir"
for index in memory disk; do
  mkdir -p "$dir/$index"
  chown "$uid:$gid" "$dir/$index"
  case $index in memory) place=:INDEX=MEMORY ;; disk) place='' ;; esac
  cat >"$dir/$index.conf" <<CONF
base_dir = $dir/run
state_dir = $dir/run
log_path = /dev/stderr
ssl = no
import_environment = LD_LIBRARY_PATH
first_valid_uid = 1
first_valid_gid = 1
mail_uid = $uid
mail_gid = $gid
mail_home = $dir/$index
mail_location = maildir:$dir/$index/mail$place
namespace inbox {
  inbox = yes
  separator = /
}
CONF
done
cat >"$dir/try.cjs" <<'JS'
const { spawn } = require('node:child_process');
const [, , dir] = process.argv;

const ASKED = 'STATUS INBOX (MESSAGES UIDNEXT HIGHESTMODSEQ)';

/** Sends one command after the other; answers the lines that came for each. */
async function open(index) {
  const settings = ['-f', 'service=imap', '-m', 'imap', '-c', `${dir}/${index}.conf`];
  const server = [`${dir}/root/usr/bin/doveconf`, ...settings, '-e', `${dir}/root/usr/lib/dovecot/imap`];
  // It does not speak with a socket, which Node's pipes are; "cat" has real ones.
  const shell = spawn('sh', ['-c', 'cat | "$@" | cat', '-', ...server], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, USER: 'ann', HOME: `${dir}/${index}` },
  });
  let leaving = false;
  shell.once('close', () => {
    if (leaving) return;
    console.error('could not be tried: the server ended');
    process.exit(2);
  });
  let heard = '';
  let look = () => {};
  shell.stdout.setEncoding('latin1');
  shell.stdout.on('data', (data) => {
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
  const [greeting] = await until(/^\* PREAUTH .*\r\n/m);
  let count = 0;
  return {
    greeting,
    async ask(text) {
      count += 1;
      const tag = `t${count}`;
      shell.stdin.write(`${tag} ${text}\r\n`);
      const lines = await until(new RegExp(`^${tag} .*\\r\\n`, 'm'));
      return lines.map((line) => line.replace(`${tag} `, '').replace(/ \([\d.+ ]* secs\)/, ''));
    },
    leave() {
      leaving = true;
      shell.stdin.end('last LOGOUT\r\n');
    },
  };
}

const only = (lines, pattern) => lines.filter((line) => pattern.test(line));

async function tried(index) {
  const told = [];
  const tell = (...lines) => told.push(...lines.map((line) => `${index}: ${line}`));
  const staying = await open(index);
  const other = await open(index);
  const offered = /CONDSTORE|QRESYNC/g;
  tell(`offered: ${staying.greeting.match(offered)}`);
  const see = async (what) => {
    const fresh = await open(index);
    const [now] = only(await fresh.ask(ASKED), /^\* STATUS/);
    fresh.leave();
    const [there] = only(await staying.ask(ASKED), /^\* STATUS/);
    tell(`> ${what}`, `new session:   ${now}`, `open session:  ${there}`);
  };
  await see('nothing yet');
  for (const text of ['one', 'two', 'three']) {
    const letter = `Subject: a letter\r\n\r\n${text}`;
    await other.ask(`APPEND INBOX {${letter.length}+}\r\n${letter}`);
  }
  await see('APPEND, three times');
  await other.ask('SELECT INBOX');
  for (const change of [
    'UID STORE 1 +FLAGS (\\Seen)',
    'UID STORE 2 +FLAGS (\\Flagged)',
    'UID STORE 2 +FLAGS (taken)',
    'UID STORE 2 -FLAGS (taken)',
    'UID STORE 3 +FLAGS (\\Deleted)',
    'EXPUNGE',
  ]) {
    await other.ask(change);
    await see(change);
  }
  const list = 'LIST "" INBOX RETURN (STATUS (HIGHESTMODSEQ))';
  const last = await open(index);
  tell(`> ${list}`, ...only(await last.ask(list), /^\* STATUS/));
  const enable = await last.ask('ENABLE QRESYNC');
  tell('> ENABLE QRESYNC', `${enable[0].match(offered)}`);
  tell('> SELECT INBOX', ...only(await last.ask('SELECT INBOX'), /MODSEQ/));
  for (const command of [
    'UID FETCH 1 (MODSEQ)',
    'UID FETCH 1 (FLAGS) (CHANGEDSINCE 1)',
    'UID STORE 1 (UNCHANGEDSINCE 1) +FLAGS.SILENT (\\Answered)',
    'UID SEARCH MODSEQ 1',
  ])
    tell(`> ${command}`, (await last.ask(command)).at(-1));
  for (const session of [staying, other, last]) session.leave();
  return told;
}

async function main() {
  const told = [...(await tried('memory')), ...(await tried('disk'))];
  console.log(told.join('\n'));
  process.exit(0);
}

setTimeout(() => process.exit(2), 60_000).unref();
main().catch((error) => {
  console.error(`could not be tried: ${error.message}`);
  process.exit(2);
});
JS
LD_LIBRARY_PATH=$libraries timeout 90 node "$dir/try.cjs" "$dir" >"$dir/seen" 2>"$dir/log" || { cat "$dir/log" >&2; give_up 'the server was not heard'; }
cat "$dir/seen"
cat >"$dir/recorded" <<'RECORDED'
memory: offered: CONDSTORE,QRESYNC
memory: > nothing yet
memory: new session:   * STATUS INBOX (MESSAGES 0 UIDNEXT 1 HIGHESTMODSEQ 1)
memory: open session:  * STATUS INBOX (MESSAGES 0 UIDNEXT 1 HIGHESTMODSEQ 1)
memory: > APPEND, three times
memory: new session:   * STATUS INBOX (MESSAGES 3 UIDNEXT 4 HIGHESTMODSEQ 2)
memory: open session:  * STATUS INBOX (MESSAGES 3 UIDNEXT 4 HIGHESTMODSEQ 2)
memory: > UID STORE 1 +FLAGS (\Seen)
memory: new session:   * STATUS INBOX (MESSAGES 3 UIDNEXT 4 HIGHESTMODSEQ 2)
memory: open session:  * STATUS INBOX (MESSAGES 3 UIDNEXT 4 HIGHESTMODSEQ 3)
memory: > UID STORE 2 +FLAGS (\Flagged)
memory: new session:   * STATUS INBOX (MESSAGES 3 UIDNEXT 4 HIGHESTMODSEQ 2)
memory: open session:  * STATUS INBOX (MESSAGES 3 UIDNEXT 4 HIGHESTMODSEQ 4)
memory: > UID STORE 2 +FLAGS (taken)
memory: new session:   * STATUS INBOX (MESSAGES 3 UIDNEXT 4 HIGHESTMODSEQ 3)
memory: open session:  * STATUS INBOX (MESSAGES 3 UIDNEXT 4 HIGHESTMODSEQ 5)
memory: > UID STORE 2 -FLAGS (taken)
memory: new session:   * STATUS INBOX (MESSAGES 3 UIDNEXT 4 HIGHESTMODSEQ 2)
memory: open session:  * STATUS INBOX (MESSAGES 3 UIDNEXT 4 HIGHESTMODSEQ 6)
memory: > UID STORE 3 +FLAGS (\Deleted)
memory: new session:   * STATUS INBOX (MESSAGES 3 UIDNEXT 4 HIGHESTMODSEQ 2)
memory: open session:  * STATUS INBOX (MESSAGES 3 UIDNEXT 4 HIGHESTMODSEQ 7)
memory: > EXPUNGE
memory: new session:   * STATUS INBOX (MESSAGES 2 UIDNEXT 4 HIGHESTMODSEQ 2)
memory: open session:  * STATUS INBOX (MESSAGES 2 UIDNEXT 4 HIGHESTMODSEQ 8)
memory: > LIST "" INBOX RETURN (STATUS (HIGHESTMODSEQ))
memory: * STATUS INBOX (HIGHESTMODSEQ 2)
memory: > ENABLE QRESYNC
memory: QRESYNC
memory: > SELECT INBOX
memory: * OK [NOMODSEQ] No permanent modsequences
memory: > UID FETCH 1 (MODSEQ)
memory: BAD Error in IMAP command UID FETCH: FETCH MODSEQ can't be used with non-permanent modseqs.
memory: > UID FETCH 1 (FLAGS) (CHANGEDSINCE 1)
memory: BAD Error in IMAP command UID FETCH: FETCH CHANGEDSINCE can't be used with non-permanent modseqs.
memory: > UID STORE 1 (UNCHANGEDSINCE 1) +FLAGS.SILENT (\Answered)
memory: BAD Error in IMAP command UID STORE: STORE UNCHANGEDSINCE can't be used with non-permanent modseqs.
memory: > UID SEARCH MODSEQ 1
memory: OK Search completed.
disk: offered: CONDSTORE,QRESYNC
disk: > nothing yet
disk: new session:   * STATUS INBOX (MESSAGES 0 UIDNEXT 1 HIGHESTMODSEQ 1)
disk: open session:  * STATUS INBOX (MESSAGES 0 UIDNEXT 1 HIGHESTMODSEQ 1)
disk: > APPEND, three times
disk: new session:   * STATUS INBOX (MESSAGES 3 UIDNEXT 4 HIGHESTMODSEQ 4)
disk: open session:  * STATUS INBOX (MESSAGES 3 UIDNEXT 4 HIGHESTMODSEQ 4)
disk: > UID STORE 1 +FLAGS (\Seen)
disk: new session:   * STATUS INBOX (MESSAGES 3 UIDNEXT 4 HIGHESTMODSEQ 5)
disk: open session:  * STATUS INBOX (MESSAGES 3 UIDNEXT 4 HIGHESTMODSEQ 5)
disk: > UID STORE 2 +FLAGS (\Flagged)
disk: new session:   * STATUS INBOX (MESSAGES 3 UIDNEXT 4 HIGHESTMODSEQ 6)
disk: open session:  * STATUS INBOX (MESSAGES 3 UIDNEXT 4 HIGHESTMODSEQ 6)
disk: > UID STORE 2 +FLAGS (taken)
disk: new session:   * STATUS INBOX (MESSAGES 3 UIDNEXT 4 HIGHESTMODSEQ 7)
disk: open session:  * STATUS INBOX (MESSAGES 3 UIDNEXT 4 HIGHESTMODSEQ 7)
disk: > UID STORE 2 -FLAGS (taken)
disk: new session:   * STATUS INBOX (MESSAGES 3 UIDNEXT 4 HIGHESTMODSEQ 8)
disk: open session:  * STATUS INBOX (MESSAGES 3 UIDNEXT 4 HIGHESTMODSEQ 8)
disk: > UID STORE 3 +FLAGS (\Deleted)
disk: new session:   * STATUS INBOX (MESSAGES 3 UIDNEXT 4 HIGHESTMODSEQ 9)
disk: open session:  * STATUS INBOX (MESSAGES 3 UIDNEXT 4 HIGHESTMODSEQ 9)
disk: > EXPUNGE
disk: new session:   * STATUS INBOX (MESSAGES 2 UIDNEXT 4 HIGHESTMODSEQ 10)
disk: open session:  * STATUS INBOX (MESSAGES 2 UIDNEXT 4 HIGHESTMODSEQ 10)
disk: > LIST "" INBOX RETURN (STATUS (HIGHESTMODSEQ))
disk: * STATUS INBOX (HIGHESTMODSEQ 10)
disk: > ENABLE QRESYNC
disk: QRESYNC
disk: > SELECT INBOX
disk: * OK [HIGHESTMODSEQ 10] Highest
disk: > UID FETCH 1 (MODSEQ)
disk: OK Fetch completed.
disk: > UID FETCH 1 (FLAGS) (CHANGEDSINCE 1)
disk: OK Fetch completed.
disk: > UID STORE 1 (UNCHANGEDSINCE 1) +FLAGS.SILENT (\Answered)
disk: OK [MODIFIED 1] Conditional store failed.
disk: > UID SEARCH MODSEQ 1
disk: OK Search completed.
RECORDED
if diff "$dir/recorded" "$dir/seen" >&2; then
  echo 'as recorded'
else
  echo 'something changed' >&2
  exit 1
fi
