import { describe, expect, it } from 'vitest';
import { blank } from '../../../../src/desk/decide/question.js';
import { newcomerId } from '../../../../src/desk/letters/audience.js';
import { composeLetter, type Writer } from '../../../../src/desk/letters/compose-letter.js';
import type { Letter } from '../../../../src/desk/letters/letters.js';
import type { Reading } from '../../../../src/desk/letters/reading.js';
import { rowOf, verifyStaged } from '../../../../src/desk/letters/staging.js';
import type { DeskPolicy } from '../../../../src/desk/policy.js';
import { isOwn, signOrigin } from '../../../../src/desk/sign/origin.js';
import {
  REQUESTER,
  readSignedId,
  signedDoneAddress,
  signedTicketAddress,
  threadId,
} from '../../../../src/desk/sign/ticket-address.js';
import type { Decision } from '../../../../src/desk/ticket/decision.js';
import type { Ticket } from '../../../../src/desk/ticket/ticket.js';
import { asBody } from '../../../../src/message/compose/original.js';
import { type Facts } from '../../../../src/message/facts/facts.js';
import { cleanText, decodeText } from '../../../../src/message/header/encoded-words.js';
import { fieldValues, parseHeaderBlock, splitMessage } from '../../../../src/message/header/header-block.js';
import { readFacts } from '../../../../src/message/read-facts.js';
import { ANN, deskPolicy, message, READING, STEVE, ticket } from '../desk.js';

const NOW = new Date('2026-01-02T03:04:05Z');
const root = message({ id: 'root@example.com', fields: ['References: <asked@example.org>'] });
const held = ticket(1, root);
const steve = { kind: 'staff' as const, member: STEVE };

let rendered: { name: string; variables: Readonly<Record<string, unknown>> } | null = null;
const policy = deskPolicy({
  render: (name, variables) => {
    rendered = { name, variables };
    return `Text of ${name}\n`;
  },
});

interface Circumstances {
  readonly facts?: Facts;
  readonly ticket?: Ticket | null;
  readonly decision?: Partial<Decision>;
  readonly reading?: Partial<Reading>;
  readonly desk?: DeskPolicy;
}

function write(letter: Letter, about: Circumstances = {}) {
  const { facts = root, desk = policy } = about;
  const writer: Writer = {
    policy: desk,
    now: NOW,
    folders: { review: 'Review', open: 'Open', archived: 'Archived' },
  };
  const occasion = {
    decision: { ...blank(facts), ...about.decision },
    facts,
    ticket: about.ticket === undefined ? held : about.ticket,
  };
  rendered = null;
  const { stage, messageId, raw } = composeLetter(writer, occasion, {
    letter,
    reading: { ...READING, ...about.reading },
  });
  const opened = verifyStaged(desk, raw);
  const sent = opened?.raw ?? Buffer.alloc(0);
  const { header, body } = splitMessage(sent);
  const block = parseHeaderBlock(header);
  return {
    stage,
    messageId,
    opened,
    sent,
    header: header.toString(),
    body: body.toString(),
    field: (name: string) => fieldValues(block, name)[0] ?? null,
    references: (fieldValues(block, 'references')[0] ?? '').split(/[\s<>]+/).filter(Boolean),
  };
}

const ACKNOWLEDGEMENT: Letter = { purpose: 'acknowledgement', to: 'jane@example.com' };
const CONFIRMATION: Letter = { purpose: 'confirmation', to: 'jane@example.com' };
const ERROR_REPORT: Letter = { purpose: 'error-report', to: 'jane@example.com', number: 42 };
const NOTICE: Letter = {
  purpose: 'notice',
  to: 'steve@example.org',
  member: STEVE,
  answerTo: ['jane@example.com'],
};
const FILING_NOTE: Letter = { purpose: 'filing-note', to: null, why: { name: 'not-answered-list' } };
const NOT_RELAYED: Letter = { purpose: 'not-relayed', to: 'steve@example.org', member: STEVE };
const RELAY: Letter = { purpose: 'relay', to: 'jane@example.com', member: STEVE };
const REVIEW: Letter = {
  purpose: 'review-notice',
  to: 'steve@example.org',
  member: STEVE,
  why: { name: 'review-conflict', values: { numbers: '1, 2' } },
};
const DIGEST: Letter = { purpose: 'digest', to: 'steve@example.org', member: STEVE, window: 7 };
const WITHOUT_RELAY = [
  ACKNOWLEDGEMENT,
  CONFIRMATION,
  ERROR_REPORT,
  NOTICE,
  FILING_NOTE,
  NOT_RELAYED,
  REVIEW,
  DIGEST,
];

