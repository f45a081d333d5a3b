/**
 * Tickets of a real Request Tracker, written by docs/import/rt-to-tickets.pl and imported by the built command. RT is large, so it is
 * run with `--deep` alone.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { simpleParser } from 'mailparser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RequestTracker, startRequestTracker } from '../bench/request-tracker.js';
import { DEEP } from '../servers/start.js';
import { DeskBench } from './desk-bench.js';
import { findTool } from './tools.js';
import { readFolder } from './world.js';

const program = fileURLToPath(new URL('../../docs/import/rt-to-tickets.pl', import.meta.url));
const { program: root } = DEEP ? await findTool('request-tracker') : { program: null };

const PDF = Buffer.from('%PDF-1.4\r\nnot really\n\u0000\n');
const QUESTION = [
  'From: =?utf-8?q?J=C3=BCrgen?= <juergen@example.com>',
  'To: support@example.com',
  'Cc: Jane Doe <jane@example.org>',
  'Subject: =?utf-8?q?Rechnung_f=C3=BCr_M=C3=A4rz?=',
  'Date: Tue, 4 Nov 2008 10:00:00 +0000',
  'Message-ID: <two@example.com>',
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary="b"',
  '',
  '--b',
  'Content-Type: text/plain; charset=utf-8',
  'Content-Transfer-Encoding: 8bit',
  '',
  'Die Rechnung für März fehlt – bitte €.',
  'From me',
  '>From you',
  '',
  '--b',
  'Content-Type: application/pdf; name="Rechnung.pdf"',
  'Content-Disposition: attachment; filename="Rechnung.pdf"',
  'Content-Transfer-Encoding: base64',
  '',
  PDF.toString('base64'),
  '--b--',
  '',
].join('\n');
const SECOND = [
  'From: Jane Doe <jane@example.org>',
  'To: support@example.com',
  'Subject: The printer stops',
  'Message-ID: <one@example.org>',
  'Date: Mon, 3 Nov 2008 09:00:14 +0100',
  '',
  'After page two.',
  '',
].join('\n');
const ANSWER = SECOND.replace('The printer', 'Re: [bench #2] The printer')
  .replace('<one@', '<three@')
  .replace('\nDate', '\nIn-Reply-To: <one@example.org>\nDate')
  .replace('After page two.', 'Still so.');

/** Work on RT's pages: an answer, a comment, states, a merge and a deletion. */
const WORK = `
use RT -init; use RT::Ticket;
sub ticket { my $t = RT::Ticket->new(RT->SystemUser); $t->Load(shift); return $t }
my ($id) = ticket(2)->Correspond(Content => "Open the lid.\\n\\x{c4}", MIMEObj => undef); $id or die 'correspond';
ticket(2)->Comment(Content => 'between us');
ticket(1)->SetStatus('resolved');
ticket(3)->SetStatus('rejected');
ticket(4)->SetStatus('deleted');
ticket(6)->MergeInto(5);
my $agent = RT::User->new(RT->SystemUser);
$agent->Create(Name => 'ann', RealName => 'Ann', EmailAddress => 'ann@example.org', Privileged => 1) or die 'ann';
$agent->PrincipalObj->GrantRight(Right => 'SuperUser');
my $as = RT::CurrentUser->new; $as->Load('ann');
my $called = RT::Ticket->new($as);
my ($made) = $called->Create(Queue => 'General', Subject => 'By telephone', Requestor => ['Carl Cust <customer@cust.example>'],
  MIMEObj => MIME::Entity->build(From => 'ann@example.org', Subject => 'By telephone', Data => ["He called.\n"]));
$made or die 'create';
`;

