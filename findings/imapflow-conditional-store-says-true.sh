#!/bin/sh
# imapflow's messageFlagsAdd with `unchangedSince` answers true to the one that came too late, too. The server refuses
# that one with "OK [MODIFIED 7]", as RFC 7162 §3.1.3 has it, and imapflow looks at the OK only. Where a server has
# CONDSTORE but no ENABLE (RFC 5161), which RFC 7162 does not ask of it, imapflow leaves the condition out of the command
# without a word, and the flag is set.
#
# Why it matters to whoever files mail: a conditional STORE is what IMAP has for taking a letter so that no other program
# takes it as well. By the boolean both have it, and both answer the customer. Whoever needs to know has to listen to the
# event `response` (code MODIFIED), look at `client.enabled` before, and read the flags again afterwards; or take a letter
# by something else than a flag.
#
# The server is a few lines of its own on loopback, with one letter, UID 7; both clients read HIGHESTMODSEQ before the first
# of them takes it.
#
# Seen with imapflow 2.10.2, on 2026-11-28.
# Exit status: 0 as recorded, 1 something changed, 2 could not be tried.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM
cd "$dir"
echo '{ "private": true }' >package.json
if ! npm_config_cache="$dir/npm" npm_config_update_notifier=false timeout 240 \
  npm install --no-audit --no-fund --ignore-scripts imapflow@2.10.2 >install.log 2>&1 </dev/null; then
  echo "could not be tried: npm install failed $(sed -n 's/^npm error code //p' install.log)" >&2
  exit 2
fi
cat >try.cjs <<'JS'
const net = require('node:net');
const { ImapFlow } = require('imapflow');

setTimeout(() => {
  console.log('could not be tried: no end after 60 seconds');
  process.exit(2);
}, 60_000).unref();

/** One mailbox with one letter; answers what imapflow asks, and BAD to anything else. */
function serve(capabilities, stored) {
  const letter = { modseq: 10, flags: [] };
  const server = net.createServer((socket) => {
    let unread = '';
    let tellsModseq = false;
    const say = (line) => void socket.write(`${line}\r\n`);
    const tellFlags = () =>
      say(
        `* 1 FETCH (UID 7${tellsModseq ? ` MODSEQ (${letter.modseq})` : ''} FLAGS (${letter.flags.join(' ')}))`,
      );
    const commands = [
      [/^CAPABILITY$/i, () => say(`* CAPABILITY ${capabilities}`)],
      [/^LOGIN /i, () => `OK [CAPABILITY ${capabilities}] signed in`],
      [/^LIST "" ""$/i, () => say('* LIST (\\Noselect) "/" ""')],
      [/^LIST /i, () => say('* LIST () "/" INBOX')],
      [/^LSUB /i, () => say('* LSUB () "/" INBOX')],
      [/^NOOP$/i, () => {}],
      [/^LOGOUT$/i, () => say('* BYE until later')],
      [
        /^SELECT INBOX$/i,
        () => {
          say('* FLAGS (\\Seen \\Deleted)');
          say('* OK [PERMANENTFLAGS (\\Seen \\Deleted \\*)] any keyword');
          say('* 1 EXISTS');
          say('* 0 RECENT');
          say('* OK [UIDVALIDITY 1] stays');
          say('* OK [UIDNEXT 8] next');
          say(`* OK [HIGHESTMODSEQ ${letter.modseq}] highest`);
          return 'OK [READ-WRITE] selected';
        },
      ],
      [
        /^UID STORE 7 (?:\(UNCHANGEDSINCE (\d+)\) )?\+FLAGS \(([\w-]+)\)$/i,
        ([command, since, flag]) => {
          stored.push(command);
          tellsModseq ||= since !== undefined;
          if (since !== undefined && letter.modseq > Number(since))
            return 'OK [MODIFIED 7] Conditional STORE failed';
          letter.flags.push(flag);
          letter.modseq += 1;
          tellFlags();
        },
      ],
    ];
    if (/\bENABLE\b/.test(capabilities)) {
      commands.push([
        /^ENABLE .*\bCONDSTORE\b/i,
        () => {
          tellsModseq = true;
          say('* ENABLED CONDSTORE');
        },
      ]);
    }
    socket.on('error', () => {});
    socket.setEncoding('latin1');
    socket.on('data', (data) => {
      const lines = (unread + data).split('\r\n');
      unread = lines.pop();
      for (const line of lines) {
        const [tag] = line.split(' ', 1);
        const command = line.slice(tag.length + 1);
        let answer = 'BAD not understood';
        for (const [pattern, run] of commands) {
          const match = pattern.exec(command);
          if (match) {
            answer = run(match) ?? 'OK done';
            break;
          }
        }
        say(`${tag} ${answer}`);
        if (/^LOGOUT$/i.test(command)) socket.end();
      }
    });
    say(`* OK [CAPABILITY ${capabilities}] ready`);
  });
  return { server, letter };
}

