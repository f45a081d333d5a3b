/** Whether a worker still lives, told from its process; on systems with /proc and without. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import type { ClaimRecord } from '../../../../src/mailbox/register/entry.js';
import { ProcessPresence } from '../../../../src/worker/workplace/presence.js';

function claimOf({ self }: ProcessPresence): ClaimRecord {
  return { kind: 'claim', ...self, since: new Date(0), at: new Date(0), first: null, leaseS: null };
}

it('a worker of this process is gone before it begins and after it ends', () => {
  const [one, other] = [new ProcessPresence({ command: 'run' }), new ProcessPresence({ command: 'once' })];
  expect(other.isGone(claimOf(one))).toBe(true);
  one.enter();
  expect(other.isGone(claimOf(one))).toBe(false);
  one.leave();
  expect(other.isGone(claimOf(one))).toBe(true);
});

it('a process that has ended is gone, and one that lives is not', async () => {
  const presence = new ProcessPresence({ command: 'run' });
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume(); console.log("here")']);
  await once(child.stdout, 'data');
  // Its start is not known here, as if its number had been given again: that one is gone.
  const claim = { ...claimOf(presence), worker: 'another', pid: child.pid ?? 0 };
  expect(presence.isGone({ ...claim, pid: process.ppid, started: '1' })).toBe(true);
  const closed = once(child, 'close');
  child.stdin.end();
  await closed;
  expect(presence.isGone(claim)).toBe(true);
});

it('of a worker elsewhere nobody can say that it is gone', () => {
  const presence = new ProcessPresence({ command: 'run' });
  const elsewhere = new ProcessPresence({ command: 'run', place: 'another machine' });
  expect(presence.isGone(claimOf(elsewhere))).toBe(false);
});