describe.skipIf(root === null)('tickets of Request Tracker', () => {
  let rt: RequestTracker;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'imapdesk-rt-'));
    await mkdir(join(folder, 'rt'));
    rt = await startRequestTracker(root ?? '', join(folder, 'rt'));
    const plain = ['Three', 'Four', 'Five', 'Six'].map((subject, index) =>
      SECOND.replace('The printer stops', subject).replace('<one@', `<plain-${index}@`),
    );
    for (const mail of [QUESTION, SECOND, ...plain, ANSWER]) await hand(mail);
    await perl('-e', WORK);
  }, 300_000);
  afterAll(async () => {
    await rt.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function hand(mail: string): Promise<void> {
    const gate = spawn(rt.gate, { env: rt.env, stdio: ['pipe', 'ignore', 'inherit'] });
    gate.stdin.end(mail);
    expect(await once(gate, 'close')).toEqual([0, null]);
  }

  async function perl(...args: readonly string[]): Promise<string> {
    return (await promisify(execFile)('perl', args, { env: rt.env })).stdout;
  }

  it('come with numbers, states, dates and threads, once; nobody is mailed, by either', async () => {
    const sent = await rt.sent();
    const out = join(folder, 'tickets');
    expect(await perl(program, out)).toBe(`${out}: 6 tickets with 9 messages\n`);
    expect((await readdir(out)).toSorted()).toEqual(['2', '5', '7', 'archived', 'tickets.jsonl']);
    expect((await readdir(join(out, 'archived'))).toSorted()).toEqual(['1', '3', '4']);
    expect(await readFile(join(out, 'tickets.jsonl'), 'utf8')).toContain('{"highest":7}');
    await perl(program, join(folder, 'again'));
    for (const name of ['2', '5', 'archived/1'])
      expect(await readFile(join(folder, 'again', name))).toEqual(await readFile(join(out, name)));
    expect(await rt.sent()).toBe(sent);
    const bench = await DeskBench.start();
    try {
      await bench.pass();
      const [report] = await bench.json('import', out);
      expect(report).toMatchObject({
        tickets: 6,
        added: 6,
        brought: 9,
        open: 3,
        refused: [],
        renumbered: [],
      });
      await bench.pass();
      expect(await bench.json('import', out)).toMatchObject([{ added: 0, brought: 0 }]);
      const listed = await bench.json('list', '--state', 'all');
      const byNumber = listed.toSorted((a, b) => Number(a['ticket']) - Number(b['ticket']));
      const jane = 'jane@example.org';
      expect(byNumber.map((one) => [one['ticket'], one['state'], one['requester'], one['messages']])).toEqual(
        [
          [1, 'archived', 'juergen@example.com', 1],
          [2, 'open', jane, 3],
          [3, 'archived', jane, 1],
          [4, 'archived', jane, 1],
          [5, 'open', jane, 2],
          [7, 'open', 'customer@cust.example', 1],
        ],
      );
      const archived = await readFolder(bench.world, 'support', 'Tickets/Archived');
      const raw = archived.find(({ text }) => text.includes('<two@example.com>'))?.raw ?? Buffer.alloc(0);
      const mail = await simpleParser(raw);
      expect([mail.subject, mail.from?.value[0]?.name, mail.date?.toISOString()]).toEqual([
        'Rechnung für März',
        'Jürgen',
        '2008-11-04T10:00:00.000Z',
      ]);
      expect(mail.text?.trimEnd()).toBe('Die Rechnung für März fehlt – bitte €.\nFrom me\n>From you');
      expect(mail.attachments[0]?.content).toEqual(PDF);
      const open = (await readFolder(bench.world, 'support', 'Tickets/Open')).map(({ text }) => text);
      expect(open.filter((text) => text.includes('\r\nIn-Reply-To: <one@example.org>\r\n'))).toHaveLength(1);
      const shown = await bench.ok('show', '2');
      expect(shown).toContain('Open the lid.\nÄ');
      expect(shown).not.toContain('between us');
      const called = open.find((text) => text.includes('He called.'));
      expect(called).toMatch(/^From: .*ann@example\.org.*\r$/m);
      expect(called).toMatch(/^To: .*<customer@cust\.example>\r$/m);
      expect(await bench.ok('show', '7')).toContain('Opened by Ann for customer@cust.example, ');
      expect(bench.world.sent).toEqual([]);
      // Number 6 was merged into 5: it is not given again.
      await bench.deliver();
      expect(await bench.json('once')).toContainEqual(expect.objectContaining({ kind: 'new', ticket: 8 }));
    } finally {
      await bench.stop();
    }
  });
});
