/** What goes over the wire where a message goes behind another: round trips, order, and whose bytes are in whose text. */
import { afterEach, describe, expect, it } from 'vitest';
import { type Courier, type Envelope, NotBegun } from '../../src/delivery/courier.js';
import { createCourier } from '../../src/delivery/smtp.js';
import { type ScriptedServer, type ScriptOptions, serveScript } from './scripted-smtp.js';

let closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers) await close();
  closers = [];
});

async function open(options: ScriptOptions): Promise<{ server: ScriptedServer; courier: Courier }> {
  const server = await serveScript(options);
  const { port } = server;
  const courier = createCourier({
    host: '127.0.0.1',
    port,
    security: 'none',
    user: 'desk',
    password: 'sesame',
    name: 'desk.example.com',
  });
  closers = [() => courier.close(), () => server.close()];
  return { server, courier };
}

const TO = 'ann@example.com';

/** Lines that look like commands and like ends, and text that fills more than one segment. */
function message(name: string, bytes = 400): Buffer {
  const odd = ['.', '..', 'RSET', 'DATA', `MAIL FROM:<${name}@example.com>`, '.RSET', ''].join('\r\n');
  const filler = 'filling the line \r\n'.repeat(Math.ceil(bytes / 19));
  return Buffer.from(`Subject: ${name}\r\n\r\n${odd}${filler}\r\n.\r\n${odd}`);
}

interface Row {
  readonly raws: readonly Buffer[];
  readonly settled: Promise<readonly PromiseSettledResult<void>[]>;
}

/** To one person, each behind the one before it. */
function sendInARow(courier: Courier, raws: readonly Buffer[], to = (_index: number): string => TO): Row {
  const envelopes = raws.map((_, index): Envelope => ({ from: 'support@example.com', to: to(index) }));
  const sent = raws.map((raw, index) => {
    const [envelope, behind] = [envelopes[index], envelopes[index - 1]];
    return envelope === undefined ? Promise.reject(new RangeError()) : courier.send(envelope, raw, behind);
  });
  return { raws, settled: Promise.allSettled(sent) };
}

function messages(count: number, bytes?: number): readonly Buffer[] {
  return Array.from({ length: count }, (_, index) => message(`n${index}`, bytes));
}

function texts(server: ScriptedServer): readonly string[] {
  return server.taken.map(({ raw }) => raw.toString('latin1'));
}

const OK = { status: 'fulfilled' };
const NOT_BEGUN = { status: 'rejected', reason: expect.any(NotBegun) };
const ENVELOPE = ['MAIL', 'RCPT', 'DATA'];
const LETTER = [...ENVELOPE, 'text', '.'];

describe('ten messages to one person', () => {
  it('take a round trip each, and one more', async () => {
    // It answers no text before what goes behind it has come: who waits for that answer waits for ever.
    const { server, courier } = await open({
      pipelining: true,
      answers: { last: (taken) => taken === 10 },
    });
    const { raws, settled } = sendInARow(courier, messages(10));
    expect(await settled).toEqual(raws.map(() => expect.objectContaining(OK)));
    expect(server.turns()).toBe(11);
    expect(server.heard).toHaveLength(1);
    expect(texts(server)).toEqual(raws.map((raw) => raw.toString('latin1')));
  });

  it.each([
    { pipelining: true, answers: 'apart' },
    { pipelining: true, answers: 'together' },
    { pipelining: false, answers: 'apart' },
  ] as const)(
    'are taken in order, each as it is, and nothing else in it: pipelining $pipelining, answers $answers',
    async (options) => {
      const { server, courier } = await open(options);
      const sizes = [0, 400, 2_000_000, 40, 70_000, 1, 300_000, 400, 16_384, 65_536];
      const all = sizes.map((bytes, index) => message(`n${index}`, bytes));
      const { raws, settled } = sendInARow(courier, all);
      expect(await settled).toEqual(raws.map(() => expect.objectContaining(OK)));
      expect(texts(server).map((text, index) => text === raws[index]?.toString('latin1'))).toEqual(
        raws.map(() => true),
      );
      expect(server.heard[0]?.slice(2)).toEqual(raws.flatMap(() => LETTER));
    },
    30_000,
  );
});

