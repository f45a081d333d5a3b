/** What looking at a desk costs in which nothing has happened: counted before the server, by a meter. */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { parseConfig } from '../../src/config/load.js';
import { DeskSession } from '../../src/worker/run/session.js';
import { createLog } from '../../src/worker/watch/log.js';
import { bytesOf, countOf, type Meter, startMeter, type Traffic } from '../bench/meter.js';
import { sampleLetter } from '../bench/sample-letter.js';
import { chosenServers } from '../servers/start.js';
import { deskConfig, startWorld, type TestWorld } from './world.js';

/** Signing in and out, and what the server tells of its folders. */
const MAX_COMMANDS = 14;
const MAX_BYTES = 3_000;
const signal = new AbortController().signal;

for (const server of await chosenServers(['maildir', 'cyrus', 'courier'])) {
  describe.skipIf(server.missing !== '')(`a quiet desk on ${server.name}`, () => {
    let world: TestWorld;
    let meter: Meter;
    const sessions: DeskSession[] = [];

    beforeAll(async () => {
      world = await startWorld({ kind: server.kind });
      meter = await startMeter(world.imap.port);
      vi.stubEnv('XDG_CACHE_HOME', world.folder);
      await pass(worker());
    });

    afterEach(async () => {
      await Promise.all(sessions.splice(0).map((session) => session.close()));
    });

    afterAll(async () => {
      vi.unstubAllEnvs();
      await meter.close();
      await world.stop();
    });

    /** As a new process has it: nothing is remembered but what lies on the disk. */
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

    /** Until a pass was not made. */
    async function comeToRest(): Promise<void> {
      for (let passes = 0; passes < 4; passes += 1)
        if (!(await pass(worker())).commands.has('UID FETCH')) return;
      throw new Error('the desk does not come to rest');
    }

    it('costs a sign-in and a look at the folders, however many tickets are open', async () => {
      const costs: Traffic[] = [];
      for (const tickets of [0, 12]) {
        for (let index = 0; index < tickets; index += 1)
          await world.deliver('support', sampleLetter({ name: `ticket-${index}` }));
        await comeToRest();
        costs.push(await pass(worker()));
      }
      const [none, twelve] = costs.map((traffic) => countOf(traffic));
      if (server.kind === 'courier') {
        // Without mod-sequences the flags are read again: UIDs, and nothing else of a message.
        expect(costs.map(({ commands }) => commands.has('UID FETCH'))).toEqual([false, false]);
        expect(twelve).toBe(none);
        return;
      }
      expect(twelve).toBe(none);
      for (const traffic of costs) {
        expect(countOf(traffic)).toBeLessThanOrEqual(MAX_COMMANDS);
        expect(bytesOf(traffic)).toBeLessThanOrEqual(MAX_BYTES);
      }
    });

    it('is asked two or three things at each poll of a worker that goes on', async () => {
      await comeToRest();
      const session = worker();
      await pass(session);
      const second = await pass(session);
      const third = await pass(session);
      expect(countOf(third)).toBe(countOf(second));
      if (server.kind !== 'courier') expect(countOf(third)).toBeLessThanOrEqual(3);
    });

    it('is looked at again after any change, by flags alone too', async () => {
      await comeToRest();
      await worker().look(async ({ store, folders }) => {
        const [first] = await store.search(folders.open, { and: [] });
        await store.setFlags(folders.open, [first ?? 0], { add: ['\\Deleted'] });
      }, signal);
      expect((await pass(worker())).commands.has('UID FETCH')).toBe(true);
      await comeToRest();
      await world.deliver('support', sampleLetter({ name: 'new' }));
      const { commands } = await pass(worker());
      expect(commands.has('APPEND')).toBe(true);
    });
  });
}
