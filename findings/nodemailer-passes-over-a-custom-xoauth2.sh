#!/bin/sh
# nodemailer passes over a handler of one's own for XOAUTH2 (`customAuth`) where the server offers PLAIN or LOGIN as well,
# although `auth.method` names it: it signs in by one of these instead, and sends what stands in `auth.pass`, the access
# token, say, as a password. Without `pass` it fails with 'Missing credentials for "PLAIN"' before the server hears of any
# sign-in. Where XOAUTH2 is all that is offered, the handler runs; one that is named LOGIN, or otherwise, runs at once.
# nodemailer's page on custom authentication has it that a handler named in `auth.method` also replaces a built-in mechanism.
#
# Why it matters to whoever sends mail: the servers that take tokens mostly offer LOGIN or PLAIN beside XOAUTH2. A handler that
# works at a test server with XOAUTH2 alone never runs there; the sign-in is refused as a wrong password, and the token stands
# where a password does. Whoever writes the exchange by himself, to read what the server answers to a token that it refuses,
# say, should name the handler otherwise (TOKEN, for example) and send "AUTH XOAUTH2" in it.
#
# The server is a few lines of its own on loopback; it takes every sign-in.
#
# Seen with nodemailer 10.6.0, on 2026-11-29.
# Exit status: 0 as recorded, 1 something changed, 2 could not be tried.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM
cd "$dir"
echo '{ "private": true }' >package.json
if ! npm_config_cache="$dir/npm" npm_config_update_notifier=false timeout 240 \
  npm install --no-audit --no-fund --ignore-scripts nodemailer@10.6.0 >install.log 2>&1 </dev/null; then
  echo "could not be tried: npm install failed $(sed -n 's/^npm error code //p' install.log)" >&2
  exit 2
fi
cat >try.cjs <<'JS'
const net = require('node:net');
const nodemailer = require('nodemailer');

setTimeout(() => {
  console.log('could not be tried: no end after 60 seconds');
  process.exit(2);
}, 60_000).unref();

/** Offers these ways to sign in, takes each, and remembers what was said of them. */
function serve(offered, said) {
  return net.createServer((socket) => {
    let unread = '';
    const answers = { user: '334 UGFzc3dvcmQ6', password: '235 signed in' };
    let awaited = null;
    const answer = (line) => {
      if (awaited !== null) {
        const now = awaited;
        awaited = now === 'user' ? 'password' : null;
        said.push(`${now} ${Buffer.from(line, 'base64')}`);
        return answers[now];
      }
      const [, mechanism, response = ''] = /^AUTH (\S+) ?(\S*)$/i.exec(line) ?? [];
      if (mechanism !== undefined) {
        const words = Buffer.from(response, 'base64').toString().replaceAll('\0', '|').replaceAll('\u0001', '|');
        said.push(`AUTH ${mechanism} ${words}`.trim());
        if (mechanism !== 'LOGIN') return '235 signed in';
        awaited = 'user';
        return '334 VXNlcm5hbWU6';
      }
      if (/^EHLO /i.test(line)) return `250-mail.example.org\r\n250 AUTH ${offered}`;
      return /^QUIT/i.test(line) ? '221 until later' : '502 not understood';
    };
    socket.on('error', () => {});
    socket.setEncoding('latin1');
    socket.on('data', (data) => {
      const lines = (unread + data).split('\r\n');
      unread = lines.pop();
      for (const line of lines) socket.write(`${answer(line)}\r\n`);
    });
    socket.write('220 mail.example.org ESMTP\r\n');
  });
}

async function signedIn({ offered, method, pass }) {
  const said = [];
  const server = serve(offered, said);
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  let runs = 0;
  const transport = nodemailer.createTransport({
    host: '127.0.0.1',
    port: server.address().port,
    auth: { type: 'custom', method, user: 'desk', ...(pass === undefined ? {} : { pass }) },
    customAuth: {
      async [method](ctx) {
        runs += 1;
        const words = 'user=desk\u0001auth=Bearer token\u0001\u0001';
        const { status } = await ctx.sendCommand(`AUTH XOAUTH2 ${Buffer.from(words).toString('base64')}`);
        if (status !== 235) throw new Error('refused');
      },
    },
  });
  const answer = await transport.verify().then(
    () => 'signed in',
    (error) => `${error.code} ${error.message}`,
  );
  transport.close();
  await new Promise((done) => server.close(done));
  return `handler ran ${runs} times, ${answer}, server heard: ${said.join(', ') || 'nothing'}`;
}

const byHandler = 'handler ran 1 times, signed in, server heard: AUTH XOAUTH2 user=desk|auth=Bearer token||';
const CASES = [
  [{ offered: 'XOAUTH2', method: 'XOAUTH2', pass: 'token' }, byHandler],
  [
    { offered: 'PLAIN XOAUTH2', method: 'XOAUTH2', pass: 'token' },
    'handler ran 0 times, signed in, server heard: AUTH PLAIN |desk|token',
  ],
  [
    { offered: 'LOGIN XOAUTH2', method: 'XOAUTH2', pass: 'token' },
    'handler ran 0 times, signed in, server heard: AUTH LOGIN, user desk, password token',
  ],
  [
    { offered: 'PLAIN XOAUTH2', method: 'XOAUTH2' },
    'handler ran 0 times, EAUTH Missing credentials for "PLAIN", server heard: nothing',
  ],
  [{ offered: 'PLAIN XOAUTH2', method: 'LOGIN', pass: 'token' }, byHandler],
  [{ offered: 'PLAIN XOAUTH2', method: 'TOKEN', pass: 'token' }, byHandler],
  [{ offered: 'PLAIN XOAUTH2', method: 'TOKEN' }, byHandler],
];

(async () => {
  console.log('nodemailer', require('nodemailer/package.json').version);
  console.log('a good guess: the handler that auth.method names runs once, whatever else the server offers');
  const changed = [];
  for (const [given, recorded] of CASES) {
    const name = `offered ${given.offered}, method ${given.method}, ${given.pass === undefined ? 'no pass' : 'pass'}`;
    const seen = await signedIn(given);
    console.log(`seen, ${name}: ${seen}`);
    if (seen !== recorded) changed.push(`${name}: ${seen}, recorded was ${recorded}`);
  }
  if (changed.length > 0) {
    console.log(`changed: ${changed.join('; ')}`);
    process.exit(1);
  }
  console.log('as expected: a handler named XOAUTH2 is passed over where PLAIN or LOGIN is offered as well');
})().catch((error) => {
  console.log(`changed: ${error.message}`);
  process.exit(1);
});
JS
node try.cjs </dev/null