async function taken(capabilities) {
  const stored = [];
  const { server, letter } = serve(capabilities, stored);
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const clients = [];
  for (const name of ['first', 'second']) {
    const client = new ImapFlow({
      host: '127.0.0.1',
      port: server.address().port,
      secure: false,
      doSTARTTLS: false,
      auth: { user: 'desk', pass: 'any' },
      logger: false,
      disableAutoIdle: true,
    });
    client.on('error', () => {});
    await client.connect();
    const mailbox = await client.mailboxOpen('INBOX');
    clients.push({ name, client, unchangedSince: mailbox.highestModseq });
  }
  const answers = [];
  for (const { name, client, unchangedSince } of clients) {
    const codes = [];
    client.on('response', (response) => response.code && codes.push(response.code));
    const answer = await client
      .messageFlagsAdd('7', [`taken-by-${name}`], { uid: true, unchangedSince })
      .catch((error) => error.message);
    answers.push(`${name}: ${answer}${codes.length > 0 ? ` (event: ${codes.join(' ')})` : ''}`);
  }
  for (const { client } of clients) await client.logout();
  await new Promise((done) => server.close(done));
  return { sent: stored, answers: answers.join(', '), flags: letter.flags.join(' ') };
}

const CASES = [
  [
    'IMAP4rev1 ENABLE CONDSTORE',
    {
      sent: [
        'UID STORE 7 (UNCHANGEDSINCE 10) +FLAGS (taken-by-first)',
        'UID STORE 7 (UNCHANGEDSINCE 10) +FLAGS (taken-by-second)',
      ],
      answers: 'first: true, second: true (event: MODIFIED)',
      flags: 'taken-by-first',
    },
  ],
  [
    'IMAP4rev1 CONDSTORE',
    {
      sent: ['UID STORE 7 +FLAGS (taken-by-first)', 'UID STORE 7 +FLAGS (taken-by-second)'],
      answers: 'first: true, second: true',
      flags: 'taken-by-first taken-by-second',
    },
  ],
];

(async () => {
  console.log('imapflow', require('imapflow/package.json').version);
  console.log(
    'a good guess: the first messageFlagsAdd answers true, the second false, as the letter was changed since; the letter',
  );
  console.log('              has the flag of the first only, at every server that has CONDSTORE');
  const changed = [];
  for (const [capabilities, recorded] of CASES) {
    const seen = await taken(capabilities);
    console.log(`seen, ${capabilities}:`);
    for (const command of seen.sent) console.log(`  sent    ${command}`);
    console.log(`  answers ${seen.answers}`);
    console.log(`  flags   ${seen.flags}`);
    for (const key of ['sent', 'answers', 'flags']) {
      if (`${seen[key]}` !== `${recorded[key]}`)
        changed.push(`${capabilities}, ${key}: ${seen[key]}, recorded was ${recorded[key]}`);
    }
  }
  if (changed.length > 0) {
    console.log(`changed: ${changed.join('; ')}`);
    process.exit(1);
  }
  console.log(
    'as expected: true for both, whether the server refused the second with MODIFIED or was never told the condition',
  );
})().catch((error) => {
  console.log(`changed: ${error.message}`);
  process.exit(1);
});
JS
node try.cjs </dev/null
