import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mustache from 'mustache';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { fill, loadTemplates } from '../../../src/config/templates.js';
import { TEXTS } from '../../../src/desk/letters/texts.js';

const NOTICE = {
  deskName: 'Example Support',
  number: 1,
  writtenBy: null,
  attachedTo: 'Tickets/Open (ticket 1)',
  excerpt: 'Hello,\n\nmy printer <b>burns</b> & smokes.',
  left: '… 34 more lines, 2 of them quoted; the whole mail is in Tickets/Open (ticket 1)',
  attachments: [
    { fileName: 'fire.jpg', type: 'image/jpeg', size: '12 KB' },
    { fileName: 'a "b".pdf', type: 'application/pdf', size: '1 MB' },
  ],
  replyGoesTo: 'jane@customer.example',
  doneAddress: 'support+1-done@example.com',
  colleaguesAddress: 'support+1-note@example.com',
  newcomer: true,
  closeRefused: true,
  automatic: true,
  notJoined: ['x@customer.example'],
  follows: 3,
  openedFor: 'jane@customer.example',
  openedBy: 'Steve',
  redirected: false,
  forwarded: false,
  namedInSubject: true,
  namedAsRecipient: false,
  namedInReplyTo: false,
};
const PLAIN = {
  ...NOTICE,
  left: null,
  attachments: [],
  newcomer: false,
  closeRefused: false,
  automatic: false,
  notJoined: [],
  follows: null,
  openedFor: null,
  openedBy: null,
  namedInSubject: false,
};

let texts: ReadonlyMap<string, string>;
const render = (name: string, variables: Readonly<Record<string, unknown>>, from = texts) =>
  fill(from.get(name) ?? '', variables);
let dir = '';
beforeAll(async () => {
  texts = await loadTemplates(TEXTS, 'en', null);
  dir = await mkdtemp(join(tmpdir(), 'imapdesk-texts-'));
});
afterAll(() => rm(dir, { recursive: true }));

async function override(files: Readonly<Record<string, string>>): Promise<ReadonlyMap<string, string>> {
  const folder = await mkdtemp(join(dir, 'override-'));
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return loadTemplates(TEXTS, 'en', folder);
}

