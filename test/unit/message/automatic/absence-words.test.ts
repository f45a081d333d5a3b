/** Absence notes and receipts by the words of their subject, and what people write with the same words. */
import { describe, expect, test } from 'vitest';
import {
  absenceWords,
  autoReplyOpening,
  endsLikeAutoReply,
  isAbsenceNoteWhole,
  MATTER,
} from '../../../../src/message/automatic/absence-words.js';
import { isReceiptSubject } from '../../../../src/message/automatic/receipt-words.js';
import { cpuMs } from '../cpu-time.js';
import { butFor } from '../parse.js';

const where = (subject: string) => absenceWords(subject)?.where ?? null;

describe('the words of an absence note', () => {
  test('are the whole subject', () => {
    const notes = [
      'Out of Office reply',
      'Out of Office AutoReply:',
      'Out of office',
      'Out of office until Monday',
      'Out-of-office notification',
      'Automatic reply',
      'Automatic Reply:',
      '[Automatic reply]',
      'Abwesenheitsnotiz',
      'Abwesenheitsnotiz bis 12.01.',
      'Abwesend vom 23.12. bis 2.1.',
      'Automatische Antwort:',
      'Nicht im Büro',
      'Réponse automatique',
      'Absence du bureau',
      'Respuesta automática',
      'Fuera de la oficina hasta el lunes',
      'Risposta automatica:',
      'Fuori ufficio',
      'Resposta automática',
      'Automatisch antwoord',
      'Afwezig tot en met maandag',
      'Autosvar',
      'Automaattinen vastaus',
      'Odpowiedź automatyczna',
      'Автоответ',
      '自动回复',
      '自動応答',
      '不在',
      '부재중',
      'תשובה אוטומטית',
      'מענה אוטומטי',
      'Abwesenheitsmeldung',
      'Message d’absence',
      'Ausencia de la oficina',
      'Ausência do escritório',
      'Afwezigheidsbericht',
      'Fraværsmelding',
      'Nieobecność',
      'Nepřítomnost',
      'Házon kívül',
      'Вне офиса',
      'İşyeri dışında',
      'Εκτός γραφείου',
      '不在通知',
      '** Automatic reply **',
      '(Out of office)',
      'Out of office 5-12 January',
      'Out of office 12/01/2026',
      'Holiday auto-reply',
      'Annual leave',
      'Absence',
      '[EXT] Abwesenheitsnotiz',
      'Abwesenheitsnotiz von Jane Roe',
      'Out of Office Alert',
      'Im Urlaub bis 12.01.',
    ];
    expect(butFor('whole', notes, where)).toEqual([]);
  });

  test('are a sentence about somebody, as Notes and others write it', () => {
    const notes = [
      'Jane Roe is out of the office.',
      'Jane Roe/ACME is out of the office.',
      'AUTO: Jane Roe is out of the office (returning 12/01/2026)',
      'AUTO: Jane Roe ist außer Haus. (Rückkehr am 12.01.2026)',
      'Jane Roe is currently out of office until Monday',
      'Jane Roe will be out of the office from 1 to 9 May.',
      'Jane Roe is on vacation',
      'Jane Roe ist außer Haus.',
      'Jane Roe ist zurzeit nicht im Büro.',
      'Jane Roe est absente du bureau',
      'Jane Roe está fuera de la oficina.',
      'Jane Roe è fuori ufficio',
      'Jane Roe está fora do escritório',
      'Jane Roe is afwezig tot maandag',
      'Jane Roe jest poza biurem',
      'Jane Roe är på semester',
      'Jane Roe er ikke på kontoret',
      'I am out of the office until Monday.',
      'Ich bin im Urlaub bis 4. Mai',
    ];
    expect(butFor('whole', notes, where)).toEqual([]);
  });

  test('stand in front of the matter', () => {
    const notes = [
      `Out of office: ${MATTER}`,
      `Out of office Re: ${MATTER}`,
      `Out of office ${MATTER}`,
      `Automatic reply: ${MATTER}`,
      `Abwesenheitsnotiz: ${MATTER}`,
      `Abwesenheit - ${MATTER}`,
      `Réponse automatique : ${MATTER}`,
      `Autosvar: ${MATTER}`,
      `自動応答: ${MATTER}`,
      `AUTO: ${MATTER}`,
      'Out of office until Monday: Printer',
      '*** Out of office: Printer',
      `(Out of office) Re: ${MATTER}`,
      `Abwesenheitsmeldung: ${MATTER}`,
      `不在通知: ${MATTER}`,
      `[EXTERN] Automatische Antwort: ${MATTER}`,
      `Automatic reply from Jane Roe: ${MATTER}`,
      `AUTO: Re: ${MATTER}`,
      `Away: ${MATTER}`,
      `I am on vacation Re: ${MATTER}`,
      `I'm out of office Re: ${MATTER}`,
      `I am currently out of the office: ${MATTER}`,
    ];
    expect(butFor('opening', notes, where)).toEqual([]);
  });

  test('stand behind the matter', () => {
    const notes = [
      `${MATTER} - Automatic reply`,
      `${MATTER} – Abwesenheitsnotiz`,
      `${MATTER}: Out of office`,
      `${MATTER} (Out of Office)`,
      `${MATTER} [Automatic reply]`,
      `${MATTER} | Réponse automatique`,
      `${MATTER} - Respuesta automática`,
      `${MATTER}（自動応答）`,
      `${MATTER} -- Out of Office Reply`,
      `${MATTER} - Message d'absence`,
      'Printer - Automatic reply.',
    ];
    expect(butFor('closing', notes, where)).toEqual([]);
  });

  test('are a person’s with a sentence or a question around them', () => {
    const sentences = [
      'Out of office on Friday, who takes over?',
      'Who is out of the office?',
      'Is Steve out of the office?',
      'Is Steve out of the office today? Printer is broken',
      'Steve is out of the office, the printer is broken',
      'Automatic reply does not work',
      'Automatic replies are sent twice',
      'Out of office reply broken',
      'My out of office is broken',
      'Abwesenheitsnotiz lässt sich nicht einrichten',
      'Vacation, and the printer',
      'Vacation photos are missing',
      'Auto: Kupplung defekt',
      'Fravær kan ikke registreres i systemet',
      'FYI: Kim is on vacation',
      'The printer is on fire',
      'Annual leave: form is broken',
      'Sick leave - Printer',
      'Printer - annual leave',
      'Abwesenheitsmeldung fehlt im Portal',
      'Fuera de la oficina no funciona',
      'Отсутствие связи: что делать',
      'Out of office 2, who takes over?',
      'Automatic reply from your desk has a typo',
      `Absence of light: ${MATTER}`,
      `[Question] Automatic reply does not work`,
      'I am out of toner: Printer',
      `I am out of paper ${MATTER}`,
      `Away from: ${MATTER}`,
      `${MATTER} and the out of office assistant`,
      MATTER,
      '',
    ];
    expect(butFor(null, sentences, where)).toEqual([]);
  });

  test('are told as they stand there', () => {
    expect(absenceWords('Out of Office reply')?.words).toBe('Out of Office');
    expect(absenceWords(`${MATTER} - Automatic reply`)?.words).toBe('Automatic reply');
    expect(absenceWords('Jane Roe is away from her desk')?.words).toBe('away from her desk');
    expect(autoReplyOpening('Abwesenheitsnotiz, ich lese nichts')).toBe('Abwesenheitsnotiz');
    expect(autoReplyOpening('Printer')).toBeNull();
  });

  test('of a new mail silence the desk where a person hardly writes them', () => {
    expect(
      butFor(
        true,
        [
          'Out of Office reply',
          'Jane Roe is out of the office.',
          'Abwesenheitsmeldung',
          'Fuera de la oficina',
          'Fuori ufficio',
        ],
        isAbsenceNoteWhole,
      ),
    ).toEqual([]);
    const people = [
      'Vacation',
      'I am on holiday',
      'On leave',
      'Annual leave',
      'Frånvaro',
      'Nieobecność',
      'Out of office: Printer',
      'Automatic reply broken',
    ];
    expect(butFor(false, people, isAbsenceNoteWhole)).toEqual([]);
    expect(
      butFor(true, ['[#5] Printer - Automatic reply', 'Printer (Out of office)'], endsLikeAutoReply),
    ).toEqual([]);
    const others = ['Question: automatic reply', 'Printer - on leave', 'Printer-autoreply', 'Printer'];
    expect(butFor(false, others, endsLikeAutoReply)).toEqual([]);
  });

  test('are looked for in bounded time', () => {
    const began = cpuMs();
    const long = [
      'a '.repeat(125),
      `out of office ${'x '.repeat(118)}`,
      '('.repeat(250),
      `x is ${'is '.repeat(80)}`,
      ' - '.repeat(83),
    ];
    for (let times = 0; times < 20; times += 1) for (const one of long) absenceWords(one);
    expect(cpuMs() - began).toBeLessThan(2_000);
  });
});

