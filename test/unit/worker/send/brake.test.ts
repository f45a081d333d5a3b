import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MailRefusal } from '../../../../src/delivery/refusal.js';
import { meaningOf, readReply, type Step } from '../../../../src/delivery/responses.js';
import { Brake, type Doubt, reasonOf } from '../../../../src/worker/send/brake.js';

const NOW = new Date('2026-11-02T09:00:00Z');

function doubt(to: string, step: Step = 'message', reply = '554 5.7.1 No'): Doubt<string> {
  const read = readReply(reply);
  const refusal = new MailRefusal(meaningOf(step, read), `The server said: ${reply}`, {
    because: { kind: 'answer', answer: reply },
    sameness: `${step} ${read.status} ${read.enhanced ?? ''}`,
  });
  return { letter: `letter to ${to}`, to, refusal };
}

/** What people come to who are refused, taken (`+name`) and put off (`~name`) in that order. */
function after(...events: readonly string[]): Brake<string> {
  const brake = new Brake<string>();
  for (const event of events) {
    if (event.startsWith('+')) brake.taken();
    else if (event.startsWith('~')) brake.deferred(doubt(event.slice(1), 'RCPT TO', '450 4.2.0 Later'));
    else if (event.startsWith('@')) brake.refused(doubt(event.slice(1), 'RCPT TO', '550 No'));
    else brake.refused(doubt(event));
  }
  return brake;
}

function names(doubts: readonly Doubt<string>[]): readonly string[] {
  return doubts.map(({ to }) => to);
}

