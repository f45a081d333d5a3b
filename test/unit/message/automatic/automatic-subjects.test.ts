/** What subjects say of automatic mail, by themselves and beside other signs. */
import { describe, expect, test } from 'vitest';
import { classifyAutomatic } from '../../../../src/message/automatic/automatic.js';
import { blockOf, butFor } from '../parse.js';

const classify = (subject: string, ...lines: readonly string[]) =>
  classifyAutomatic(blockOf('From: jane@example.com', `Subject: ${subject}`, ...lines), null);
const kindOf = (...about: Parameters<typeof classify>) => classify(...about).automatic?.kind ?? null;
const FORMULA =
  'Its subject begins like that of an automatic reply, and nothing shows that a person wrote it.';
const isFormula = (subject: string) => classify(subject).suppressBecause.includes(FORMULA);

describe('the subject of an automatic reply', () => {
  test('is not answered, where no more than two words follow', () => {
    const formulas = [
      'Out of office',
      'Out of Office: Printer',
      'Automatic reply: Printer on fire, please come',
      'Out of office until Monday',
      'Out of office until next: x',
      'Abwesenheitsnotiz：Drucker',
      'Auto: x',
      '*** Out of office',
      '[list] Out of office',
    ];
    expect(butFor(true, formulas, isFormula)).toEqual([]);
  });

  test('is a sentence of a person else', () => {
    const sentences = [
      'Out of office next week, who covers?',
      'Vacation plans of all the staff',
      'Are you out of office',
      'Printer',
      '',
    ];
    expect(butFor(false, sentences, isFormula)).toEqual([]);
  });

  test('is answered if a mail client shows that a person wrote it', () => {
    expect(classify('Out of office for lunch', 'User-Agent: Mozilla Thunderbird').suppressAnswer).toBe(false);
  });

  test('makes an automatic reply only beside another sign', () => {
    const subject = 'Out of office next week';
    expect(kindOf(subject)).toBeNull();
    expect(kindOf(subject, 'Return-Path: <>')).toBe('auto-reply');
    expect(kindOf(subject, 'X-Auto-Response-Suppress: OOF')).toBe('auto-reply');
    expect(kindOf(subject, 'X-Auto-Response-Suppress: DR')).toBeNull();
    expect(kindOf(subject, 'Precedence: bulk')).toBe('auto-reply');
    expect(kindOf(subject, 'References: <a@b>')).toBe('auto-reply');
    expect(kindOf(subject, 'References: <a@b>', 'X-Mailer: Apple Mail')).toBeNull();
    expect(kindOf(subject, 'Precedence: not-bulk')).toBeNull();
    expect(kindOf('Printer', 'Precedence: bulk')).toBe('bulk');
    expect(kindOf('Printer', 'References: <a@b>')).toBeNull();
  });
});

describe('the subject of an answer that begins with a word for absence', () => {
  const answer = (subject: string) => classify(subject, 'References: <a@b>');

  test('is a program’s with next to nothing after it', () => {
    const notes = ['Vacation', 'Abwesend: Drucker', 'On leave until Monday', '不在', 'Auto: Printer on fire'];
    expect(butFor('auto-reply', notes, (subject) => answer(subject).automatic?.kind)).toEqual([]);
  });

  test('is a person’s with more, who is not answered', () => {
    const sentences = [
      'Vacation photos missing from my account',
      'Poissaolon kirjaus ei toimi',
      'Fravær kan ikke registreres i systemet',
      'Ausência de resposta ao meu pedido',
    ];
    expect(butFor(null, sentences, (subject) => answer(subject).automatic)).toEqual([]);
    expect(butFor(true, sentences, (subject) => answer(subject).suppressAnswer)).toEqual([]);
  });

  test('does not matter where programs have words of their own', () => {
    const subjects = ['Automatic reply to what you asked us today', '[Auto-Reply] Re: a printer is on fire'];
    expect(butFor('auto-reply', subjects, (subject) => answer(subject).automatic?.kind)).toEqual([]);
  });
});

describe('the subject of a delivery that did not fail', () => {
  const daemon = (subject: string) =>
    classifyAutomatic(blockOf('From: MAILER-DAEMON@example.com', `Subject: ${subject}`), null).automatic
      ?.kind;

  test('makes a notice of what would be a bounce', () => {
    const subjects = [
      'Delayed Mail',
      'Delivery delay',
      'Warning: message still being retried',
      'Your mail will be retried',
      'Your mail will retry',
      'Relayed: x',
      'Successful delivery',
      'Mail successfully sent',
      'Delivered: x',
      'Delivery confirmation',
      'Delivery status (relay)',
      'Zustellung verzögert',
      'Message retardé',
    ];
    expect(butFor('delivery-notice', subjects, daemon)).toEqual([]);
    expect(butFor('bounce', ['Undelivered mail', 'Undelayed', 'Returned', 'Unsuccessful'], daemon)).toEqual(
      [],
    );
  });

  test('means nothing elsewhere', () => {
    expect(kindOf('Delayed Mail')).toBeNull();
  });
});

describe('the subject of returned mail', () => {
  test('makes a bounce of mail with a null sender', () => {
    const subjects = [
      'Undeliverable: x',
      'Mail delivery failed',
      'failure notice',
      'Unzustellbar: x',
      '[x] Undelivered',
    ];
    expect(butFor('bounce', subjects, (subject) => kindOf(subject, 'Return-Path: <>'))).toEqual([]);
    const others = ['Printer', 'Fwd: Undeliverable: x', 'Is it undeliverable?'];
    expect(butFor('generated', others, (subject) => kindOf(subject, 'Return-Path: <>'))).toEqual([]);
  });

  test('is reason enough to look at the body, unless a person or a list sent it', () => {
    const asks = (subject: string, ...lines: readonly string[]) => classify(subject, ...lines).mayBeBounce;
    expect(asks('Undeliverable: x')).toBe(true);
    expect(asks('About your mail: returned mail')).toBe(true);
    expect(asks('Fwd: your mail: returned mail')).toBe(false);
    expect(asks('Undeliverable: x', 'User-Agent: Mutt/2.2')).toBe(false);
    expect(asks('Undeliverable: x', 'List-Id: <x.example>')).toBe(true);
    expect(asks('About your mail: returned mail', 'List-Id: <x.example>')).toBe(false);
    expect(asks('Printer', 'Content-Type: multipart/report; report-type=x')).toBe(true);
    expect(asks('Printer', 'X-MLServer: fml')).toBe(true);
    expect(asks('Printer', 'X-Amz-Sns-Message-Id: x')).toBe(true);
    expect(asks('Printer', 'Return-Path: <>', 'User-Agent: Mutt/2.2')).toBe(true);
    expect(asks('Printer')).toBe(false);
  });
});

test('mail without a From field is nobody’s', () => {
  const kind = (...lines: readonly string[]) => classifyAutomatic(blockOf(...lines), null).automatic?.kind;
  expect(kind('Subject: Undeliverable: x')).toBe('bounce');
  expect(kind('From: x', 'Subject: Undeliverable: x')).toBeUndefined();
  expect(kind('Subject: Printer')).toBeUndefined();
});

test('the address that a person and a machine share is told by all senders', () => {
  const kind = (from: string) =>
    classifyAutomatic(blockOf(`From: ${from}`, 'Subject: x'), null).automatic?.kind;
  expect(kind('jane@example.com, mailer-daemon@example.com')).toBe('bounce');
  expect(kind('Jane <jane@example.com>')).toBeUndefined();
});