describe('what goes behind a message that is not taken', () => {
  it.each(['554 5.7.1 Spam', '452 4.3.1 Full', '421 4.3.2 Going down'])(
    'has sent its envelope, and nothing after that: %s',
    async (reply) => {
      // The answer comes when what is behind has been let into DATA.
      const { server, courier } = await open({ pipelining: true, answers: { last: () => false } });
      server.rule = (to) => (to === TO ? { step: 'message', reply } : null);
      const { settled } = sendInARow(courier, messages(3), (index) =>
        index === 0 ? TO : `n${index}@example.org`,
      );
      expect((await settled).slice(1)).toEqual([NOT_BEGUN, NOT_BEGUN]);
      const [first] = server.heard;
      expect(first?.slice(2, 7)).toEqual(LETTER);
      expect(first?.slice(7).every((verb) => ENVELOPE.includes(verb))).toBe(true);
      expect(server.heard).toHaveLength(1);
      expect(server.taken).toEqual([]);
    },
  );

  it('does not take the line with it, where that one was refused before its text', async () => {
    const { server, courier } = await open({ pipelining: true, answers: 'apart' });
    server.rule = (to) => (to === TO ? { step: 'RCPT TO', reply: '550 5.1.1 No' } : null);
    const { settled } = sendInARow(courier, messages(2), (index) => (index === 0 ? TO : 'bob@example.org'));
    expect((await settled)[1]).toEqual(NOT_BEGUN);
    await courier.send({ from: '', to: 'carl@example.org' }, message('later'));
    expect(server.heard).toEqual([['EHLO', 'AUTH', ...ENVELOPE, 'RSET', ...LETTER]]);
  });
});

describe('a refusal', () => {
  it('of the recipient behind resets the line, once nothing else is under way', async () => {
    const { server, courier } = await open({ pipelining: true, answers: 'apart' });
    server.rule = (to) => (to === 'bob@example.org' ? { step: 'RCPT TO', reply: '550 5.1.1 No' } : null);
    const people = [TO, 'bob@example.org', TO];
    const { settled } = sendInARow(courier, messages(3), (index) => people[index] ?? TO);
    expect(await settled).toMatchObject([OK, { reason: { code: 'smtp-recipient-refused' } }, NOT_BEGUN]);
    await courier.send({ from: '', to: TO }, message('later'));
    expect(server.heard).toEqual([['EHLO', 'AUTH', ...LETTER, ...ENVELOPE, 'RSET', ...LETTER]]);
  });

  it('in the middle of a text closes the line: RSET would be a part of it', async () => {
    const { server, courier } = await open({ pipelining: true, answers: 'apart' });
    server.rule = (to) => (to === TO ? { step: 'text', reply: '552 5.3.4 Too big' } : null);
    const { settled } = sendInARow(courier, [message('large', 8_000_000), message('next')]);
    expect(await settled).toMatchObject([{ reason: { code: 'smtp-too-large' } }, NOT_BEGUN]);
    await courier.send({ from: '', to: 'bob@example.org' }, message('later'));
    expect(server.heard[1]?.slice(2)).toEqual(LETTER);
    expect(texts(server)).toEqual([message('later').toString('latin1')]);
  });
});

describe('what goes behind a message that is taken', () => {
  it.each(['421 4.3.2 Enough over this line', null])(
    'goes over a new line, where the server says of it: %s',
    async (reply) => {
      const { server, courier } = await open({ pipelining: true, answers: 'apart' });
      let mails = 0;
      server.rule = () => {
        // Asked at the connection, the sign-in, and each command and text after that.
        const isSecondMail =
          server.heard.length === 1 && server.heard[0]?.at(-1) === 'MAIL' && server.taken.length === 1;
        if (isSecondMail) mails += 1;
        return isSecondMail ? { step: 'MAIL FROM', reply } : null;
      };
      const { raws, settled } = sendInARow(courier, messages(4));
      expect(await settled).toEqual(raws.map(() => expect.objectContaining(OK)));
      expect(mails).toBe(1);
      expect(server.heard).toHaveLength(2);
      expect(texts(server)).toEqual(raws.map((raw) => raw.toString('latin1')));
    },
  );

  it('is sent over a new line where its DATA is answered with 250, and only there', async () => {
    const { server, courier } = await open({ pipelining: true, answers: 'apart' });
    server.rule = (to) => (to === 'bob@example.org' ? { step: 'DATA', reply: '250 Fine' } : null);
    const people = [TO, 'bob@example.org', TO];
    const { raws, settled } = sendInARow(courier, messages(3), (index) => people[index] ?? TO);
    expect(await settled).toEqual(raws.map(() => expect.objectContaining(OK)));
    expect(server.heard[0]?.slice(2)).toEqual([...LETTER, ...ENVELOPE]);
    expect(texts(server)).toEqual(raws.map((raw) => raw.toString('latin1')));
  });
});
