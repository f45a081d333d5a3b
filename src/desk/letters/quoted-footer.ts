/**
 * The desk's own words below a notice, where somebody quotes them: many mail programs leave a signature out, mutt and others
 * do not, and then the people outside would read who gets what, and where notes to colleagues go.
 *
 * Only whole lines of the desk's are found: from a quoted `-- ` to the last line of the text, each of them as this desk
 * writes it, and among them an address that it has signed for staff. What somebody has changed, wrapped or answered between
 * stays as it is, and so does everything where a line could be anybody's.
 */
import { type HtmlLine, htmlLines, piecesOf } from '../../message/body/html-lines.js';
import { type PlacedLine, textLines } from '../../message/body/text-lines.js';
import type { Cut } from '../../message/compose/original.js';
import type { Facts } from '../../message/facts/facts.js';
import type { PhraseName } from '../phrases.js';
import type { DeskPolicy } from '../policy.js';
import { readTicketAddress } from '../sign/ticket-address.js';
import { NOTICE_TEXT } from './notice-text.js';
import { withAuthservHint } from './unproven.js';

const MAX_LINE_CHARACTERS = 2_000;
/** Of all that is quoted in one message. */
const MAX_FOOTERS = 20;
/** Some programs take the space at its end away. */
const QUOTED_RULE = /^((?:> ?)+)-- ?$/;
/** Fewer letters of the desk's beside a value are no sign of it. */
const MIN_OWN_LETTERS = 3;

/** Stand for values while the text is filled in; nobody writes them. */
const NUMBER = '\ue000';
const ADDRESS = '\ue001';
const ADDRESSES = '\ue002';
/** What stands for these is looked at, each time. */
const SIGNED = '\ue003';
const WRITER = '\ue004';
const MEMBER = '\ue005';
const FOLDER = '\ue006';
const ADDRESS_PATTERN = String.raw`[^\s<>,@]{1,100}@[\p{L}\p{N}.-]{0,252}[\p{L}\p{N}]`;
const SOMETHING = '(.{1,500})';
const PATTERNS: ReadonlyMap<string, string> = new Map([
  [NUMBER, '[0-9]{1,9}'],
  [ADDRESS, ADDRESS_PATTERN],
  [ADDRESSES, `${ADDRESS_PATTERN}(?:, ${ADDRESS_PATTERN}){0,50}`],
  [SIGNED, `(${ADDRESS_PATTERN})`],
  [WRITER, SOMETHING],
  [MEMBER, SOMETHING],
  [FOLDER, SOMETHING],
]);
const CAPTURED = /[\ue003-\ue006]/g;

/** What notices of a ticket may have named. */
export interface Named {
  readonly messages: readonly { readonly facts: Pick<Facts, 'sender'> }[];
  readonly folders: readonly string[];
}

/** A line of the text, with what stands in it in order. */
interface OwnLine {
  readonly pattern: RegExp;
  readonly values: readonly string[];
  /** A text may end with it. */
  readonly isLast: boolean;
}

type Footer = readonly OwnLine[];

/** What a relay of this message leaves out. */
export function footerCuts(policy: DeskPolicy, raw: Buffer, named: Named): readonly Cut[] {
  if (policy.addresses === null) return [];
  const own = { footer: footerOf(policy), isGiven: valuesOf(policy, named) };
  return [...textCuts(raw, own), ...htmlCuts(raw, own)].toSorted((a, b) => a.from - b.from);
}

interface Own {
  readonly footer: Footer;
  readonly isGiven: IsGiven;
}

function textCuts(raw: Buffer, own: Own): readonly Cut[] {
  const lines = textLines(raw);
  const cuts: Cut[] = [];
  for (let at = 0; at < lines.length && cuts.length < MAX_FOOTERS; at += 1) {
    const end = footerEnd(own, lines, at);
    const [first, last] = [lines[at], lines[end - 1]];
    if (first === undefined || last === undefined || end <= at) continue;
    cuts.push({ from: first.from, to: last.to });
    at = end - 1;
  }
  // Of nothing else there would be no letter.
  return saysMore(lines, cuts) ? cuts : [];
}

