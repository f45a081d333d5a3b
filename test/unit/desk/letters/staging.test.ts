import { describe, expect, it } from 'vitest';
import {
  keptInTicket,
  readStaging,
  type Staging,
  stageMessage,
  verifyStaged,
} from '../../../../src/desk/letters/staging.js';
import { parseHeaderBlock } from '../../../../src/message/header/header-block.js';
import { deskPolicy } from '../desk.js';

const policy = deskPolicy();
const RAW = Buffer.from('From: support@example.com\r\nSubject: caf\u00e9\r\n\r\nHello\r\n', 'latin1');
const STAGE: Staging = {
  purpose: 'relay',
  ticket: 7,
  to: 'jane@example.com',
  cause: 'a1b2',
  causeId: 'root@example.com',
};
const staged = (changes: Partial<Staging> = {}): Buffer =>
  stageMessage(policy, { ...STAGE, ...changes }, RAW);
const stageOf = (...lines: readonly string[]): Staging | null =>
  readStaging(parseHeaderBlock(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`)));
const signatureOf = (raw: Buffer): string | undefined =>
  /^X-Imapdesk-Stage-Signature: (\S+)/m.exec(raw.toString('latin1'))?.[1];
const replaced = (from: string, to: string): Buffer =>
  Buffer.from(staged().toString('latin1').replace(from, to), 'latin1');

describe('a staged message', () => {
  it('says at its top what it is for, and then holds every byte of the mail', () => {
    const text = staged().toString('latin1');
    expect(text.split('\r\n').slice(0, 5)).toEqual([
      'X-Imapdesk-Stage: relay',
      'X-Imapdesk-Stage-Ticket: 7',
      'X-Imapdesk-Stage-To: jane@example.com',
      'X-Imapdesk-Stage-Cause: a1b2',
      'X-Imapdesk-Stage-Cause-Id: <root@example.com>',
    ]);
    expect(text.split('\r\n')[5]).toMatch(/^X-Imapdesk-Stage-Signature: [0-9a-f]{64}$/);
    expect(text.endsWith(RAW.toString('latin1'))).toBe(true);
  });

  it('says so where it is about no ticket, for nobody, or for a cause without an id', () => {
    const text = staged({ ticket: null, to: null, causeId: null }).toString('latin1');
    expect(text).toContain('X-Imapdesk-Stage-Ticket: none\r\n');
    expect(text).toContain('X-Imapdesk-Stage-To: nobody\r\n');
    expect(text).toContain('X-Imapdesk-Stage-Cause-Id: none\r\n');
  });

  it('is the same after a program has copied it to another host, and is sent without the mark of that', () => {
    const whole = staged();
    const end = whole.indexOf('\r\n\r\n') + 2;
    const copied = Buffer.concat([
      whole.subarray(0, end),
      Buffer.from('X-TUID: AbCdEfGhIj+/\r\n'),
      whole.subarray(end),
    ]);
    expect(verifyStaged(policy, copied)).toEqual({ stage: STAGE, raw: RAW });
    const another = Buffer.from(copied.toString('latin1').replace('X-TUID', 'X-TUIE'), 'latin1');
    expect(verifyStaged(policy, another)).toBeNull();
  });

  // It may lie in an outbox while the worker is upgraded.
  it('opens in every version', () => {
    expect(signatureOf(staged())).toBe('275403de04d95b656ba28c249490b552b2b3124200c7ad45afda9d4f75b44f05');
    expect(signatureOf(staged({ ticket: null, to: null, causeId: null }))).toBe(
      '65cd8a99d34ab5cdd896a2d92cc2d12f2fa73e2103bf2bb34c645f1aac86c513',
    );
  });

  it.each<[string, Partial<Staging>]>([
    ['to somebody about a ticket', {}],
    ['about no ticket', { purpose: 'digest', ticket: null }],
    ['for nobody', { purpose: 'filing-note', to: null }],
    ['for a cause without an id', { causeId: null }],
    ['of the highest number', { ticket: 999_999_999 }],
  ])('opens as it was staged: %s', (_, changes) => {
    expect(verifyStaged(policy, staged(changes))).toEqual({ stage: { ...STAGE, ...changes }, raw: RAW });
  });

  it.each<Staging['purpose']>([
    'acknowledgement',
    'filing-note',
    'notice',
    'relay',
    'confirmation',
    'error-report',
    'not-relayed',
    'review-notice',
    'digest',
    'summary',
  ])('may be a %s', (purpose) => {
    expect(verifyStaged(policy, staged({ purpose }))?.stage.purpose).toBe(purpose);
  });

  it('loses none of its own lines, whatever they speak of', () => {
    const raw = Buffer.from('Subject: X-Imapdesk-Stage-To: x\r\n\r\nHello\r\n');
    expect(verifyStaged(policy, stageMessage(policy, STAGE, raw))?.raw).toEqual(raw);
  });

  it('opens under every secret that the desk has had', () => {
    const later = deskPolicy({ secrets: ['a newer secret, of 32 characters and more', ...policy.secrets] });
    expect(verifyStaged(later, staged())?.stage).toEqual(STAGE);
    expect(verifyStaged(policy, stageMessage(later, STAGE, RAW))).toBeNull();
  });
});

describe('what somebody else has changed is not opened', () => {
  it.each([
    ['the purpose', 'Stage: relay', 'Stage: notice'],
    ['the ticket', 'Ticket: 7', 'Ticket: 8'],
    ['the recipient', 'jane@', 'mallory@'],
    ['the cause', 'a1b2', 'a1b3'],
    ['the id of the cause', '<root@', '<other@'],
    ['the body', 'Hello', 'Hullo'],
    ['the header', 'support@', 'sopport@'],
    ['a byte beyond ASCII', 'caf\u00e9', 'caf\u00e8'],
    ['the signature', 'Signature: ', 'Signature: 0'],
    ['the missing signature', 'X-Imapdesk-Stage-Signature', 'X-Signature'],
    ['a field above', 'X-Imapdesk-Stage: ', 'X-Other: 1\r\nX-Imapdesk-Stage: '],
  ])('%s', (_, from, to) => {
    expect(verifyStaged(policy, replaced(from, to))).toBeNull();
  });

  it('nor is other mail', () => {
    expect(verifyStaged(policy, RAW)).toBeNull();
    expect(verifyStaged(policy, Buffer.alloc(0))).toBeNull();
    expect(verifyStaged(policy, staged().subarray(0, 40))).toBeNull();
  });
});

describe('staging fields', () => {
  const lines = [
    'X-Imapdesk-Stage: notice',
    'X-Imapdesk-Stage-Ticket: none',
    'X-Imapdesk-Stage-To: nobody',
    'X-Imapdesk-Stage-Cause: c',
  ];

  it('say what they say', () => {
    const none = { purpose: 'notice', ticket: null, to: null, cause: 'c', causeId: null };
    expect(stageOf(...lines)).toEqual(none);
    expect(stageOf(...lines, 'X-Imapdesk-Stage-Cause-Id: none')).toEqual(none);
    expect(stageOf(...lines, 'X-Imapdesk-Stage-Cause-Id: <a<b>c>')?.causeId).toBe('a<b>c');
  });

  it.each(['1234567890', 'x1', '1x', '-1', ''])('name no ticket with %j', (ticket) => {
    expect(stageOf(...lines.with(1, `X-Imapdesk-Stage-Ticket: ${ticket}`))?.ticket).toBeNull();
  });

  it.each([0, 1, 2, 3])('are none where one is missing or there twice: %i', (index) => {
    expect(stageOf(...lines.toSpliced(index, 1))).toBeNull();
    expect(stageOf(...lines, lines[index] ?? '')).toBeNull();
  });

  it('are none with a purpose that nobody knows', () => {
    expect(stageOf(...lines.with(0, 'X-Imapdesk-Stage: spam'))).toBeNull();
  });
});

it.each<[Staging['purpose'], boolean]>([
  ['acknowledgement', true],
  ['filing-note', true],
  ['relay', true],
  ['confirmation', true],
  ['notice', false],
  ['error-report', false],
  ['not-relayed', false],
  ['review-notice', false],
  ['digest', false],
  ['summary', false],
])('a %s is kept in its ticket: %s', (purpose, kept) => {
  expect(keptInTicket({ ...STAGE, purpose })).toBe(kept);
  expect(keptInTicket({ ...STAGE, purpose, ticket: null })).toBe(false);
});
