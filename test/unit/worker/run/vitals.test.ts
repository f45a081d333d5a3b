import { expect, it } from 'vitest';
import { ConfigProblem } from '../../../../src/config/problem.js';
import { Problem } from '../../../../src/problem/problem.js';
import type { PassOutcome } from '../../../../src/worker/pass/pass.js';
import { Traffic } from '../../../../src/worker/run/traffic.js';
import { Vitals } from '../../../../src/worker/run/vitals.js';
import { hangOf, readWorkerState } from '../../../../src/worker/run/worker-state.js';

const MINUTE_MS = 60_000;

/** A desk's vitals with a clock in the test's hands. */
function bench(hold = false) {
  const clock = { now: new Date('2026-11-28T12:00:00Z') };
  const traffic = new Traffic();
  const vitals = new Vitals({
    desk: 'Example Support',
    schedule: { expression: '0 * * * *', timezone: 'UTC' },
    traffic,
    hold,
    now: () => clock.now,
    clock: () => clock.now.getTime(),
  });
  const pass = (minutes: number): void => {
    clock.now = new Date(clock.now.getTime() + minutes * MINUTE_MS);
  };
  return { vitals, traffic, pass };
}

const NOTHING: PassOutcome = {
  decided: new Map(),
  sent: 0,
  refused: 0,
  failed: 0,
  delivery: null,
  stopped: null,
};
const DOWN = new Problem('imap-unreachable', 'the server is down\nand more', { temporary: true });
const REFUSED = new Problem('imap-sign-in-refused', 'refused', { exitCode: 77 });

it('tells what it does, and what is wrong since when', () => {
  const { vitals, pass } = bench();
  expect(vitals.state()).toMatchObject({ doing: 'starting', lastGoodPass: null, trouble: null });
  vitals.passBegins();
  expect(vitals.state()).toMatchObject({ doing: 'pass', nextTry: null });
  pass(1);
  vitals.passFails(DOWN, 90_000);
  expect(vitals.state()).toMatchObject({
    doing: 'pausing',
    nextTry: '2026-11-28T12:02:30.000Z',
    trouble: {
      code: 'imap-unreachable',
      message: 'the server is down',
      since: '2026-11-28T12:01:00.000Z',
      needsPerson: false,
    },
  });
  pass(5);
  vitals.passBegins();
  vitals.passFails(REFUSED, 60_000);
  // It is one trouble, whatever its reason is by now.
  expect(vitals.state()).toMatchObject({
    trouble: { code: 'imap-sign-in-refused', since: '2026-11-28T12:01:00.000Z', needsPerson: true },
    signInsRefused: { imap: 1, smtp: 0 },
  });
  expect(vitals.failsSince).toEqual(new Date('2026-11-28T12:01:00.000Z'));
  pass(5);
  vitals.passBegins();
  pass(1);
  vitals.passed(NOTHING);
  vitals.passEnds();
  const state = vitals.state();
  expect(state).toMatchObject({ doing: 'waiting', lastGoodPass: '2026-11-28T12:12:00.000Z', trouble: null });
  expect(vitals.failsSince).toBeNull();
  expect(state.passSeconds).toBe(60);
  expect(readWorkerState(JSON.parse(JSON.stringify(state)))).toEqual(state);
});

it('says nothing of what was not foreseen but its kind', () => {
  const { vitals } = bench();
  vitals.passBegins();
  vitals.passFails(new TypeError('Cannot read "the secret" of undefined'), 1000);
  expect(vitals.state().trouble).toMatchObject({
    code: 'internal',
    message: 'an error inside imapdesk (TypeError): the log says more',
  });
  vitals.passFails(new ConfigProblem('secret-unavailable', 'desks[0].imap.password.file: gone'), 1000);
  expect(vitals.state().trouble).toMatchObject({ code: 'secret-unavailable', needsPerson: true });
  expect([...vitals.counts.failures]).toEqual([
    ['internal', 1],
    ['secret-unavailable', 1],
  ]);
});