/** The same in HTML: where each line stands as text of its own, as deeply quoted as the rule above it. */
function htmlCuts(raw: Buffer, own: Own): readonly Cut[] {
  const lines = htmlLines(raw).filter(({ text }) => text !== '');
  const found: HtmlLine[][] = [];
  for (let at = 0; at < lines.length && found.length < MAX_FOOTERS; at += 1) {
    const end = htmlFooterEnd(own, lines, at);
    if (end <= at) continue;
    found.push(lines.slice(at, end));
    at = end - 1;
  }
  const left = new Set(found.flat());
  return lines.some((line) => !left.has(line)) ? found.flatMap((footer) => piecesOf(raw, footer)) : [];
}

/** Behind which line a footer ends that begins at `at`; `at` itself where none begins. */
function footerEnd(own: Own, lines: readonly PlacedLine[], at: number): number {
  const prefix = QUOTED_RULE.exec(lines[at]?.text ?? '')?.[1];
  if (prefix === undefined) return at;
  return endBelow(own, at, (index) => ownLine(lines[index]?.text ?? null, prefix));
}

function htmlFooterEnd(own: Own, lines: readonly HtmlLine[], at: number): number {
  const depth = lines[at]?.depth ?? 0;
  const lineAt = (index: number): string | null => ownHtmlLine(lines[index], depth);
  return depth > 0 && lineAt(at) === '--' ? endBelow(own, at, lineAt) : at;
}

/** `lineAt` tells of the lines below the rule what the desk would have written there; null for what is none of its own. */
function endBelow({ footer, isGiven }: Own, rule: number, lineAt: (index: number) => string | null): number {
  let end = rule;
  let isSigned = false;
  for (let next = rule + 1; ; next += 1) {
    const line = lineAt(next);
    const found = footer.filter((one) => isLine(one, line, isGiven));
    if (found.length === 0) return end;
    isSigned ||= found.some(({ values }) => values.includes(SIGNED));
    if (isSigned && found.some(({ isLast }) => isLast)) end = next + 1;
  }
}

function ownHtmlLine(line: HtmlLine | undefined, depth: number): string | null {
  if (line?.isWhole !== true || line.depth !== depth) return null;
  return line.text === null || line.text.length > MAX_LINE_CHARACTERS ? null : line.text;
}

type IsGiven = (kind: string, value: string) => boolean;

function isLine({ pattern, values }: OwnLine, line: string | null, isGiven: IsGiven): boolean {
  const found = line === null ? null : pattern.exec(line);
  return found !== null && values.every((kind, index) => isGiven(kind, found[index + 1] ?? ''));
}

function valuesOf(policy: DeskPolicy, { messages, folders }: Named): IsGiven {
  const writers = new Set(messages.map(({ facts }) => facts.sender.shown));
  const unknown = policy.phrase('unknown-sender');
  return (kind, value) => {
    if (kind === SIGNED) return isOfNotice(policy, value);
    if (kind === FOLDER) return folders.includes(value);
    // The full stop of a name may be that of its sentence.
    const names = [value, `${value}.`];
    if (kind === WRITER) return names.some((name) => writers.has(name) || name === unknown);
    return policy.staff.some(({ name, addresses }) =>
      names.some((one) => one === name || addresses.includes(one)),
    );
  };
}

function ownLine(text: string | null, prefix: string): string | null {
  if (text === null || text.length > MAX_LINE_CHARACTERS || !text.startsWith(prefix.trimEnd())) return null;
  if (text.startsWith(prefix)) return text.slice(prefix.length).trimEnd();
  return text.trimEnd() === prefix.trimEnd() ? '' : null;
}

function isOfNotice(policy: DeskPolicy, address: string): boolean {
  const named = readTicketAddress(policy, address);
  return named?.role?.kind === 'staff' && named.role.limited === true && (named.done || named.note);
}