describe('the built-in texts', () => {
  it('use every name that they may, but those that are only offered', async () => {
    for (const { name, variables, offered = [] } of TEXTS) {
      const source = await readFile(`src/config/templates/en/${name}.txt`, 'utf8');
      for (const variable of Object.keys(variables)) {
        if (offered.includes(variable))
          expect(source, `${name}: ${variable}`).not.toContain(`{{${variable}}}`);
        else expect(source, `${name}: ${variable}`).toContain(variable);
      }
    }
  });

  it('are offered no name that they have not', () => {
    for (const { name, variables, offered = [] } of TEXTS)
      expect(Object.keys(variables), name).toEqual(expect.arrayContaining([...offered]));
  });

  it('begin a notice with the first words of the message', () => {
    expect(render('notice', NOTICE)).toBe(`Hello,

my printer <b>burns</b> & smokes.

Attachments, in Tickets/Open (ticket 1):
- fire.jpg (image/jpeg, 12 KB)
- a "b".pdf (application/pdf, 1 MB)

--${' '}
… 34 more lines, 2 of them quoted; the whole mail is in Tickets/Open (ticket 1)
This message was written by a machine; nobody is answered.
It was written to ticket 3, which was closed too long ago to be reopened.
Opened by Steve for jane@customer.example, who is named in the subject.
This message is from someone new to the ticket.
It asks to close the ticket, which its sender may not do. The ticket stays open.
Named in To or Cc, but not joined to the ticket:
- x@customer.example
A mail to support+1-done@example.com closes the ticket.
Your reply goes to jane@customer.example
To write to colleagues only: support+1-note@example.com
`);
    expect(render('notice', PLAIN)).toBe(`Hello,

my printer <b>burns</b> & smokes.

--${' '}
A mail to support+1-done@example.com closes the ticket.
Your reply goes to jane@customer.example
To write to colleagues only: support+1-note@example.com
`);
  });

  it('say who wrote what stands above', () => {
    expect(
      render('notice', { ...PLAIN, writtenBy: 'Jane Doe <jane@customer.example>', excerpt: '' }),
    ).toBe(`--${' '}
Jane Doe <jane@customer.example> wrote this.
A mail to support+1-done@example.com closes the ticket.
Your reply goes to jane@customer.example
To write to colleagues only: support+1-note@example.com
`);
  });

  it('say in a notice what is not there', () => {
    const text = render('notice', { ...PLAIN, excerpt: '', replyGoesTo: null, colleaguesAddress: null });
    expect(text).toMatch(/^\(This message has no text\.\)\n\n-- \n/);
    expect(text).toMatch(
      /Your reply stays with the desk\.\nTo write to colleagues only, start a new mail to them\.\n$/,
    );
  });

  it('acknowledge', () => {
    const variables = {
      deskName: 'Example Support',
      number: 1,
      subject: 'Printer & {{number}}',
      replyAddress: 'support+1.k7f3q9x2@example.com',
      doneAddress: 'support+1.k7f3q9x2-done@example.com',
      follows: 7,
    };
    const text = render('acknowledgement', variables);
    expect(text).toMatch(
      /^Thank you for writing to Example Support\.\n\nYour message has arrived and has the number 1\./,
    );
    expect(text).toContain('\n    Printer & {{number}}\n');
    expect(text).toContain('\n\nIt takes up number 7 again, which has been closed.\n\n');
    expect(text).toContain('or write to support+1.k7f3q9x2@example.com\n');
    expect(text).toContain('A mail to support+1.k7f3q9x2-done@example.com closes it.');
    const without = render('acknowledgement', { ...variables, doneAddress: null, follows: null });
    expect(without).not.toMatch(/closes it|null|\n\n\n/);
    const neither = render('acknowledgement', {
      ...variables,
      replyAddress: null,
      doneAddress: null,
      follows: null,
    });
    expect(neither).toContain('\nTo add anything, just reply to this message.\n\nThis is');
  });

  it('report errors, confirm, and note', () => {
    const desk = { deskName: 'Example Support', number: 99 };
    expect(render('error-report', { ...desk, deskAddress: 'support@example.com' })).toMatch(
      /meant for number 99, but Example Support has nothing[\s\S]*\n {4}support@example\.com\n/,
    );
    const closed = { ...desk, subject: 'Printer', replyAddress: 'support+99@example.com' };
    expect(render('confirmation-closed', closed)).toMatch(
      /^Number 99 is now closed\.\n\n {4}Printer\n[\s\S]*write to support\+99@example\.com\nThat opens it again\./,
    );
    expect(render('confirmation-closed', { ...closed, replyAddress: null })).toContain(
      'Just reply to this message.\nThat opens it again.',
    );
    expect(render('filing-note', { ...desk, reason: 'The message is automatic.' })).toMatch(
      /^This is ticket 99 of Example Support\.\n\nNo acknowledgement was sent: The message is automatic\./,
    );
  });

  it('sum up an adoption', () => {
    const listed = [{ subject: 'Printer', from: 'Jane <jane@customer.example>' }];
    const summary = { deskName: 'Example Support', messages: 2, listed, more: 1 };
    expect(render('adoption-summary', summary)).toContain(
      'Messages taken on: 2\n\n- Printer (Jane <jane@customer.example>)\n- and 1 more\n\nThe people',
    );
    expect(render('adoption-summary', { ...summary, more: null })).not.toMatch(/more|null/);
  });

  it('tell staff what was not passed on', () => {
    const text = render('not-relayed', {
      deskName: 'Example Support',
      number: 7,
      subject: 'Printer',
      reason: 'It is not proven.',
    });
    expect(text).toMatch(
      /^Your mail about ticket 7 \("Printer"\) has reached Example Support, but it was NOT passed on[^]*It is not proven\./,
    );
  });

  it('tell what went to review', () => {
    const review = {
      deskName: 'Example Support',
      from: 'Jane <jane@customer.example>',
      subject: 'Printer',
      reason: 'It has two From fields.',
      folder: 'Tickets/Review',
      openFolder: 'Tickets/Open',
    };
    expect(render('review-notice', review)).toMatch(
      /lies in Tickets\/Review[\s\S]*move it to Tickets\/Open\.\n$/,
    );
    expect(render('review-notice', { ...review, openFolder: null })).toMatch(/Nobody was answered\.\n$/);
    const unanswered = 'a limit is reached.';
    expect(render('review-notice', { ...review, openFolder: null, unanswered })).toMatch(
      /Nobody was answered: a limit is reached\.\n$/,
    );
    expect(render('review-notice', { ...review, reportedTo: 'jane@customer.example' })).toMatch(
      /\njane@customer\.example is told by mail that there is no such ticket\.\nTo make/,
    );
  });
});

