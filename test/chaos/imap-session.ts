/** An IMAP session as a proxy follows it: which folder is selected, and what each command is about. */
import { literalSize } from './imap-dialect.js';

/** A command, by what it is about: its verb and folders, not its message numbers. */
export interface ImapCommand {
  readonly tag: string;
  /** In capitals, with UID before it: "UID MOVE". */
  readonly verb: string;
  /** The folder that it is about: the named one of SELECT, APPEND, CREATE and their like, else the selected one. */
  readonly folder: string | null;
  /** Where COPY and MOVE go. */
  readonly target: string | null;
}

const NAMING = new Set(['SELECT', 'EXAMINE', 'APPEND', 'CREATE', 'SUBSCRIBE', 'STATUS', 'DELETE']);
const WITHIN_FOLDER = /^(?:UID .*|NOOP|CHECK|CLOSE|UNSELECT|EXPUNGE|IDLE)$/;
const WORD = /"((?:[^"\\]|\\.)*)"|([^ "]+)/g;

/** Words of a command line: atoms and quoted strings, as far as folder names need it. */
function wordsOf(line: string): readonly string[] {
  return [...line.trimEnd().matchAll(WORD)].map(([, quoted, plain]) =>
    quoted === undefined ? (plain ?? '') : quoted.replace(/\\(.)/g, '$1'),
  );
}

export function readCommand(line: string, selected: string | null): ImapCommand {
  const [tag = '', first = '', ...rest] = wordsOf(line);
  const isUid = first.toUpperCase() === 'UID';
  const verb = (isUid ? `UID ${rest[0] ?? ''}` : first).toUpperCase();
  const folder = NAMING.has(verb) ? (rest[0] ?? '') : WITHIN_FOLDER.test(verb) ? selected : null;
  const target = verb === 'UID MOVE' || verb === 'UID COPY' ? (rest[2] ?? '') : null;
  return { tag, verb, folder, target };
}

/** By which commands of one kind are known, such as "UID MOVE INBOX > Tickets/Open". */
export function keyOf({ verb, folder, target }: Omit<ImapCommand, 'tag'>): string {
  return [verb, ...(folder === null ? [] : [folder]), ...(target === null ? [] : ['>', target])].join(' ');
}

export function verbOf(key: string): string {
  return /^(?:UID )?\S+/.exec(key)?.[0] ?? '';
}

/** Whether a command line goes on in a literal, and whether the client waits to be asked for it (RFC 9051 §4.3). */
export function literalOf(line: string): { readonly bytes: number; readonly awaited: boolean } | null {
  if (!/\{[0-9]+\+?\}\r?\n$/.test(line)) return null;
  return { bytes: literalSize(line), awaited: !/\+\}\r?\n$/.test(line) };
}
