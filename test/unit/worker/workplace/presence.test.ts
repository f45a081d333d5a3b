/** Whether a worker still lives, told from its process; on systems with /proc and without. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { ClaimRecord } from '../../../../src/mailbox/register/entry.js';
import { type Kernel, ProcessPresence, placeOf } from '../../../../src/worker/workplace/presence.js';

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

describe('after a machine has started anew', () => {
  const KERNEL: Kernel = { host: 'mail-a', machine: 'one', boot: 'first', numbers: 'pid:[4026531836]' };
  const presenceOf = (changes: Partial<Kernel>): ProcessPresence => {
    const presence = new ProcessPresence({ command: 'run', place: placeOf({ ...KERNEL, ...changes }) });
    presence.enter();
    return presence;
  };

  it.each([
    ['what ran there before is gone', { boot: 'second' }, true],
    ['what runs there now is not', {}, false],
    ['what ran on another machine is not', { boot: 'second', machine: 'other' }, false],
    ['what ran on another host with a copy of its disk is not', { boot: 'second', host: 'mail-b' }, false],
    ['what ran in a container is not', { boot: 'second', numbers: 'pid:[4026532000]' }, false],
    ['what ran on a machine without a name of its own is not', { boot: 'second', machine: '' }, false],
    ['what ran where no kernel says when it began is not', { boot: '' }, false],
  ])('%s', (_, before, isGone) => {
    const claim = claimOf(presenceOf(before));
    expect(presenceOf({}).ranBeforeBoot(claim)).toBe(isGone);
    // A claim stands whatever its place says: two machines of one name may be made from one image.
    expect(presenceOf({}).isGone(claim)).toBe(false);
    // Nobody may say more of one that knows less of itself.
    const inContainer = { numbers: 'pid:[4026532001]' };
    expect(presenceOf(inContainer).ranBeforeBoot(claim)).toBe(false);
  });

  it('an entry of an older version is read as before', () => {
    const presence = presenceOf({});
    const [here = ''] = presence.self.place.split('.');
    const claim = { ...claimOf(presence), place: here, worker: 'another' };
    expect(presence.isGone(claim)).toBe(true);
    const older = { ...claim, place: placeOf({ ...KERNEL, boot: 'second' }).slice(0, 32) };
    expect([presence.isGone(older), presence.ranBeforeBoot(older)]).toEqual([false, false]);
  });
});
