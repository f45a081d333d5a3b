import { simpleParser } from 'mailparser';
import { describe, expect, it } from 'vitest';
import {
  followUp,
  type Heading,
  invoiceWithPdf,
  japaneseQuestion,
  outOfOffice,
  plainQuestion,
  questionFromGoneMailbox,
  typedQuestion,
} from '../../../src/demo/sample-mail.js';
import { JAPANESE } from '../../../src/demo/sample-parts.js';

const heading: Heading = {
  from: { name: 'Jane Doe', address: 'jane@example.com' },
  to: 'support@example.com',
  at: new Date('2026-11-23T10:11:12Z'),
};
const answered = {
  messageId: '<a1@example.com>',
  subject: 'Re: [issue1] Hello',
  references: '<q1@example.com>',
};
const samples = {
  plainQuestion: plainQuestion(heading),
  invoiceWithPdf: invoiceWithPdf(heading),
  japaneseQuestion: japaneseQuestion(heading),
  questionFromGoneMailbox: questionFromGoneMailbox(heading),
  followUp: followUp(heading, answered),
  outOfOffice: outOfOffice(heading, answered),
  typedQuestion: typedQuestion(heading, 'Où est la bibliothèque, s’il vous plaît ?'),
};

describe.each(Object.entries(samples))('%s', (_name, sample) => {
  const text = sample.raw.toString('latin1');

  it('is what any host would take: seven bits, CRLF, short lines', () => {
    expect(text).not.toMatch(/[^\r\n\t\u001B -~]/);
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    expect(text.split('\r\n').every((line) => line.length <= 120)).toBe(true);
    expect(text.endsWith('\r\n')).toBe(true);
  });

  it('reads as it was meant', async () => {
    const mail = await simpleParser(sample.raw);
    expect(mail.subject).toBe(sample.subject);
    expect(mail.messageId).toBe(sample.messageId);
    expect(mail.from?.value[0]?.address).toBe('jane@example.com');
    expect(mail.text?.trim()).not.toBe('');
  });
});

it('shows a picture within the text, and attaches a PDF', async () => {
  const mail = await simpleParser(samples.invoiceWithPdf.raw);
  expect(mail.attachments.map(({ contentType, related }) => [contentType, related])).toEqual([
    ['image/png', true],
    ['application/pdf', undefined],
  ]);
  expect(mail.attachments[1]?.content.toString('latin1')).toMatch(/^%PDF-1\.4[^]*startxref\n\d+\n%%EOF\n$/);
});

it('writes Japanese', async () => {
  const mail = await simpleParser(samples.japaneseQuestion.raw);
  expect(mail.from?.value[0]?.name).toBe(JAPANESE.name.text);
  expect(mail.text).toContain('パスワードを変えたあと、ログインできなくなりました。');
});

it('answers the message that it names, with one Re', async () => {
  const mail = await simpleParser(samples.followUp.raw);
  expect(mail.subject).toBe('Re: [issue1] Hello');
  expect(mail.inReplyTo).toBe('<a1@example.com>');
  expect(mail.references).toEqual(['<q1@example.com>', '<a1@example.com>']);
});
