import { describe, expect, it } from 'vitest';
import { Problem } from '../../../../src/problem/problem.js';
import { Failures } from '../../../../src/worker/run/failures.js';

const AWAY = new Problem('imap-unreachable', 'No connection.', { temporary: true });
const LOST = new Problem('imap-connection-lost', 'It broke.', { temporary: true });
const REFUSED = new Problem('imap-sign-in-refused', 'Refused.', { exitCode: 77 });

function bench() {
  const logged: string[] = [];
  const note =
    (level: string) =>
    (_: unknown, message?: string): void =>
      void logged.push(`${level}: ${message ?? ''}`);
  const clock = { ms: 0 };
  const log = { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') };
  const failures = new Failures(log, () => clock.ms);
  return {
    clock,
    failures,
    fail: (error: unknown): number => failures.add(error, () => 0),
    told: (): readonly string[] => logged.filter((line) => !line.startsWith('debug')),
    logged,
  };
}

describe('an outage', () => {
  it('is one line when it begins, by whatever it shows, and one when it is over', () => {
    const { clock, failures, fail, told, logged } = bench();
    for (const [lastsMs, words] of [
      [12 * 60_000, '12 minutes'],
      [3 * 86_400_000, '3 days'],
    ] as const) {
      logged.length = 0;
      for (let attempt = 0; attempt < 12; attempt += 1) fail(attempt % 3 === 0 ? LOST : AWAY);
      expect(told()).toEqual(['warn: The desk does not work, and tries again until it does.']);
      expect(logged).toHaveLength(12);
      expect(logged.at(-1)).toMatch(/^debug: The desk still does not work, and tries again in \d+ s\.$/);
      clock.ms += lastsMs;
      failures.end();
      expect(told()).toHaveLength(2);
      expect(told().at(-1)).toBe(`info: The desk works again, after ${words}.`);
    }
  });

  it('is told once more where it turns into something that a person must mend, and for each error of ours', () => {
    const { fail, told } = bench();
    for (const error of [
      AWAY,
      REFUSED,
      AWAY,
      REFUSED,
      new TypeError('a'),
      new TypeError('a'),
      new TypeError('b'),
    ])
      fail(error);
    expect(told()).toEqual([
      'warn: The desk does not work, and tries again until it does.',
      'error: The desk is unhealthy, and needs a person.',
      'warn: The desk does not work, and tries again until it does.',
      'warn: The desk does not work, and tries again until it does.',
    ]);
  });

  it('is no news where none was', () => {
    const { failures, logged } = bench();
    failures.end();
    expect(logged).toEqual([]);
  });
});
