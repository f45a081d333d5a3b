/** That entries are written and read as in `stored-samples.ts`. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { KIND_NAMED, type RegisterRecord } from '../../../../src/mailbox/register/entry.js';
import { formatRecord } from '../../../../src/mailbox/register/format.js';
import { parseRecord, parseTaken } from '../../../../src/mailbox/register/parse.js';
import { splitMessage } from '../../../../src/message/header/header-block.js';
import { AT, KEEP, ROOT, SAMPLES, type Sample } from './stored-samples.js';

const all: readonly Sample<RegisterRecord>[] = Object.values(SAMPLES).flat();

function write(record: RegisterRecord, deskName = 'Example'): string {
  return formatRecord(record, {
    deskName,
    deskAddress: 'support@example.com',
    now: new Date('2026-01-02T03:04:06.000Z'),
    id: 'x',
    highest: 43,
  }).toString('latin1');
}

function storedForm({ record, subject, version = 1, fields, text = [KEEP] }: Sample<RegisterRecord>): string {
  return [
    'From: Example <support@example.com>',
    'To: Example <support@example.com>',
    `Subject: ${subject}`,
    'Date: Fri, 02 Jan 2026 03:04:06 +0000',
    'Message-ID: <register.x@example.com>',
    `X-Imapdesk-Version: ${version}`,
    `X-Imapdesk-Entry: ${record.kind}`,
    'X-Imapdesk-Highest: 43',
    ...fields,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=us-ascii',
    'Content-Transfer-Encoding: 7bit',
    '',
    ...text,
    '',
  ].join('\r\n');
}

function read(raw: string): ReturnType<typeof parseRecord> {
  return parseRecord({
    uid: 5,
    flags: new Set(['\\Seen']),
    size: raw.length,
    receivedAt: new Date(0),
    header: splitMessage(Buffer.from(raw, 'latin1')).header,
    structure: null,
  });
}

describe('the form of an entry in the mailbox', () => {
  it('has a sample for each kind, or its example in docs/register.md', async () => {
    const page = await readFile('docs/register.md', 'utf8');
    const examples = [...page.matchAll(/^X-Imapdesk-Entry: (\S+)$/gm)].map(([, kind]) => kind);
    const sampled = [...Object.keys(SAMPLES), ...examples];
    expect([...KIND_NAMED.keys()].filter((kind) => !sampled.includes(kind))).toEqual([]);
    expect(Object.keys(SAMPLES).filter((kind) => !KIND_NAMED.has(kind))).toEqual([]);
  });

  it.each(all.map((sample) => [sample.subject, sample] as const))('is written as ever: %s', (_, sample) => {
    expect(write(sample.record)).toBe(storedForm(sample));
  });

  it.each(all.map((sample) => [sample.subject, sample] as const))('is read as ever: %s', (_, sample) => {
    const raw = storedForm(sample);
    // What lies in the text is not read with the header.
    const { taken = null, ...record } = { ...sample.record } as { taken?: unknown };
    expect(read(raw)).toEqual({
      ...record,
      ...(taken === null ? {} : { taken: [] }),
      uid: 5,
      flags: new Set(['\\Seen']),
      highest: 43,
    });
    if (taken !== null) expect(parseTaken(raw)).toEqual(taken);
  });

  it('breaks and escapes what people have written', () => {
    const ticket: RegisterRecord = {
      kind: 'ticket',
      number: 42,
      rootIdentity: ROOT,
      rootMessageId: 'root@example.net',
      requester: 'jürgen@example.net',
      requesterName: 'Jürgen "J" Müller',
      requesterFrom: 'redirected',
      subject: `Rückfrage: ${'lang '.repeat(25)}`,
      answerable: true,
      opened: AT,
      follows: 7,
    };
    expect(write(ticket, 'Bücher, Inc.').split('\r\n')).toEqual([
      'From: =?UTF-8?Q?B=C3=BCcher=2C_Inc=2E?= <support@example.com>',
      'To: =?UTF-8?Q?B=C3=BCcher=2C_Inc=2E?= <support@example.com>',
      'Subject: Register: ticket 42',
      'Date: Fri, 02 Jan 2026 03:04:06 +0000',
      'Message-ID: <register.x@example.com>',
      'X-Imapdesk-Version: 1',
      'X-Imapdesk-Entry: ticket',
      'X-Imapdesk-Highest: 43',
      'X-Imapdesk-Ticket: <42>',
      `X-Imapdesk-Identity: ${ROOT}`,
      'X-Imapdesk-Message-Id: <root@example.net>',
      'X-Imapdesk-Requester: "j\\u00fcrgen@example.net"',
      'X-Imapdesk-Requester-Name: "J\\u00fcrgen \\"J\\" M\\u00fcller"',
      'X-Imapdesk-Requester-From: redirected',
      'X-Imapdesk-Subject: "R\\u00fcckfrage: lang lang lang lang lang lang lang lang',
      ' lang lang lang lang lang lang lang lang lang lang" " lang lang lang lang',
      ' lang lang lang "',
      'X-Imapdesk-Answerable: yes',
      'X-Imapdesk-Opened: 2026-01-02T03:04:05.678Z',
      'X-Imapdesk-Follows: <7>',
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      'Ticket 42: R=C3=BCckfrage: lang lang lang lang lang lang lang lang lang lan=',
      'g lang lang lang lang lang lang lang lang lang lang lang lang lang lang lang',
      'From: J=C3=BCrgen "J" M=C3=BCller j=C3=BCrgen@example.net',
      '',
      'This is a note of the support desk to itself. Please leave it where it is.',
      '',
    ]);
  });
});

describe('a field that a server or a person has damaged', () => {
  const damaged = (sample: Sample<RegisterRecord>, from: string, to: string): unknown =>
    read(storedForm(sample).replace(from, to));

  it.each([
    ['ticket', 'X-Imapdesk-Ticket: <43>', 'X-Imapdesk-Ticket: many'],
    ['link', 'X-Imapdesk-Identity: ', 'X-Other: '],
    ['written', 'X-Imapdesk-Ticket: <42>', 'X-Imapdesk-Ticket:'],
    ['hint', 'X-Imapdesk-Archived: 17 900', 'X-Imapdesk-Archived: 17 some'],
    ['request', 'r-1 close', 'r-1 burn'],
    ['merge', 'X-Imapdesk-Into: <42>', 'X-Imapdesk-Into: none'],
    ['attempt', 'X-Imapdesk-Identity: ', 'X-Other: '],
    ['copied', 'X-Imapdesk-Inbox: 4 12', 'X-Imapdesk-Inbox: 4'],
    ['claim', 'X-Imapdesk-Process: ', 'X-Other: '],
    ['routine', 'X-Imapdesk-Routine: digest 2026', 'X-Imapdesk-Routine: lunch 2026'],
    ['sent', 'X-Imapdesk-Sent: 8 55', 'X-Imapdesk-Sent:'],
  ] as const)('without which there is no %s makes it none', (kind, from, to) => {
    const [sample] = SAMPLES[kind];
    if (sample === undefined) throw new Error(`there is no sample of a ${kind}`);
    expect(storedForm(sample)).toContain(from);
    expect(damaged(sample, from, to)).toBeNull();
  });

  it('of a kind that nobody knows makes no entry', () => {
    const [sample] = SAMPLES.link;
    if (sample === undefined) throw new Error('there is no sample of a link');
    expect(damaged(sample, 'X-Imapdesk-Entry: link', 'X-Imapdesk-Entry: constructor')).toBeNull();
  });

  it('leaves what an older version did not say as it was meant then', () => {
    const [ticket] = SAMPLES.ticket;
    const [attempt] = SAMPLES.attempt;
    if (ticket === undefined || attempt === undefined) throw new Error('there is no such sample');
    expect(damaged(ticket, 'X-Imapdesk-Requester-From: ', 'X-Other: ')).toMatchObject({
      requesterFrom: 'sender',
    });
    expect(damaged(attempt, 'X-Imapdesk-At: ', 'X-Other: ')).toMatchObject({ at: new Date(0) });
  });
});
