/** Two hosts that share desks by a real Redis: shares, a host that stops, a wake-up from afar, what `status` shows, no Redis. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { wakeDesk } from '../../src/fleet/wake.js';
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

it('does not work on one desk that is named, and says what to do', async () => {
  const { code, stderr } = await runDesk(['run', '--desk', 'desk1', '-c', bench.config.path]);
  expect(code).toBe(64);
  expect(stderr).toMatch(/--desk: a host of a fleet works on the desks that it gets.*Leave --desk out/);
});

it('works on nothing where Redis was never there, says so, and stops in order', async () => {
  await bench.redis.end();
  try {
    const host = startRun(bench.config);
    await until('a word about Redis', () =>
      Promise.resolve(
        host.lines.some(({ msg }) => String(msg).startsWith('the fleet does not answer')) ? true : null,
      ),
    );
    expect(await host.stop('SIGTERM')).toMatchObject({ code: 0 });
    expect(held(host)).toBe(0);
    expect(host.lines.at(-1)?.['msg']).toBe('imapdesk has stopped');
  } finally {
    await bench.redis.start();
  }
});

it('wakes the host that works on a desk, and knows when there is none', async () => {
  const config = await loadConfig(bench.config.path, {});
  const [desk] = config.desks;
  if (desk === undefined) throw new Error('There is no desk.');
  expect(await wakeDesk(config, desk)).toBe(false);
  const hosts = [startRun(bench.config), startRun(bench.config)];
  await untilHeld(hosts, [3, 3]);
  expect(await wakeDesk(config, desk)).toBe(true);
  const told = 'another host says that there is work';
  const woken = await until('a host that was woken', () => {
    const found = hosts.filter(({ lines }) =>
      lines.some(({ msg, desk: of }) => msg === told && of === desk.name),
    );
    return Promise.resolve(found.length > 0 ? found : null);
  });
  expect(woken).toHaveLength(1);
  for (const host of hosts) expect(await host.stop('SIGTERM')).toMatchObject({ code: 0 });
});
