#!/bin/sh
# postal-mime leaves comments that stand inside the angle brackets of an address in that address, and ends a comment at the
# first closing parenthesis, whether it is nested or quoted by a backslash. What it hands out as `address` is then no
# address: "pete(his account)@silly.test(his host)" for the example of RFC 5322, appendix A.5.
#
# Why it matters to whoever answers mail by it: RFC 5322 §3.2.2 and §3.4 allow comments there, gateways write the company
# or the department into them, and a letter to such an "address" is refused by every SMTP server, or goes to somebody whose
# server reads it in yet another way. A comment beside an address without brackets, or in front of the brackets, is read
# rightly, so it is easily overlooked. Whoever uses the parser has to look whether the address is one.
#
# Seen with postal-mime 4.0.0, beside mailparser 3.14.2 on the same fields, on 2026-11-28.
# Exit status: 0 as recorded, 1 something changed, 2 could not be tried.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM
cd "$dir"
echo '{ "private": true }' >package.json
if ! npm_config_cache="$dir/npm" npm_config_update_notifier=false timeout 240 \
  npm install --no-audit --no-fund --ignore-scripts postal-mime@4.0.0 mailparser@3.14.2 >install.log 2>&1 </dev/null; then
  echo "could not be tried: npm install failed $(sed -n 's/^npm error code //p' install.log)" >&2
  exit 2
fi
cat >try.cjs <<'JS'
const { simpleParser } = require('mailparser');
const postalMime = require('postal-mime');
const PostalMime = postalMime.default ?? postalMime;

setTimeout(() => {
  console.log('could not be tried: no end after 60 seconds');
  process.exit(2);
}, 60_000).unref();

// All are lawful by RFC 5322 §3.2.2 and §3.4; the first is the example of its appendix A.5.
const CASES = [
  ['Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>', 'pete(his account)@silly.test(his host)', 'pete@silly.test'],
  ['<jane@example.org (Jane)>', 'jane@example.org (Jane)', 'jane@example.org'],
  ['jane@example.org (Acme, Inc.)', 'jane@example.org', 'jane@example.org'],
  ['Jane (Acme, Inc.) <jane@example.org>', 'jane@example.org', 'jane@example.org'],
];
const NESTED = 'jane@example.org (Jane (Roe) of Acme)';

const message = (from) => `From: ${from}\r\nSubject: a letter\r\nDate: Sat, 28 Nov 2026 12:00:00 +0000\r\n\r\nHello.\r\n`;

(async () => {
  for (const name of ['postal-mime', 'mailparser']) console.log(name, require(`${name}/package.json`).version);
  console.log('a good guess: both hand out the address without its comments, and the comment whole');
  const changed = [];
  const see = (what, seen, recorded) => {
    console.log(`seen, ${what}: ${seen}`);
    if (seen !== recorded) changed.push(`${what}: ${seen}, recorded was ${recorded}`);
  };
  for (const [from, ofPostalMime, ofMailparser] of CASES) {
    see(`${from}, postal-mime`, (await PostalMime.parse(message(from))).from.address, ofPostalMime);
    see(`${from}, mailparser`, (await simpleParser(message(from))).from.value[0].address, ofMailparser);
  }
  see(`name of ${NESTED}, postal-mime`, (await PostalMime.parse(message(NESTED))).from.name, 'of Acme)');
  see(`name of ${NESTED}, mailparser`, (await simpleParser(message(NESTED))).from.value[0].name, 'Jane (Roe) of Acme');
  if (changed.length > 0) {
    console.log(`changed: ${changed.join('; ')}`);
    process.exit(1);
  }
  console.log('as expected: comments in the brackets stay in what postal-mime calls the address');
})().catch((error) => {
  console.log(`changed: ${error.message}`);
  process.exit(1);
});
JS
node try.cjs </dev/null
