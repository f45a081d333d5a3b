/** Messages on their way: begun and not waited for, answered once, and broken off where nobody waits any more. */
import { describe, expect, it } from 'vitest';
import { alertMessage } from '../../../../src/desk/alerts/alert-message.js';
import { AlertLine } from '../../../../src/worker/workplace/alert-line.js';
import { deskPolicy } from '../../desk/desk.js';

const message = (id: string) => alertMessage(deskPolicy(), { id, alert: 'night', events: [] });

describe('a line', () => {
  it('keeps an answer until it is noted, and says that there is one', async () => {
    let told = 0;
    const line = new AlertLine({ send: async () => ({ kind: 'told', why: 'ok' }) });
    line.onAnswer = () => {
      told += 1;
    };
    line.begin('night', message('a'));
    expect([line.has('a'), line.answers.size, line.isIdle]).toEqual([true, 0, false]);
    await line.settle(10_000);
    expect([line.has('a'), line.answers.get('a')?.kind, line.isIdle, told]).toEqual([
      false,
      'told',
      false,
      1,
    ]);
    line.noted(['a']);
    expect(line.isIdle).toBe(true);
  });

  it('takes an error of ours for an answer that never came', async () => {
    const line = new AlertLine({ send: () => Promise.reject(new RangeError('a token: s3cret')) });
    line.begin('night', message('a'));
    await line.settle(10_000);
    expect(line.answers.get('a')).toEqual({ kind: 'unknown', why: 'an error inside imapdesk (RangeError)' });
  });

  it('breaks off what is in hand, and goes on with what comes later', async () => {
    const line = new AlertLine({
      send: (_, { id }, signal) =>
        id === 'later'
          ? Promise.resolve({ kind: 'told', why: '' })
          : new Promise((answer) => {
              signal.addEventListener('abort', () => answer({ kind: 'unknown', why: 'broken off' }));
            }),
    });
    line.begin('night', message('a'));
    await line.settle(1);
    expect(line.has('a')).toBe(true);
    line.stop();
    await line.settle(10_000);
    expect(line.answers.get('a')?.why).toBe('broken off');
    line.begin('night', message('later'));
    await line.settle(10_000);
    expect(line.answers.get('later')?.kind).toBe('told');
  });
});
