#!/bin/sh
# nodemailer sends bytes above 127 to a server that does not offer 8BITMIME, without an error and unconverted: those of a
# message given as `raw`, asked for with `envelope.use8BitMime` or not, and those of a letter attached to a message that it
# composes itself. Only the text that it composes goes in quoted-printable.
#
# Why it matters to whoever sends mail: RFC 6152 §3 leaves a client two ways, to convert or to fail, because a server that
# does not offer 8BITMIME may refuse such a message or clear the eighth bits, and then "ü" arrives as another letter and a
# signature no longer fits. nodemailer does neither, and tells nobody. Whoever sends what a mail program wrote, or forwards
# a letter as an attachment, has to look at the answer to EHLO and at the bytes, and convert by himself. Where the server
# does offer 8BITMIME, BODY=8BITMIME is only said if `use8BitMime` asks for it.
#
# Seen with nodemailer 10.6.0 at smtp-server 3.21.6, on 2026-11-28.
# Exit status: 0 as recorded, 1 something changed, 2 could not be tried.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM
cd "$dir"
echo '{ "private": true }' >package.json
if ! npm_config_cache="$dir/npm" npm_config_update_notifier=false timeout 240 \
  npm install --no-audit --no-fund --ignore-scripts nodemailer@10.6.0 smtp-server@3.21.6 >install.log 2>&1 </dev/null; then
  echo "could not be tried: npm install failed $(sed -n 's/^npm error code //p' install.log)" >&2
  exit 2
fi
cat >try.cjs <<'JS'
const nodemailer = require('nodemailer');
const { SMTPServer } = require('smtp-server');

setTimeout(() => {
  console.log('could not be tried: no end after 60 seconds');
  process.exit(2);
}, 60_000).unref();

const from = 'desk@example.org';
const to = 'customer@example.org';
const TEXT = 'Viele Grüße';
const letter = Buffer.from(
  [
    `From: ${from}`,
    `To: ${to}`,
    'Subject: a letter',
    'Date: Sat, 28 Nov 2026 12:00:00 +0000',
    'Message-ID: <letter@example.org>',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    TEXT,
    '',
  ].join('\r\n'),
);

async function sent(offers8BitMime, message) {
  let body = 'none';
  let received = Buffer.alloc(0);
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    hide8BITMIME: !offers8BitMime,
    onMailFrom(address, _session, done) {
      body = address.args?.BODY ?? 'none';
      done();
    },
    onData(stream, _session, done) {
      const chunks = [];
      stream.on('data', (chunk) => chunks.push(chunk));
      stream.on('end', () => {
        received = Buffer.concat(chunks);
        done();
      });
    },
  });
  server.on('error', () => {});
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const transport = nodemailer.createTransport({ host: '127.0.0.1', port: server.server.address().port });
  const answer = await transport.sendMail(message).then(
    (info) => info.response.slice(0, 3),
    (error) => `${error.code} ${error.message}`,
  );
  transport.close();
  await new Promise((done) => server.close(done));
  const encodings = [...received.toString('latin1').matchAll(/^content-transfer-encoding: *(\S+)/gim)].map(
    (found) => found[1],
  );
  return `answer ${answer}, BODY ${body}, bytes above 127: ${received.filter((byte) => byte > 127).length}, labelled ${encodings.join(' ')}`;
}

const plain = { envelope: { from, to: [to] } };
const asked = { envelope: { from, to: [to], use8BitMime: true } };
const composed = { from, to, subject: 'a letter' };
const attached = {
  ...composed,
  text: 'See below.',
  attachments: [{ contentType: 'message/rfc822', content: letter }],
};
const CASES = [
  [
    'not offered, raw',
    false,
    { ...plain, raw: letter },
    'answer 250, BODY none, bytes above 127: 4, labelled 8bit',
  ],
  [
    'not offered, raw, asked for',
    false,
    { ...asked, raw: letter },
    'answer 250, BODY none, bytes above 127: 4, labelled 8bit',
  ],
  [
    'not offered, letter attached',
    false,
    attached,
    'answer 250, BODY none, bytes above 127: 4, labelled 7bit 8bit 8bit',
  ],
  [
    'not offered, text composed',
    false,
    { ...composed, text: TEXT },
    'answer 250, BODY none, bytes above 127: 0, labelled quoted-printable',
  ],
  [
    'offered, raw',
    true,
    { ...plain, raw: letter },
    'answer 250, BODY none, bytes above 127: 4, labelled 8bit',
  ],
  [
    'offered, raw, asked for',
    true,
    { ...asked, raw: letter },
    'answer 250, BODY 8BITMIME, bytes above 127: 4, labelled 8bit',
  ],
  [
    'offered, letter attached',
    true,
    attached,
    'answer 250, BODY none, bytes above 127: 4, labelled 7bit 8bit 8bit',
  ],
];

(async () => {
  for (const name of ['nodemailer', 'smtp-server'])
    console.log(name, require(`${name}/package.json`).version);
  console.log(
    'a good guess: where 8BITMIME is not offered, sendMail fails or no byte above 127 arrives; where it is offered,',
  );
  console.log('              BODY=8BITMIME is said with each message that has such bytes');
  const changed = [];
  for (const [name, offers8BitMime, message, recorded] of CASES) {
    const seen = await sent(offers8BitMime, message);
    console.log(`seen, ${name}: ${seen}`);
    if (seen !== recorded) changed.push(`${name}: ${seen}, recorded was ${recorded}`);
  }
  if (changed.length > 0) {
    console.log(`changed: ${changed.join('; ')}`);
    process.exit(1);
  }
  console.log(
    'as expected: a raw message and an attached letter go out as they are, with all their bytes above 127, and nobody is told',
  );
})().catch((error) => {
  console.log(`changed: ${error.message}`);
  process.exit(1);
});
JS
node try.cjs </dev/null