describe('every letter', () => {
  it.each(WITHOUT_RELAY.map((letter) => [letter.purpose, letter] as const))('%s', (purpose, letter) => {
    const { stage, opened, messageId, field, sent } = write(letter);
    expect(opened?.stage).toEqual(stage);
    expect(stage).toMatchObject({
      purpose,
      to: letter.to,
      cause: root.identity,
      causeId: 'root@example.com',
    });
    expect(field('message-id')).toBe(`<${messageId}>`);
    expect(field('date')).toBe('Fri, 02 Jan 2026 03:04:05 +0000');
    expect(field('x-auto-response-suppress')).toBe('All');
    expect(field('to')).toBe(letter.to ?? 'support@example.com');
    const facts = readFacts({
      header: splitMessage(sent).header,
      size: sent.length,
      receivedAt: NOW,
      structure: null,
    });
    expect(isOwn(policy, facts)).toBe(true);
    expect(write(letter).messageId).toBe(messageId);
    const { text } = rowOf(letter);
    expect(rendered?.name).toBe(text?.name);
    expect(Object.keys(rendered?.variables ?? {})).toEqual(
      expect.arrayContaining(Object.keys(text?.variables ?? {})),
    );
  });

  it('has an id of its own for its cause, its purpose and its recipient', () => {
    const other = message({ id: 'other@example.com' });
    const all = [
      ...WITHOUT_RELAY.map((letter) => write(letter)),
      write(ACKNOWLEDGEMENT, { facts: other }),
      write({ ...ACKNOWLEDGEMENT, to: 'kim@example.net' }),
      write({ ...DIGEST, window: 8 }),
      write({ ...NOTICE, to: 'ann@example.org', member: ANN }),
    ];
    expect(new Set(all.map(({ messageId }) => messageId)).size).toBe(all.length);
  });

  // What an older version has staged must be found again by a newer one.
  it('has the same id in every version', () => {
    expect(write(ACKNOWLEDGEMENT).messageId).toBe('imapdesk.1.nk3b0488.zt2wvvgyd1hv9y6snbty@example.com');
    expect(write(FILING_NOTE).messageId).toBe('imapdesk.1.nk3b0488.tc1c39mt1ktyttpame8k@example.com');
  });

  it('has the same id for another spelling of its recipient', () => {
    expect(write({ ...ACKNOWLEDGEMENT, to: 'Jane@Example.com' }).messageId).toBe(
      write(ACKNOWLEDGEMENT).messageId,
    );
  });
});

describe('the id of a letter', () => {
  it.each([
    ['the requester', ACKNOWLEDGEMENT, REQUESTER],
    ['the requester', CONFIRMATION, REQUESTER],
    ['the member', NOTICE, steve],
    ['the member', NOT_RELAYED, steve],
  ])('proves the ticket, and %s: %o', (_, letter, role) => {
    expect(readSignedId(policy, write(letter).messageId)).toEqual({ number: 1, role });
    expect(write(letter).stage.ticket).toBe(1);
  });

  it.each([ERROR_REPORT, REVIEW, DIGEST])('proves no ticket: %o', (letter) => {
    expect(readSignedId(policy, write(letter).messageId)?.number).toBe(0);
    expect(write(letter).stage.ticket).toBeNull();
    expect(write(letter).field('reply-to')).toBeNull();
  });

  it('of a digest is the same whichever message was one too many', () => {
    const other = write(DIGEST, { facts: message({ id: 'other@example.com' }) });
    expect(other.messageId).toBe(write(DIGEST).messageId);
  });

  it('proves no ticket where there is none', () => {
    expect(write(NOT_RELAYED, { ticket: null }).stage.ticket).toBeNull();
  });
});

