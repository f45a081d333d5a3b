/** What mail servers make of the ways in which a pipe's command can end: measured, for the table of `docs/pipe.md`. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startSmtpEnd } from '../../src/demo/smtp-end.js';
import { type MtaName, startMta } from '../servers/mta.js';
import type { Fate } from '../servers/mta-kind.js';
import { sendMail } from '../servers/smtp-client.js';
import { until } from './world.js';

const CODES = [0, 1, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 126, 127];
const PRINTED = 'words that were printed';

/** What the command does, by the name that the recipient has, and how the page calls it. */
const ENDS: readonly { readonly name: string; readonly shell: string; readonly told: string }[] = [
  { name: 'killed', shell: 'kill -9 $$', told: 'killed by SIGKILL' },
  { name: 'terminated', shell: 'kill -15 $$', told: 'killed by SIGTERM' },
  { name: 'never', shell: 'echo "5.1.1 no such user"; exit 75', told: '75, having printed `5.1.1 …`' },
  { name: 'later', shell: 'echo "4.2.0 later" >&2; exit 69', told: '69, having printed `4.2.0 …`' },
  { name: 'words', shell: `echo "${PRINTED}"; exit 75`, told: '75, having printed words' },
  { name: 'thanks', shell: 'echo "stored"; exit 0', told: '0, having printed words' },
  { name: 'refused', shell: `echo "${PRINTED}"; exit 78`, told: '78, having printed words' },
  { name: 'unread', shell: 'exit 75', told: '75, without having read the message' },
];
const MISSING = { name: 'missing', told: 'it is not there' };

/** The command gets the recipient as its last argument, or in RECIPIENT. */
function probe(): string {
  const codes = CODES.map((code) => `code${code}@*) cat >/dev/null; exit ${code};;`);
  const others = ENDS.map(
    ({ name, shell }) => `${name}@*) ${name === 'unread' ? '' : 'cat >/dev/null; '}${shell};;`,
  );
  const cases = [...codes, ...others].join('\n');
  return `#!/bin/sh\nfor last; do :; done\ncase $\{last:-$RECIPIENT} in\n${cases}\nesac\nexit 99\n`;
}

const BLOCKS: Readonly<Record<MtaName, (command: string) => readonly string[]>> = {
  exim: (command) => [
    ['missing', 'probe']
      .map((name) => {
        const only = name === 'missing' ? '  local_parts = missing\n' : '';
        return `${name}:\n  driver = accept\n  domains = example.com\n${only}  transport = ${name}\n`;
      })
      .join(''),
    `probe:\n  driver = pipe\n  command = ${command}\n  user = imapdesk\n` +
      `missing:\n  driver = pipe\n  command = ${command}.gone\n  user = imapdesk\n`,
  ],
  postfix: (command) => [
    'transport_maps = regexp:/etc/postfix/imapdesk\nprobe_destination_recipient_limit = 1\n',
    `probe unix - n n - - pipe\n  user=imapdesk argv=${command} $\{recipient}\n` +
      `missing unix - n n - - pipe\n  user=imapdesk argv=${command}.gone\n`,
    '/^missing@/ missing:\n/@example\\.com$/ probe:\n',
  ],
  opensmtpd: (command) => [
    `action "probe" mda "${command}" virtual { "@example.com" = imapdesk }`,
    `action "missing" mda "${command}.gone" virtual { "@example.com" = imapdesk }`,
    'match from any for rcpt-to "missing@example.com" action "missing"',
    'match from any for domain "example.com" action "probe"',
  ],
};

export type Column = ReadonlyMap<string, string>;

/**
 * Sends one message to each of the ends, larger than a pipe is, so that it shows who does not read it. Answers what became of
 * it, by the words of the page, and whether a bounce holds what was printed.
 */
export async function measure(name: MtaName, folder: string): Promise<Column> {
  const bounces: string[] = [];
  const jane = { user: 'jane@example.org', address: 'jane@example.org', password: '', name: 'Jane' };
  const end = await startSmtpEnd({
    accounts: [jane],
    plusAddressing: true,
    certificate: null,
    maxLetterBytes: null,
    put: () => Promise.resolve(),
    onTaken: ({ raw }) => void bounces.push(raw.toString('latin1')),
  });
  const command = join(folder, 'probe');
  await writeFile(command, probe().replaceAll('\\{', '{'), { mode: 0o755 });
  const blocks = BLOCKS[name](command).map((block) => block.replaceAll('\\{', '{'));
  const mta = await startMta(name, { relay: end.port, blocks });
  try {
    const locals = [...CODES.map((code) => `code${code}`), ...ENDS.map((one) => one.name), MISSING.name];
    const to = locals.map((local) => `${local}@example.com`);
    const raw = Buffer.from(`From: ${jane.address}\r\nSubject: x\r\n\r\n${'Hello\r\n'.repeat(20_000)}`);
    await sendMail(mta.port, { from: jane.address, to, raw });
    const fates = await until(`every recipient of ${name}`, async () => {
      const all = await mta.fates();
      return to.every((recipient) => all.has(recipient)) ? all : null;
    });
    const bounce = await until(`a bounce of ${name}`, () =>
      Promise.resolve(bounces.find((text) => text.includes('refused@example.com')) ?? null),
    );
    return columnOf(fates, bounce.includes(PRINTED));
  } finally {
    await mta.stop();
    await end.stop();
  }
}

function columnOf(fates: ReadonlyMap<string, Fate>, isTold: boolean): Column {
  const fateOf = (local: string): Fate => fates.get(`${local}@example.com`) ?? 'deferred';
  return new Map([
    ...CODES.map((code): [string, string] => [String(code), fateOf(`code${code}`)]),
    ...[...ENDS, MISSING].map(({ name, told }): [string, string] => [told, fateOf(name)]),
    ['the bounce shows what was printed', isTold ? 'yes' : 'no'],
  ]);
}
