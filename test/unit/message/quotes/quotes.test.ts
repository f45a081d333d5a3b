/** Where an answer ends and the mail that it answers begins. Jane stands for the desk, whose mail is known. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readQuotes, type Thread } from '../../../../src/message/quotes/quotes.js';
import { readText, shownWords } from '../../../../src/message/quotes/shown-words.js';
import { cpuMs } from '../cpu-time.js';

const THREAD: Thread = { first: false, known: ['Jane', 'Jane Doe', 'jane@example.com'], earlier: null };
const LIMITS = { maxChars: 4_000, maxLines: 60 };

function shown(lines: readonly string[], about: Partial<Thread> = {}): string[] {
  return shownWords(readText(lines.join('\n'), { ...THREAD, ...about }), LIMITS).text.split('\n');
}

function asksForEarlier(text: string, thread: Thread): boolean {
  return readText(text, thread).unsure;
}

describe('a quotation at the end goes', () => {
  test.each([
    ['with its introduction', ['Yes.', '', 'Jane wrote:', '> q']],
    ['with the empty lines above it', ['Yes.', '', '', 'Jane wrote:', '', '> q']],
    ['with lines of white space in and around it', ['Yes.', ' \t', 'Jane wrote:', '> q', '  ', '> r', ' ']],
    ['with one below a line of white space', ['Yes.', '  ', 'Jane wrote:', '> q']],
    ['with one below the words themselves', ['Yes.', 'On Monday, 1 January 2026, Jane wrote:', '> q']],
    ['with one that ends in white space', ['Yes.', '', 'Jane wrote: ', '> q']],
    ['with one that is wrapped between its words', ['Yes.', '', 'Jane ha', 'scritto:', '> q']],
    ['with one over three lines', ['Yes.', '', 'On Monday, 1 January', 'Jane Doe', 'wrote:', '> q']],
    [
      'with one that is wrapped inside an address',
      ['Yes.', '', '2017-02-05 13:29 GMT+02:00 Very Long Name <', 'jane@example.com>:', '', '> q'],
    ],
    ['with one that names a year', ['Yes.', '', '2026-01-01 Jane:', '> q']],
    ['with one that names an address', ['Yes.', '', 'jane@example.com:', '> q']],
    ['with one that names a tagged address', ['Yes.', '', 'Le 1 janv., jane+42.k7f3@example.com :', '> q']],
    ['with one that ends in a wide colon', ['Yes.', '', 'Jane 写道：', '> q']],
    ['with one that speaks to the desk', ['Yes.', '', 'On 1 Jan 2026, you wrote:', '> q']],
    ['with one in a bold font', ['Yes.', '', '*On 1 Jan 2026, Jane wrote:*', '> q']],
    [
      'with marked lines below a header block',
      ['Yes.', '', '-----Original Message-----', 'From: Jane', 'Sent: Monday', 'To: x', '> q'],
    ],
  ])('%s', (_, lines) => {
    expect(shown(lines)).toEqual(['Yes.']);
  });

  test.each([
    ['German, Gmail', 'Am Mo., 5. Jan. 2026 um 10:00 Uhr schrieb Jane <jane@example.com>:'],
    ['German, Thunderbird', 'Am 05.01.26 um 10:00 schrieb Jane Doe:'],
    ['German, Roundcube', 'Am 2026-01-05 10:00, schrieb Jane:'],
    ['German, Notes and GMX', 'jane@example.com schrieb am 05.01.2026 10:00:'],
    ['German, Horde', 'Zitat von Jane <jane@example.com>:'],
    ['English, Apple Mail', 'On 5 Jan 2026, at 10:00, Jane <jane@example.com> wrote:'],
    ['English, Proton', 'On Monday, January 5th, 2026 at 10:00, Jane <jane@example.com> wrote:'],
    ['English, mutt', 'On Mon, Jan 05, 2026 at 10:00:00AM +0100, Jane Doe wrote:'],
    ['English, AOL', 'In a message dated 1/5/2026 10:00:00 AM, jane@example.com writes:'],
    ['French', 'Le lun. 5 janv. 2026 à 10:00, Jane <jane@example.com> a écrit :'],
    ['Spanish', 'El lun, 5 ene 2026 a las 10:00, Jane (<jane@example.com>) escribió:'],
    ['Italian', 'Il giorno lun 5 gen 2026 alle ore 10:00 Jane <jane@example.com> ha scritto:'],
    ['Portuguese', 'Em seg., 5 de jan. de 2026 às 10:00, Jane <jane@example.com> escreveu:'],
    ['Dutch', 'Op ma 5 jan 2026 om 10:00 schreef Jane <jane@example.com>:'],
    ['Swedish', 'Den mån 5 jan. 2026 kl 10:00 skrev Jane <jane@example.com>:'],
    ['Danish', 'Den man. 5. jan. 2026 kl. 10.00 skrev Jane <jane@example.com>:'],
    ['Norwegian', 'man. 5. jan. 2026 kl. 10:00 skrev Jane <jane@example.com>:'],
    ['Finnish', 'ma 5. tammik. 2026 klo 10.00 Jane (jane@example.com) kirjoitti:'],
    ['Polish', 'pon., 5 sty 2026 o 10:00 Jane <jane@example.com> napisał(a):'],
    ['Polish, Thunderbird', 'W dniu 5.01.2026 o 10:00, Jane pisze:'],
    ['Czech', 'po 5. 1. 2026 v 10:00 odesílatel Jane <jane@example.com> napsal:'],
    ['Hungarian', 'Jane <jane@example.com> ezt írta (időpont: 2026. jan. 5., H, 10:00):'],
    ['Turkish', 'Jane <jane@example.com>, 5 Oca 2026 Pzt, 10:00 tarihinde şunu yazdı:'],
    ['Russian', 'пн, 5 янв. 2026 г. в 10:00, Jane <jane@example.com>:'],
    ['Ukrainian', 'пн, 5 січ. 2026 р. о 10:00 Jane <jane@example.com> пише:'],
    ['Greek', 'Στις Δευ 5 Ιαν 2026 στις 10:00 π.μ., ο χρήστης Jane <jane@example.com> έγραψε:'],
    ['Hebrew', 'בתאריך יום ב׳, 5 בינו׳ 2026 ב-10:00 מאת Jane <jane@example.com>:'],
    ['Arabic', 'في الاثنين، 5 يناير 2026 في 10:00 ص تمت كتابة ما يلي بواسطة Jane <jane@example.com>:'],
    ['Chinese', 'Jane <jane@example.com> 于2026年1月5日周一 10:00写道：'],
    ['Chinese without an address', '在 2026/1/5 10:00, Jane写道:'],
    ['Japanese', '2026年1月5日(月) 10:00 Jane <jane@example.com>:'],
    ['Japanese, Apple Mail', '2026/01/05 10:00、Jane <jane@example.com>のメール:'],
    ['Korean', '2026년 1월 5일 (월) 오전 10:00, Jane <jane@example.com>님이 작성:'],
    ['an old Gmail', '2026/1/5 Jane <jane@example.com>'],
  ])('introduced in %s', (_, introduction) => {
    expect(shown(['Yes.', '', introduction, '> q'])).toEqual(['Yes.']);
    expect(shown(['Yes.', introduction, '', '> q'])).toEqual(['Yes.']);
  });
});

describe('what stands above it stays', () => {
  test.each([
    ['a line that ends without the colon', ['Jane wrote 2026 mails: all good', 'Jane wrote:', '> q']],
    ['a sentence', ['On 3 March it burned.', 'Jane wrote:', '> q']],
    ['what an empty line parts from it', ['See 2026', '', 'Jane wrote:', '> q']],
    ['what a line of white space parts from it', ['See 2026', '  ', 'Jane wrote:', '> q']],
    ['a signature', ['Yes.', '-- ', 'Kim', '', 'Jane wrote:', '> q']],
  ])('%s', (_, lines) => {
    const at = lines.indexOf('Jane wrote:');
    expect(shown(lines)).toEqual(shown(lines.slice(0, at)));
  });
});

describe('all stays', () => {
  test.each([
    ['without any quotation', ['Yes.', '', 'Jane wrote:']],
    ['if the quotation is further up', ['> q', 'Yes.', '', 'Jane wrote:']],
    ['if nothing else would be left', ['> q', '> r']],
    ['if nothing else would be left below the introduction', ['Jane wrote:', '', '> q']],
    ['of a quotation that nothing introduces', ['Yes.', '', '> q']],
    ['of a quotation of somebody else', ['Yes.', '', 'On 1 Jan 2026, Bob <bob@b.example> wrote:', '> q']],
    ['of one of somebody else who bears the name', ['Yes.', '', 'Jane <jane@b.example> wrote:', '> q']],
    ['of one that own words introduce', ['Jane, I see this:', '> q']],
    ['of one that own words about the desk’s introduce', ['I typed what you wrote:', '> npm start', 'Bye']],
    ['of one that a number introduces', ['We need 12:', '> q']],
    ['of answers between quoted lines', ['Jane wrote:', '> q?', 'Yes.', '> r?', 'No.']],
    ['of an answer below a quotation', ['Jane wrote:', '> q?', '', 'Yes.']],
    ['of a sentence that begins like a field', ['Hello', 'From: here to there', 'I walk.']],
    ['of a line that begins like a date', ['Hello', 'Sent: the parcel', 'Bye.']],
    ['of an agenda', ['Hello', 'Away from: here', 'to: there']],
    ['of a list', ['Hello', 'From: here', 'And to: there']],
    ['of a field without a value', ['Hello', 'From:', 'To: x']],
    ['of a field that names the desk', ['Hello', 'From: Jane', 'To: x', 'Passengers: 4']],
    ['of a short rule', ['Yes.', '___', 'No.']],
    ['of a long rule', ['Yes.', '________________________________', 'No.']],
    ['of a rule with words', ['Yes.', '____________________ no', 'No.']],
    ['of words about it', ['Yes.', 'See -----Original Message-----', 'No.']],
    ['of words beside it', ['Yes.', '-----Original Message----- is what Outlook writes', 'No.']],
  ])('%s', (_, lines) => {
    expect(shown(lines)).toEqual(lines);
    expect(shown(lines, { earlier: ['Something else'] })).toEqual(lines);
  });
});

describe('an original message goes', () => {
  const earlier = ['Hello,\nwhich model is it, and since when does it burn?\n\nJane'];
  const OLD = ['Hello,', 'which model is it, and since when', 'does it burn?', '', 'Jane'];

  test.each([
    '-----Original Message-----',
    '--- Ursprüngliche Nachricht ---',
    '-----Original-Nachricht-----',
    '----- Original Nachricht -----',
    "-----Message d'origine-----",
    '---------- Forwarded message ---------',
    '  -----Original Message-----  ',
    '-----原始邮件-----',
  ])('%s', (mark) => {
    expect(shown(['Yes.', '', mark, ...OLD], { earlier })).toEqual(['Yes.']);
  });

  test.each([
    [['From: Jane', 'Sent: Monday', 'Subject: x']],
    [['From:Jane', 'To:x', 'Date:Monday', 'Subject:x']],
    [['*From:* Jane', '*Sent:* Monday', '*To:* x']],
    [['Von: Jane', 'Gesendet: Montag', 'An: x', 'Betreff: y']],
    [['Gesendet: Montag', 'Von: Jane', 'An: x', 'Betreff: y']],
    [['De : Jane', 'Envoyé : lundi', 'À : x', 'Objet : y']],
    [['De: Jane', 'Enviado el: lunes', 'Para: x', 'Asunto: y']],
    [['Da: Jane', 'Inviato: lunedì', 'A: x', 'Oggetto: y']],
    [['De: Jane', 'Enviada em: segunda-feira', 'Para: x', 'Assunto: y']],
    [['Van: Jane', 'Verzonden: maandag', 'Aan: x', 'Onderwerp: y']],
    [['Från: Jane', 'Skickat: måndag', 'Till: x', 'Ämne: y']],
    [['Fra: Jane', 'Sendt: mandag', 'Til: x', 'Emne: y']],
    [['Lähettäjä: Jane', 'Lähetetty: ma', 'Vastaanottaja: x', 'Aihe: y']],
    [['Od: Jane', 'Wysłano: poniedziałek', 'Do: x', 'Temat: y']],
    [['Od: Jane', 'Odesláno: pondělí', 'Komu: x', 'Předmět: y']],
    [['Feladó: Jane', 'Elküldve: hétfő', 'Címzett: x', 'Tárgy: y']],
    [['Kimden: Jane', 'Gönderildi: Pazartesi', 'Kime: x', 'Konu: y']],
    [['От: Jane', 'Отправлено: понедельник', 'Кому: x', 'Тема: y']],
    [['Від: Jane', 'Надіслано: понеділок', 'Кому: x', 'Тема: y']],
    [['Από: Jane', 'Στάλθηκε: Δευτέρα', 'Προς: x', 'Θέμα: y']],
    [['מאת: Jane', 'נשלח: יום שני', 'אל: x', 'נושא: y']],
    [['من: Jane', 'تم الإرسال: الاثنين', 'إلى: x', 'الموضوع: y']],
    [['发件人：Jane', '发送时间：x', '收件人：x', '主题：y']],
    [['差出人: Jane', '送信日時: x', '宛先: x', '件名: y']],
    [['보낸 사람: Jane', '보낸 날짜: x', '받는 사람: x', '제목: y']],
    [['From: Jane', 'Sent: Monday', 'To: a; b; c; d; e; f;', 'g; h', 'Subject: y']],
    [['From: Jane', '', 'Sent: Monday', '', 'To: x', '', 'Subject: y']],
    [['________________________________', 'From: Jane', 'Sent: Monday', 'To: x']],
    [['________________________________', '', 'From: Jane', 'Sent: Monday', 'To: x']],
    [['On Monday, January 5, 2026 at 10:00:00 AM GMT+1, Jane Doe <jane@example.com> wrote:']],
  ])('below %j', (block) => {
    expect(shown(['Yes.', '', ...block, '', ...OLD], { earlier })).toEqual(['Yes.']);
    expect(shown(['Yes.', '', ...block, ...OLD], { earlier })).toEqual(['Yes.']);
    const whole = ['Yes.', '', ...block, '', ...OLD];
    expect(shown(whole)).toEqual(whole);
    expect(asksForEarlier(whole.join('\n'), THREAD)).toBe(true);
  });

  const BLOCK = ['From: Jane', 'Sent: Monday', 'To: x', 'Subject: y', ''];

  test('below what a gateway puts above it', () => {
    const tip =
      'You don’t often get email from x. Learn why at https://aka.ms/LearnAboutSenderIdentification';
    const banner = 'CAUTION: This email originated from outside of the organization.';
    for (const line of [tip, banner])
      expect(shown(['Yes.', '', ...BLOCK, line, '', ...OLD], { earlier })).toEqual(['Yes.']);
  });

  test('but not what is not in the earlier mail', () => {
    const answered = ['See below.', '', ...BLOCK, ...OLD.slice(0, 3), 'The HP 5000.', '', 'Jane'];
    expect(shown(answered, { earlier })).toEqual(answered.slice(0, -2));
    const other = ['FYI', '', 'From: Bob', 'Sent: Monday', 'To: x', '', 'Order 778 is late.'];
    expect(shown(other, { earlier })).toEqual(other);
  });

  test('but not words of the question that are its answer', () => {
    const asked = ['Is it the HP LaserJet 5000 or the Canon 3?\nIs it on?\nBye'];
    const answer = ['See below.', '', ...BLOCK, asked[0]?.split('\n')[0] ?? '', 'HP LaserJet 5000'];
    expect(shown(answer, { earlier: asked })).toEqual(answer);
    const short = ['See below.', '', ...BLOCK, 'Is it on?', 'on'];
    expect(shown(short, { earlier: asked })).toEqual(short);
  });

  test('but not the only message there is, from which a quotation goes all the same', () => {
    const lines = ['-----Original Message-----', 'Yes.', 'Jane wrote:', '> q'];
    expect(shown(lines)).toEqual(lines.slice(0, 2));
  });
});

test('nothing of a first message is a quotation', () => {
  const lines = ['Jane wrote:', '> q', '', 'Jane wrote:', '> r'];
  const { quoted, unsure } = readQuotes(lines, { ...THREAD, first: true, earlier: ['q', 'r'] });
  expect(quoted).not.toContain(true);
  expect(unsure).toBe(false);
  expect(shown(['Yes.', ...lines], { first: true })).toEqual(['Yes.', ...lines]);
});

test('marked lines that nothing introduces are known by their words', () => {
  const earlier = ['Which model is it,\nand since when?'];
  expect(shown(['The 5000.', '', '> Which model is it, and', '> since when?'], { earlier })).toEqual([
    'The 5000.',
  ]);
  const log = ['It says:', '', '> npm install', '> error 5'];
  expect(shown(log, { earlier })).toEqual(log);
});

test('the earlier mail is asked for only where it would tell more', () => {
  const asks = (...lines: string[]) => asksForEarlier(lines.join('\n'), THREAD);
  expect(asks('Yes.')).toBe(false);
  expect(asks('Yes.', '', 'Jane wrote:', '> q')).toBe(false);
  expect(asks('Jane wrote:', '> q', 'Yes.')).toBe(false);
  expect(asks('Yes.', '________________________________', 'No.')).toBe(false);
  expect(asks('Yes.', '> q')).toBe(true);
  expect(asks('Yes.', 'Bob <bob@b.example> wrote:', '> q')).toBe(true);
});

test('of a long quotation above own words their neighbours are shown', () => {
  const quoted = (count: number) => Array.from({ length: count }, (_, at) => `> line ${at + 1}`);
  expect(shown(['Jane wrote:', ...quoted(7), 'Yes.'])).toHaveLength(9);
  expect(shown(['Jane wrote:', ...quoted(8), 'Yes.'])).toEqual(['[…]', ...quoted(8).slice(-4), 'Yes.']);
  const { left } = shownWords(
    readText(['Jane wrote:', ...quoted(8), 'Yes.', 'Jane wrote:', '> q'].join('\n'), THREAD),
    LIMITS,
  );
  expect(left).toEqual({ lines: 7, quoted: 7 });
});

test('any text is read in time that grows with its length', () => {
  const TEXT_CHARACTERS = 250_000;
  const MAX_MS = 3_000;
  const lines = [
    '> a',
    'a:',
    '<a@b>',
    '-'.repeat(500),
    'From: a',
    `From: ${'a '.repeat(250)}`,
    `1 <${'@'.repeat(500)}>`,
    `${'1h'.repeat(250)}:`,
    `${'- '.repeat(250)}x:`,
    '',
  ];
  const earlier = ['a'.repeat(30_000), 'aaaaaaaaaaaaaa\n'.repeat(3_000)];
  for (const line of lines) {
    const text = `x\nFrom: Jane\nSent: y\nTo: z\n${`${line}\n`.repeat(TEXT_CHARACTERS / (line.length + 1))}`;
    const from = cpuMs();
    shownWords(readText(text, { ...THREAD, earlier }), LIMITS);
    expect({ line: line.slice(0, 20), slow: cpuMs() - from > MAX_MS }).toEqual({
      line: line.slice(0, 20),
      slow: false,
    });
  }
});

test('fields without a sender are read in time that grows with their number', () => {
  for (const lines of [['To: a'], ['Subject: a', 'b', 'c', 'd']]) {
    const text = `${lines.join('\n')}\n`.repeat(20_000 / lines.length);
    const from = cpuMs();
    shownWords(readText(text, THREAD), LIMITS);
    expect(cpuMs() - from).toBeLessThan(5_000);
  }
});

test('own words between lines that look like fields stay', () => {
  const lines = ['> a b c', 'To: c', 'x y', 'Sent: b', 'From: Jane'];
  expect(shown(lines)).toContain('x y');
});

test('whatever is left out is counted', () => {
  const line = fc.constantFrom(
    '> a b c',
    'Jane wrote:',
    '',
    'x y',
    '-----Original Message-----',
    'From: Jane',
    'Sent: b',
    'To: c',
    '____________________________',
    'old words of long ago',
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 30 }), fc.boolean(), (lines, knows) => {
      const thread = { ...THREAD, earlier: knows ? ['a b c\nold words of long ago'] : null };
      const { text, left } = shownWords(readText(lines.join('\n'), thread), LIMITS);
      const count = (all: readonly string[]) => all.filter((one) => one !== '' && one !== '[…]').length;
      expect(count(text.split('\n')) + (left?.lines ?? 0)).toBe(count(lines));
      expect(text === '').toBe(count(lines) === 0);
      if (!text.includes('x y')) expect(lines).not.toContain('x y');
    }),
  );
});