describe('the brake', () => {
  it.each([
    // refused, then what is believed, alone, put off, and what is told
    [['a', '+b'], { believed: ['a'], problem: null }],
    [['+b', 'a'], { alone: ['a'], problem: 'smtp-refused' }],
    [['+b', '@a'], { believed: ['a'], problem: null }],
    [['@a'], { alone: ['a'], problem: 'smtp-refused' }],
    [['a', 'a'], { alone: ['a', 'a'], problem: 'smtp-refused' }],
    [['a', 'A'], { alone: ['a', 'A'], problem: 'smtp-refused' }],
    [['a', 'b'], { problem: 'smtp-refuses-all' }],
    [['@a', '@b'], { problem: 'smtp-refuses-all' }],
    [['+c', 'a', 'b'], { problem: 'smtp-refuses-all' }],
    [['+c', '@a', '@b'], { believed: ['a', 'b'], problem: null }],
    [['+c', '@a', '@b', '@d'], { held: ['a', 'b', 'd'], problem: 'smtp-refuses-all' }],
    [['a', '+s', 'b', '+s', 'c', '+s'], { held: ['a', 'b', 'c'], problem: 'smtp-refuses-many' }],
    [['@a', '+s', '@b', '+s', '@c', '+s'], { held: ['a', 'b', 'c'], problem: 'smtp-refuses-many' }],
    [['a', '+s', 'b', '+s', 'A', '+s'], { believed: ['a', 'b', 'A'], problem: null }],
    [['a', '+s', 'b', '+s', '@c', '+s'], { believed: ['a', 'b', 'c'], problem: null }],
    [
      ['@d', '+s', 'a', '+s', 'b', '+s', 'c'],
      { believed: ['d'], held: ['a', 'b', 'c'], problem: 'smtp-refuses-many' },
    ],
    [['a', 'b', '+c'], { believed: ['a', 'b'], problem: null }],
    [['a', '+c', 'b'], { believed: ['a'], alone: ['b'], problem: 'smtp-refused' }],
    [['~a'], { late: ['a'], problem: null }],
    [['~a', '+b'], { late: ['a'], problem: null }],
    [['~a', '~b'], { problem: 'smtp-defers-all' }],
    [['~a', '~b', '+c'], { late: ['a', 'b'], problem: null }],
    [[], { problem: null }],
  ])('after %j', (events, expected) => {
    const { believed, held, alone, late, problem } = after(...events).verdict();
    expect({
      believed: names(believed),
      held: names(held),
      alone: names(alone),
      late: names(late),
      problem: problem?.code ?? null,
    }).toEqual({ believed: [], held: [], alone: [], late: [], ...expected });
  });

  it('compares with what was refused within the last hour', () => {
    const earlier = ['x', 'Y', 'y'].map((to) => ({ to, reason: '554 5.7.1' }));
    const brake = after('a', '+s');
    expect(brake.asksForEarlier).toBe(true);
    expect(names(brake.verdict(earlier.slice(1)).believed)).toEqual(['a']);
    const { held, believed, problem } = brake.verdict(earlier);
    expect([names(held), names(believed)]).toEqual([['a'], []]);
    expect(problem?.message).toBe(
      'the mail server refuses mail to 3 people for the same reason: 554 5.7.1 No',
    );
    const other = ['x', 'y', 'z'].map((to) => ({ to, reason: '550' }));
    expect(names(brake.verdict(other).believed)).toEqual(['a']);
    expect(names(after('a').verdict(earlier).held)).toEqual(['a']);
    expect(after('+s').asksForEarlier).toBe(false);
  });

  it.each([
    ['The SMTP server mail.example.com:465 refused a message: 550 5.7.1 No', '550 5.7.1'],
    ['The SMTP server mail.example.com:465 refused a message: 550-5.7.1 No 550 5.7.1 Go', '550 5.7.1'],
    ['The SMTP server mail.example.com:465 refused a message: 550 No 5.7.1', '550'],
    ['The SMTP server mail.example.com:465 refused a message: No', null],
  ])('reads the reason in %j', (message, reason) => {
    expect(reasonOf(message)).toBe(reason);
  });

  it.each([
    [['a', 'b'], false],
    [['a', 'b', 'c'], true],
    [['a', 'b', 'a'], true],
    [['a', 'a', 'a'], false],
    [['a', 'a', 'a', 'b'], true],
    [['a', 'b', '@c'], false],
    [['a', 'b', '+d', 'c'], false],
    [['~a', '~b', '~c'], true],
    [['+d', '~a', '~b', '~c'], false],
  ])('after %j stops: %j', (events, stops) => {
    expect(after(...events).stops).toBe(stops);
  });

  it.each([
    ['a', 'b', 'c', 'd'],
    ['@a', '@b', '@c', '@d'],
  ])('is not stopped by refusals that came together, but by one more that comes alone: %s', (...events) => {
    const brake = after('+s', ...events);
    brake.wereTogether();
    expect(brake.stops).toBe(false);
    const waiting = ['a', 'e'];
    expect(brake.next(waiting, (letter) => letter, NOW)).toBe(1);
    const ofRecipients = events.every((event) => event.startsWith('@'));
    brake.refused(ofRecipients ? doubt('e', 'RCPT TO', '550 No') : doubt('e'));
    expect(brake.stops).toBe(true);
    expect(brake.verdict().problem?.code).toBe('smtp-refuses-all');
  });

  it('believes refusals that came together once another is taken after them', () => {
    const brake = after('+s', 'a', '@b');
    brake.wereTogether();
    expect(names(brake.verdict().alone)).toEqual(['a']);
    brake.taken();
    expect(names(brake.verdict().believed)).toEqual(['a', 'b']);
  });

  it('tries somebody else before it stops, another one each minute, and keeps the order of one person', () => {
    const waiting = ['a', 'b', 'c', 'c', 'd'];
    const to = (letter: string): string | null => (letter === '' ? null : letter);
    const brake = after('a', 'b');
    const chosen = [0, 1, 2].map((minutes) =>
      brake.next(waiting, to, new Date(NOW.getTime() + minutes * 60_000)),
    );
    expect(new Set(chosen)).toEqual(new Set([2, 4]));
    expect(after('a').next(waiting, to, NOW)).toBe(0);
    expect(after('a', 'b').next(['a', ''], to, NOW)).toBe(0);
  });

  it('tries one whose mail was taken before anybody else, whatever the minute', () => {
    const to = (letter: string): string => letter;
    const brake = after('a', 'b');
    brake.taken('S');
    brake.refused(doubt('c'));
    brake.refused(doubt('d'));
    for (const minutes of [0, 1, 2])
      expect(brake.next(['d', 'e', 'f', 's'], to, new Date(NOW.getTime() + minutes * 60_000))).toBe(3);
  });

  it('never believes a refusal of a server that refuses everything from then on', () => {
    const person = fc.constantFrom('a', 'b', 'c', 'd');
    fc.assert(
      fc.property(fc.array(person), fc.array(person, { minLength: 2 }), (before, refused) => {
        fc.pre(new Set(refused).size > 1);
        const brake = after(...before.map((name) => `+${name}`));
        for (const name of refused) if (!brake.stops) brake.refused(doubt(name));
        const verdict = brake.verdict();
        if (verdict.problem?.code !== 'smtp-refused') expect(verdict.problem?.code).toBe('smtp-refuses-all');
        expect(verdict.believed).toEqual([]);
      }),
    );
  });
});