describe('the words of a receipt', () => {
  test('are those with which programs say that something has come in', () => {
    const receipts = [
      '[Request received] Printer',
      `[Request received] ${MATTER}`,
      'Ticket Received - Printer',
      '[#5] Ticket created: Printer',
      'Support Ticket Opened [#123456]',
      'Your request (5) has been received: Printer',
      'Your support request has been registered',
      'We have received your request',
      "We've received your message",
      'Thank you for contacting Example',
      'Thanks for your inquiry (Printer)',
      'Eingangsbestätigung: Printer',
      'Ihre Anfrage ist eingegangen',
      'Wir haben Ihre Nachricht erhalten',
      'Accusé de réception',
      'Votre demande a bien été enregistrée',
      'Acuse de recibo',
      'Conferma di ricezione',
      'Ontvangstbevestiging',
      'Potwierdzenie otrzymania',
      `${MATTER} - Ticket received`,
      'Case 0001 created',
      'Ticket#2026010510000013 created: Printer',
      'A new ticket has been created: Printer',
      'Incident INC0012345 has been opened',
      'INC0012345 opened on your behalf',
      'Ihr Ticket wurde erstellt: Printer',
      'Votre ticket a été créé',
      'Hemos recibido tu solicitud',
      'La tua richiesta è stata ricevuta: Printer',
      'Uw aanvraag is ontvangen: Printer',
      'Din henvendelse er modtaget',
      'Ditt ärende har mottagits',
      'Zgłoszenie zostało przyjęte',
      'Váš požadavek byl přijat',
      'Ticket erstellt: Printer',
      '[Demande reçue] Printer',
      '[Anfrage erhalten] Printer',
      '[Aanvraag ontvangen] Printer',
      '[Solicitação recebida] Printer',
      'Nous avons bien reçu votre demande : Printer',
      '[Запрос получен] Printer',
    ];
    expect(butFor(true, receipts, isReceiptSubject)).toEqual([]);
  });

  test('are none in what clerks answer', () => {
    const answers = [
      `Re: ${MATTER}`,
      MATTER,
      `[Example #5] ${MATTER}`,
      '[#5] Update: Printer',
      'Your request has been updated',
      'Your request is solved',
      'Part received?',
      'Ticket',
      'Request',
      'We have the part',
      'Ticket received by you?',
      'Ihr Ticket wurde gelöst',
      'Votre demande a été traitée',
      'Uw aanvraag is afgehandeld',
      'Your ticket has been solved',
      'Die Anfrage ist erledigt',
      'Ticket gelöst',
      'Wij hebben uw vraag beantwoord',
      'Received: two printers',
      '',
    ];
    expect(butFor(false, answers, isReceiptSubject)).toEqual([]);
  });
});
