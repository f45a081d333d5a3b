/** What must hold of every row, so that a new purpose needs no line here and a wrong one is found. */
import { describe, expect, it } from 'vitest';
import { blank } from '../../../../src/desk/decide/question.js';
import { lettersFor, PURPOSES, type Purpose } from '../../../../src/desk/letters/letters.js';
import type { Row } from '../../../../src/desk/letters/row.js';
import { rowOf } from '../../../../src/desk/letters/staging.js';
import { TEXTS } from '../../../../src/desk/letters/texts.js';
import { TO_STAFF } from '../../../../src/desk/letters/to-staff.js';
import type { Decision } from '../../../../src/desk/ticket/decision.js';
import { deskPolicy, message, STEVE, ticket } from '../desk.js';

const ROWS = Object.keys(PURPOSES).map(
  (purpose) => [purpose, rowOf({ purpose: purpose as Purpose })] as const,
);

type Limit = NonNullable<Row['countsAs']>;
/** The compiler asks for each. */
const NAMED: Record<Limit, true> = { 'error-report': true, notice: true, 'not-relayed': true, digest: true };
const LIMITS = Object.keys(NAMED) as Limit[];

const is = (flag: unknown): boolean => flag !== undefined;

/** Of the letters that a message causes which is filed in Open. */
function rowsCausedBy(changes: Partial<Decision>, from?: string): readonly Row[] {
  const facts = message(from === undefined ? {} : { from });
  const decision: Decision = { ...blank(facts), ticket: 1, destination: 'open', ...changes };
  return lettersFor(deskPolicy(), { decision, facts, ticket: ticket(1, message()) }).map(rowOf);
}

describe.each(ROWS)('%s', (purpose, row) => {
  it('says that it goes to staff where it stands in their table, and only there', () => {
    expect(is(row.toStaff)).toBe(Object.hasOwn(TO_STAFF, purpose));
  });

  it('is kept in a ticket, or counts by a limit, or is news', () => {
    expect([row.kept, row.countsAs, row.news].filter(is)).toHaveLength(1);
  });

  it('is about a ticket if it is kept in one', () => {
    expect(is(row.kept) && !is(row.ofTicket)).toBe(false);
  });

  it('is told to staff where it is refused, if it is kept and opens no ticket: that answers whoever writes', () => {
    expect(is(row.refusalTold)).toBe(is(row.kept) && !is(row.opens));
  });

  it('goes to people if a ticket keeps it, and to staff if it is news', () => {
    expect(is(row.kept) && is(row.toStaff)).toBe(false);
    expect(is(row.news) && !is(row.toStaff)).toBe(false);
  });

  it('has a subject of its own if it begins a thread that is of no ticket', () => {
    const hasOne = Object.hasOwn(row, 'subject');
    expect(hasOne && is(row.ofTicket)).toBe(false);
    expect(!hasOne && is(row.toStaff) && !is(row.ofTicket)).toBe(false);
  });

  it('reads of its cause what it passes on or begins with', () => {
    const passesOn = Object.hasOwn(row.text?.variables ?? {}, 'member');
    const begins = Object.hasOwn(row.text?.variables ?? {}, 'excerpt');
    expect(row.reads).toBe(passesOn ? 'whole' : begins ? 'words' : undefined);
  });
});

it.each(LIMITS)('a limit is named after a purpose that counts by it: %s', (limit) => {
  expect(PURPOSES[limit].countsAs).toBe(limit);
});

describe('of the letters that a message causes', () => {
  it.each([
    ['acknowledged', { acknowledge: true }],
    ['not acknowledged', { acknowledge: false }],
  ])('exactly one shows which message opened a ticket: %s', (_, changes) => {
    expect(rowsCausedBy({ kind: 'new', ...changes }).filter(({ opens }) => is(opens))).toHaveLength(1);
  });

  it.each(['update', 'reopen', 'close', 'bounce'] as const)(
    'none shows that where it opens none: %s',
    (kind) => {
      const all = { kind, acknowledge: true, confirm: true, changesState: true, notifyStaff: true };
      const caused = [...rowsCausedBy(all), ...rowsCausedBy({ ...all, relay: true, staff: STEVE })];
      expect(caused.filter(({ opens }) => is(opens))).toEqual([]);
    },
  );

  it('a command awaits what `new` and `reply` are written for, and nothing else', () => {
    const awaited = (rows: readonly Row[]): readonly string[] =>
      rows.filter((row) => is(row.awaited)).map((row) => row.goesTo);
    const { acknowledgement, relay } = PURPOSES;
    const from = 'steve@example.org';
    const opened = { kind: 'new', acknowledge: true, staff: STEVE, notifyStaff: true } as const;
    expect(awaited(rowsCausedBy(opened))).toEqual([acknowledgement.goesTo]);
    const reply = { relay: true, staff: STEVE, notifyStaff: true, confirm: true } as const;
    for (const kind of ['update', 'reopen', 'close'] as const)
      expect(awaited(rowsCausedBy({ kind, ...reply }, from))).toEqual([relay.goesTo]);
  });
});

it('no two texts have one name', () => {
  expect(new Set(TEXTS.map(({ name }) => name)).size).toBe(TEXTS.length);
});
