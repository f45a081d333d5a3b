/** A message of which the server answers no FETCH, beside one that is well. */
import { afterEach, expect, it } from 'vitest';
import type { Config } from '../../src/config/complete.js';
import { parseConfig } from '../../src/config/load.js';
import type { PassOutcome } from '../../src/worker/pass/pass.js';
import { DeskSession } from '../../src/worker/run/session.js';
import { createLog } from '../../src/worker/watch/log.js';
import { DeskBench } from './desk-bench.js';
import { type ImapProxy, startProxy } from './imap-proxy.js';
import { deskConfig, readFolder } from './world.js';

let bench: DeskBench;
let proxy: ImapProxy;
afterEach(async () => {
  await proxy.close();
  await bench.stop();
});

/** UIDs by folder. */
const bad = new Map<string, number>([
  ['INBOX', 1],
  ['Tickets/Review', 1],
]);

function holds(set: string, uid: number): boolean {
  return set.split(',').some((range) => {
    const [first = '', last = first] = range.split(':');
    return Number(first) <= uid && (last === '*' || uid <= Number(last));
  });
}

/** Says no to every FETCH of those messages that asks for more than their flags, which lie in a server's index. */
function refusal(): (line: string) => string | null {
  let selected = '';
  return (line) => {
    selected = /^\S+ (?:SELECT|EXAMINE) "?([^"\r\n ]+)/i.exec(line)?.[1] ?? selected;
    const [, tag, set = '', items = ''] = /^(\S+) UID FETCH (\S+) (.*)/i.exec(line) ?? [];
    const uid = bad.get(selected);
    const refused = tag !== undefined && uid !== undefined && holds(set, uid) && items.includes('BODY');
    return refused ? `${tag} NO [SERVERBUG] Internal error occurred\r\n` : null;
  };
}

it('does not stop the others; after three attempts it goes to review, and staff are told', async () => {
  bench = await DeskBench.start();
  await bench.pass();
  await bench.deliver({ subject: 'Bad' });
  await bench.deliver({ subject: 'Good' });
  proxy = await startProxy(bench.world.imap.port, { answer: refusal() });
  const { user, password } = bench.world.accounts.support;
  const imap = { host: '127.0.0.1', port: proxy.port, security: 'none', user, password };
  const config = parseConfig(JSON.stringify(deskConfig(bench.world, { imap })), {
    path: 'config.json',
    env: {},
  });
  const kinds: unknown[] = [];
  for (let pass = 0; pass < 5; pass += 1) {
    // A minute lies between the passes.
    const at = Date.now() + pass * 61_000;
    const { decided, failed } = await passAt(config, () => new Date(at));
    kinds.push([failed, [...decided.keys()]]);
  }
  expect(kinds).toEqual([
    [0, ['new']],
    [0, []],
    [0, []],
    [1, ['review']],
    [0, []],
  ]);
  const subjects = async (folder: string): Promise<string[]> =>
    (await readFolder(bench.world, 'support', folder)).map(({ subject }) => subject);
  expect(await subjects('INBOX')).toEqual([]);
  expect(await subjects('Tickets/Review')).toEqual(['Bad']);
  const told = (await readFolder(bench.world, 'steve', 'INBOX')).filter(({ subject }) =>
    subject.startsWith('To be looked at'),
  );
  expect(told.map(({ raw }) => raw.toString())).toEqual([
    expect.stringContaining('The mail server cannot read it'),
  ]);
});

async function passAt(config: Config, now: () => Date): Promise<PassOutcome> {
  const [desk] = config.desks;
  if (desk === undefined) throw new Error('The configuration has no desk.');
  const secrets = new Set<string>();
  const log = createLog({
    level: 'error',
    format: 'json',
    terminal: false,
    secrets,
    destination: { write: () => undefined },
  });
  const session = new DeskSession({ config, desk, log, command: 'test', adopt: null, secrets, now });
  try {
    const outcome = await session.tryPass(new AbortController().signal);
    if ('busy' in outcome) throw new Error('Another worker is at it.');
    return outcome;
  } finally {
    await session.close();
  }
}
