import { describe, expect, it } from 'vitest';
import { blank } from '../../../../src/desk/decide/question.js';
import { composeLetter } from '../../../../src/desk/letters/compose-letter.js';
import { marksOf } from '../../../../src/desk/letters/letter-subject.js';
import type { Letter } from '../../../../src/desk/letters/letters.js';
import { verifyStaged } from '../../../../src/desk/letters/staging.js';
import type { DeskPolicy } from '../../../../src/desk/policy.js';
import { REQUESTER, signedTicketAddress, threadId } from '../../../../src/desk/sign/ticket-address.js';
import { asBody } from '../../../../src/message/compose/original.js';
import type { Facts } from '../../../../src/message/facts/facts.js';
import { decodeText } from '../../../../src/message/header/encoded-words.js';
import { fieldValues, parseHeaderBlock, splitMessage } from '../../../../src/message/header/header-block.js';
import { deskPolicy, message, STEVE, ticket, type Written } from '../desk.js';

const policy = deskPolicy({ render: (name) => `${name}\n` });
const proven = { ...policy, authservId: 'mx.example.com' };
const root = message({ id: 'root@example.com', fields: ['Cc: kim@example.net'] });
const ours = `References: <${threadId(policy, 1, REQUESTER)}>`;
const later = (subject: string, about: Written = {}) => message({ subject, fields: [ours], ...about });
const held = (...more: readonly Facts[]) => ticket(1, root, 'open', more);
const marks = (more: readonly Facts[], to = 'jane@example.com', desk: DeskPolicy = policy) =>
  marksOf(desk, held(...more), to).map(({ text }) => text);

function subjectOf(letter: Letter, more: readonly Facts[], by = root): string {
  const writer = {
    policy,
    now: new Date(0),
    folders: { review: 'Review', open: 'Open', archived: 'Archived' },
  };
  const source = Buffer.from('From: steve@example.org\r\n\r\nHello\r\n');
  const occasion = { decision: blank(by), facts: by, ticket: ticket(1, by, 'open', more) };
  const { raw } = composeLetter(writer, occasion, {
    letter,
    reading: { excerpt: '', left: null, cut: false, attachments: [], body: asBody(source), part: null },
  });
  const block = parseHeaderBlock(splitMessage(verifyStaged(policy, raw)?.raw ?? Buffer.alloc(0)).header);
  return decodeText(fieldValues(block, 'subject')[0] ?? '');
}

const relay = (to: string): Letter => ({ purpose: 'relay', to, member: STEVE });

describe("the marks of a participant's tracker", () => {
  it('are those of their later mail, the newest first, one of each form', () => {
    expect(marks([later('Re: [issue1] Printer [Ticket#71]')])).toEqual(['[Ticket#71]']);
    expect(marks([later('[SD-1] x'), later('[Ticket#71] x'), later('Re: [SD-2] x'), later('x')])).toEqual([
      '[SD-2]',
      '[Ticket#71]',
    ]);
  });

  it('are three at most', () => {
    const more = ['[A1-1]', '[B1-1]', '[C1-1]', '[D1-1]'].map((mark) => later(`${mark} x`));
    expect(marks(more)).toEqual(['[D1-1]', '[C1-1]', '[B1-1]']);
  });

  it('go to that person alone', () => {
    const more = [later('[SD-1] x'), later('[HR-2] x', { from: 'kim@example.net' })];
    expect(marks(more)).toEqual(['[SD-1]']);
    expect(marks(more, 'KIM@example.net')).toEqual(['[HR-2]']);
  });

  it('go where that person wants answers', () => {
    const fields = [ours, 'Reply-To: tracker@example.com'];
    expect(marks([later('[SD-1] x', { fields })], 'tracker@example.com')).toEqual(['[SD-1]']);
  });

  it('are taken from an acknowledgement of the tracker, too, and from no bounce', () => {
    const automatic = later('[SD-1] We have your mail', { fields: [ours, 'Auto-Submitted: auto-replied'] });
    expect(marks([automatic])).toEqual(['[SD-1]']);
    const receipt = later('[SD-1] Returned', { fields: [ours, 'X-Failed-Recipients: x@example.org'] });
    expect(receipt.automatic?.kind).toBe('bounce');
    expect(marks([receipt])).toEqual([]);
  });

  it('of somebody new are none', () => {
    const stranger = message({ from: 'joe@evil.example', subject: '[SD-1] [issue1] x' });
    expect(marks([stranger], 'joe@evil.example')).toEqual([]);
    expect(marks([stranger])).toEqual([]);
  });

  it.each<[string, DeskPolicy, Written, readonly string[]]>([
    ['an id that we signed', proven, {}, ['[SD-1]']],
    [
      'an address that we signed',
      proven,
      { fields: [], to: signedTicketAddress(policy, 1, REQUESTER) },
      ['[SD-1]'],
    ],
    [
      'an answer to what the ticket holds',
      proven,
      { fields: ['In-Reply-To: <root@example.com>'] },
      ['[SD-1]'],
    ],
    ['a number alone, unproven', proven, { fields: [] }, []],
    ['a number alone, where nothing is ever proven', policy, { fields: [] }, ['[SD-1]']],
    [
      'an answer, through a forwarder',
      { ...proven, forwarded: true },
      { fields: ['In-Reply-To: <root@example.com>'] },
      [],
    ],
    ['an id that we signed, through a forwarder', { ...proven, forwarded: true }, {}, ['[SD-1]']],
  ])('from mail with %s', (_, desk, about, expected) => {
    expect(marks([later('[issue1] [SD-1] x', about)], 'jane@example.com', desk)).toEqual(expected);
  });

  it('are none of mail that failed DMARC', () => {
    const fields = ['Authentication-Results: mx.example.com; dmarc=fail header.from=example.com', ours];
    expect(marks([later('[SD-1] x', { fields, authservId: 'mx.example.com' })])).toEqual([]);
  });

  it("are never the desk's own, nor another desk's with the same tag", () => {
    expect(marks([later('[issue7] [issue#8] [ issue 9 ] x')])).toEqual([]);
  });
});

