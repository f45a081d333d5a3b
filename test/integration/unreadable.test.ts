/** A message of which the server answers no FETCH, beside one that is well. */
import { afterEach, expect, it } from 'vitest';
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

/** Says no to every FETCH of those messages, whatever of them it asks for. */
function refusal(): (line: string) => string | null {
  let selected = '';
  return (line) => {
    selected = /^\S+ (?:SELECT|EXAMINE) "?([^"\r\n ]+)/i.exec(line)?.[1] ?? selected;
    const [, tag, set = ''] = /^(\S+) UID FETCH (\S+)/i.exec(line) ?? [];
    const uid = bad.get(selected);
    const refused = tag !== undefined && uid !== undefined && holds(set, uid);
    return refused ? `${tag} NO [SERVERBUG] Internal error occurred\r\n` : null;
  };
}

it('does not stop the others; after three attempts it goes to review, and staff are told', async () => {
  bench = await DeskBench.start();
  await bench.ok('once');
  await bench.deliver({ subject: 'Bad' });
  await bench.deliver({ subject: 'Good' });
  proxy = await startProxy(bench.world.imap.port, { answer: refusal() });
  const { user, password } = bench.world.accounts.support;
  const imap = { host: '127.0.0.1', port: proxy.port, security: 'none', user, password };
  await bench.configure(deskConfig(bench.world, { imap }));
  const kinds: unknown[] = [];
  for (let pass = 0; pass < 5; pass += 1) {
    const { code, stdout } = await bench.run('once', '--json');
    const lines = stdout.trim().split('\n');
    kinds.push([code, lines.map((line) => JSON.parse(line).kind).filter((kind) => kind !== undefined)]);
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
