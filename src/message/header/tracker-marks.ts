/**
 * The marks by which other people's trackers know their tickets again in a subject: `[Ticket#2026010510000012]`,
 * `[ ref:_00D20abc._50020xyz:ref ]`, `[SD-123]`. A tracker files an answer by its mark, so an answer has to carry it.
 *
 * Only what a machine writes counts as one: brackets or delimiters of its own, a number or a code in them, few
 * characters. No line break and no address fits in; of a host only the name that RT puts before its number sign.
 */
import { cleanText } from './encoded-words.js';
import { readTags } from './subject.js';

/** Of one message no more marks are read. */
const MAX_MARKS = 10;
/** The longest in use is Salesforce's, of about fifty characters. */
const MAX_MARK_CHARACTERS = 60;

export interface TrackerMark {
  readonly text: string;
  /** What the marks of one tracker have in common: a new one takes the place of an old one. */
  readonly form: string;
}

interface PlacedMark extends TrackerMark {
  readonly start: number;
}

/** What may be a mark: delimited, short, and without brackets inside. */
const DELIMITED = new RegExp(
  [
    '\\[jira\\] \\([^()[\\]]{1,20}\\)',
    '\\[[^[\\]]{1,58}\\]',
    '【[^【】]{1,58}】',
    '［[^［］]{1,58}］',
    '\\{[^{}]{1,58}\\}',
    '\\([^()]{1,30}\\)',
    '##[^#]{1,30}##',
    'ref:[^\\s:]{1,50}:ref',
    'thread::[^\\s:]{1,50}::',
    '\\b(?:crm:[0-9]{5,12}|cas-[0-9]{4,7}-[0-9a-z]{6}|trackingid#[0-9]{10,20}|ref:msg[0-9]{7,10}(?:_[0-9a-z]{4,30})?)\\b',
  ].join('|'),
  'giu',
);

const KEY = '[A-Z][A-Z0-9_]{1,9}-[0-9]{1,12}';
/** The words before a number, in the languages of trackers that people meet; other words need a sign between. */
const TICKET_WORD =
  '(?:ticket|case|incident|request|bug|defect|issue|task|call|ref|reference|sr|inc|vorgang|anfrage|auftrag|fall|meldung|demande|dossier|caso|chamado|solicitud|richiesta|melding|zaak|zgłoszenie|ärende|sak|sag|tiketti|заявка|обращение|запрос|チケット|工单)';

