/** A letter of which the outbox holds a part: completed, it is what it would be if it lay there whole. */
import { describe, expect, it } from 'vitest';
import { blank } from '../../../../src/desk/decide/question.js';
import { complete } from '../../../../src/desk/letters/complete.js';
import { composeLetter } from '../../../../src/desk/letters/compose-letter.js';
import type { Letter } from '../../../../src/desk/letters/letters.js';
import { isLater, MAX_STAGED_BYTES, passedOn } from '../../../../src/desk/letters/passed-on.js';
import { verifyStaged } from '../../../../src/desk/letters/staging.js';
import type { Decision } from '../../../../src/desk/ticket/decision.js';
import { asBody, asPart, type Original } from '../../../../src/message/compose/original.js';
import { deskPolicy, message, READING, STEVE, ticket } from '../desk.js';

const LATER = MAX_STAGED_BYTES + 1;
const policy = deskPolicy({ render: (name) => `-- \nThe text of ${name}, wïth more\n` });
const facts = message({ from: 'steve@example.org' });
const writer = { policy, now: new Date(0), folders: { review: 'R', open: 'O', archived: 'A' } };
const SOURCE = Buffer.from(
  'From: steve@example.org\r\nX-Office: secret\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHello\r\n--b--',
);

const LETTERS: readonly [string, Letter, (source: Buffer) => Original, Partial<Decision>?][] = [
  ['a relay', { purpose: 'relay', to: 'jane@example.com', member: STEVE }, asBody],
  [
    'a notice',
    { purpose: 'notice', to: 'steve@example.org', member: STEVE, answerTo: [], whole: true },
    asPart,
  ],
  [
    'a notice that says first that the ticket is closed',
    { purpose: 'notice', to: 'steve@example.org', member: STEVE, answerTo: [], whole: true },
    asPart,
    { kind: 'close', changesState: true },
  ],
];

const TICKET = ticket(1, message());

interface Passing {
  readonly letter: Letter;
  readonly original: Original;
  readonly size: number;
}

function written({ letter, original, size }: Passing, decided: Partial<Decision> = {}): Buffer {
  const occasion = { decision: { ...blank(facts), ...decided }, facts, ticket: TICKET };
  const passed = passedOn(original, size);
  const reading = { ...READING, body: passed, part: passed };
  return composeLetter(writer, occasion, { letter, reading }).raw;
}

describe.each(LETTERS)('%s', (_, letter, of, decided) => {
  const whole = verifyStaged(policy, written({ letter, original: of(SOURCE), size: SOURCE.length }, decided));
  const small = written({ letter, original: of(SOURCE), size: LATER }, decided);
  const staged = verifyStaged(policy, small);

  it('is, completed, byte for byte what it would be if it lay there whole', () => {
    expect(staged?.stage.original).toMatchObject({ size: LATER });
    expect(whole?.stage.original).toBeUndefined();
    if (staged === null || whole === null) throw new Error('not signed');
    expect(staged.raw.includes('Hello')).toBe(false);
    const completed = complete(staged.stage, staged.raw, SOURCE);
    expect(completed?.toString('latin1')).toBe(whole.raw.toString('latin1'));
    expect(completed?.includes(of(SOURCE).body)).toBe(true);
    expect(completed?.includes('X-Office')).toBe(false);
    expect(completed?.includes('closed this ticket.')).toBe(decided !== undefined);
    expect(staged.raw.includes('closed this ticket.')).toBe(decided !== undefined);
  });

  it('is not completed with anything else', () => {
    if (staged === null) throw new Error('not signed');
    for (const other of ['Hello!', 'hello', ''])
      expect(
        complete(staged.stage, staged.raw, Buffer.from(SOURCE.toString().replace('Hello', other))),
      ).toBeNull();
    const described = Buffer.from(SOURCE.toString().replace('multipart/mixed', 'multipart/other'));
    expect(complete(staged.stage, staged.raw, described)).toBeNull();
  });

  it('is not sent with another name of what completes it, or without one', () => {
    const text = small.toString('latin1');
    const field = /^X-Imapdesk-Stage-Original: sha256=[0-9a-f]{64} size=\d+\r\n/m;
    expect(text).toMatch(field);
    const changes = ['', text.match(field)?.[0].replace(/[0-9a-f]{8} /, '00000000 ') ?? ''];
    for (const change of changes)
      expect(verifyStaged(policy, Buffer.from(text.replace(field, change), 'latin1'))).toBeNull();
  });
});

it('a whole letter is not made one to be completed', () => {
  const [, letter, of] = LETTERS[0] ?? [];
  if (letter === undefined || of === undefined) throw new Error('no letter');
  const text = written({ letter, original: of(SOURCE), size: SOURCE.length }).toString('latin1');
  const added = `X-Imapdesk-Stage-Original: sha256=${'0'.repeat(64)} size=1\r\n`;
  const changed = text.replace('X-Imapdesk-Stage-Signature', `${added}X-Imapdesk-Stage-Signature`);
  expect(verifyStaged(policy, Buffer.from(changed, 'latin1'))).toBeNull();
});

it('a message is passed on as it lies there up to a size', () => {
  expect(isLater(passedOn(asBody(SOURCE), MAX_STAGED_BYTES))).toBe(false);
  expect(isLater(passedOn(asBody(SOURCE), MAX_STAGED_BYTES + 1))).toBe(true);
});

describe('a relay that leaves something out', () => {
  const [, letter] = LETTERS[0] ?? [];
  if (letter === undefined) throw new Error('no letter');
  const { body } = asBody(SOURCE);
  const cuts = ['--b\r\n', 'ell'].map((some) => {
    const from = body.indexOf(some);
    return { from, to: from + some.length };
  });
  const passed = passedOn(asBody(SOURCE, cuts), LATER, cuts);
  const occasion = { decision: blank(facts), facts, ticket: TICKET };
  const { raw } = composeLetter(writer, occasion, { letter, reading: { ...READING, body: passed } });
  const staged = verifyStaged(policy, raw);

  it('says so, and is completed without it', () => {
    expect(raw.toString()).toMatch(
      /^X-Imapdesk-Stage-Original: sha256=[0-9a-f]{64} size=32769 without=0-5,8-11\r$/m,
    );
    if (staged === null) throw new Error('not signed');
    expect(staged.stage.original).toEqual(passed);
    const completed = complete(staged.stage, staged.raw, SOURCE)?.toString() ?? '';
    expect(completed.slice(completed.indexOf('\r\n\r\n') + 4)).toBe('\r\nHo\r\n--b--');
  });

  it('is sent with nothing else left out', () => {
    for (const other of ['without=0-5', 'without=0-5,8-12', ''])
      expect(verifyStaged(policy, Buffer.from(raw.toString().replace('without=0-5,8-11', other)))).toBeNull();
    if (staged === null || staged.stage.original === undefined) throw new Error('not signed');
    const { cuts: _, ...original } = staged.stage.original;
    expect(complete({ ...staged.stage, original }, staged.raw, SOURCE)).toBeNull();
  });
});
