/** Two hosts that share desks by a real Redis: shares, a host that stops, a wake-up from afar, what `status` shows. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { acknowledged, type FleetBench, startFleetBench } from './fleet-bench.js';
import { killAll, type Running, startRun } from './running.js';
import { runDesk, until } from './world.js';

let bench: FleetBench;
beforeAll(async () => {
  bench = await startFleetBench(6);
});
afterAll(async () => {
  killAll();
  await bench.stop();
});

/** How many desks it had after it last took or gave back some. */
function held({ lines }: Running): number {
  return lines.reduce((count, line) => (typeof line['held'] === 'number' ? line['held'] : count), 0);
}

async function untilHeld(hosts: readonly Running[], wanted: readonly number[]): Promise<void> {
  await until(`shares of ${wanted.join(', ')}`, () =>
    Promise.resolve(hosts.every((host, index) => held(host) === wanted[index]) ? true : null),
  );
}

async function answered(subject: string): Promise<void> {
  await until(`an acknowledgement of ${subject}`, () =>
    Promise.resolve(acknowledged(bench, subject).length > 0 ? true : null),
  );
}

it('shares the desks, hands them on when a host stops, and answers each mail once', async () => {
  const first = startRun(bench.config);
  await untilHeld([first], [6]);
  await Promise.all(bench.desks.map((desk) => bench.write(desk, `early-${desk}`)));
  const second = startRun(bench.config);
  await untilHeld([first, second], [3, 3]);
  await Promise.all(bench.desks.map((desk) => answered(`early-${desk}`)));

  const seen = await runDesk(['status', '-c', bench.config.path]);
  expect(seen.stdout).toMatch(/^DESK +HOST +SINCE +LEASE +STATE$/m);
  for (const desk of bench.desks)
    expect(seen.stdout).toMatch(new RegExp(`^${desk} +\\S+ \\(\\d+\\) +\\d{4}-.* +\\d+ s +held$`, 'm'));
  const pids = [first, second].map(({ child }) => child.pid);
  // Of three desks, and the host itself.
  for (const pid of pids) expect(seen.stdout.match(new RegExp(`\\(${pid}\\)`, 'g'))).toHaveLength(4);
  expect(JSON.stringify([first.lines, second.lines, seen])).not.toContain('a-long-password-of-your-own');

  expect(await first.stop('SIGTERM')).toMatchObject({ code: 0 });
  const stopped = Date.now();
  await untilHeld([second], [6]);
  expect(Date.now() - stopped).toBeLessThan(4_000);
  await Promise.all(bench.desks.map((desk) => bench.write(desk, `late-${desk}`)));
  await Promise.all(bench.desks.map((desk) => answered(`late-${desk}`)));
  const all = bench.desks.flatMap((desk) => [`early-${desk}`, `late-${desk}`]);
  expect(all.filter((subject) => acknowledged(bench, subject).length !== 1)).toEqual([]);
  expect(await second.stop('SIGTERM')).toMatchObject({ code: 0 });
});