describe('an answer to it', () => {
  it('goes to the signed address of the ticket', () => {
    expect(write(ACKNOWLEDGEMENT).field('reply-to')).toBe(
      `"Example Support (ticket 1)" <${signedTicketAddress(policy, 1, REQUESTER)}>`,
    );
    expect(write(NOTICE).field('reply-to')).toContain(`<${signedTicketAddress(policy, 1, steve)}>`);
  });

  it('goes to the desk on a host without plus-addressing', () => {
    const desk = deskPolicy({ addresses: null });
    expect(write(ACKNOWLEDGEMENT, { desk }).field('reply-to')).toContain('<support@example.com>');
  });
});

describe('the subject', () => {
  const late = message({ subject: 'Another subject' });

  it.each([
    [ACKNOWLEDGEMENT, 'Re: [issue1] Printer on fire'],
    [CONFIRMATION, 'Re: [issue1] Printer on fire'],
    [FILING_NOTE, 'Re: [issue1] Printer on fire'],
    [NOTICE, '[issue1] Printer on fire'],
    [NOT_RELAYED, '[issue1] Printer on fire'],
  ])('is the ticket’s, with its tag: %o', (letter, subject) => {
    expect(write(letter, { facts: late }).field('subject')).toBe(subject);
  });

  it('of a ticket without one is what the desk’s language says', () => {
    const desk = { ...policy, phrase: (name: string) => `«${name}»` };
    const empty = { desk, ticket: ticket(1, message({ subject: 'Re:' })) };
    expect(cleanText(decodeText(write(NOTICE, empty).field('subject') ?? ''), 100)).toBe(
      '[issue1] «no-subject»',
    );
  });

  it.each([
    [ERROR_REPORT, 'Re: Another subject', 'Re: (no subject)'],
    [REVIEW, 'To be looked at: Another subject', 'To be looked at: (no subject)'],
    [DIGEST, 'Example Support: more mail than notices', 'Example Support: more mail than notices'],
  ])('is the message’s where no ticket is named: %o', (letter, subject, without) => {
    expect(write(letter, { facts: late }).field('subject')).toBe(subject);
    expect(write(letter, { facts: message({ subject: '' }) }).field('subject')).toBe(without);
  });
});

describe('the sender', () => {
  it('is the desk', () => {
    expect(write(ACKNOWLEDGEMENT).field('from')).toBe('Example Support <support@example.com>');
  });

  it('of a notice names who wrote', () => {
    const from = (about: string) => write(NOTICE, { facts: message({ from: about }) }).field('from');
    expect(from('Jane Doe <jane@example.com>')).toBe('"Jane Doe (Example Support)" <support@example.com>');
    expect(from('jane@example.com')).toBe('"jane@example.com (Example Support)" <support@example.com>');
    expect(from('')).toBe('"unknown sender (Example Support)" <support@example.com>');
  });
});

describe('the thread of an answer', () => {
  it('is the ticket’s own id, what the message named, and the message', () => {
    const { field, references } = write(ACKNOWLEDGEMENT);
    expect(field('in-reply-to')).toBe('<root@example.com>');
    expect(references).toEqual([threadId(policy, 1, REQUESTER), 'asked@example.org', 'root@example.com']);
  });

  it('names no id twice, and of the message’s own five at most', () => {
    const named = ['a', 'b', 'c', 'd', 'e', 'f'].map((one) => `${one}@example.org`);
    const fields = [`References: ${named.map((id) => `<${id}>`).join(' ')}`];
    const late = message({ id: 'late@example.com', fields });
    expect(write(CONFIRMATION, { facts: late }).references).toEqual([
      threadId(policy, 1, REQUESTER),
      ...named.slice(1),
      'late@example.com',
    ]);
    const itself = message({ id: 'late@example.com', fields: ['References: <late@example.com>'] });
    expect(write(CONFIRMATION, { facts: itself }).references).toEqual([
      threadId(policy, 1, REQUESTER),
      'late@example.com',
    ]);
  });

  it('of an error report names no ticket', () => {
    expect(write(ERROR_REPORT).references).toEqual(['asked@example.org', 'root@example.com']);
    expect(write(ERROR_REPORT).field('auto-submitted')).toBe('auto-replied');
  });

  it('to a message without an id is the ticket alone', () => {
    const { field, references } = write(ACKNOWLEDGEMENT, {
      facts: { ...root, messageId: null, references: [] },
    });
    expect([field('in-reply-to'), references]).toEqual([null, [threadId(policy, 1, REQUESTER)]]);
  });
});

