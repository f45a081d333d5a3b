import { describe, expect, it } from 'vitest';
import { type Reader, type ReadSoFar, readOn } from '../../../../src/desk/ticket/read-on.js';
import type { TicketMessage } from '../../../../src/desk/ticket/ticket.js';
import { deskPolicy, message, ticket } from '../desk.js';

const policy = deskPolicy();
const messageOf = (): TicketMessage => ({ facts: message(), folder: 'open', uid: 1 });

function reading(count: number) {
  const messages = Array.from({ length: count }, messageOf);
  const known: ReadSoFar<TicketMessage[]> = new WeakMap();
  const looks: Reader[] = [];
  const reader: Reader = { policy, ticket: { ...ticket(1, message()), messages } };
  const ask = (by: Reader = reader) =>
    readOn(known, by, {
      begin: () => [],
      read: (told, one, as) => {
        looks.push(as);
        told.push(one);
      },
    });
  return { messages, reader, looks, ask };
}

describe('the messages of a ticket', () => {
  it('are each read once, in order, however often they are asked for', () => {
    const { messages, looks, ask } = reading(2);
    expect(ask()).toEqual(messages);
    messages.push(messageOf());
    const told = ask();
    expect(told).toEqual(messages);
    expect(ask()).toBe(told);
    expect(looks).toHaveLength(3);
  });

  it('are read on for the same entry, whatever else of the ticket has changed', () => {
    const { reader, looks, ask } = reading(2);
    ask();
    ask({ ...reader, ticket: { ...reader.ticket, state: 'archived' } });
    expect(looks).toHaveLength(2);
  });

  it('are read again for another policy, entry or list of them', () => {
    const { messages, reader, looks, ask } = reading(2);
    const others: Reader[] = [
      { ...reader, policy: deskPolicy() },
      { ...reader, ticket: { ...reader.ticket, entry: { ...reader.ticket.entry } } },
      { ...reader, ticket: { ...reader.ticket, messages: [...messages] } },
    ];
    for (const other of others) {
      ask();
      looks.length = 0;
      expect(ask(other)).toEqual(messages);
      expect(looks).toEqual([other, other]);
    }
  });

  it('may be none', () => {
    const { looks, ask } = reading(0);
    expect(ask()).toEqual([]);
    expect(looks).toEqual([]);
  });
});
