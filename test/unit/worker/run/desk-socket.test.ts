import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as tick } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  answerOnSocket,
  askWorker,
  type DeskAtAccount,
  wakeWorker,
} from '../../../../src/worker/run/desk-socket.js';
import { Traffic } from '../../../../src/worker/run/traffic.js';
import { Vitals } from '../../../../src/worker/run/vitals.js';

let folder: string;
let stop: AbortController;
let wakes: number;
const running: Promise<void>[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imapdesk-socket-'));
  stop = new AbortController();
  wakes = 0;
});
afterEach(async () => {
  stop.abort();
  await Promise.all(running.splice(0));
  await rm(folder, { recursive: true, force: true });
});

function newDesk(): DeskAtAccount {
  return {
    address: 'support@example.com',
    imap: { host: 'imap.example.com', port: 993, user: randomUUID() },
  };
}

const state = () =>
  new Vitals({
    desk: 'Example Support',
    schedule: { expression: '* * * * *', timezone: 'UTC' },
    traffic: new Traffic(),
    hold: false,
  }).state();

async function startOn(desk: DeskAtAccount, where: string | null): Promise<void> {
  running.push(
    answerOnSocket(desk, {
      folder: where,
      state,
      onWake: () => {
        wakes += 1;
      },
      signal: stop.signal,
    }),
  );
  while ((await askWorker(desk, { folder: where })) === null) await tick();
}

/** What a guest that says `said` is told until it is shown out. */
function visit(path: string, said: string): Promise<string> {
  return new Promise((fulfil) => {
    const socket = connect({ path });
    let heard = '';
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      heard += text;
    });
    socket.on('error', () => undefined);
    socket.on('close', () => fulfil(heard));
    socket.on('connect', () => socket.write(said));
  });
}

const abstract = process.platform === 'linux' ? [['an abstract name', true] as const] : [];

describe.each([['a socket file', false] as const, ...abstract])('on %s', (_, isAbstract) => {
  const where = (): string | null => (isAbstract ? null : folder);

  it('tells how the worker is, and takes a wake', async () => {
    const desk = newDesk();
    await startOn(desk, where());
    expect(await askWorker(desk, { folder: where() })).toMatchObject({
      desk: 'Example Support',
      pid: process.pid,
      doing: 'starting',
      trouble: null,
    });
    expect(wakes).toBe(0);
    expect(await wakeWorker(desk, { folder: where() })).toBe(true);
    expect(wakes).toBe(1);
  });

  it('belongs to one desk of one account', async () => {
    const desk = newDesk();
    await startOn(desk, where());
    const others = [
      { ...desk, address: 'sales@example.com' },
      { ...desk, imap: { ...desk.imap, user: 'other' } },
    ];
    for (const other of others) {
      expect(await askWorker(other, { folder: where() })).toBeNull();
      expect(await wakeWorker(other, { folder: where() })).toBe(false);
    }
    expect(await askWorker({ ...desk, address: 'Support@Example.com' }, { folder: where() })).not.toBeNull();
  });

  it('is gone when its worker has stopped', async () => {
    const desk = newDesk();
    await startOn(desk, where());
    stop.abort();
    await Promise.all(running.splice(0));
    expect(await askWorker(desk, { folder: where() })).toBeNull();
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('what others do to it', () => {
  it('is for this user alone, and takes the place of a file that a dead worker left', async () => {
    const desk = newDesk();
    await startOn(desk, folder);
    const [name = ''] = await readdir(folder);
    expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
    stop.abort();
    await Promise.all(running.splice(0));
    stop = new AbortController();
    await writeFile(join(folder, name), '');
    await startOn(desk, folder);
    expect(await readdir(folder)).toEqual([name]);
  });

  it('hears nothing but its word, and shows out whoever says more', async () => {
    const desk = newDesk();
    await startOn(desk, folder);
    const path = join(folder, (await readdir(folder))[0] ?? '');
    for (const said of ['quit\n', 'wake up please\n', 'x'.repeat(100_000), '\n', 'WAKE\n']) {
      await visit(path, said);
      expect(wakes).toBe(0);
    }
    expect((await visit(path, 'wake\nwake\nwake\n')).split('\n').slice(1)).toEqual(['{"woken":true}', '']);
    expect(wakes).toBe(1);
  });

  it.each([
    ['no state', '{"pid":1}\n'],
    ['no JSON', 'hello\n'],
    ['no end', 'x'.repeat(200_000)],
    ['nothing', ''],
  ])('takes %s for a worker that does not say how it is', async (_, said) => {
    const desk = newDesk();
    await startOn(desk, folder);
    const [name = ''] = await readdir(folder);
    stop.abort();
    await Promise.all(running.splice(0));
    const server: Server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.resume().end(said);
    });
    await new Promise<void>((fulfil) => server.listen({ path: join(folder, name) }, fulfil));
    try {
      expect(await askWorker(desk, { folder })).toBeNull();
      expect(await wakeWorker(desk, { folder })).toBe(false);
    } finally {
      await new Promise((fulfil) => server.close(fulfil));
    }
  });

  it('shows nothing of another program’s that could act on a terminal', async () => {
    const desk = newDesk();
    await startOn(desk, folder);
    const [name = ''] = await readdir(folder);
    const told = { ...state(), host: '\u001b[2Jhost', desk: 'd'.repeat(9000) };
    stop.abort();
    await Promise.all(running.splice(0));
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.resume().end(`${JSON.stringify(told)}\n`);
    });
    await new Promise<void>((fulfil) => server.listen({ path: join(folder, name) }, fulfil));
    try {
      const seen = await askWorker(desk, { folder });
      expect(seen?.host).toBe(' [2Jhost');
      expect(seen?.desk).toHaveLength(500);
    } finally {
      await new Promise((fulfil) => server.close(fulfil));
    }
  });
});
