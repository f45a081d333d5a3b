/** The texts of notices as the desk writes them, for tests of what becomes of them in quotations. */
import type { Language } from '../../../../src/config/language.js';
import { loadPhrases } from '../../../../src/config/phrases.js';
import { fill, loadTemplates } from '../../../../src/config/templates.js';
import { blank } from '../../../../src/desk/decide/question.js';
import { NOTICE_TEXT, noticeWords } from '../../../../src/desk/letters/notice-text.js';
import { PHRASES } from '../../../../src/desk/phrases.js';
import type { DeskPolicy } from '../../../../src/desk/policy.js';
import type { Decision } from '../../../../src/desk/ticket/decision.js';
import { asPart } from '../../../../src/message/compose/original.js';
import { deskPolicy, message, READING, STEVE, ticket } from '../desk.js';

export async function deskIn(language: Language, changes: Partial<DeskPolicy> = {}): Promise<DeskPolicy> {
  const templates = await loadTemplates([NOTICE_TEXT], language, null);
  const phrase = await loadPhrases(PHRASES, language, null);
  return deskPolicy({
    phrase,
    render: (name, values) => fill(templates.get(name) ?? '', values),
    ...changes,
  });
}

export const ENGLISH = await deskIn('en');
const JANE = message();
const PART = asPart(Buffer.from('A: b\r\n\r\nIt burns.\r\n'));

export interface Shown {
  readonly desk?: DeskPolicy;
  readonly decision?: Partial<Decision>;
  readonly from?: string;
  readonly fields?: readonly string[];
  readonly answerTo?: readonly string[];
  readonly isWhole?: boolean;
  readonly quoted?: number;
}

/** The lines of the text of a notice to Steve. */
export function noticeTo(about: Shown = {}): readonly string[] {
  const { desk = ENGLISH, from = 'Jane Doe <jane@example.com>', fields = [], isWhole = true } = about;
  const facts = message({ from, fields });
  const occasion = { decision: { ...blank(facts), ...about.decision }, facts, ticket: ticket(1, JANE) };
  const letter = {
    to: 'steve@example.org',
    member: STEVE,
    answerTo: about.answerTo ?? ['jane@example.com'],
    ...(isWhole ? { whole: true as const } : {}),
  };
  const left = about.quoted === undefined ? null : { lines: 9, quoted: about.quoted };
  const reading = { ...READING, excerpt: 'It burns.', left, part: isWhole ? PART : null };
  const folders = { open: 'Tickets/Open', archived: 'Tickets/Archived' };
  const words = noticeWords({ policy: desk, occasion, letter, number: 1 }, { reading, folders });
  return desk.render(NOTICE_TEXT.name, words).trimEnd().split('\n');
}

/** Who may have written what the notices hold. */
export const NAMED = {
  messages: [
    'Jane Doe <jane@example.com>',
    'Jörg <jane@example.com>',
    '"Doe, Inc." <jane@example.com>',
    'Acme Inc. <jane@example.com>',
    'ann@example.org',
  ].map((from) => ({ facts: message({ from }) })),
  folders: ['Tickets/Open', 'Tickets/Archived'],
};

export const fromRule = (lines: readonly string[]): readonly string[] => lines.slice(lines.indexOf('-- '));
export const upToRule = (lines: readonly string[]): readonly string[] => lines.slice(0, lines.indexOf('-- '));
