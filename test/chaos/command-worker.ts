/** `imapdesk once`, or `repair` and then `once`, within this process: its exit code, and what it wrote to its log. */

import type { CommandContext } from '../../src/commands/context.js';
import { failureOf } from '../../src/commands/failure.js';
import { once } from '../../src/commands/once.js';
import { repair } from '../../src/commands/repair.js';
import { parseConfig } from '../../src/config/load.js';
import type { Account } from '../../src/demo/inbox.js';
import { DeskSession } from '../../src/worker/run/session.js';
import { createLog } from '../../src/worker/watch/log.js';
import { alone } from '../integration/command.js';
import { configFor, type Ports } from './scene.js';

export interface Ran {
  readonly exitCode: number;
  /** Warnings and errors, a line each. */
  readonly lines: readonly string[];
}

interface Surroundings {
  readonly account: Account;
  readonly ports: Ports;
  /** What the desk's clock shows. */
  readonly now: Date;
  /** After which an IMAP server counts as silent; its default is left if this is null. */
  readonly maxSilenceMs: number | null;
  /** The path of the certificate, where the desk is to start TLS with the SMTP server. */
  readonly startTls?: string;
}

export type DeskCommand = (surroundings: Surroundings) => Promise<Ran>;

interface Prepared {
  readonly context: CommandContext;
  readonly lines: string[];
}

function prepare({ account, ports, now, maxSilenceMs, startTls }: Surroundings): Prepared {
  const smtp =
    startTls === undefined ? {} : { host: 'localhost', security: 'starttls', tls: { ca: startTls } };
  const config = parseConfig(JSON.stringify(configFor(account, ports, smtp)), {
    path: '/config.json',
    env: {},
  });
  const lines: string[] = [];
  const write = (line: string): void => void lines.push(messageOf(line));
  const log = createLog({ level: 'warn', format: 'json', terminal: false, destination: { write } });
  const secrets = new Set<string>();
  const context: CommandContext = {
    ...alone(),
    config,
    log,
    desks: config.desks,
    named: null,
    leftOut: [],
    reread: () => Promise.resolve(context),
    secrets,
    session: (desk) =>
      new DeskSession({
        config,
        desk,
        log,
        command: 'test',
        adopt: 'all',
        secrets,
        now: () => now,
        cacheFolder: null,
        ...(maxSilenceMs === null ? {} : { maxSilenceMs }),
      }),
  };
  return { context, lines };
}

function messageOf(line: string): string {
  const parsed: unknown = JSON.parse(line);
  const message: unknown = typeof parsed === 'object' && parsed !== null ? Reflect.get(parsed, 'msg') : null;
  return typeof message === 'string' ? message : line;
}

export const runOnce: DeskCommand = async (surroundings) => {
  const { context, lines } = prepare(surroundings);
  const exitCode = await once(context, {
    dryRun: false,
    json: false,
    adopt: 'all',
    writer: { terminal: false },
  });
  return { exitCode, lines };
};

/** What somebody does who finds `once` asking for it. */
export const repairThenOnce: DeskCommand = async (surroundings) => {
  const { context, lines } = prepare(surroundings);
  try {
    await repair(context, { dryRun: false, json: false, adopt: 'all' });
  } catch (error) {
    // As main.ts tells it.
    const { exitCode, message } = failureOf(error);
    return { exitCode, lines: [...lines, message] };
  }
  const pass = await runOnce(surroundings);
  return { exitCode: pass.exitCode, lines: [...lines, ...pass.lines] };
};
