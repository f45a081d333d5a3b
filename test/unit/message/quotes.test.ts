/** Where an answer ends and the mail that it answers begins. */
import { describe, expect, test } from 'vitest';
import { withoutQuotes } from '../../../src/message/quotes.js';

describe('a quotation at the end goes', () => {
  test.each([
    ['with the empty lines above it', ['Yes.', '', '> q']],
    ['with lines of white space in and around it', ['Yes.', ' \t', '> q', '  ', '> r', ' ']],
    ['with its introduction', ['Yes.', '', 'Jane wrote:', '> q']],
    ['with one below a line of white space', ['Yes.', '  ', 'Jane wrote:', '> q']],
    ['with one that ends in white space', ['Yes.', '', 'Jane wrote: ', '> q']],
    ['with one that is wrapped between its words', ['Yes.', '', 'Jane ha', 'scritto:', '> q']],
    ['with one over three lines', ['Yes.', '', 'On Monday, 1 January', 'Jane Doe', 'wrote:', '> q']],
    ['with one that names a year', ['Yes.', '', '2026-01-01 Jane:', '> q']],
    ['with one that names an address', ['Yes.', '', 'jane@example.com:', '> q']],
    ['with one that ends in a wide colon', ['Yes.', '', 'Jane 写道：', '> q']],
  ])('%s', (_, lines) => {
    expect(withoutQuotes(lines)).toEqual(['Yes.']);
  });
});

describe('what stands above it stays', () => {
  test.each([
    ['a line without the colon', ['Jane wrote 2026 mails: all good', '> q']],
    ['a line with a number', ['We need 12:', '> q']],
    ['four lines', ['a', '', 'b', 'c', 'd', 'wrote:', '> q']],
    ['what an empty line parts from it', ['See 2026', '', 'x:', '> q']],
    ['what a line of white space parts from it', ['See 2026', '  ', 'x:', '> q']],
  ])('%s', (_, lines) => {
    expect(withoutQuotes(lines)).toEqual(lines.slice(0, -1));
  });
});

describe('all stays', () => {
  test.each([
    ['without any quotation', ['Yes.', '', 'Jane wrote:']],
    ['if the quotation is further up', ['> q', 'Yes.', '', 'Jane wrote:']],
    ['if nothing else would be left', ['', '> q', '> r']],
    ['if nothing else would be left below the introduction', ['Jane wrote:', '', '> q']],
    ['of a sentence that begins like a field', ['Hello', 'From: here to there', 'I walk.']],
    ['of a line that begins like a date', ['Hello', 'Sent: the parcel', 'Bye.']],
    ['of an agenda', ['Hello', 'Away from: here', 'to: there']],
    ['of a list', ['Hello', 'From: here', 'And to: there']],
    ['of a field without a value', ['Hello', 'From:', 'To: x']],
    ['of a short rule', ['Yes.', '___', 'No.']],
    ['of a rule with words', ['Yes.', '____________________ no', 'No.']],
    ['of words about it', ['Yes.', 'See -----Original Message-----', 'No.']],
    ['of words beside it', ['Yes.', '-----Original Message----- is what Outlook writes', 'No.']],
  ])('%s', (_, lines) => {
    expect(withoutQuotes(lines)).toEqual(lines);
  });
});

describe('an original message goes', () => {
  test.each([
    '-----Original Message-----',
    '--- Ursprüngliche Nachricht ---',
    '-----Original-Nachricht-----',
    '----- Original Nachricht -----',
    "-----Message d'origine-----",
    '---------- Forwarded message ---------',
    '  -----Original Message-----  ',
    '________________________________',
    '-----原始邮件-----',
  ])('%s', (mark) => {
    expect(withoutQuotes(['Yes.', '', mark, 'From: Jane', 'old'])).toEqual(['Yes.']);
  });

  test.each([
    ['From: Jane', 'Sent: Monday'],
    ['From:Jane', 'Date:Monday'],
    ['*From:* Jane', '*Sent:* Monday'],
    ['Von: Jane', 'Gesendet: Montag'],
    ['De : Jane', 'Envoyé : lundi'],
    ['From: Jane', 'To: x'],
    ['发件人：Jane', '发送时间：x'],
  ])('below %s and %s', (from, next) => {
    expect(withoutQuotes(['Yes.', '', from, next, 'old'])).toEqual(['Yes.']);
  });

  test('but not the only message there is, from which a quotation goes all the same', () => {
    const lines = ['-----Original Message-----', 'Yes.', '> q'];
    expect(withoutQuotes(lines)).toEqual(lines.slice(0, 2));
  });
});
