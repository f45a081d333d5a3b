/** A server that has UIDPLUS, and does not tell where MOVE and COPY put messages (RFC 6851 §4.3 only asks it to). */
import { afterEach, describe, expect, it } from 'vitest';
import { DeskBench } from './desk-bench.js';
import { type ImapProxy, startProxy } from './imap-proxy.js';
import { deskConfig, readFolder } from './world.js';

let bench: DeskBench;
let proxy: ImapProxy;
afterEach(async () => {
  await proxy.close();
  await bench.stop();
});

describe('mail is filed, answered and told to staff once, though nothing tells where it went', () => {
  it.each([
    ['by MOVE', []],
    ['by COPY', ['MOVE']],
  ])('%s', async (_, hiddenCapabilities) => {
    bench = await DeskBench.start({ hiddenCapabilities });
    proxy = await startProxy(bench.world.imap.port, {
      rewrite: (line) => line.replace(/\[COPYUID [^\]]*\] ?/, ''),
    });
    const { user, password } = bench.world.accounts.support;
    const imap = { host: '127.0.0.1', port: proxy.port, security: 'none', user, password };
    await bench.configure(deskConfig(bench.world, { imap }));
    await bench.pass();
    for (const subject of ['One', 'Two', 'Three']) await bench.deliver({ subject });
    await bench.pass();
    await bench.pass();
    const subjects = async (folder: string): Promise<string[]> =>
      (await readFolder(bench.world, 'support', folder)).map(({ subject }) => subject);
    const incoming = (await subjects('Tickets/Open')).filter((subject) => !subject.includes('[issue'));
    expect(incoming).toEqual(['One', 'Two', 'Three']);
    expect(await subjects('INBOX')).toEqual([]);
    const sent = bench.world.sent.map(({ to }) => to.join());
    expect(sent.filter((to) => to === 'jane@example.com')).toHaveLength(3);
    expect(sent.filter((to) => to === 'steve@example.org')).toHaveLength(3);
    expect(await subjects('Tickets/Outbox')).toHaveLength(6);
  });
});
