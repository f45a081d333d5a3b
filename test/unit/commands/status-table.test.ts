/** The table of `status`, as many desks have it. */
import { expect, it } from 'vitest';
import type { Seen } from '../../../src/commands/status-seen.js';
import { statusTable } from '../../../src/commands/status-table.js';
import { Traffic } from '../../../src/worker/run/traffic.js';
import { Vitals } from '../../../src/worker/run/vitals.js';
import type { WorkerState } from '../../../src/worker/run/worker-state.js';

const NOW = new Date('2026-11-28T12:00:00Z');
const SCHEDULE = { expression: '* * * * *', timezone: 'UTC' };
const EMPTY = { openTickets: 3, pending: 0, attempts: 0, review: 0, claims: [], standing: [] };
const FOUND = { ...EMPTY, outbox: { length: 2, held: 0, oldest: null } };

function seen(name: string, changes: Partial<WorkerState> | null, mailbox: Seen['mailbox']): Seen {
  const vitals = new Vitals({ desk: name, schedule: SCHEDULE, traffic: new Traffic(), hold: false });
  const state: WorkerState = { ...vitals.state(), pid: 7, host: 'one', doing: 'waiting' };
  const worker = changes === null ? null : { ...state, lastGoodPass: '2026-11-28T11:58:00.000Z', ...changes };
  return { desk: { name, timezone: 'UTC' }, worker, lock: null, mailbox };
}

const well = { status: FOUND, problem: null } as const;
const trouble = {
  code: 'imap-unreachable',
  message: 'It is down',
  since: NOW.toISOString(),
  needsPerson: false,
};

it('has those in trouble first, then those without a worker, and says where each is worked on', () => {
  const elsewhere = {
    status: { ...FOUND, claims: [{ command: 'run', host: 'two', pid: 9, since: NOW }] },
    problem: null,
  } as const;
  const away = { status: null, problem: { exitCode: 69, message: 'No connection' } };
  const lines = statusTable(
    [
      seen('Well', {}, well),
      seen('Nobody', null, well),
      seen('Elsewhere', null, elsewhere),
      seen('Fails', { trouble, lastGoodPass: null }, well),
      seen('Away', null, away),
      seen('Stands by', { doing: 'waiting-for-lock' }, well),
    ],
    [{ desk: 'broken.json', message: 'left out: no JSON' }],
    { width: null, now: NOW },
  );
  expect(lines).toEqual([
    'DESK         WORKER   LAST PASS      OPEN  PENDING  OUTBOX  STATE',
    'broken.json  -        -                 -        -       -  left out: no JSON',
    'Fails        one (7)  none yet          3        0       2  It is down',
    'Away         -        -                 -        -       -  No connection',
    'Nobody       -        -                 3        0       2  no worker',
    'Well         one (7)  2 minutes ago     3        0       2  works',
    'Elsewhere    two (9)  -                 3        0       2  works',
    'Stands by    one (7)  2 minutes ago     3        0       2  waits for another worker',
    '7 desks, 3 in trouble',
  ]);
});

it('has a line for each of a thousand desks, none wider than the terminal', () => {
  const desks = Array.from({ length: 1000 }, (_, index) =>
    seen(`Desk ${index}`, index === 999 ? { trouble: { ...trouble, message: 'x'.repeat(400) } } : {}, well),
  );
  const lines = statusTable(desks, [], { width: 100, now: NOW });
  expect(lines).toHaveLength(1002);
  expect(lines[1]).toMatch(/^Desk 999 .*x…$/);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
});
