/** Gmail's format: "Email reactions" (Google, 2023). Outlook's sentence: reports of Znuny, Zammad and others, 2023 to 2026. */
import { describe, expect, it } from 'vitest';
import { mayBeReaction, reactionPart, readReaction } from '../../../../src/message/inside/reaction.js';
import { blockOf, partOf } from '../parse.js';

const GMAIL = partOf('text/vnd.google.email-reaction+json', { path: '2' });
const TEXT = partOf('text/plain');
const EXCHANGE = ['Thread-Index: AQHb', 'X-MS-Has-Attach: '];

const outlook = (...lines: readonly string[]) => readReaction(TEXT, lines.join('\n'));
const gmail = (text: string) => readReaction(GMAIL, text);

describe('a message may be a reaction', () => {
  const plain = blockOf('From: jane@example.org');
  const multipart = partOf('multipart/alternative', { path: '', children: [TEXT, GMAIL] });

  it('if it has the part of Gmail, at the top or inside', () => {
    expect(mayBeReaction(plain, GMAIL)).toBe(true);
    expect(mayBeReaction(plain, multipart)).toBe(true);
    expect(reactionPart(multipart)).toBe(GMAIL);
  });

  it('not if that part is an attachment, or in an attached message', () => {
    const file = { ...GMAIL, disposition: 'attachment' as const };
    expect(mayBeReaction(plain, partOf('multipart/mixed', { children: [TEXT, file] }))).toBe(false);
    expect(mayBeReaction(plain, partOf('message/rfc822', { children: [GMAIL] }))).toBe(false);
  });

  it('if it answers and comes out of Exchange, and not if it does only one of both', () => {
    const answers = ['In-Reply-To: <a@example.com>'];
    expect(mayBeReaction(blockOf(...answers, ...EXCHANGE), TEXT)).toBe(true);
    expect(mayBeReaction(blockOf(...EXCHANGE), TEXT)).toBe(false);
    expect(mayBeReaction(blockOf(...answers), TEXT)).toBe(false);
    expect(reactionPart(TEXT)).toBe(TEXT);
  });
});

describe('the part of Gmail', () => {
  it.each(['🙃', '👍🏽', '👨‍👩‍👧', '❤️', '❤', '🇩🇪', '1️⃣'])('names one emoji: %s', (emoji) => {
    expect(gmail(JSON.stringify({ version: 1, emoji }))).toEqual({ emoji });
    expect(gmail(` {"emoji" : ${JSON.stringify(emoji)},\n"version":1, "more": []}\n`)).toEqual({ emoji });
  });

  it.each([
    '',
    'null',
    '[]',
    '{}',
    '{"version":1}',
    '{"emoji":"👍"}',
    '{"version":2,"emoji":"👍"}',
    '{"version":"1","emoji":"👍"}',
    '{"version":1,"emoji":"👍👍"}',
    '{"version":1,"emoji":"yes"}',
    '{"version":1,"emoji":["👍"]}',
    '{"version":1,"emoji":"👍"',
  ])('is none, as Gmail takes it for none, with %s', (text) => {
    expect(gmail(text)).toBeNull();
  });
});

