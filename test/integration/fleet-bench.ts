/** A mail world with many desks, a Redis, and one configuration for all hosts of a fleet. */

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Person } from '../../src/demo/world.js';
import { codeBlocks } from '../house/code-blocks.js';
import { type RedisServer, startRedis } from '../servers/redis.js';
import type { ServedWorld } from '../servers/start.js';
import { root } from './npm.js';
import { type ConfigFile, type Json, startWorldOf, writeConfig } from './world.js';

type DeskName = `desk${number}`;
type Name = DeskName | 'jane' | 'steve';

export interface FleetBench {
  readonly world: ServedWorld<Name>;
  readonly redis: RedisServer;
  readonly config: ConfigFile;
  readonly desks: readonly DeskName[];
  /** A new mail from Jane to a desk; its subject is `subject`. */
  write(desk: DeskName, subject: string): Promise<void>;
  stop(): Promise<void>;
}

/** With the lines of docs/fleet.md: for the configuration, for Redis, and of shell. */
export async function startFleetBench(count: number, fleet: Json = {}): Promise<FleetBench> {
  const page = (await readFile(join(root, 'docs/fleet.md'), 'utf8')).replaceAll(/^ {3}(?=\S)/gm, '');
  const blockOf = (language: string, of: string): string =>
    codeBlocks(page, language).find(({ text }) => text.startsWith(of))?.text ?? '';
  const desks = Array.from({ length: count }, (_, index): DeskName => `desk${index + 1}`);
  const [world, redis] = await Promise.all([
    startWorldOf(peopleOf(desks), { kind: 'maildir' }),
    startRedis(blockOf('text', 'bind')),
  ]);
  const written = JSON.parse(`{${blockOf('json', '"fleet"')}}`) as { fleet: Json };
  const config = await writeConfig(configFor(world, desks, { ...written.fleet, ...fleet }));
  const typed = blockOf('sh', 'printf').replace('10.0.0.5:6379', `127.0.0.1:${redis.port}`);
  await promisify(execFile)('sh', ['-ec', typed], { cwd: config.folder });
  return {
    world,
    redis,
    config,
    desks,
    async write(desk, subject) {
      const fields = [
        // Each from an address of her own: limits count by address.
        `From: Jane Doe <jane+${subject}@example.com>`,
        `To: ${desk}@example.com`,
        `Subject: ${subject}`,
        `Message-ID: <${subject}@example.com>`,
        `Date: ${new Date().toUTCString()}`,
      ];
      await world.deliver(desk, Buffer.from([...fields, '', 'Hello.', ''].join('\r\n')));
    },
    async stop() {
      await Promise.all([world.stop(), redis.stop(), config.remove()]);
    },
  };
}

function peopleOf(desks: readonly DeskName[]): Record<Name, Person> {
  const people: Record<string, Person> = {
    jane: { name: 'Jane Doe', address: 'jane@example.com' },
    steve: { name: 'Steve', address: 'steve@example.org' },
  };
  for (const desk of desks) people[desk] = { name: desk, address: `${desk}@example.com` };
  return people;
}

function configFor(
  world: Pick<ServedWorld<Name>, 'accounts' | 'imap' | 'smtp'>,
  desks: readonly DeskName[],
  fleet: Json,
): Json {
  return {
    secret: 'a secret that is only for tests, 32 characters',
    log: { format: 'json', level: 'debug' },
    fleet,
    desks: desks.map((desk) => {
      const account = world.accounts[desk];
      if (account === undefined) throw new Error(`There is no ${desk}.`);
      const { user, password, address } = account;
      const signIn = { security: 'none', user, password };
      return {
        name: desk,
        address,
        staff: ['steve@example.org'],
        // No poll within a test: only IDLE wakes a desk.
        poll: '0 0 1 1 *',
        imap: { host: world.imap.host, port: world.imap.port, ...signIn },
        smtp: { host: world.smtp.host, port: world.smtp.port, ...signIn },
      };
    }),
  };
}

/** How many acknowledgements of the mail with this subject were sent, by their Message-IDs. */
export function acknowledged(bench: FleetBench, subject: string): readonly string[] {
  return bench.world.sent
    .filter(({ to }) => to.some((address) => address.startsWith('jane')))
    .map(({ raw }) => raw.toString('latin1'))
    .filter((raw) => new RegExp(`^Subject: .*\\b${subject}\\r$`, 'm').test(raw))
    .map((raw) => /^Message-ID: *(\S+)/im.exec(raw)?.[1] ?? '');
}
