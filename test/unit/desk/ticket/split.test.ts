import { describe, expect, it } from 'vitest';
import { Ledger } from '../../../../src/desk/ticket/ledger.js';
import { deskPolicy, message, ticket } from '../desk.js';

const policy = deskPolicy();

describe('a link to a message that has become the first one of another ticket', () => {
  const root = message();
  const moved = message({ id: 'moved@example.com' });
  const other = message();
  const link = { identity: moved.identity, messageId: 'moved@example.com', ticket: 1 };
  const entries = {
    link: (ledger: Ledger) => ledger.addLink(link),
    entry: (ledger: Ledger) => ledger.add({ ...ticket(2, moved), messages: [] }),
    another: (ledger: Ledger) =>
      ledger.addLink({ identity: other.identity, messageId: 'other@example.com', ticket: 1 }),
  };

  it.each([
    ['before', ['link', 'another', 'entry']],
    ['after', ['entry', 'link', 'another']],
  ] as const)('says nothing, taken in %s the entry', (_, order) => {
    const ledger = new Ledger(policy, { highest: 0, tickets: [ticket(1, root)] });
    for (const name of order) entries[name](ledger);
    expect(ledger.registeredTicket(moved.identity)).toBe(2);
    expect(ledger.ticketsHolding('moved@example.com')).toEqual([2]);
    expect(ledger.ticketsHolding('other@example.com')).toEqual([1]);
    expect(ledger.membership(moved)).toBe(2);
  });
});