describe('the sentence of Outlook', () => {
  it.each([
    'Jane Roe reacted to your message:',
    'Jane Roe hat auf Ihre Nachricht reagiert:',
    'Jane Roe a réagi à votre message :',
    'Jane Roe reaccionó a tu mensaje:',
    'Jane Roe ha reagito al tuo messaggio:',
    'Jane Roe reagiu à sua mensagem:',
    'Jane Roe heeft gereageerd op uw bericht:',
    'Jane Roe reagerade på ditt meddelande:',
    'Jane Roe reagerede på din meddelelse:',
    'Jane Roe reagerte på meldingen din:',
    'Jane Roe zareagował(a) na Twoją wiadomość:',
    'Jane Roe отреагировал(а) на ваше сообщение:',
    'Jane Roe さんがあなたのメッセージにリアクションしました:',
    'Jane Roe 对你的邮件作出了反应：',
    'Jane Roe님이 내 메시지에 반응했습니다:',
  ])('is one by itself: %s', (sentence) => {
    expect(outlook(sentence)).toEqual({ emoji: null });
    expect(outlook('', `  ${sentence} `, '')).toEqual({ emoji: null });
  });

  it('has a sign before, beside or below it, where the picture was turned into one', () => {
    const sentence = 'Jane Roe reacted to your message:';
    expect(outlook('👍', sentence)).toEqual({ emoji: '👍' });
    expect(outlook(`❤️ ${sentence}`)).toEqual({ emoji: '❤️' });
    expect(outlook(`${sentence} 🎉`)).toEqual({ emoji: '🎉' });
    expect(outlook(sentence, '😆')).toEqual({ emoji: '😆' });
    expect(outlook('[like]', sentence)).toEqual({ emoji: null });
    expect(outlook(sentence, 'Heart')).toEqual({ emoji: null });
  });

  it.each([
    ['________________________________', 'From: Support'],
    ['From: Support <support@example.com>', 'Sent: Monday'],
    ['*Von:* Support'],
    ['-----Original Message-----'],
    ['> Is it on?'],
  ])('may stand above a quotation: %s', (...quotation) => {
    expect(outlook('Jane Roe reacted to your message:', '', ...quotation)).toEqual({ emoji: null });
  });

  it('has a link of its own to whom it is of, a link of the phone below it, or another quotation', () => {
    const sentence = 'Jane Roe reacted to your message:';
    const none = { emoji: null };
    expect(outlook('like [cid:x]Jane Roe [jane@example.org] reacted to your message:')).toEqual(none);
    expect(outlook('Jane Roe<mailto:jane@example.org> reacted to your message:')).toEqual(none);
    expect(outlook(sentence, '', 'Get Outlook for iOS<https://aka.ms/o0ukef>', '_______')).toEqual(none);
    expect(outlook(sentence, 'Outlook für Android beziehen [https://aka.ms/AAb9ysg]')).toEqual(none);
    expect(outlook(sentence, 'Get Outlook for iOS<https://aka.ms.example.org/>')).toBeNull();
    expect(outlook(sentence, 'On Monday Support wrote:', '> Is it on?')).toEqual(none);
    expect(outlook(sentence, 'What I wanted to say:', 'It is on.')).toBeNull();
  });

  it('may stand below the banner of a gateway, and below nobody’s words', () => {
    const sentence = 'Jane Roe reacted to your message:';
    const banner = 'CAUTION: This email originated from outside of the organization.';
    const learn = 'You don’t often get email from jane@example.org. Learn why <https://aka.ms/Learn>';
    for (const above of [
      [banner],
      [banner, 'Do not click links.'],
      ['[EXTERNAL]'],
      [learn],
      ['ACHTUNG: Externe Mail'],
    ])
      expect(outlook(...above, '', sentence, '_______'), above[0]).toEqual({ emoji: null });
    expect(outlook(banner, sentence, 'It is still broken.')).toBeNull();
    expect(outlook(banner, 'a', 'b', 'c', sentence)).toBeNull();
    expect(outlook('Externally it is fine.', sentence)).toBeNull();
    expect(outlook(banner)).toBeNull();
  });

  it.each([
    ['words after it', ['Jane Roe reacted to your message: she says that it is broken.']],
    ['words below it', ['Jane Roe reacted to your message:', 'It is still broken.']],
    [
      'words below it that look like a field',
      ['Jane Roe reacted to your message:', 'PS: It is still broken.'],
    ],
    ['words above it', ['It is still broken.', 'Jane Roe reacted to your message:']],
    ['words below the sign', ['Jane Roe reacted to your message:', '👍', 'It works now, thanks.']],
    ['no name', ['reacted to your message:']],
    ['words of a person', ['Sorry that I have not yet reacted to your message.']],
    ['words and a picture below', ['Nobody has reacted to your message.', '[cid:logo.png]']],
    ['words far below', ['Jane Roe reacted to your message:', ...Array<string>(50).fill(''), 'Broken.']],
    ['words behind a colon', ['Jane Roe reacted to your message:', 'Question: what is this?']],
    ['another sentence', ['Jane Roe answered your message:']],
    ['nothing', ['', '']],
    ['only a sign', ['👍']],
    ['the sentence in a quotation', ['> Jane Roe reacted to your message:', 'What is that?']],
  ])('is none with %s', (_, lines) => {
    expect(outlook(...lines)).toBeNull();
  });

  it('is looked for in bounded work', () => {
    const hostile = [
      'a'.repeat(1_000_000),
      `${'[('.repeat(90)} reacted to your message`,
      '\n'.repeat(100_000),
    ];
    for (const text of hostile) expect(outlook(text)).toBeNull();
  });
});
