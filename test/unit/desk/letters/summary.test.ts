import { describe, expect, it } from 'vitest';
import { verifyStaged } from '../../../../src/desk/letters/staging.js';
import { composeSummary, listed, type Summary } from '../../../../src/desk/letters/summary.js';
import { readSignedId } from '../../../../src/desk/sign/ticket-address.js';
import { fieldValues, parseHeaderBlock, splitMessage } from '../../../../src/message/header/header-block.js';
import { ANN, deskPolicy, message, STEVE } from '../desk.js';

const policy = deskPolicy({ render: (name, variables) => `${name}\n${JSON.stringify(variables)}\n` });
const about = (changes: Partial<Summary> = {}): Summary => ({
  policy,
  now: new Date('2026-01-02T03:04:05Z'),
  cause: 'adoption 1',
  subject: { name: 'subject-adoption-summary' },
  text: 'adoption-summary',
  variables: { messages: 2 },
  ...changes,
});

function read(summary: Summary) {
  return composeSummary(summary).map(({ stage, messageId, raw }) => {
    const opened = verifyStaged(policy, raw);
    const { header, body } = splitMessage(opened?.raw ?? Buffer.alloc(0));
    const block = parseHeaderBlock(header);
    return {
      stage,
      opened: opened?.stage ?? null,
      messageId,
      field: (name: string) => fieldValues(block, name)[0] ?? null,
      body: body.toString(),
    };
  });
}

describe('a summary', () => {
  it('goes to the first address of each staff member', () => {
    const letters = read(about());
    expect(letters.map(({ stage }) => stage)).toEqual(
      ['steve@example.org', 'ann@example.org'].map((to) => ({
        purpose: 'summary',
        ticket: null,
        to,
        cause: 'adoption 1',
        causeId: null,
      })),
    );
    for (const { stage, opened } of letters) expect(opened).toEqual(stage);
  });

  it('says what it is about, from the desk, as a program', () => {
    const [letter] = read(about());
    expect(letter?.field('from')).toBe('Example Support <support@example.com>');
    expect(letter?.field('to')).toBe('steve@example.org');
    expect(letter?.field('subject')).toBe(
      policy.phrase('subject-adoption-summary', { deskName: 'Example Support' }),
    );
    expect(letter?.field('date')).toBe('Fri, 02 Jan 2026 03:04:05 +0000');
    expect(letter?.field('auto-submitted')).toBe('auto-generated');
    expect(letter?.field('x-auto-response-suppress')).toBe('All');
    expect(letter?.field('message-id')).toBe(`<${letter?.messageId}>`);
    expect(letter?.field('references')).toBeNull();
    expect(letter?.field('x-imapdesk-origin')).toMatch(/^[0-9a-f]{64}$/);
    expect(letter?.body).toBe('adoption-summary\r\n{"deskName":"Example Support","messages":2}\r\n');
  });

  it('has an id that proves the member and no ticket, and is the same for the same cause', () => {
    const ids = (summary: Summary) => composeSummary(summary).map(({ messageId }) => messageId);
    expect(ids(about()).map((id) => readSignedId(policy, id))).toEqual(
      [STEVE, ANN].map((member) => ({ number: 0, role: { kind: 'staff', member } })),
    );
    expect(ids(about({ subject: { name: 'subject-review-summary' }, now: new Date(0) }))).toEqual(
      ids(about()),
    );
    expect(new Set([...ids(about()), ...ids(about({ cause: 'adoption 2' }))]).size).toBe(4);
    const shouting = deskPolicy({ staff: [{ name: 'Steve', addresses: ['STEVE@example.org'] }] });
    expect(
      ids(about({ policy: shouting }))[0]
        ?.split('.')
        .slice(3),
    ).toEqual(ids(about())[0]?.split('.').slice(3));
  });
});

describe('the list of messages', () => {
  const many = (count: number) => Array.from({ length: count }, () => message({ subject: '' }));

  it('names subject and sender', () => {
    expect(listed(policy, [message()])).toEqual({
      listed: [{ subject: 'Printer on fire', from: 'Jane Doe <jane@example.com>' }],
      more: null,
    });
    expect(listed(policy, many(1)).listed[0]?.subject).toBe('(no subject)');
  });

  it('has two hundred at most, and says how many more there are', () => {
    expect([listed(policy, many(200)).listed.length, listed(policy, many(200)).more]).toEqual([200, null]);
    expect([listed(policy, many(203)).listed.length, listed(policy, many(203)).more]).toEqual([200, 3]);
  });
});
