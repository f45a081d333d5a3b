/**
 * mbox files as real programs write them: what docs/mbox.md says of each. Every writer gets the same two messages, whose
 * texts have each kind of line that begins with "From ".
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Dialect, type Evidence, guessDialect, unquoted } from '../../src/mbox/quoting.js';
import { MboxScan, type Place } from '../../src/mbox/scan.js';
import { mboxPieces } from '../../src/mbox/write.js';
import { findThunderbird, openThunderbird } from '../thunderbird/thunderbird.js';
import { hasTerminals, openTerminal, type Terminal } from './mutt-terminal.js';
import { findTool } from './tools.js';
import { startWorld, type TestWorld, until, withImap } from './world.js';

const HEAD = ['From: Jane Doe <jane@example.org>', 'Subject: Lines', 'Date: Mon, 2 Nov 2026 09:00:14 +0000'];
const TEXT = [
  'From me',
  '>From you',
  '>>From all',
  '',
  'From the beginning',
  '',
  'From jane@example.org Mon Nov  2 09:00:14 2026',
  'end',
];

function message(lineEnd: '\n' | '\r\n'): string {
  return [...HEAD, 'Message-ID: <lines@example.org>', '', ...TEXT, ''].join(lineEnd);
}

interface Found {
  readonly texts: readonly string[];
  readonly places: readonly Place[];
  readonly evidence: Evidence;
}

/** What our reader makes of a file: the lines of each message, without what the writer has added to its header. */
async function readBack(file: Buffer, dialect: Dialect | null = null): Promise<Found> {
  const readAt = (offset: number, length: number): Promise<Buffer> =>
    Promise.resolve(file.subarray(offset, offset + length));
  const scan = new MboxScan(readAt, { size: file.length, dialect });
  const places: Place[] = [];
  for await (const place of scan.places()) places.push(place);
  const found = dialect ?? guessDialect(scan.evidence);
  const texts = places.map(({ start, end }) => {
    const lines = unquoted(file.subarray(start, end), found).toString('latin1').split(/\r?\n/);
    return lines.slice(lines.indexOf('') + 1).join('\n');
  });
  return { texts, places, evidence: scan.evidence };
}

const AS_IT_WAS = `${TEXT.join('\n')}\n`;
/** `>From you` was not quoted, and is taken for what was: nobody can tell. */
const ONE_LEVEL_LESS = AS_IT_WAS.replace('>From you', 'From you');
const EACH_LEVEL_LESS = ONE_LEVEL_LESS.replace('>>From all', '>From all');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imapdesk-mbox-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function pipe(command: string, args: readonly string[], input: string): Promise<Buffer> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stdin.end(input);
  await once(child, 'close');
  return Buffer.concat(chunks);
}

const formail = (await findTool('formail')).program;
const mutt = (await findTool('mutt')).program;
const thunderbird = (await findThunderbird()).program;
const python = await promisify(execFile)('python3', ['--version']).then(
  () => 'python3',
  () => null,
);

/** As `export` writes them, the second without a final line end. */
function exported(): Buffer {
  const about = { sender: 'jane@example.org', receivedAt: new Date('2026-11-02T09:00:14Z') };
  const raws = [message('\r\n'), message('\r\n').trimEnd(), message('\r\n')];
  return Buffer.concat(raws.flatMap((raw) => mboxPieces({ ...about, raw: Buffer.from(raw) })));
}

describe.skipIf(formail === null)('formail', () => {
  it('quotes "From " alone, keeps line ends, and says the sender and two spaces', async () => {
    const one = await pipe(formail ?? '', [], message('\n'));
    expect(one.toString('latin1')).toMatch(/^From jane@example\.org {2}\w{3} \w{3} .. ..:..:.. \d{4}\n/);
    expect(one.toString('latin1')).toContain('\n\n>From me\n>From you\n>>From all\n\n>From the beginning\n');
    const file = Buffer.concat([one, one]);
    expect((await readBack(file, 'o')).texts).toEqual([ONE_LEVEL_LESS, ONE_LEVEL_LESS]);
    expect((await readBack(file)).texts).toEqual([EACH_LEVEL_LESS, EACH_LEVEL_LESS]);
  });
});

describe.skipIf(python === null)("Python's mailbox module", () => {
  it('quotes "From " alone, and knows no sender', async () => {
    const path = join(folder, 'python');
    const add =
      'import mailbox, sys; m = mailbox.mbox(sys.argv[1])\nfor n in 1, 2: m.add(sys.argv[2].encode())\nm.flush()';
    await promisify(execFile)('python3', ['-c', add, path, message('\n')]);
    const file = await readFile(path);
    expect(file.toString('latin1')).toMatch(/^From MAILER-DAEMON \w{3} \w{3} .. ..:..:.. \d{4}\n/);
    expect(file.toString('latin1')).toContain('\n\n>From me\n>From you\n>>From all\n\n>From the beginning\n');
    expect((await readBack(file, 'o')).texts).toEqual([ONE_LEVEL_LESS, ONE_LEVEL_LESS]);
    expect((await readBack(file)).texts).toEqual([EACH_LEVEL_LESS, EACH_LEVEL_LESS]);
  });

  it('finds every message in what is exported', async () => {
    const path = join(folder, 'exported');
    await writeFile(path, exported());
    const list =
      'import mailbox, sys\nfor m in mailbox.mbox(sys.argv[1]): print(m["Subject"], len(m.get_payload().splitlines()))';
    const { stdout } = await promisify(execFile)('python3', ['-c', list, path]);
    expect(stdout).toBe('Lines 8\nLines 8\nLines 8\n');
  });
});

