import { describe, expect, it } from 'vitest';
import { Problem } from '../../../../src/problem/problem.js';
import { WaitingMail } from '../../../../src/worker/run/desk-worker.js';

describe('mail that waits', () => {
  it('is an error once for each trouble, and news once when it is over', () => {
    const logged: string[] = [];
    let nowMs = 0;
    const note =
      (level: string) =>
      (fields: object, message: string): void => {
        logged.push(`${level} ${JSON.stringify(fields)} ${message}`);
      };
    const mail = new WaitingMail(
      { debug: note('debug'), info: note('info'), error: note('error') },
      () => (nowMs += 10 * 60_000),
    );
    const down = new Problem('smtp-unusable-connection', 'No connection');
    const refused = new Problem('smtp-sign-in-refused', 'Refused');
    for (const delivery of [null, down, down, refused, down, refused, null, null, down])
      mail.passed(delivery);
    const line = (level: string, { code, message }: Problem): string =>
      `${level} ${JSON.stringify({ code })} mail waits in the outbox: ${message}`;
    expect(logged).toEqual([
      line('error', down),
      line('debug', down),
      line('error', refused),
      line('debug', down),
      line('debug', refused),
      'info {"lastedMs":600000} mail leaves the outbox again, after 10 minutes',
      line('error', down),
    ]);
  });
});
