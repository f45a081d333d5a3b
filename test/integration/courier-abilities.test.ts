/** What a server says it can carry, and what is done where it can't: at real SMTP servers. */
import { isAscii } from 'node:buffer';
import { buffer } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, describe, expect, it } from 'vitest';
import type { Courier } from '../../src/delivery/courier.js';
import { MailRefusal } from '../../src/delivery/refusal.js';
import { createCourier } from '../../src/delivery/smtp.js';
import { listenAt } from '../../src/demo/listening.js';

const ENVELOPE = { from: 'support@example.com', to: 'jane@example.com' };
const HEADER = 'From: support@example.com\r\nTo: jane@example.com\r\nMIME-Version: 1.0\r\n';
const EIGHT_BIT = Buffer.from(`${HEADER}Content-Type: text/plain; charset=utf-8\r\n\r\nGrüße\r\n`);
const SIGNED = Buffer.from(
  `${HEADER}Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\nGrüße\r\n--b--\r\n`,
);

let closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(closers.map((close) => close()));
  closers = [];
});

interface Taken {
  readonly raw: Buffer;
  readonly args: object;
  readonly to: readonly string[];
}

async function serve(options: SMTPServerOptions): Promise<{ courier: Courier; taken: Taken[] }> {
  const taken: Taken[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    closeTimeout: 1,
    onData(stream, session, callback) {
      const { mailFrom, rcptTo } = session.envelope;
      const take = (raw: Buffer): void => {
        const to = rcptTo.map(({ address }) => address);
        taken.push({ raw, args: (mailFrom === false ? {} : mailFrom.args) || {}, to });
        callback();
      };
      // A line that is closed in the middle of a message ends the stream with an error, and nothing is taken.
      buffer(stream).then(take, callback);
    },
    ...options,
  });
  const port = await listenAt(server);
  server.on('error', () => undefined);
  const courier = createCourier({ host: '127.0.0.1', port, security: 'none', name: 'desk.example.com' });
  closers.push(async () => {
    await courier.close();
    await new Promise<void>((resolve) => server.close(resolve));
  });
  return { courier, taken };
}

async function refusalOf(sending: Promise<void>): Promise<MailRefusal> {
  const error: unknown = await sending.catch((thrown: unknown) => thrown);
  if (error instanceof MailRefusal) return error;
  throw error instanceof Error ? error : new Error('it was taken');
}

describe('8BITMIME', () => {
  it('is announced for 8-bit text, which goes as it is', async () => {
    const { courier, taken } = await serve({});
    await courier.send(ENVELOPE, EIGHT_BIT);
    expect(taken[0]?.raw).toEqual(EIGHT_BIT);
    expect(taken[0]?.args).toMatchObject({ BODY: '8BITMIME' });
  });

  it('is missing: 8-bit text is written in ASCII', async () => {
    const { courier, taken } = await serve({ hide8BITMIME: true });
    await courier.send(ENVELOPE, EIGHT_BIT);
    expect(isAscii(taken[0]?.raw ?? EIGHT_BIT)).toBe(true);
    expect(taken[0]?.raw.toString('latin1')).toContain('Gr=C3=BC=C3=9Fe\r\n');
    expect(taken[0]?.args).toEqual({});
  });

  it('is missing: what is signed is refused alone, with the reason, and the rest goes on', async () => {
    const { courier, taken } = await serve({ hide8BITMIME: true });
    const refusal = await refusalOf(courier.send(ENVELOPE, SIGNED));
    expect(refusal).toMatchObject({
      code: 'smtp-message-refused',
      scope: 'message',
      because: { kind: 'eight-bit', signed: true },
    });
    await courier.send(ENVELOPE, EIGHT_BIT);
    expect(taken).toHaveLength(1);
  });
});

describe('SMTPUTF8', () => {
  const TO = { ...ENVELOPE, to: 'jürgen@example.com' };

  it('is used for an address that is not ASCII', async () => {
    const { courier, taken } = await serve({});
    await courier.send(TO, EIGHT_BIT);
    expect(taken[0]?.to).toEqual(['jürgen@example.com']);
    expect(taken[0]?.args).toMatchObject({ SMTPUTF8: true });
  });

  it('is missing: such an address is refused alone, with the reason', async () => {
    const { courier, taken } = await serve({ hideSMTPUTF8: true });
    expect(await refusalOf(courier.send(TO, EIGHT_BIT))).toMatchObject({
      code: 'smtp-message-refused',
      because: { kind: 'not-ascii' },
    });
    await courier.send({ ...ENVELOPE, to: 'jane@bücher.example' }, EIGHT_BIT);
    // As A-labels, which this server shows decoded; it would have refused the other form.
    expect(taken.map(({ to, args }) => ({ to, args }))).toEqual([
      { to: ['jane@bücher.example'], args: { BODY: '8BITMIME' } },
    ]);
  });

  it('is not needed for a subject, which can be written in ASCII', async () => {
    const { courier, taken } = await serve({ hideSMTPUTF8: true });
    const raw = Buffer.from(`Subject: Grüße\r\n${EIGHT_BIT.toString()}`);
    await courier.send(ENVELOPE, raw);
    expect(taken[0]?.raw.toString()).toMatch(/^Subject: =\?UTF-8\?B\?R3LDvMOfZQ==\?=\r\n/);
    expect(taken[0]?.raw.toString()).toContain('\r\n\r\nGrüße\r\n');
  });
});

describe('SIZE', () => {
  it('is looked at before anything is sent, and told with the size', async () => {
    const { courier, taken } = await serve({ size: 1000 });
    const large = Buffer.concat([EIGHT_BIT, Buffer.alloc(1000, 'x\r\n')]);
    expect(await refusalOf(courier.send(ENVELOPE, large))).toMatchObject({
      code: 'smtp-too-large',
      scope: 'message',
      temporary: false,
      because: { kind: 'too-large', size: large.length, limit: 1000 },
    });
    await courier.send(ENVELOPE, EIGHT_BIT);
    expect(taken).toHaveLength(1);
  });
});
