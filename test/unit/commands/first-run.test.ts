import { expect, it } from 'vitest';
import { lettersFor } from '../../../src/commands/first-run.js';
import type { Older } from '../../../src/worker/sight/older-mail.js';

function letter(subject: string, receivedAt: Date): Older {
  const facts = { receivedAt, subject, sender: { shown: 'Jane' } };
  return { uid: 1, recent: true, facts: facts as unknown as Older['facts'] };
}

it('lists the newest, the newest last, whenever they came to the folder', () => {
  const moved = letter('moved here', new Date('2026-01-01T00:00:00Z'));
  const others = Array.from({ length: 20 }, (_, day) =>
    letter(`day ${day + 1}`, new Date(Date.UTC(2026, 1, day + 1))),
  );
  const out = { terminal: false, columns: null, write: () => undefined };
  const lines = lettersFor([...others.slice(0, 10).toReversed(), ...others.slice(10), moved], {
    out,
    timezone: 'UTC',
  });
  expect(lines).toHaveLength(21);
  expect(lines[0]).toContain('day 1');
  expect(lines[19]).toContain('day 20');
  expect(lines.join('\n')).not.toContain('moved here');
  expect(lines[20]).toBe('and 1 more, older than these');
});
