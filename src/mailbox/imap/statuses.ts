/**
 * How many folders stand, without opening them: one LIST with RETURN (STATUS …) where the server has it (RFC 5819, with the
 * list of patterns of RFC 5258), else a STATUS each.
 */
import type { ImapAttribute, ImapResponse } from 'imapflow';
import type { FolderStatus } from '../store.js';
import { selectablePaths } from './folders.js';
import { encodePath } from './names.js';
import { commandProblem } from './problems.js';
import type { Session } from './session.js';

const ITEMS = ['MESSAGES', 'UIDNEXT', 'UIDVALIDITY'];
/** In a pattern of LIST these stand for other characters (RFC 9051 §6.3.9). */
const WILD = /[%*]/;

const atom = (value: string): ImapAttribute => ({ type: 'ATOM', value });
const text = (value: string): ImapAttribute => ({ type: 'STRING', value });

/** By the names that were asked for; a folder that is not there, or cannot be opened, is left out. */
export async function folderStatuses(
  session: Session,
  folders: readonly string[],
): Promise<Map<string, FolderStatus>> {
  const named = new Map(folders.map((folder) => [encodePath(session.names.toPath(folder)), folder]));
  const { capabilities, mailbox } = session.client;
  // Of the selected folder a server may tell what this session has seen of it (measured on Dovecot and Courier).
  if (mailbox !== false && named.has(encodePath(mailbox.path)) && !session.looks.hasJustHeard)
    await session.wire.command('NOOP', false);
  const hasModseq = capabilities.has('CONDSTORE');
  const items = (hasModseq ? [...ITEMS, 'HIGHESTMODSEQ'] : ITEMS).map(atom);
  const found = new Map<string, FolderStatus>();
  const take = (response: ImapResponse): Promise<void> => {
    const [path, pairs] = response.attributes ?? [];
    const folder = named.get(String(Reflect.get(Object(path), 'value')));
    const status = statusOf(pairs);
    if (folder === undefined || status === null) return Promise.resolve();
    const { known, names } = session;
    const isKept = !known.withoutModseq.has(names.toPath(folder));
    found.set(folder, isKept ? status : { ...status, modseq: null });
    // So that a folder is known to be large before it is selected for the first time.
    known.messages.set(names.toPath(folder), status.messages);
    return Promise.resolve();
  };
  const paths = [...named.keys()];
  const atOnce = capabilities.has('LIST-STATUS') && capabilities.has('LIST-EXTENDED');
  const together = atOnce ? paths.filter((path) => !WILD.test(path)) : [];
  if (together.length > 0) {
    const attributes = [text(''), together.map(text), atom('RETURN'), [atom('STATUS'), items]];
    await session.wire.command('LIST', attributes, { STATUS: take, LIST: () => Promise.resolve() });
  }
  for (const path of paths.filter((one) => !together.includes(one)))
    await oneStatus(session, path, { items, take });
  return found;
}

async function oneStatus(
  session: Session,
  path: string,
  ask: {
    readonly items: readonly ImapAttribute[];
    readonly take: (response: ImapResponse) => Promise<void>;
  },
): Promise<void> {
  try {
    await session.wire.command('STATUS', [text(path), [...ask.items]], { STATUS: ask.take });
  } catch (error) {
    const { code } = commandProblem(error, 'look at a folder');
    if (code === 'imap-folder-missing') return;
    // Many servers give no code for a folder that is not there.
    if (code !== 'imap-refused' || (await selectablePaths(session)).map(encodePath).includes(path))
      throw error;
  }
}

/** null for what tells too little. */
function statusOf(pairs: unknown): FolderStatus | null {
  if (!Array.isArray(pairs)) return null;
  const values: readonly string[] = pairs.map((one) => String(Reflect.get(Object(one), 'value')));
  const numbers = new Map(
    values.flatMap((name, at) => (at % 2 === 0 ? [[name.toUpperCase(), digits(values[at + 1])]] : [])),
  );
  const [uidValidity, uidNext, messages] = ['UIDVALIDITY', 'UIDNEXT', 'MESSAGES'].map((name) =>
    numbers.get(name),
  );
  if (uidValidity == null || uidNext == null || messages == null) return null;
  // 0 and NIL stand for a folder that keeps no mod-sequences (RFC 7162 §3.1.2.2).
  const modseq = numbers.get('HIGHESTMODSEQ') ?? '0';
  return {
    uidValidity,
    uidNext: Number(uidNext),
    messages: Number(messages),
    modseq: modseq === '0' ? null : modseq,
  };
}

function digits(value: string | undefined): string | null {
  return value !== undefined && /^[0-9]{1,20}$/.test(value) ? value : null;
}