describe('a value at the end of a sentence', () => {
  it.each([
    ['Example Ltd.', 'This is Example Ltd. Hello.'],
    ['Example', 'This is Example. Hello.'],
    ['and so on...', 'This is and so on... Hello.'],
  ])('that is %s has one full stop behind it', (name, text) => {
    expect(fill('This is {{name}}. Hello.', { name })).toBe(`${text}\n`);
  });

  it('is no place for what only looks like one', () => {
    expect(fill('{{a}}.{{b}} {{a}}... {{none}}.', { a: 'x.', b: 1 })).toBe('x.1 x.... .\n');
    expect(fill('{{whole}}.{{tenth}} MB', { whole: 1, tenth: 5 })).toBe('1.5 MB\n');
  });
});

describe('a text that is filled in again', () => {
  it('is not compiled again', () => {
    const compiled = vi.spyOn(mustache.Writer.prototype, 'parse');
    try {
      const filled = ['one', 'two'].map((name) => fill('Only this test has {{name}}.', { name }));
      expect(filled).toEqual(['Only this test has one.\n', 'Only this test has two.\n']);
      const [first, second, ...others] = compiled.mock.results;
      expect(others).toEqual([]);
      expect(second?.value).toBe(first?.value);
      expect(first?.value).toHaveLength(3);
    } finally {
      compiled.mockRestore();
    }
  });
});

describe('texts of a desk’s own', () => {
  it('replace the built-in ones one by one', async () => {
    const own = await override({
      'filing-note.txt': '\uFEFFNummer {{number}}\r\n{{reason}}\r\n',
      'notes.md': 'ignored',
    });
    expect(render('filing-note', { deskName: 'D', number: 7, reason: 'R' }, own)).toBe('Nummer 7\nR\n');
    expect(own.get('notice')).toBe(texts.get('notice'));
  });

  it.each([
    [
      { 'acknowledgment.txt': '' },
      /acknowledgment\.txt: no text has this name, did you mean acknowledgement\.txt\?$/,
    ],
    [{ 'xyz.txt': '' }, /xyz\.txt: no text has this name, expected one of acknowledgement, filing-note/],
    [
      { 'notice.txt': '{{excerp}}' },
      /notice\.txt: {{excerp}} stands for nothing in this text, did you mean {{excerpt}}\?$/,
    ],
    [{ 'notice.txt': '{{fileName}}' }, /{{fileName}} stands for nothing/],
    [{ 'notice.txt': '{{constructor}}' }, /{{constructor}} stands for nothing/],
    [{ 'notice.txt': '{{excerpt.length}}' }, /stands for nothing/],
    [{ 'notice.txt': '{{> other}}' }, /{{>other}} is not offered here/],
    [{ 'notice.txt': '{{=<% %>=}}' }, /is not offered here/],
    [{ 'notice.txt': '{{#excerpt}}' }, /a {{…}} is not closed, or a section has no end/],
    [{ 'notice.txt': '{{excerpt' }, /a {{…}} is not closed/],
    [{ 'notice.txt': 'x'.repeat(70_000) }, /longer than 65536 characters/],
  ])('%# is refused', async (files, message) => {
    await expect(override(files)).rejects.toThrow(message);
    await expect(override(files)).rejects.toMatchObject({ code: 'template-invalid', exitCode: 78 });
  });

  it('must be in a folder that can be read', async () => {
    await expect(loadTemplates(TEXTS, 'en', join(dir, 'none'))).rejects.toThrow(
      /none: the folder of texts cannot be read \(ENOENT\)/,
    );
    const folder = join(dir, 'odd');
    await mkdir(join(folder, 'notice.txt'), { recursive: true });
    await expect(loadTemplates(TEXTS, 'en', folder)).rejects.toThrow(
      /notice\.txt: cannot be read \(EISDIR\)/,
    );
  });
});
