#!/bin/sh
# nodemailer's pool signs in again for each message that waits, although the first sign-in was refused.
#
# Why it matters to whoever sends mail: a provider counts refused sign-ins and locks the account, or the address they come
# from, after five or ten of them. One changed password and a queue of twenty letters are enough, also with
# `maxConnections: 1`, where each of the later sign-ins begins after the sender was told of the refusal. Whoever queues mail
# has to stop at the first EAUTH by himself: hand the pool one message until a sign-in has gone well, or use no pool.
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

const MESSAGES = 20;
setTimeout(() => {
  console.log('could not be tried: no end after 60 seconds');
  process.exit(2);
}, 60_000).unref();

async function refused(pool) {
  const seen = { connections: 0, signIns: 0, signInsAfterTheSenderKnew: 0 };
  let senderKnows = false;
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onConnect(_session, done) {
      seen.connections += 1;
      done();
    },
    onAuth(_auth, _session, done) {
      seen.signIns += 1;
      if (senderKnows) seen.signInsAfterTheSenderKnew += 1;
      done(Object.assign(new Error('5.7.8 Authentication credentials invalid'), { responseCode: 535 }));
    },
  });
  server.on('error', () => {});
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const transport = nodemailer.createTransport({
    host: '127.0.0.1',
    port: server.server.address().port,
    pool: true,
    auth: { user: 'desk', pass: 'not the password' },
    ...pool,
  });
  const answers = await Promise.all(
    Array.from({ length: MESSAGES }, (_, number) =>
      transport
        .sendMail({
          from: 'desk@example.org',
          to: 'customer@example.org',
          subject: `letter ${number}`,
          text: 'Hello',
        })
        .then(
          () => 'sent',
          (error) => {
            senderKnows = true;
            return `${error.code} ${error.responseCode}`;
          },
        ),
    ),
  );
  transport.close();
  await new Promise((done) => server.close(done));
  return { ...seen, answers: [...new Set(answers)].join(', ') };
}

(async () => {
  for (const name of ['nodemailer', 'smtp-server'])
    console.log(name, require(`${name}/package.json`).version);
  console.log(
    `a good guess: of ${MESSAGES} messages with a wrong password, as many sign-ins as connections at once (1, or 5 by default);`,
  );
  console.log('              the messages that still wait fail with the refusal that is known by then');
  const one = await refused({ maxConnections: 1 });
  console.log('seen, maxConnections 1:      ', JSON.stringify(one));
  const byDefault = await refused({});
  console.log('seen, maxConnections default:', JSON.stringify(byDefault));

  const changed = [];
  const same = (what, is, was) => is === was || changed.push(`${what}: ${is}, recorded was ${was}`);
  same('sign-ins with maxConnections 1', one.signIns, MESSAGES);
  same('of these after the sender knew', one.signInsAfterTheSenderKnew, MESSAGES - 1);
  same('answers with maxConnections 1', one.answers, 'EAUTH 535');
  same('sign-ins by default', byDefault.signIns, MESSAGES);
  same('answers by default', byDefault.answers, 'EAUTH 535');
  if (changed.length > 0) {
    console.log(`changed: ${changed.join('; ')}`);
    process.exit(1);
  }
  console.log(`as expected: ${MESSAGES} messages, ${MESSAGES} refused sign-ins, whatever maxConnections is`);
})().catch((error) => {
  console.log(`changed: ${error.message}`);
  process.exit(1);
});
JS
node try.cjs </dev/null
