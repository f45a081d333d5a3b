/** A desk that writes German, and changes its mind several times: nothing that it reads back depends on its language. */
import { simpleParser } from 'mailparser';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { MailWorld } from '../../src/demo/world.js';
import { DeskBench } from './desk-bench.js';
import { deskConfig, readFolder } from './world.js';

let bench: DeskBench;
beforeAll(async () => {
  bench = await DeskBench.start({}, { language: 'de' });
  await bench.pass();
});
afterAll(() => bench.stop());

async function read(mail: MailWorld['sent'][number] | undefined) {
  const { subject, text, replyTo } = await simpleParser(mail?.raw ?? Buffer.alloc(0));
  return { to: mail?.to[0], subject, text, replyTo: replyTo?.text };
}

it('writes to everybody in German', async () => {
  await bench.deliver({ subject: '' });
  await bench.pass();
  const sent = await Promise.all(bench.world.sent.map(read));
  expect(sent.map(({ to }) => to)).toEqual(['jane@example.com', 'steve@example.org', 'ann@example.org']);
  expect(sent[0]).toMatchObject({
    subject: 'Re: [issue1] (kein Betreff)',
    text: expect.stringMatching(/^Vielen Dank für Ihre Nachricht an Example Support\./),
    replyTo: expect.stringContaining('Example Support (Ticket 1)'),
  });
  expect(sent[1]?.text).toContain('schließt das Ticket.');
  expect(sent[1]?.text).toContain('Ihre Antwort geht an jane@example.com');
});

it('goes on with the same tickets in English', async () => {
  const before = await read(bench.world.sent[0]);
  await bench.configure(deskConfig(bench.world));
  expect(await bench.json('repair', '--dry-run')).toMatchObject([{ tickets: [], links: 0, corrected: [] }]);
  await bench.deliver({
    to: before.replyTo?.replace('(Ticket 1)', '') ?? '',
    subject: `AW: ${before.subject}`,
  });
  const answers = await bench.json('once');
  expect(answers[0]).toMatchObject({ kind: 'update', ticket: 1, match: 'signed-address' });
  await bench.ok('close', '1');
  expect(await readFolder(bench.world, 'support', 'Tickets/Archived')).toHaveLength(4);
  const told = await Promise.all(bench.world.sent.slice(3).map(read));
  expect(told.map(({ to }) => to)).toEqual(['steve@example.org', 'ann@example.org', 'jane@example.com']);
  expect(told.at(-1)).toMatchObject({
    subject: 'Re: [issue1] (no subject)',
    text: expect.stringMatching(/^Number 1 is now closed\./),
  });
});

it.each([
  [
    'fr',
    'Merci d’avoir écrit à Example Support.',
    /Le problème est déjà réglé\u202f\? Un message à \S+ suffit/,
  ],
  [
    'es',
    'Gracias por escribir a Example Support.',
    /¿Ya se ha resuelto el asunto\? Un mensaje a \S+ lo cierra\./,
  ],
  [
    'nl',
    'Bedankt voor uw bericht aan Example Support.',
    /Is het al opgelost\? Met een bericht aan \S+ sluit u het af\./,
  ],
])('and in %s', async (language, thanks, question) => {
  await bench.configure(deskConfig(bench.world, { language }));
  const before = bench.world.sent.length;
  await bench.deliver({ subject: `Printer ${language}` });
  const [opened] = await bench.json('once');
  const told = await Promise.all(bench.world.sent.slice(before).map(read));
  expect(told.map(({ to }) => to)).toEqual(['jane@example.com', 'steve@example.org', 'ann@example.org']);
  expect(told[0]?.text?.startsWith(`${thanks}\n`)).toBe(true);
  expect(told[0]?.text).toMatch(question);
  expect(told[1]?.text).toMatch(/\n-- \n/);
  const notice = told[1];
  await bench.deliver({
    from: 'steve@example.org',
    to: notice?.replyTo ?? '',
    subject: `Re: ${notice?.subject}`,
    text: 'It is on.',
  });
  const answers = await bench.json('once');
  expect(answers[0]).toMatchObject({ kind: 'update', ticket: opened?.['ticket'], relay: true });
});
