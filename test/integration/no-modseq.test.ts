/**
 * Dovecot with its index in memory (as it also has it where the disk is full): it offers CONDSTORE, its STATUS tells a
 * HIGHESTMODSEQ that stands still, and only SELECT says that there is none (NOMODSEQ, RFC 7162 §3.1.2.2).
 */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { parseConfig } from '../../src/config/load.js';
import { DeskSession } from '../../src/worker/run/session.js';
import { createLog } from '../../src/worker/watch/log.js';
import { type Meter, startMeter, type Traffic } from '../bench/meter.js';
import { sampleLetter } from '../bench/sample-letter.js';
import { deskConfig, readFolder, startWorld, type TestWorld, withImap } from './world.js';

const signal = new AbortController().signal;
let world: TestWorld;
let meter: Meter;
let sessions: DeskSession[] = [];

beforeEach(async () => {
  world = await startWorld({ kind: 'maildir', further: ['mail_location = maildir:~/mail:INDEX=MEMORY'] });
  meter = await startMeter(world.imap.port);
  vi.stubEnv('XDG_CACHE_HOME', world.folder);
});

afterEach(async () => {
  await Promise.all(sessions.map((session) => session.close()));
  sessions = [];
  vi.unstubAllEnvs();
  await meter.close();
  await world.stop();
});

function worker(): DeskSession {
  const metered = { ...world, imap: { ...world.imap, port: meter.port } };
  const config = parseConfig(JSON.stringify(deskConfig(metered)), { path: 'config.json', env: {} });
  const [desk] = config.desks;
  if (desk === undefined) throw new Error('no desk');
  const log = createLog({ level: 'error', format: 'json', terminal: false });
  const about = { command: 'test', adopt: null, secrets: new Set<string>() };
  const session = new DeskSession({ config, desk, log, ...about });
  sessions.push(session);
  return session;
}

async function pass(session: DeskSession): Promise<Traffic> {
  meter.take();
  await session.pass(signal);
  return meter.take();
}

async function arrives(name: string): Promise<void> {
  await world.deliver('support', sampleLetter({ name }));
}

/** The desk's answer to a change of flags alone: a message of a ticket that is marked as deleted is looked at. */
async function mark(uid: number): Promise<void> {
  await withImap(world, 'support', async (client) => {
    await client.mailboxOpen('Tickets/Open');
    await client.messageFlagsAdd(String(uid), ['\\Deleted'], { uid: true });
  });
}

for (const [who, next] of [
  ['a worker that goes on', (session: DeskSession): DeskSession => session],
  ['a new process each time', (): DeskSession => worker()],
] as const) {
  it(`is worked on by ${who}, and a change of flags alone is seen`, async () => {
    let session = worker();
    await pass(session);
    for (const name of ['one', 'two', 'three']) {
      await arrives(name);
      session = next(session);
      await pass(session);
      session = next(session);
      await pass(session);
    }
    const open = await readFolder(world, 'support', 'Tickets/Open');
    expect(open).toHaveLength(6);
    for (let quiet = 0; quiet < 3; quiet += 1) {
      session = next(session);
      await pass(session);
    }
    await mark(open[0]?.uid ?? 0);
    session = next(session);
    expect((await pass(session)).commands.has('UID FETCH')).toBe(true);
  });
}
