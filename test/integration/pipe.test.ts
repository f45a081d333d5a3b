/** Real mail servers, with the lines of docs/pipe.md: by SMTP into them, through the pipe, into a desk. */
import { rm, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findMta, type Mta, type MtaName, startMta } from '../servers/mta.js';
import { sendMail } from '../servers/smtp-client.js';
import { compose, DeskBench } from './desk-bench.js';
import { PipePlace } from './pipe-page.js';
import { deskConfig, type Json, readFolder, until } from './world.js';

const ADDRESSES = { ticket: 'ticket-{id}@example.com', done: 'ticket-{id}-done@example.com' };
const HEADINGS: Readonly<Record<MtaName, string>> = {
  exim: 'Exim',
  postfix: 'Postfix',
  opensmtpd: 'OpenSMTPD',
};

const found = await Promise.all(
  (['exim', 'postfix', 'opensmtpd'] as const).map(async (name) => ({ name, ...(await findMta(name)) })),
);
for (const { kind, missing } of found)
  if (missing !== '') console.log(`The tests of a pipe from ${kind.name} are left out: ${missing}`);

describe.each(found.filter(({ missing }) => missing === ''))('a pipe from $name', ({ name }) => {
  let bench: DeskBench;
  let place: PipePlace;
  let mta: Mta;
  beforeAll(async () => {
    [bench, place] = await Promise.all([DeskBench.start(), PipePlace.make()]);
    await configure();
    await bench.pass();
    mta = await startMta(name, { relay: bench.world.smtp.port, blocks: place.blocks(HEADINGS[name]) });
  });
  afterAll(async () => {
    await mta.stop();
    await Promise.all([bench.stop(), place.remove()]);
  });

  async function configure(desk: Json = {}): Promise<void> {
    const config = deskConfig(bench.world, { addresses: ADDRESSES, ...desk });
    await Promise.all([bench.configure(config), place.configure(config)]);
  }

  async function fateOf(to: string, fate: string): Promise<void> {
    const has = async (): Promise<true | null> => ((await mta.fates()).get(to) === fate ? true : null);
    await until(`${to} to be ${fate}`, has).catch(async (error: unknown) => {
      throw new Error(await mta.log(), { cause: error });
    });
  }

  async function send(raw: Buffer, to: string, from = 'jane@example.com'): Promise<void> {
    await sendMail(mta.port, { from, to: [to], raw });
  }

  async function stored(subject: string): Promise<readonly string[]> {
    const folders = ['INBOX', 'Tickets/Open', 'Tickets/Archived', 'Tickets/Review'];
    const all = await Promise.all(folders.map((folder) => readFolder(bench.world, 'support', folder)));
    return all.flat().flatMap((mail) => (mail.subject === subject ? [mail.raw.toString('latin1')] : []));
  }

  async function subjects(folder: string): Promise<readonly string[]> {
    return (await readFolder(bench.world, 'support', folder)).map(({ subject }) => subject);
  }

  it('opens a ticket, joins it by an alias without plus-addressing, and closes it by its done form', async () => {
    const body = 'From here on\r\n.dot\r\n8 bit: \xe4\r\n\r\n';
    const mail = compose({ subject: 'Printer', text: body });
    await send(mail, 'support@example.com');
    await fateOf('support@example.com', 'delivered');
    const told = (await readFolder(bench.world, 'jane', 'INBOX')).map(({ subject }) => subject);
    expect(told).toEqual(['Re: [issue1] Printer']);
    const [raw = ''] = await stored('Printer');
    expect(raw).toMatch(
      /^Return-Path: <jane@example\.com>\r\nDelivered-To: support@example\.com\r\nReceived: /,
    );
    expect(raw.slice(raw.indexOf('\r\n\r\n'))).toBe(mail.toString('latin1').slice(mail.indexOf('\r\n\r\n')));

    const hidden = { subject: 'By alias', to: 'undisclosed-recipients:;' };
    await send(compose(hidden), 'ticket-1@example.com');
    await fateOf('ticket-1@example.com', 'delivered');
    expect(await subjects('Tickets/Open')).toEqual(expect.arrayContaining(['Printer', 'By alias']));
    // A ticket of its own would have been acknowledged.
    expect(await readFolder(bench.world, 'jane', 'INBOX')).toHaveLength(1);
    await send(compose(hidden), 'ticket-1-done@example.com');
    await fateOf('ticket-1-done@example.com', 'delivered');
    expect(await subjects('Tickets/Open')).toEqual([]);
    expect(await subjects('Tickets/Archived')).toEqual(expect.arrayContaining(['Printer', 'By alias']));
  });

  it('tells the null sender as it is, whatever the message says', async () => {
    const { length } = bench.world.sent;
    await send(
      compose({ subject: 'Null', fields: ['Return-Path: <jane@example.com>'] }),
      'support+null@example.com',
      '',
    );
    await fateOf('support+null@example.com', 'delivered');
    const [raw = ''] = await stored('Null');
    expect(raw).toMatch(/^Return-Path: <>\r\nDelivered-To: support\+null@example\.com\r\nReceived: /);
    expect(bench.world.sent.slice(length).flatMap(({ to }) => to)).not.toContain('jane@example.com');
  });

  it('waits in the queue while the desk is out of order, is bounced to nobody, and comes once', async () => {
    const { length } = bench.world.sent;
    await configure({ imap: { host: '127.0.0.1', port: 1, security: 'none', user: 'x', password: 'y' } });
    await send(compose({ subject: 'Server down' }), 'support+down@example.com');
    await fateOf('support+down@example.com', 'deferred');
    await place.configure({ desks: 'none' });
    await send(compose({ subject: 'Wrong' }), 'support+wrong@example.com');
    await fateOf('support+wrong@example.com', 'deferred');
    expect(bench.world.sent).toHaveLength(length);
    await configure();
    await mta.retry();
    for (const to of ['support+down@example.com', 'support+wrong@example.com']) await fateOf(to, 'delivered');
    for (const subject of ['Server down', 'Wrong']) expect(await stored(subject)).toHaveLength(1);
    expect(bench.world.sent.slice(length).map(({ from }) => from)).not.toContain('');
  });

  it('waits in the queue where the script is killed, or is not there', async () => {
    await writeFile(place.script, '#!/bin/sh\ncat >/dev/null\nkill -9 $$\n');
    await send(compose({ subject: 'Killed' }), 'support+killed@example.com');
    await fateOf('support+killed@example.com', 'deferred');
    await rm(place.script);
    await send(compose({ subject: 'Gone' }), 'support+gone@example.com');
    await fateOf('support+gone@example.com', 'deferred');
    await place.scriptWith('');
    await mta.retry();
    for (const to of ['support+killed@example.com', 'support+gone@example.com'])
      await fateOf(to, 'delivered');
  });
});
