/**
 * The day of a desk in a real Thunderbird: a staff member who has their own mailbox and the desk's, and a customer with
 * theirs. What docs/daily-use.md says of Thunderbird is done here; `scripts/pictures` keeps the pictures that it shows.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Heading, invoiceWithPdf, plainQuestion, typedQuestion } from '../../src/demo/sample-mail.js';
import {
  type Draft,
  findThunderbird,
  type Line,
  openThunderbird,
  type Thunderbird,
} from '../thunderbird/thunderbird.js';
import { DeskBench } from './desk-bench.js';
import { readFolder, until } from './world.js';

const { program, reason } = await findThunderbird();
if (program === null) console.log(`The tests with Thunderbird are left out: ${reason}`);

const DESK = 'support@example.com';
const OWN_INBOX = { account: 'steve@example.org', path: 'INBOX' };
const OPEN = { account: DESK, path: 'Tickets/Open' };
const ARCHIVED = { account: DESK, path: 'Tickets/Archived' };
const TO_TICKET = /^"?Example Support \(ticket 1\)"? <support\+1\.[0-9a-z]{8}@example\.com>$/;

const PRINTER = 'The printer stops after page two';
const INVOICE = 'Invoice 2041 has the wrong address';
const BELL = 'The bell is out';

function has(subject: string): (lines: readonly Line[]) => boolean {
  return (lines) => lines.some((line) => line.subject === subject);
}

describe.skipIf(program === null)('in Thunderbird', () => {
  let bench: DeskBench;
  let staff: Thunderbird;

  beforeAll(async () => {
    bench = await DeskBench.start({ kind: 'maildir' });
    const { jane, taro, steve, support } = bench.world.accounts;
    const heading: Heading = { from: jane, to: DESK, at: new Date() };
    const envelope = { from: jane.address, to: DESK };
    const bell = typedQuestion(
      { ...heading, from: { ...taro, name: 'Taro' } },
      'The bell is out. Nobody hears it.',
    );
    for (const { raw } of [plainQuestion(heading), invoiceWithPdf(heading), bell])
      await bench.world.deliver('support', raw, { envelope });
    await bench.ok('once');
    staff = await openThunderbird(bench.world, { program: program ?? '', accounts: [steve, support] });
    console.log(`Thunderbird ${await staff.version()}`);
  });
  afterAll(async () => {
    await staff?.quit();
    await bench?.stop();
  });

  /** What a pass did. */
  async function once(): Promise<readonly Record<string, unknown>[]> {
    return (await bench.json('once')).filter((line) => !('summary' in line));
  }

  async function states(): Promise<readonly unknown[]> {
    return (await bench.json('list', '--state', 'all')).map((ticket) => [ticket['ticket'], ticket['state']]);
  }

  /** Who was written to since `from`. */
  function recipientsSince(from: number): readonly string[] {
    return bench.world.sent.slice(from).flatMap(({ to }) => to);
  }

  /** Keeps what a window shows, where pictures are wanted. */
  async function picture(name: string, what: 'mail' | 'draft'): Promise<void> {
    const png = await staff.picture(what);
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    const folder = process.env['IMAPDESK_PICTURES'];
    if (folder !== undefined) await writeFile(join(folder, 'daily-use', `thunderbird-${name}.png`), png);
  }

  function lineOf(lines: readonly Line[], subject: string): Line {
    const found = lines.find((line) => line.subject.endsWith(subject));
    if (found === undefined) throw new Error(`There is no "${subject}" in ${JSON.stringify(lines)}.`);
    return found;
  }

  /** Settles when the message that opened a ticket has left a folder on the server: Thunderbird tells it later. */
  async function left(path: string, subject: string): Promise<void> {
    await until(`${subject} to leave ${path}`, async () => {
      const messages = await readFolder(bench.world, 'support', path);
      const there = messages.filter(({ flags }) => !flags.has('\\Deleted'));
      return there.every((message) => message.subject !== subject) ? true : null;
    });
  }

  it('a notice shows what was written, and where a reply goes', async () => {
    const lines = await staff.open(OWN_INBOX, has(`[issue1] ${PRINTER}`));
    const notice = await staff.read(lineOf(lines, PRINTER));
    await picture('notice', 'mail');
    expect(notice).toMatchObject({ subject: `[issue1] ${PRINTER}` });
    expect(notice.from).toContain('Jane Doe (Example Support)');
    expect(notice.replyTo).toContain('Example Support (ticket 1)');
    expect(notice.text).toContain('What else can we try?');
    expect(notice.text).toMatch(/^Your reply goes to jane@example\.com$/m);
  });

  it('a reply quotes it without the desk’s own words, and reaches the customer', async () => {
    const draft = await staff.reply();
    expect(draft).toMatchObject({ cc: [], subject: `Re: [issue1] ${PRINTER}` });
    expect(draft.from).toContain('steve@example.org');
    expect(draft.to).toEqual([expect.stringMatching(TO_TICKET)]);
    expect(draft.text).toContain('What else can we try?');
    expect(draft.text).not.toMatch(/-done@|-note@|Your reply goes to/);
    await staff.type('Please open the lid behind, and close it again.');
    await picture('reply', 'draft');
    await staff.send();
    expect(await once()).toMatchObject([{ kind: 'update', ticket: 1, match: 'signed-address', relay: true }]);
    const answer = (await readFolder(bench.world, 'jane', 'INBOX')).at(-1);
    expect(answer?.text).toMatch(/^From: Example Support <support@example\.com>\r$/m);
    expect(answer?.text).toMatch(/^Please open the lid behind, and close it again\.\r$/m);
    expect(answer?.text).not.toMatch(/steve@|-done@|-note@/);
    const kept = (await readFolder(bench.world, 'support', OPEN.path)).map(({ text }) => text);
    expect(kept.filter((text) => text.includes('From: Steve <steve@example.org>'))).toHaveLength(1);
  });

  it('Reply All goes to the same people', async () => {
    const draft = await staff.reply(true);
    expect(draft).toMatchObject({ to: [expect.stringMatching(TO_TICKET)], cc: [] });
    await staff.discard();
  });

  it('the customer answers the acknowledgement', async () => {
    const { jane } = bench.world.accounts;
    const customer = await openThunderbird(bench.world, { program: program ?? '', accounts: [jane] });
    try {
      const inbox = { account: jane.address, path: 'INBOX' };
      const acknowledgement = `Re: [issue2] ${INVOICE}`;
      const lines = await customer.open(inbox, has(acknowledgement));
      await customer.read(lineOf(lines, acknowledgement));
      const draft = await customer.reply();
      expect(draft.to).toEqual([expect.stringMatching(/<support\+2\.[0-9a-z]{8}@example\.com>$/)]);
      await customer.type('And the date is wrong as well.');
      await customer.send();
    } finally {
      await customer.quit();
    }
    expect(await once()).toMatchObject([{ kind: 'update', ticket: 2, match: 'signed-address' }]);
  });

  it('the desk’s account shows the folders of tickets, and a ticket as a thread', async () => {
    const replies: Readonly<Record<string, string>> = {
      [PRINTER]: '3 replies',
      [INVOICE]: '2 replies',
      [BELL]: '1 reply',
    };
    const lines = await staff.open(
      OPEN,
      (all) => all.length === 3 && all.every((line) => line.replies === replies[line.subject]),
    );
    const shown = await staff.folders(DESK);
    expect(shown).toEqual(expect.arrayContaining(['Inbox', 'Tickets', 'Archived', 'Open', 'Review']));
    expect(shown).not.toContain('Register');
    const thread = await staff.readThread(lineOf(lines, PRINTER), 4);
    await picture('desk', 'mail');
    expect(thread.map(({ from }) => from.replace(/ <.*/, ''))).toEqual([
      'Jane Doe',
      'Example Support',
      'Steve',
      'Example Support',
    ]);
  });

  /** Answers the message that opened a ticket, in the desk's account. Tells what was in the window for it. */
  async function answerAsDesk(subject: string, text: string): Promise<Draft> {
    const question = lineOf(await staff.open(OPEN, has(subject)), subject);
    await staff.fold(question);
    await staff.read(question);
    const draft = await staff.reply();
    await staff.type(text);
    await staff.send();
    await staff.fold(question);
    return draft;
  }

  it('an answer from the desk’s account joins its ticket by the copy in Sent', async () => {
    const before = bench.world.sent.length;
    const draft = await answerAsDesk(INVOICE, 'You get a new one.');
    expect(draft.from).toContain('Example Support <support@example.com>');
    expect(draft).toMatchObject({ to: ['Jane Doe <jane@example.com>'], cc: [] });
    await once();
    const colleagues = ['steve@example.org', 'ann@example.org'];
    expect(recipientsSince(before)).toEqual(['jane@example.com', ...colleagues]);
    const kept = await readFolder(bench.world, 'support', OPEN.path);
    expect(kept.filter(({ text }) => /^You get a new one\.\r$/m.test(text))).toHaveLength(1);
  });

  it('or by a Cc to the desk that Thunderbird adds, and then goes out once as well', async () => {
    await staff.configure(DESK, { doCc: true, doCcList: DESK });
    const before = bench.world.sent.length;
    const draft = await answerAsDesk(BELL, 'We have heard of it.');
    expect(draft).toMatchObject({ to: ['Taro <taro@example.com>'], cc: [DESK] });
    expect(await once()).toMatchObject([{ kind: 'update', ticket: 3, match: 'message-id', relay: false }]);
    const colleagues = ['steve@example.org', 'ann@example.org'];
    expect(recipientsSince(before)).toEqual(['taro@example.com', DESK, ...colleagues]);
  });

  it('a collapsed thread that is dragged to Archived takes its whole ticket along', async () => {
    const before = bench.world.sent.length;
    const lines = await staff.open(OPEN, has(PRINTER));
    expect(await staff.drag(lineOf(lines, PRINTER), ARCHIVED)).toBe(4);
    await left(OPEN.path, PRINTER);
    expect(await once()).toEqual([]);
    expect(await states()).toEqual(expect.arrayContaining([[1, 'archived']]));
    expect(recipientsSince(before)).toEqual([]);
  });

  it('one message that is dragged back to Open brings its ticket back', async () => {
    const lines = await staff.open(ARCHIVED, has(PRINTER));
    const question = lineOf(lines, PRINTER);
    await staff.fold(question);
    expect(await staff.drag(question, OPEN)).toBe(1);
    await left(ARCHIVED.path, PRINTER);
    expect(await once()).toEqual([]);
    expect(await states()).toEqual(expect.arrayContaining([[1, 'open']]));
    expect(await readFolder(bench.world, 'support', ARCHIVED.path)).toEqual([]);
  });

  it('as it comes, the key for archiving takes a ticket away from the server', async () => {
    await staff.archive(lineOf(await staff.open(OPEN, has(INVOICE)), INVOICE));
    await left(OPEN.path, INVOICE);
    await once();
    expect(await states()).toEqual(expect.arrayContaining([[2, 'archived']]));
    expect(await readFolder(bench.world, 'support', ARCHIVED.path)).toEqual([]);
    expect(await staff.folders('Local Folders')).toContain('Archives');
  });

  it('set to the desk’s folder, it closes the ticket', async () => {
    await staff.configure(DESK, {
      archive_folder: `imap://${encodeURIComponent(DESK)}@127.0.0.1/${ARCHIVED.path}`,
      archives_folder_picker_mode: '1',
      archive_granularity: 0,
    });
    const before = bench.world.sent.length;
    const lines = await staff.open(OPEN, has(BELL));
    await staff.archive(lineOf(lines, BELL));
    await left(OPEN.path, BELL);
    expect(await once()).toEqual([]);
    expect(await states()).toEqual(expect.arrayContaining([[3, 'archived']]));
    expect(await readFolder(bench.world, 'support', ARCHIVED.path)).toHaveLength(3);
    expect(recipientsSince(before)).toEqual([]);
  });

  it('a click on the done address, and a mail without words, closes a ticket', async () => {
    const before = bench.world.sent.length;
    const lines = await staff.open(OWN_INBOX, has(`[issue3] ${BELL}`));
    await staff.read(lineOf(lines, `[issue1] ${PRINTER}`));
    const draft = await staff.writeTo('-done@example.com');
    expect(draft.to).toEqual([expect.stringMatching(/^support\+1\.[0-9a-z]{8}-done@example\.com$/)]);
    await staff.send('Send Without Subject');
    expect(await once()).toMatchObject([{ kind: 'close', ticket: 1, match: 'signed-address' }]);
    expect(await states()).toEqual(expect.arrayContaining([[1, 'archived']]));
    expect(recipientsSince(before).slice(1)).toEqual(['jane@example.com', 'ann@example.org']);
  });
});
