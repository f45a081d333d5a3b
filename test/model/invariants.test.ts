import { describe, expect, it } from 'vitest';
import {
  entriesAreDistinct,
  everyMessageOnce,
  isQuiet,
  mailIsSteady,
  numbersAreDistinct,
  STRICT,
  sentOnce,
  stagedMail,
  stagedOnce,
  tolerate,
} from './invariants.js';
import { PostOffice } from './memory-courier.js';
import { counterClock, MemoryServer } from './memory-mailbox.js';
import { field } from './message-text.js';
import { type Deed, live } from './people.js';
import { letter } from './sample-mail.js';
import { CALM, Scheduler } from './scheduler.js';

const names = { inbox: 'INBOX', register: 'Register', outbox: 'Outbox' };
const opening = letter({ from: 'ann@x', to: 'desk@x', subject: 'Printer', messageId: 'root@x' });

const stage = (cause: string, messageId: string): Buffer =>
  Buffer.concat([
    Buffer.from(
      `X-Imapdesk-Stage: notice\r\nX-Imapdesk-Stage-Cause: ${cause}\r\nX-Imapdesk-Stage-To: b@x\r\n`,
    ),
    letter({ from: 'desk@x', to: 'b@x', subject: 's', messageId }),
  ]);
const sending = (messageId: string, body = ''): PostOffice['sent'][number] => ({
  actor: 'w',
  envelope: { from: 'desk@x', to: 'b@x' },
  raw: Buffer.from(body),
  messageId,
});

async function lived(deeds: readonly Deed[], post = new PostOffice()): Promise<MemoryServer> {
  const server = new MemoryServer({ now: counterClock().now });
  for (const folder of ['Open', 'Archived', 'Register', 'Outbox']) server.create(folder);
  const scheduler = new Scheduler(CALM);
  const gate = scheduler.gate('ann');
  scheduler.spawn('ann', () => live({ gate, server, post, session: server.connect(gate) }, deeds));
  const outcome = await scheduler.run();
  expect([...outcome.errors]).toEqual([]);
  return server;
}

describe('everyMessageOnce', () => {
  const people = tolerate(new Set(['ann']));
  const first = { picks: [0] };

  it('holds for what is moved, and knows what people did', async () => {
    const drag = { do: 'drag', from: 'INBOX', to: 'Open', ...first } as const;
    const deliver = { do: 'deliver', raw: opening } as const;
    for (const by of ['move', 'mark', 'expunge'] as const) {
      const server = await lived([deliver, { ...drag, by }]);
      expect(everyMessageOnce(server, STRICT)).toEqual([]);
    }
    const gone = await lived([deliver, { do: 'delete', folder: 'INBOX', ...first, expunge: true }]);
    expect(everyMessageOnce(gone, people)).toEqual([]);
    expect(everyMessageOnce(gone, STRICT)).toEqual(['message 0 (Printer) is lost']);
  });

  it('sees what was removed by anyone else', async () => {
    const server = await lived([{ do: 'deliver', raw: opening }]);
    server.folder('INBOX').delete(1);
    expect(everyMessageOnce(server, people)).toEqual(['message 0 (Printer) is lost']);
  });

  it('sees changed bytes', async () => {
    const server = await lived([{ do: 'deliver', raw: opening }]);
    server.content(0).raw.write('x');
    expect(everyMessageOnce(server, people)).toEqual([expect.stringContaining('was changed')]);
  });
});

describe('people', () => {
  it('answer what was sent, to its Reply-To or its done address, in its thread', async () => {
    const post = new PostOffice();
    const raw = letter({
      from: 'desk@x',
      to: 'ann@x',
      subject: '[issue1] Printer',
      messageId: 'ack@x',
      extra: ['Reply-To: desk+1.abc@x', 'References: <root@x>'],
    });
    post.sent.push({ actor: 'worker', envelope: { from: 'desk@x', to: 'ann@x' }, raw, messageId: '<ack@x>' });
    const server = await lived([{ do: 'answer', pick: 5, from: 'ann@x', done: true }], post);
    const answer = server.content(0).raw;
    expect(field(answer, 'To')).toBe('desk+1.abc-done@x');
    expect(field(answer, 'Subject')).toBe('Re: [issue1] Printer');
    expect(field(answer, 'References')).toBe('<root@x> <ack@x>');
  });

  it('flag and unflag what they see, and nothing where there is nothing', async () => {
    const flag = { do: 'flag', folder: 'INBOX', picks: [0], flag: '\\Seen' } as const;
    const server = await lived([
      { ...flag, on: true },
      { do: 'deliver', raw: opening },
      { ...flag, on: true },
      { ...flag, flag: '\\Flagged', on: true },
      { ...flag, on: false },
    ]);
    expect([...(server.folder('INBOX').get(1)?.flags ?? [])]).toEqual(['\\Flagged']);
  });
});

describe('numbering', () => {
  it('allows one number for a root and one root for a number', () => {
    const good = [
      { number: 1, root: 'a' },
      { number: 2, root: 'b' },
    ];
    const again = { number: 1, root: 'a' };
    expect(numbersAreDistinct([...good, again])).toEqual([]);
    expect(entriesAreDistinct([...good, again])).toHaveLength(1);
    expect(numbersAreDistinct([...good, { number: 3, root: 'a' }])).toEqual([
      'root a has number 1 and number 3',
    ]);
    expect(numbersAreDistinct([...good, { number: 1, root: 'c' }])).toEqual(['number 1 has a and c']);
  });
});

describe('mail', () => {
  it('is steady when every effect keeps its Message-ID', async () => {
    const server = await lived([]);
    const event = { kind: 'append', actor: 'w', folder: 'Outbox' } as const;
    for (const id of ['m@x', 'm@x']) server.place(event, stage('c', id), []);
    const staged = stagedMail(server, 'Outbox');
    expect(mailIsSteady(staged, [sending('<m@x>'), sending('<m@x>')])).toEqual([]);
    expect(stagedOnce(staged)).toHaveLength(1);
    expect(sentOnce([sending('<m@x>'), sending('<m@x>')])).toHaveLength(1);
    expect(mailIsSteady(staged, [sending('<m@x>', 'a'), sending('<m@x>', 'b')])).toHaveLength(1);
    expect(mailIsSteady(staged, [sending('<n@x>')])).toEqual(['<n@x> was never staged']);
    server.place(event, stage('c', 'other@x'), []);
    expect(mailIsSteady(stagedMail(server, 'Outbox'), [])).toHaveLength(1);
  });

  it('and folders are quiet when nothing is pending, under way, held or unsent', async () => {
    const server = await lived([{ do: 'deliver', raw: opening }]);
    const put = (folder: string, flags: string[]): unknown =>
      server.place({ kind: 'append', actor: 'w', folder }, opening, flags);
    put('Outbox', ['\\Answered']);
    put('Outbox', ['\\Flagged']);
    put('Outbox', []);
    put('Register', ['\\Flagged']);
    put('Register', ['\\Answered']);
    expect(isQuiet(server, names)).toEqual([
      'INBOX/1 is pending',
      'Register/1 is under way',
      'Outbox/2 is held',
      'Outbox/3 is not sent',
    ]);
  });
});