it('tells of mail that cannot leave, and counts a refusal of the sign-in once however long it is remembered', () => {
  const { vitals, pass } = bench();
  const refused = new Problem('smtp-sign-in-refused', 'refused', { exitCode: 77 });
  const staged = new Date('2026-11-28T11:00:00Z');
  const backlog = { pending: 2, outbox: { length: 3, held: 1, oldest: staged } };
  for (const delivery of [refused, refused]) {
    vitals.passBegins();
    pass(1);
    vitals.passed({ ...NOTHING, sent: 1, delivery, backlog });
    vitals.passEnds();
  }
  expect(vitals.state()).toMatchObject({
    delivery: { code: 'smtp-sign-in-refused', since: '2026-11-28T12:01:00.000Z' },
    signInsRefused: { imap: 0, smtp: 1 },
    backlog: { pending: 2, outbox: 3, held: 1, oldestLetter: staged.toISOString(), deferred: 0 },
  });
  vitals.passBegins();
  vitals.passed({ ...NOTHING, backlog });
  vitals.passEnds();
  expect(vitals.state()).toMatchObject({ delivery: null, backlog: { deferred: 2 } });
  expect(vitals.counts).toMatchObject({ passes: 3, sent: 2 });
});

it('calls a pass good only if nothing says that it failed after all', () => {
  const { vitals } = bench();
  vitals.passBegins();
  vitals.passed({ ...NOTHING, sent: 1 });
  vitals.passFails(DOWN, 1000);
  expect(vitals.state()).toMatchObject({ lastGoodPass: null, trouble: { code: 'imap-unreachable' } });
  vitals.passBegins();
  vitals.passEnds();
  expect(vitals.state().lastGoodPass).toBeNull();
  expect(vitals.counts).toMatchObject({ passes: 0, sent: 1 });
});

it('does not call it deferred what the configuration holds back', () => {
  const { vitals } = bench(true);
  vitals.passed({ ...NOTHING, backlog: { pending: 0, outbox: { length: 3, held: 0, oldest: new Date() } } });
  expect(vitals.state().backlog?.deferred).toBe(0);
});

it('calls a pass hanging that has sent no command for a quarter of an hour', () => {
  const { vitals, traffic, pass } = bench();
  const commands = new Map([['NOOP', 1]]);
  traffic.opened(commands);
  vitals.passBegins();
  pass(14);
  expect(vitals.hangsSince()).toBeNull();
  commands.set('NOOP', 2);
  expect(vitals.hangsSince()).toBeNull();
  pass(14);
  expect(vitals.hangsSince()).toBeNull();
  pass(1);
  expect(vitals.state().hangsSince).toBe('2026-11-28T12:14:00.000Z');
  vitals.passFails(DOWN, 1000);
  pass(14);
  expect(vitals.hangsSince()).toBeNull();
});

it('calls a loop hanging that has not begun a pass for longer than the schedule is ever silent', () => {
  const { vitals, traffic, pass } = bench();
  const commands = new Map([['IDLE', 1]]);
  traffic.opened(commands);
  vitals.passBegins();
  vitals.passed(NOTHING);
  vitals.passEnds();
  pass(61);
  expect(vitals.hangsSince()).toBeNull();
  // IDLE that is renewed is no pass.
  commands.set('IDLE', 2);
  pass(14);
  expect(vitals.hangsSince()).toBeNull();
  pass(1);
  const state = vitals.state();
  expect(state).toMatchObject({ doing: 'waiting', hangsSince: '2026-11-28T13:01:00.000Z' });
  expect(hangOf(state)).toMatchObject({
    code: 'pass-overdue',
    message: 'the loop stands still, and has begun no pass',
  });
  vitals.passBegins();
  expect(vitals.hangsSince()).toBeNull();
  pass(15);
  expect(hangOf(vitals.state())).toMatchObject({ code: 'pass-hangs' });
});

