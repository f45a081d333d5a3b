/** docs/monitoring.md has a line for each code by which a desk may say what is wrong with it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const CODE =
  /'((?:desk|folders|imap|messages|open|outbox|pass|register|sign-in|smtp)-[a-z-]+|adoption-undecided|internal)'/g;
/** What a program that is put together wrongly runs into, and nobody else. */
const NEVER_TOLD = ['imap-append', 'imap-client', 'imap-flag', 'imap-part', 'imap-stopped'];
/** What `login` alone says, to whoever runs it. */
const OF_COMMANDS = ['sign-in-not-oauth2', 'sign-in-other'];

function codesOfSource(): readonly string[] {
  const files = ['delivery', 'mailbox', 'sign-in', 'worker'].flatMap((part) =>
    readdirSync(join(root, 'src', part), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(join(root, 'src', part, name), 'utf8')),
  );
  const codes = files.flatMap((source) => [...source.matchAll(CODE)].map(([, code = '']) => code));
  return [...new Set(codes)].filter((code) => ![...NEVER_TOLD, ...OF_COMMANDS].includes(code)).toSorted();
}

it('names each code of a desk that is out of order', () => {
  const page = readFileSync(join(root, 'docs/monitoring.md'), 'utf8');
  const codes = codesOfSource();
  expect(codes).toEqual(expect.arrayContaining(['imap-not-moved', 'internal', 'smtp-refuses-all']));
  expect(codes.filter((code) => !page.includes(`\`${code}\``))).toEqual([]);
});