function saysMore(lines: readonly PlacedLine[], cuts: readonly Cut[]): boolean {
  return lines.some(
    ({ text, from }) => text?.trim() !== '' && !cuts.some((cut) => from >= cut.from && from < cut.to),
  );
}

const footers = new WeakMap<DeskPolicy, Footer>();

function footerOf(policy: DeskPolicy): Footer {
  const known = footers.get(policy);
  if (known !== undefined) return known;
  const texts = variants(policy).map((variables) => below(policy.render(NOTICE_TEXT.name, variables)));
  const last = new Set(texts.flatMap((lines) => lines.slice(-1)));
  const lines = [...new Set(texts.flat())].filter(isOwn);
  const footer = lines.map((line) => ({ ...readable(line), isLast: last.has(line) }));
  footers.set(policy, footer);
  return footer;
}

function below(text: string): readonly string[] {
  const lines = text.trimEnd().split('\n');
  const rule = lines.findIndex((line) => line === '-- ' || line === '--');
  return rule < 0 ? [] : lines.slice(rule + 1).map((line) => line.trimEnd());
}

function readable(line: string): Omit<OwnLine, 'isLast'> {
  const pattern = line.replaceAll(
    /[^]/gu,
    (one) => PATTERNS.get(one) ?? `\\u{${one.codePointAt(0)?.toString(16) ?? ''}}`,
  );
  return { pattern: new RegExp(`^${pattern}$`, 'u'), values: line.match(CAPTURED) ?? [] };
}

/** Not what could be anybody's words. */
function isOwn(line: string): boolean {
  return line.replaceAll(/[^\p{L}]/gu, '').length >= MIN_OWN_LETTERS || !/[\ue000\ue002-\ue006]/.test(line);
}

const REQUESTER_FROM = ['redirected', 'forwarded', 'namedInSubject', 'namedAsRecipient', 'namedInReplyTo'];
const LEFT: readonly PhraseName[] = [
  'left-line',
  'left-lines',
  'left-line-quoted',
  'left-lines-quoted',
  'left-lines-some-quoted',
  'left-unread',
];
const UNPROVEN: readonly PhraseName[] = ['staff-unproven', 'staff-unproven-for', 'staff-failed'];

/** Everything that the text can say, each in some variant. */
function variants(policy: DeskPolicy): readonly Readonly<Record<string, unknown>>[] {
  const none = Object.fromEntries(REQUESTER_FROM.map((name) => [name, false]));
  const all = {
    deskName: policy.name,
    number: NUMBER,
    changed: null,
    writtenBy: WRITER,
    left: null,
    excerpt: '',
    attachedTo: null,
    attachments: [],
    automatic: true,
    newcomer: true,
    closeRefused: true,
    reopenRefused: true,
    unproven: null,
    follows: NUMBER,
    notJoined: [ADDRESS],
    openedFor: null,
    openedBy: null,
    ...none,
    doneAddress: SIGNED,
    replyGoesTo: ADDRESSES,
    colleaguesAddress: SIGNED,
  };
  const sizes = [
    policy.phrase('size-bytes', { size: NUMBER }),
    policy.phrase('size-kilobytes', { size: NUMBER }),
    policy.phrase('size-megabytes', { whole: NUMBER, tenth: NUMBER }),
  ];
  const left = sizes.map((size) => ({ lines: NUMBER, quoted: NUMBER, folder: FOLDER, number: NUMBER, size }));
  const unproven = UNPROVEN.map((name) => policy.phrase(name, { who: MEMBER }));
  return [
    all,
    { ...all, replyGoesTo: '' },
    { ...all, colleaguesAddress: null },
    ...LEFT.flatMap((name) => left.map((values) => ({ ...all, left: policy.phrase(name, values) }))),
    ...unproven.flatMap((words) =>
      [words, withAuthservHint(policy, words)].map((one) => ({ ...all, unproven: one })),
    ),
    ...REQUESTER_FROM.flatMap((name) =>
      [null, MEMBER].map((openedBy) => ({ ...all, openedFor: ADDRESS, openedBy, [name]: true })),
    ),
  ];
}
