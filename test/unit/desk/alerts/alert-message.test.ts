/** What an alert says, and which mail makes one. */
import { describe, expect, it } from 'vitest';
import { loadPhrases } from '../../../../src/config/phrases.js';
import {
  alertMessage,
  messageIdOf,
  oneLine,
  severalLines,
} from '../../../../src/desk/alerts/alert-message.js';
import { PHRASES } from '../../../../src/desk/phrases.js';
import { deskPolicy } from '../desk.js';

const POLICY = deskPolicy();
const AT = new Date(0);
const about = { id: 'x', alert: 'night' };
const event = (name: 'new' | 'waiting', number: number, said = {}) => ({
  event: name,
  ticket: number,
  at: AT,
  said,
});

describe('an alert', () => {
  it('of one event names desk, event and number', () => {
    const told = alertMessage(POLICY, { ...about, events: [event('new', 7)] });
    expect(told.headline).toBe('Example Support: new ticket 7');
    expect(oneLine(told)).toBe('Example Support: new ticket 7');
    expect(severalLines(told)).toBe('Example Support: new ticket 7');
  });

  it('tells what people wrote below that, where it may', () => {
    const said = { subject: 'Printer', sender: 'Jane', words: 'It burns.' };
    const told = alertMessage(POLICY, { ...about, events: [event('new', 7, said)] });
    expect(told.headline).toBe('Example Support: new ticket 7');
    expect(oneLine(told)).toBe('Example Support: new ticket 7: Printer, Jane, It burns.');
    expect(severalLines(told)).toBe('Example Support: new ticket 7\nPrinter\nJane\nIt burns.');
  });

  it('of several counts them first', () => {
    const told = alertMessage(POLICY, {
      ...about,
      events: [event('new', 7, { subject: 'Printer' }), event('waiting', 3)],
    });
    expect(oneLine(told)).toBe(
      'Example Support: 2 events: new ticket 7: Printer; ticket 3 waits for an answer',
    );
  });

  it('speaks the language of the desk', async () => {
    const phrase = await loadPhrases(PHRASES, 'de', null);
    const told = alertMessage({ name: 'Hilfe', phrase }, { ...about, events: [event('new', 7)] });
    expect(told.headline).toBe('Hilfe: neues Ticket 7');
  });

  it('has an id that depends on its alert and its events, and on the secret', () => {
    const events = [{ event: 'new' as const, identity: 'a' }];
    const id = messageIdOf(POLICY, 'night', events);
    expect(messageIdOf(POLICY, 'night', events)).toBe(id);
    expect(messageIdOf(POLICY, 'day', events)).not.toBe(id);
    expect(messageIdOf(POLICY, 'night', [{ event: 'waiting', identity: 'a' }])).not.toBe(id);
    expect(messageIdOf({ secrets: ['another secret of the desk, which is long'] }, 'night', events)).not.toBe(
      id,
    );
  });
});