describe('the subject of a letter', () => {
  const more = [later('Re: [issue1] Printer on fire [ ref:_00D20Ab._50020Xy:ref ]')];

  it('bears the mark of whom it goes to', () => {
    expect(subjectOf(relay('jane@example.com'), more)).toBe(
      'Re: [issue1] [ ref:_00D20Ab._50020Xy:ref ] Printer on fire',
    );
    expect(subjectOf(relay('kim@example.net'), more)).toBe('Re: [issue1] Printer on fire');
    expect(subjectOf({ purpose: 'confirmation', to: 'jane@example.com' }, more)).toContain('[ ref:');
  });

  it('for staff does not', () => {
    const notice: Letter = { purpose: 'notice', to: 'steve@example.org', member: STEVE, answerTo: [] };
    expect(subjectOf(notice, more)).toBe('[issue1] Printer on fire');
  });

  it('keeps one from the first mail, and gives its place to a newer one', () => {
    const first = message({ subject: '[Ticket#1] Printer', id: 'first@example.com' });
    expect(subjectOf(relay('jane@example.com'), [], first)).toBe('Re: [issue1] [Ticket#1] Printer');
    const again = [later('Re: [issue1] [Ticket#2] Printer')];
    expect(subjectOf(relay('jane@example.com'), again, first)).toBe('Re: [issue1] [Ticket#2] Printer');
  });

  it('is bounded, and cut behind the marks', () => {
    const long = message({ subject: `Printer ${'x'.repeat(300)}`, id: 'long@example.com' });
    const subject = subjectOf(relay('jane@example.com'), [later('[SD-1] x')], long);
    expect(subject).toHaveLength(250);
    expect(subject.startsWith('Re: [issue1] [SD-1] Printer xx')).toBe(true);
  });
});

describe('a relay to another desk of this software', () => {
  const theirs = deskPolicy({
    address: 'help@vendor.test',
    secrets: ['the secret of another desk, 32 characters'],
    addresses: null,
  });
  const theirId = threadId(theirs, 7, REQUESTER);
  const asked = (id: string, ...references: readonly string[]) =>
    message({
      id,
      from: 'help@vendor.test',
      subject: 'Re: [issue7] Toner',
      fields: ['X-Imapdesk-Origin: abc', `References: ${references.map((one) => `<${one}>`).join(' ')}`],
    });

  it("answers its last mail, and names its ticket's id whatever else stands there", () => {
    const others = Array.from({ length: 8 }, (_, n) => `${n}@example.com`);
    const last = asked('replaced-by-a-host@vendor.test', theirId, ...others);
    const by = asked('first@vendor.test', theirId);
    const writer = {
      policy,
      now: new Date(0),
      folders: { review: 'Review', open: 'Open', archived: 'Archived' },
    };
    const source = Buffer.from('From: steve@example.org\r\n\r\nHello\r\n');
    const occasion = { decision: blank(by), facts: by, ticket: ticket(1, by, 'open', [last]) };
    const about = {
      letter: relay('help@vendor.test'),
      reading: { excerpt: '', left: null, cut: false, attachments: [], body: asBody(source), part: null },
    };
    const { raw } = composeLetter(writer, occasion, about);
    const block = parseHeaderBlock(splitMessage(verifyStaged(policy, raw)?.raw ?? Buffer.alloc(0)).header);
    expect(fieldValues(block, 'in-reply-to')).toEqual(['<replaced-by-a-host@vendor.test>']);
    expect((fieldValues(block, 'references')[0] ?? '').split(/[\s<>]+/).filter(Boolean)).toEqual([
      threadId(policy, 1, REQUESTER),
      theirId,
      ...others.slice(-5),
      'replaced-by-a-host@vendor.test',
    ]);
    expect(fieldValues(block, 'subject')).toEqual(['Re: [issue1] Toner']);
  });
});
