import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answerReloads, askToReload, type Reloaded } from '../../../../src/worker/run/reload-socket.js';

const DONE: Reloaded = {
  pid: 1,
  problem: null,
  begun: 1,
  anew: 0,
  ended: 0,
  stopped: 0,
  untouched: 2,
  refreshed: 0,
  unread: [],
  leftOut: ['desks.d/a.json'],
  restart: [],
  settled: true,
};

let folder = '';
let stop: AbortController;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imapdesk-sockets-'));
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await rm(folder, { recursive: true, force: true });
});

/** Ends when told to stop. */
function listening(reload: () => Promise<Reloaded>, place: string | null): Promise<void> {
  return answerReloads({ file: `${folder}/config.json`, reload, signal: stop.signal, folder: place });
}

async function asked(place: string | null, processes: number): Promise<readonly (Reloaded | null)[]> {
  for (;;) {
    const answers = await askToReload(`${folder}/config.json`, { folder: place });
    if (answers.length === processes) return answers;
  }
}

describe.each([
  ['an abstract name', () => null],
  ['a socket file', () => folder],
])('by %s', (_, where) => {
  it('all that work with the file are asked, and nobody else', async () => {
    expect(await askToReload(`${folder}/config.json`, { folder: where() })).toEqual([]);
    const ends = [
      listening(() => Promise.resolve(DONE), where()),
      listening(() => Promise.resolve({ ...DONE, pid: 2 }), where()),
    ];
    const answers = await asked(where(), 2);
    expect(new Set(answers.map((answer) => answer?.pid))).toEqual(new Set([1, 2]));
    expect(answers[0]).toMatchObject({ begun: 1, leftOut: ['desks.d/a.json'] });
    expect(await askToReload(`${folder}/other.json`, { folder: where() })).toEqual([]);
    stop.abort();
    await Promise.all(ends);
    expect(await askToReload(`${folder}/config.json`, { folder: where() })).toEqual([]);
  });

  it('one that fails has not answered', async () => {
    void listening(() => Promise.reject(new Error('broken')), where());
    expect(await asked(where(), 1)).toEqual([null]);
  });
});

it('does nothing for other words', async () => {
  let reloads = 0;
  const reload = (): Promise<Reloaded> => {
    reloads += 1;
    return Promise.resolve(DONE);
  };
  void listening(reload, folder);
  await asked(folder, 1);
  const [name = ''] = (await import('node:fs')).readdirSync(folder);
  for (const word of ['wake\n', 'reload now please, and more than fits\n']) {
    const socket = connect({ path: join(folder, name) });
    socket.end(word);
    await new Promise((fulfil) => socket.resume().once('close', fulfil));
  }
  expect(reloads).toBe(1);
});
