/** What Node itself computes: for each filed message, and before a command does anything. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { listenAt } from '../../src/demo/listening.js';
import { deskConfig, writeConfig } from '../integration/world.js';
import type { Build } from './builds.js';
import { withMeasured } from './desk.js';
import { program, runWell, timeNode } from './process.js';
import { type Figure, type Measure, median, type Setting, type Shown } from './table.js';

const MAILS = { whole: 500, quick: 100 };
const STARTS = { whole: 15, quick: 3 };
const MAX_MS_A_MAIL = 2;
const TIMES_HELP = 1.5;
const TIMES_ONCE = 3.5;

/** User and system time of a pass beyond that of one with nothing to do. */
async function aMail({ ours, quick }: Setting): Promise<readonly Figure[]> {
  const count = quick ? MAILS.quick : MAILS.whole;
  const ms = await withMeasured(ours, {}, async (desk) => {
    const quiet = (await desk.once()).cpuMs;
    await desk.deliverNew(count);
    return ((await desk.once()).cpuMs - quiet) / count;
  });
  const { output } = await runWell([program('cpu-parts'), String(count)]);
  const parts: Readonly<Record<'parse' | 'decide' | 'compose' | 'log', number>> = JSON.parse(output);
  const about = `a mail of ${count}: ms of CPU`;
  return [
    { what: about, value: ms, bound: MAX_MS_A_MAIL },
    { what: `${about}, parsing`, value: parts.parse, bound: null },
    { what: `${about}, deciding`, value: parts.decide, bound: null },
    { what: `${about}, composing and signing two letters`, value: parts.compose, bound: null },
    { what: `${about}, logging`, value: parts.log, bound: null },
  ];
}

/** Milliseconds from the start of `once` to its first command to the server. */
async function firstCommand(build: Build): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.write('* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] hello\r\n');
    socket.once('data', () => {
      server.emit('spoken', performance.now());
      socket.destroy();
    });
  });
  const port = await listenAt(server);
  const endpoint = { host: '127.0.0.1', port, tlsPort: null } as const;
  const account = { name: 'Support', address: 'support@example.com', user: 'support', password: 'x' };
  const config = await writeConfig(
    deskConfig({ accounts: { support: account }, imap: endpoint, smtp: endpoint }),
  );
  try {
    const spoken = once(server, 'spoken');
    const startedAt = performance.now();
    const child = spawn(process.execPath, [build.main, 'once', '-c', config.path], { stdio: 'ignore' });
    const ended = once(child, 'close');
    const [at] = (await spoken) as [number];
    child.kill('SIGKILL');
    await ended;
    return at - startedAt;
  } finally {
    server.close();
    await config.remove();
  }
}

async function starts({ ours, other, quick }: Setting): Promise<readonly Figure[]> {
  const rounds = quick ? STARTS.quick : STARTS.whole;
  const builds = other === null ? [ours] : [ours, other];
  const empty: number[] = [];
  const times = builds.map((build) => ({
    build,
    help: [] as number[],
    version: [] as number[],
    once: [] as number[],
  }));
  for (let round = 0; round < rounds; round += 1) {
    empty.push(await timeNode([program('empty')]));
    for (const { build, help, version, once: passes } of times) {
      help.push(await timeNode([build.main, '--help']));
      // Older builds have none.
      if (build === ours) version.push(await timeNode([build.main, '--version']));
      passes.push(await firstCommand(build));
    }
  }
  const bound = median(empty);
  return times.flatMap(({ build, help, version, once: passes }): readonly Figure[] => {
    const name = build === ours ? '' : `, ${build.name}`;
    return [
      { what: `\`--help\`: ms${name}`, value: median(help), bound, times: TIMES_HELP },
      ...(version.length === 0
        ? []
        : [{ what: `\`--version\`: ms${name}`, value: median(version), bound, times: TIMES_HELP }]),
      { what: `\`once\` to its first command: ms${name}`, value: median(passes), bound, times: TIMES_ONCE },
    ];
  });
}

async function run(setting: Setting): Promise<Shown> {
  return { figures: [...(await aMail(setting)), ...(await starts(setting))] };
}

export const cpu: Measure = {
  title: 'cpu: what Node computes for each filed mail, and until a command begins',
  boundIs: 'for the start, Node with an empty script; for the rest what is promised',
  run,
};