it('calls a loop hanging that does not try again when its pause is over', () => {
  const { vitals, pass } = bench();
  vitals.passBegins();
  vitals.passFails(DOWN, 5 * MINUTE_MS);
  pass(19);
  expect(vitals.hangsSince()).toBeNull();
  pass(1);
  expect(vitals.state()).toMatchObject({ doing: 'pausing', hangsSince: '2026-11-28T12:05:00.000Z' });
  vitals.passBegins();
  expect(vitals.hangsSince()).toBeNull();
});

it('says for whom it stands by, until it works itself', () => {
  const { vitals, traffic } = bench();
  const by = { host: 'mail-a', pid: 812, command: 'run', since: '2026-11-28T11:00:00.000Z' };
  vitals.passBegins();
  traffic.standsBehind = by;
  expect(vitals.state()).toMatchObject({ doing: 'standing-by', standsBehind: by });
  vitals.passFails(DOWN, 5 * MINUTE_MS);
  expect(vitals.state()).toMatchObject({ doing: 'pausing', standsBehind: by });
  vitals.passBegins();
  traffic.standsBehind = null;
  expect(vitals.state()).toMatchObject({ doing: 'pass', standsBehind: null });
});

it('says until when another had the desk, and no more once it has had a good pass itself', () => {
  const { vitals, traffic } = bench();
  traffic.stoodByUntil = new Date('2026-11-28T12:00:00Z');
  vitals.passBegins();
  vitals.passFails(DOWN, MINUTE_MS);
  expect(vitals.state().stoodByUntil).toBe('2026-11-28T12:00:00.000Z');
  vitals.passBegins();
  vitals.passed(NOTHING);
  vitals.passEnds();
  expect(vitals.state().stoodByUntil).toBeNull();
});

it('goes on to say since when a desk fails that has failed on other hosts, until it has had a good pass', () => {
  const { vitals, pass } = bench();
  const since = new Date('2026-11-28T11:00:00Z');
  vitals.failedElsewhere(since);
  expect(vitals.failsSince).toEqual(since);
  expect(vitals.state()).toMatchObject({ trouble: null, stoodByUntil: since.toISOString() });
  pass(1);
  vitals.passBegins();
  vitals.passFails(DOWN, 90_000);
  expect(vitals.state().trouble).toMatchObject({ code: 'imap-unreachable', since: since.toISOString() });
  pass(2);
  vitals.passBegins();
  vitals.passed(NOTHING);
  vitals.passEnds();
  expect([vitals.failsSince, vitals.state().stoodByUntil]).toEqual([null, null]);
  vitals.passBegins();
  vitals.passFails(DOWN, 90_000);
  expect(vitals.failsSince).toEqual(new Date('2026-11-28T12:03:00Z'));
});

it('does not call it hanging to wait for another worker', () => {
  const { vitals, traffic, pass } = bench();
  vitals.passBegins();
  traffic.waitsForLock(null);
  expect(vitals.state().doing).toBe('waiting-for-lock');
  pass(60);
  expect(vitals.hangsSince()).toBeNull();
  traffic.hasLock();
  pass(16);
  expect(vitals.hangsSince()).not.toBeNull();
});

it('counts the commands of all connections', () => {
  const traffic = new Traffic();
  traffic.opened(new Map([['NOOP', 2]]));
  const second = new Map([['NOOP', 1]]);
  traffic.opened(second);
  second.set('UID FETCH', 4);
  expect([...traffic.commands()]).toEqual([
    ['NOOP', 3],
    ['UID FETCH', 4],
  ]);
  expect([traffic.total, traffic.reconnects]).toEqual([7, 1]);
});

it('counts a new connection that follows a lost one, and not one that follows where others were made room for', () => {
  const traffic = new Traffic();
  const counts: number[] = [];
  for (const makesRoom of [true, true, false, true]) {
    traffic.opened(new Map());
    counts.push(traffic.reconnects);
    if (makesRoom) traffic.makesRoom();
  }
  traffic.opened(new Map());
  expect([...counts, traffic.reconnects]).toEqual([0, 0, 0, 1, 1]);
});
