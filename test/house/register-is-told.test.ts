/**
 * docs/register.md is the format of what is stored. It tells each kind of entry, each field and each purpose that the code
 * knows, and no other; and the code reads each of its examples, and writes it again as it stands there.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readStaging } from '../../src/desk/letters/staging.js';
import { formatRecord } from '../../src/mailbox/register/format.js';
import { parseRecord, parseTaken } from '../../src/mailbox/register/parse.js';
import { arbitrate } from '../../src/mailbox/register/view.js';
import { parseHeaderBlock, splitMessage } from '../../src/message/header/header-block.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(join(root, 'docs/register.md'), 'utf8');
const FIELD = /\bX-Imapdesk-[A-Za-z]+(?:-[A-Za-z]+)*/g;

const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => ({ name, text: readFileSync(join(root, 'src', name), 'utf8') }));
const source = files.map(({ text }) => text).join('\n');

const ofRegister = files.filter(({ name }) => /(?:^|\/)register\//.test(name)).map(({ text }) => text);
const inOrder = (names: Iterable<string>): readonly string[] => [...new Set(names)].toSorted();
const fieldsIn = (text: string): readonly string[] =>
  inOrder([...text.matchAll(FIELD)].map(([name]) => name));

/** By their whole names, and in the folder of the register also as pairs of a name without its beginning and a value. */
const fieldsOfSource = inOrder([
  ...fieldsIn(source),
  ...ofRegister.flatMap((text) =>
    [...text.matchAll(/\['([A-Z][a-z]+(?:-[A-Z][a-z]+)*)',/g)].map(([, name = '']) => `X-Imapdesk-${name}`),
  ),
]);

/** As the types of the entries name them, in the folder of the register. */
const kindsOfSource = inOrder(
  ofRegister.flatMap((text) => [...text.matchAll(/readonly kind: '([a-z]+)'/g)].map(([, kind = '']) => kind)),
);

/** Every word of the source that is taken for a purpose. */
const purposesOfSource = inOrder([...source.matchAll(/[a-z]+(?:-[a-z]+)*/g)].map(([word]) => word)).filter(
  (word) => purposeOf(Buffer.from(stageOf(word))) === word,
);

function stageOf(purpose: string): string {
  const fields = [`: ${purpose}`, '-Ticket: none', '-To: nobody', '-Cause: x'];
  return `${fields.map((field) => `X-Imapdesk-Stage${field}\r\n`).join('')}\r\n`;
}

function purposeOf(raw: Buffer): string | undefined {
  return readStaging(parseHeaderBlock(splitMessage(raw).header))?.purpose;
}

function titlesUnder(section: string): readonly string[] {
  const [, body = ''] = page.split(new RegExp(`^## ${section}$`, 'm'));
  return [...(body.split(/^## /m)[0] ?? '').matchAll(/^### `([a-z]+)`$/gm)].map(([, title = '']) => title);
}

function firstColumnUnder(title: string): readonly string[] {
  return [...tableUnder(`### ${title}`).matchAll(/^\| `([a-z-]+)`/gm)].map(([, name = '']) => name);
}

const examples = [...page.matchAll(/^```text\n([\s\S]*?)^```$/gm)]
  .map(([, text = '']) => text)
  .filter((text) => text.includes('X-Imapdesk-'))
  // Where an example leaves the text out, the empty line before it is missing as well.
  .map((text) => Buffer.from((text.includes('\n\n') ? text : `${text}\n`).replaceAll('\n', '\r\n')));
const isEntry = (raw: Buffer): boolean => raw.includes('X-Imapdesk-Entry');
const entries = examples.filter(isEntry);

/** Of a table whose first column names kinds. */
function kindsInTable(table: string): readonly string[] {
  const cells = [...table.matchAll(/^\| (`[^|]*) \|/gm)].map(([, cell = '']) => cell);
  return inOrder(cells.flatMap((cell) => [...cell.matchAll(/`([a-z]+)`/g)].map(([, kind = '']) => kind)));
}

function tableUnder(title: string): string {
  const [, body = ''] = page.split(new RegExp(`^${title}$`, 'm'));
  return body.split(/^#{2,3} /m)[0] ?? '';
}

const stored = (raw: Buffer, uid = 1) => ({
  uid,
  flags: new Set<string>(),
  size: raw.length,
  receivedAt: new Date(0),
  header: splitMessage(raw).header,
  structure: null,
});

function read(raw: Buffer) {
  return parseRecord(stored(raw));
}

/** Subject and own fields, as one writes them line by line. */
function ownLines(raw: Buffer): readonly string[] {
  const { fields } = parseHeaderBlock(splitMessage(raw).header);
  return fields
    .filter(({ name }) => name === 'subject' || name.startsWith('x-imapdesk-'))
    .map((field) => field.raw.toString());
}

function writtenAgain(raw: Buffer): Buffer {
  const record = read(raw);
  if (record === null) throw new Error(`no entry:\n${raw.toString()}`);
  const taken = parseTaken(raw.toString());
  const whole = record.kind === 'adoption' || record.kind === 'copied' ? { ...record, taken } : record;
  return formatRecord(whole, {
    deskName: 'Example Support',
    deskAddress: 'support@example.com',
    now: new Date(0),
    id: 'again',
    highest: record.highest,
  });
}

describe('docs/register.md', () => {
  it('tells each kind of entry, and no other', () => {
    expect(kindsOfSource).toEqual(expect.arrayContaining(['ticket', 'link', 'hint', 'claim']));
    expect(inOrder(titlesUnder('The kinds'))).toEqual(kindsOfSource);
  });

  it('tells each field that the code knows, and no other', () => {
    expect(fieldsOfSource.length).toBeGreaterThan(30);
    expect(fieldsIn(page)).toEqual(fieldsOfSource);
  });

  it('tells each purpose of a letter, and no other', () => {
    expect(purposesOfSource).toContain('acknowledgement');
    expect(inOrder(firstColumnUnder('Purposes'))).toEqual(purposesOfSource);
  });

  it('has an example of each kind', () => {
    expect(inOrder(entries.map((raw) => read(raw)?.kind ?? 'none'))).toEqual(kindsOfSource);
  });

  it.each(entries.map((raw) => [read(raw)?.kind, raw] as const))(
    'has an example of %s that the code reads, and writes as it stands there',
    (_kind, raw) => {
      expect(ownLines(writtenAgain(raw))).toEqual(ownLines(raw));
    },
  );

  it('says of each kind what its flags mean', () => {
    expect(kindsInTable(tableUnder('### Flags'))).toEqual(kindsOfSource);
  });

  it('names among those that are arbitrated each kind of which a second entry is void', () => {
    const voided = entries.filter((raw) => arbitrate([stored(raw, 5), stored(raw, 6)]).voided.length > 0);
    const kinds = voided.map((raw) => read(raw)?.kind ?? 'none');
    expect(kinds).toContain('ticket');
    expect(kindsInTable(tableUnder('## Arbitration'))).toEqual(expect.arrayContaining(kinds));
  });

  it('has an example of a staged letter that the code reads', () => {
    const letters = examples.filter((raw) => !isEntry(raw));
    expect(letters.map(purposeOf)).toEqual(['relay']);
  });
});

describe('an example', () => {
  const [ticket = Buffer.alloc(0)] = entries;

  it('that the code would write in another way is found', () => {
    const other = Buffer.from(ticket.toString().replace('Answerable: yes', 'Answerable: perhaps'));
    expect(ownLines(writtenAgain(other))).not.toEqual(ownLines(other));
  });
});