/** A mutt with no settings but these, in a terminal. */
function openMutt(args: readonly string[]): Terminal {
  const env = { LC_ALL: 'C', TZ: 'UTC', HOME: folder };
  return openTerminal([mutt ?? '', '-n', '-F', '/dev/null', '-e', `set folder=${folder}`, ...args], {
    env,
    cwd: folder,
  });
}

describe.skipIf(mutt === null || !(await hasTerminals()))('mutt', () => {
  it('shows every message of what is exported, with its text', async () => {
    const path = join(folder, 'exported');
    await writeFile(path, exported());
    const shown = openMutt(['-R', '-f', path]);
    try {
      await shown.see(/Msgs:3/);
      shown.type('\r');
      expect(await shown.see(/^ *end *$/m)).toContain('>From you');
    } finally {
      await shown.stop();
    }
  });

  it('quotes nothing, and counts: Content-Length goes over lines that look like a message', async () => {
    const from = join(folder, 'maildir');
    for (const place of ['cur', 'new', 'tmp']) await mkdir(join(from, place), { recursive: true });
    await writeFile(join(from, 'cur', '1793610014.a.b:2,S'), message('\n'));
    const path = join(folder, 'mutt');
    const lock = join(dirname(mutt ?? ''), 'usr/bin/mutt_dotlock');
    const settings = `set mbox_type=mbox confirmcreate=no confirmappend=no quit=yes dotlock_program=${lock}`;
    const running = openMutt(['-f', from, '-e', settings]);
    try {
      await running.see(/Msgs:1/);
      for (const size of [1, 2]) {
        running.type('C');
        await running.see(/to mailbox/);
        running.type(`\u0015${path}\r`);
        await until('the copy', async () => {
          const written = await readFile(path, 'latin1').catch(() => '');
          return written.split('\nContent-Length').length > size ? written : null;
        });
      }
    } finally {
      await running.stop();
    }
    const file = await readFile(path);
    const bytes = Buffer.byteLength(AS_IT_WAS);
    expect(file.toString('latin1')).toContain(`\nStatus: RO\nContent-Length: ${bytes}\n`);
    expect(file.toString('latin1')).toContain('\n\nFrom me\n>From you\n>>From all\n\nFrom the beginning\n');
    const { texts, evidence } = await readBack(file);
    expect(texts).toEqual([AS_IT_WAS, AS_IT_WAS]);
    expect(evidence.counted).toBe(2);
    // Without its count each text ends where a line looks like the next message.
    expect((await readBack(file, 'none')).places).toHaveLength(4);
  });
});

describe.skipIf(thunderbird === null)('Thunderbird', () => {
  it('quotes every level in Local Folders, and notes there when it was copied', async () => {
    const world = await startWorld();
    try {
      await withImap(world, 'jane', async (client) => {
        await client.mailboxCreate('Kept');
        for (let count = 0; count < 2; count += 1)
          await client.append(
            'Kept',
            Buffer.from(message('\r\n')),
            ['\\Seen'],
            new Date('2026-11-02T09:00:14Z'),
          );
      });
      const file = await keptByThunderbird(world);
      expect(file.toString('latin1')).toMatch(
        /^From - \w{3} \w{3} .. ..:..:.. \d{4}\r\n(?:X-Mozilla-(?:Status2?|Keys): [^\r\n]*\n){3,}From: Jane Doe/,
      );
      expect(file.toString('latin1')).toContain(
        '\r\n\r\n>From me\r\n>>From you\r\n>>>From all\r\n\r\n>From the beginning\r\n',
      );
      const { texts, evidence } = await readBack(file);
      expect(texts).toEqual([AS_IT_WAS, AS_IT_WAS]);
      expect(evidence).toMatchObject({ counted: 0, bare: 0 });
    } finally {
      await world.stop();
    }
  });
});

/** What its Local Folders hold of a folder of Jane's, once both messages are whole. */
async function keptByThunderbird(world: TestWorld): Promise<Buffer> {
  const { jane } = world.accounts;
  const opened = await openThunderbird(world, { program: thunderbird ?? '', accounts: [jane] });
  try {
    const from = { account: jane.address, path: 'Kept' };
    await opened.open(from, (lines) => lines.length > 0);
    const path = await opened.keep(from, 'Local');
    return await until('the copies', async () => {
      const file = await readFile(path).catch(() => Buffer.alloc(0));
      return file.toString('latin1').split('\r\nend\r\n\r\n').length === 3 ? file : null;
    });
  } finally {
    await opened.quit();
  }
}

describe('Dovecot', () => {
  it('quotes nothing, and counts; line ends are LF, and its own fields stand in each header', async () => {
    const world = await startWorld({ further: ['mail_location = mbox:~/mail:INBOX=~/inbox'] });
    try {
      await withImap(world, 'jane', async (client) => {
        await client.mailboxCreate('Kept');
        for (let count = 0; count < 2; count += 1)
          await client.append(
            'Kept',
            Buffer.from(message('\r\n')),
            ['\\Seen'],
            new Date('2026-11-02T09:00:14Z'),
          );
      });
      const { stdout } = await promisify(execFile)('find', [world.folder, '-name', 'Kept', '-type', 'f']);
      const file = await readFile(stdout.trim());
      expect(file.toString('latin1')).toMatch(/^From \S+ {2}Mon Nov {1,2}0?2 09:00:14 2026\n/);
      expect(file.toString('latin1')).toMatch(/\nX-IMAP(base)?: [^\n]*\n/);
      const { texts, evidence, places } = await readBack(file);
      expect(texts).toEqual([AS_IT_WAS, AS_IT_WAS]);
      expect(evidence.counted).toBe(2);
      expect(places[0]?.at).toEqual(new Date('2026-11-02T09:00:14Z'));
    } finally {
      await world.stop();
    }
  });
});