describe('the thread of a notice', () => {
  const own = threadId(policy, 1, steve);

  it('is the ticket’s id for the member, and the opening mail', () => {
    const { field, references } = write(NOTICE, { facts: message({ id: 'late@example.com' }) });
    expect(field('in-reply-to')).toBe(`<${own}>`);
    expect(references).toEqual([own, 'root@example.com']);
    expect(field('auto-submitted')).toBe('auto-generated');
  });

  it('about somebody new names an id that leads to them', () => {
    const stranger = message({ from: 'joe@example.net' });
    const id = newcomerId(policy, { number: 1, member: STEVE, identity: stranger.identity });
    const about = { facts: stranger, decision: { newcomer: true } };
    expect(write(NOTICE, about).references).toEqual([own, id, 'root@example.com']);
    expect(write(NOT_RELAYED, about).references).toEqual([own, 'root@example.com']);
  });

  it('of no ticket is none', () => {
    const { field, references } = write(REVIEW, { ticket: null });
    expect([field('in-reply-to'), references]).toEqual([null, []]);
  });
});

describe('the text', () => {
  const variables = (...about: Parameters<typeof write>) => {
    const { body } = write(...about);
    expect(body).toBe(`Text of ${rendered?.name}\r\n`);
    return rendered;
  };
  const common = {
    deskName: 'Example Support',
    deskAddress: 'support@example.com',
    number: 1,
    subject: 'Printer on fire',
    replyAddress: signedTicketAddress(policy, 1, REQUESTER),
  };
  const late = { facts: message({ subject: 'Another subject' }) };

  it.each<[Letter, string, Record<string, unknown>]>([
    [
      ACKNOWLEDGEMENT,
      'acknowledgement',
      { ...common, doneAddress: signedDoneAddress(policy, 1, REQUESTER), follows: null, link: null },
    ],
    [FILING_NOTE, 'filing-note', { ...common, reason: policy.phrase('not-answered-list') }],
    [CONFIRMATION, 'confirmation-closed', common],
    [NOT_RELAYED, 'not-relayed', { ...common, reason: policy.phrase('not-relayed-unproven') }],
    [DIGEST, 'digest', { deskName: 'Example Support', openFolder: 'Open', minutes: 60 }],
  ])('of %o', (letter, name, expected) => {
    expect(variables(letter, late)).toEqual({ name, variables: expected });
  });

  it('of an acknowledgement names the closed ticket that this one follows', () => {
    const following = { ...held, entry: { ...held.entry, follows: 7 } };
    expect(variables(ACKNOWLEDGEMENT, { ticket: following })?.variables['follows']).toBe(7);
  });

  it('of an error report names the number that does not exist', () => {
    expect(variables(ERROR_REPORT, { ...late, ticket: null })).toMatchObject({
      name: 'error-report',
      variables: { number: 42, subject: 'Another subject', deskAddress: 'support@example.com' },
    });
  });

  it('of a review notice says where, from whom and why', () => {
    expect(variables(REVIEW, { ...late, ticket: null })).toMatchObject({
      name: 'review-notice',
      variables: {
        folder: 'Review',
        openFolder: 'Open',
        from: 'Jane Doe <jane@example.com>',
        reason: policy.phrase('review-conflict', { numbers: '1, 2' }),
        subject: 'Another subject',
      },
    });
  });

  it('of a notice holds the first words', () => {
    expect(variables(NOTICE)).toMatchObject({
      name: 'notice',
      variables: { excerpt: 'It burns.', number: 1, replyGoesTo: 'jane@example.com' },
    });
  });

  it('names no subject as such, and a long one in short', () => {
    const named = (subject: string) =>
      variables(CONFIRMATION, { ticket: ticket(1, message({ subject })) })?.variables['subject'];
    expect(named('')).toBe('(no subject)');
    expect(String(named('x'.repeat(240)))).toHaveLength(200);
  });

  it('gives no address on a host without plus-addressing', () => {
    const desk = { ...policy, addresses: null };
    expect(variables(ACKNOWLEDGEMENT, { desk })?.variables).toMatchObject({
      replyAddress: null,
      doneAddress: null,
    });
  });
});