/** What stands between the brackets, without the spaces around it. */
const INSIDE: readonly RegExp[] = [
  // Salesforce: the reference of Email-to-Case, and the token that took its place in 2023.
  /^ref:[0-9A-Za-z_.!]{5,50}:ref$/,
  /^thread::[0-9A-Za-z_-]{5,50}::$/,
  // A number sign before the number: OTRS, Znuny, Zammad, RT, osTicket, Freshdesk, GLPI, Redmine, Kayako.
  /^(?:[\p{L}\p{N}][\p{L}\p{N} ._:&-]{0,39})?#:? ?(?:[A-Z]{1,10}-?)?[0-9]{1,20}(?:-[0-9]{1,10})?$/iu,
  // Dynamics 365 (its token and its case), Microsoft's own support, ServiceNow: also without brackets.
  /^(?:crm:[0-9]{5,12}|cas-[0-9]{4,7}-[0-9a-z]{6}|trackingid#[0-9]{10,20}|ref:msg[0-9]{7,10}(?:_[0-9a-z]{4,30})?)$/i,
  // Two of them around it: ManageEngine ServiceDesk Plus, Zoho Desk.
  /^(?:request id ?: ?)?## ?(?:[A-Z]{1,10}-)?[0-9]{1,20} ?##$/i,
  // A project's key: Jira, GitHub's bridges, YouTrack.
  new RegExp(`^#?${KEY}$`),
  // A number with its kind before it: ServiceNow, Autotask, iTop.
  /^[A-Z]{1,8}-?[0-9]{6,20}(?:[.-][0-9]{1,10})*$/,
  new RegExp(`^${TICKET_WORD}(?:s?[ -]?(?:id|no\\.?|nr\\.?|number|nummer))? ?[:.#-]? ?[0-9]{1,20}$`, 'iu'),
  // Mantis and others, whose words before the number are the project's.
  /^\p{L}[\p{L} ._-]{0,29}[ :.-]{1,2}[0-9]{6,20}$/u,
];
/** RT's name may be a host (`[rt.example.org #123]`); among words, or before a number alone, it is somebody's link. */
const HOST_AMONG_WORDS = /\s.*\.\p{L}|\.\p{L}\S*[ ]+[^#]/u;
/** Letters and digits, with a digit somewhere: Zendesk's encoded numbers, LiveAgent's codes, HESK's tracking ids. */
const CODE =
  /^(?=[#A-Z-]*[0-9])(?:[0-9A-Z]{6}-[0-9A-Z]{4,5}|[A-Z]{3}-[A-Z]{5}-[0-9]{3}|#[0-9A-Z]{3}-[0-9A-Z]{3}-[0-9A-Z]{4})$/;
/** The second: ERPNext and others on Frappe, `(#ISS-2026-00042)`. */
const IN_PARENTHESES: readonly RegExp[] = [
  /^#[0-9]{1,12}$/,
  /^#(?:[A-Z]{2,10}-){1,2}(?:[0-9]{4}-)?[0-9]{1,10}$/,
  new RegExp(`^${KEY}$`),
];
/** The second: HelpSpot. */
const IN_BRACES = /^(?:(?:ref|ticket|case|id|request)[:#] ?[0-9A-Za-z._-]{1,50}|#?[0-9]{4,12})$/i;
const JIRA = new RegExp(`^\\[JIRA\\] \\(${KEY}\\)$`, 'i');

/** The marks in a decoded subject, in order; the desk's own tags are not among them. */
export function readTrackerMarks(subject: string, ownTag: string): readonly TrackerMark[] {
  return placedMarks(subject, ownTag).map(({ text, form }) => ({ text, form }));
}

/**
 * The subject with these marks, the first to be given being the newest: one takes the place of a mark of its form, or
 * else stands in front. Nothing is bounded here; what is put in front outlives a cut.
 */
export function withTrackerMarks(subject: string, marks: readonly TrackerMark[], ownTag: string): string {
  let text = subject;
  const fresh: string[] = [];
  const newest = new Map(marks.toReversed().map((mark) => [mark.form, mark]));
  for (const mark of marks) {
    if (newest.get(mark.form) !== mark) continue;
    const placed = placedMarks(text, ownTag).filter(({ form }) => form === mark.form);
    const [first] = placed;
    if (first === undefined) fresh.push(mark.text);
    else text = text.slice(0, first.start) + mark.text + text.slice(first.start + first.text.length);
  }
  return [...fresh, text].join(' ');
}

function placedMarks(subject: string, ownTag: string): readonly PlacedMark[] {
  const found: PlacedMark[] = [];
  DELIMITED.lastIndex = 0;
  for (let match = DELIMITED.exec(subject); match !== null; match = DELIMITED.exec(subject)) {
    const { 0: text, index } = match;
    const isOwn = readTags(text, ownTag).length > 0;
    const counts = !isOwn && isMark(text) && text === cleanText(text, MAX_MARK_CHARACTERS);
    if (counts) found.push({ text, form: formOf(text), start: index });
    if (found.length >= MAX_MARKS) break;
    // What is none may hold one.
    if (!counts) DELIMITED.lastIndex = index + 1;
  }
  return found;
}

function isMark(text: string): boolean {
  if (JIRA.test(text)) return true;
  const inside = text.slice(1, -1).trim();
  if (text.startsWith('(')) return IN_PARENTHESES.some((pattern) => pattern.test(inside));
  if (text.startsWith('{')) return IN_BRACES.test(inside);
  const isBracketed = /^[[【［]/.test(text);
  if (isBracketed && CODE.test(inside)) return true;
  if (HOST_AMONG_WORDS.test(inside)) return false;
  return INSIDE.some((pattern) => pattern.test(isBracketed ? inside : text));
}

function formOf(text: string): string {
  const inside = text.replace(/\s+/g, '').toLowerCase();
  if (inside.includes('ref:')) return 'ref';
  if (inside.includes('thread::')) return 'thread';
  const code = inside.slice(1, -1).toUpperCase();
  if (CODE.test(code) && !new RegExp(`^${KEY}$`).test(code)) return 'code';
  return inside.replace(/[0-9]+/g, '0');
}
