/**
 * The work of deciding grows with the mail, not with its square: counted in looks at messages, since no clock is to be
 * trusted.
 */
import { describe, expect, it } from 'vitest';
import { decide } from '../../../src/desk/decide/decide.js';
import { lettersFor } from '../../../src/desk/letters/letters.js';
import { boundNotices } from '../../../src/desk/letters/notice-limit.js';
import type { Facts } from '../../../src/message/facts/facts.js';
import { deskPolicy, ledgerOf, message, ticket, type Written } from './desk.js';

const policy = deskPolicy();

/** The same facts, and every look at one of them is counted. */
function counted(facts: Facts, looks: { count: number }): Facts {
  return new Proxy(facts, {
    get: (target, name) => {
      looks.count += 1;
      return Reflect.get(target, name);
    },
  });
}

/** So many looks it takes to decide so many mails, one after the other, with all that they cause. */
function looksFor(mails: number, written: (index: number) => Written): number {
  const looks = { count: 0 };
  const root = counted(message({ id: 'root@example.com' }), looks);
  const ledger = ledgerOf(policy, ticket(1, root));
  for (let index = 0; index < mails; index += 1) {
    const facts = counted(message(written(index)), looks);
    const decision = decide(policy, ledger, facts);
    ledger.takeIn(decision, facts);
    const about = decision.ticket === null ? null : ledger.ticket(decision.ticket);
    const letters = lettersFor(policy, { decision, facts, ticket: about });
    boundNotices(policy, ledger, { letters, cause: facts.identity });
  }
  return looks.count;
}

describe.each<[string, (index: number) => Written]>([
  [
    'by strangers to one ticket',
    (index) => ({ from: `s${index}@x${index}.example`, to: 'support+1@example.com' }),
  ],
  ['by the requester to one ticket', () => ({ to: 'support+1@example.com' })],
  [
    'in one thread',
    (index) => ({ from: `s${index}@x.example`, fields: ['In-Reply-To: <root@example.com>'] }),
  ],
  ['under one Message-ID', (index) => ({ id: 'same@example.com', subject: `Printer ${index}` })],
  ['about ever new matters', (index) => ({ from: `n${index}@x.example`, subject: `Matter ${index}` })],
])('mails %s', (_, written) => {
  it('cost as much each, however many there are', () => {
    const few = looksFor(50, written);
    expect(looksFor(200, written)).toBeLessThan(few * 4.4);
  });
});