describe('a relay', () => {
  const source = Buffer.from('From: steve@example.org\r\nX-Office: secret\r\n\r\nPull the plug.\r\n');
  const steves = message({ from: 'steve@example.org', id: 'steves@example.org' });
  const about: Circumstances = { facts: steves, reading: { body: asBody(source) } };

  it('has the reply’s body and none of its fields', () => {
    const { body, header, field, stage } = write(RELAY, about);
    expect(body).toBe('Pull the plug.\r\n');
    expect(header).not.toContain('X-Office');
    expect([field('auto-submitted'), field('x-auto-response-suppress')]).toEqual([null, null]);
    expect(stage).toMatchObject({
      purpose: 'relay',
      ticket: 1,
      to: 'jane@example.com',
      cause: steves.identity,
    });
  });

  it('comes from the member at the desk, to the requester’s own address', () => {
    const { field, messageId } = write(RELAY, about);
    expect(field('from')).toBe('Steve at Example Support <support@example.com>');
    expect(field('subject')).toBe('Re: [issue1] Printer on fire');
    expect(field('reply-to')).toContain(signedTicketAddress(policy, 1, REQUESTER));
    expect(readSignedId(policy, messageId)).toEqual({ number: 1, role: REQUESTER });
    const nameless = { ...RELAY, member: { ...STEVE, name: '' } };
    expect(write(nameless, about).field('from')).toBe('Example Support <support@example.com>');
  });

  it('answers the requester’s last message', () => {
    const asked = message({ id: 'asked-again@example.com', fields: ['References: <root@example.com>'] });
    const strangers = message({ from: 'joe@example.net', id: 'joe@example.net' });
    const earlier = message({ id: 'earlier@example.com' });
    const { field, references } = write(RELAY, {
      ...about,
      ticket: ticket(1, root, 'open', [earlier, asked, strangers]),
    });
    expect(field('in-reply-to')).toBe('<asked-again@example.com>');
    expect(references).toEqual([
      threadId(policy, 1, REQUESTER),
      'root@example.com',
      'asked-again@example.com',
    ]);
  });

  it('does not answer what the desk itself wrote', () => {
    const text = 'From: jane@example.com\r\nMessage-ID: <ours@example.com>\r\nSubject: x\r\n\r\n';
    const header = signOrigin(policy, Buffer.from(text));
    const ours = readFacts({ header, size: header.length, receivedAt: NOW, structure: null });
    expect(write(RELAY, { ...about, ticket: ticket(1, root, 'open', [ours]) }).field('in-reply-to')).toBe(
      '<root@example.com>',
    );
  });

  it('answers the opening mail by its id where no message is at hand', () => {
    const { field, references } = write(RELAY, { ...about, ticket: { ...held, messages: [] } });
    expect(field('in-reply-to')).toBe('<root@example.com>');
    expect(references).toEqual([threadId(policy, 1, REQUESTER), 'root@example.com']);
  });

  it('needs the reply’s bytes', () => {
    expect(() => write(RELAY, { facts: steves })).toThrow(TypeError);
  });
});
