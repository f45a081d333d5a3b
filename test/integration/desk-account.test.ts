/** Answers from the desk's own account, on a real server: from its folder of sent mail, and from the inbox. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { compose, DeskBench } from './desk-bench.js';
import { deskConfig, folderOn, readFolder, withImap } from './world.js';

let bench: DeskBench;
let rootId: string;

beforeEach(async () => {
  bench = await DeskBench.start();
  await withImap(bench.world, 'support', (client) => client.mailboxCreate(folderOn(client, 'Sent')));
  await bench.pass();
  await bench.deliver({ subject: 'Printer on fire' });
  await bench.pass();
  rootId = field((await inOpen())[0] ?? '', 'Message-ID');
});
afterEach(() => bench.stop());

function field(text: string, name: string): string {
  return new RegExp(`^${name}: (.*?)\\r$`, 'im').exec(text)?.[1] ?? '';
}

/** What people wrote, and not the desk. */
async function inOpen(): Promise<readonly string[]> {
  const messages = await readFolder(bench.world, 'support', 'Tickets/Open');
  return messages.map(({ text }) => text).filter((text) => !/^X-Imapdesk-Origin:/m.test(text));
}

function written(cc?: string): Buffer {
  const fields = [`In-Reply-To: ${rootId}`, ...(cc === undefined ? [] : [`Cc: ${cc}`])];
  const text = 'Pull the plug.';
  return compose({
    from: 'Example Support <support@example.com>',
    to: 'jane@example.com',
    subject: 'Re: Printer on fire',
    fields,
    text,
  });
}

async function save(raw: Buffer): Promise<void> {
  await withImap(bench.world, 'support', (client) =>
    client.append(folderOn(client, 'Sent'), raw, ['\\Seen', '\\Answered']),
  );
}

it('files what lies among sent mail, byte for byte and with its flags, and tells staff alone', async () => {
  const raw = written();
  const sent = bench.world.sent.length;
  await save(raw);
  await bench.pass();
  const filed = (await readFolder(bench.world, 'support', 'Tickets/Open')).find((one) => one.raw.equals(raw));
  expect([...(filed?.flags ?? [])].filter((flag) => flag !== '\\Recent').sort()).toEqual([
    '\\Answered',
    '\\Seen',
  ]);
  expect(bench.world.sent.slice(sent).map(({ to }) => to)).toEqual([
    ['steve@example.org'],
    ['ann@example.org'],
  ]);
  const notice = (await readFolder(bench.world, 'ann', 'INBOX')).at(-1)?.text ?? '';
  expect(notice).toContain('Pull the plug.');
  expect(notice).toContain('Your reply goes to jane@example.com');
  expect(notice).not.toContain('someone new');
  await bench.pass();
  expect(await inOpen()).toHaveLength(2);
  expect(await readFolder(bench.world, 'support', 'Sent')).toHaveLength(1);
});

it('takes both copies of one message for one event, and the one among sent mail for proof', async () => {
  const raw = written('support+1-done@example.com');
  await save(raw);
  await bench.world.deliver('support', raw, {
    envelope: { from: 'support@example.com', to: 'support+1-done@example.com' },
  });
  const file = join(bench.file.folder, 'written.eml');
  await writeFile(file, raw);
  expect(await bench.json('explain', file)).toMatchObject([{ kind: 'close', ticket: 1 }]);
  expect((await bench.json('once', '--dry-run'))[0]).toMatchObject({ kind: 'close', ticket: 1 });
  await bench.pass();
  await bench.pass();
  const [ticket] = await bench.json('list', '--state', 'all');
  // The submission, its acknowledgement, the answer, and the confirmation.
  expect(ticket).toMatchObject({ ticket: 1, state: 'archived', messages: 4 });
});

it('asks nothing of the folder where the desk wants it so', async () => {
  await bench.configure(deskConfig(bench.world, { sent: false }));
  await save(written());
  await bench.pass();
  expect(await inOpen()).toHaveLength(1);
});
