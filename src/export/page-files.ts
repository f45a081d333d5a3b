/**
 * Tickets as pages: `tickets/N.html`, and beside it a folder for each message. What is in a message never changes, so it is
 * written once; the page is written anew when its ticket has changed, and the lists of tickets at the end. A page is there
 * before the list tells of it, and what it names before the page: a run that died is made up for by the next.
 */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { ListedTicket } from '../mbox/list.js';
import { EXIT, Problem } from '../problem/problem.js';
import { listFiles } from '../web/saved/list-files.js';
import { type Look, markOf } from '../web/saved/look.js';
import {
  mergedFile,
  messageFiles,
  messagePath,
  type SavedFile,
  sourcePath,
  TakenAway,
  ticketFile,
  ticketPath,
} from '../web/saved/ticket-files.js';
import { type Conversation, conversationOf } from '../worker/ask/conversation.js';
import { nameOfMessage } from '../worker/ask/message-parts.js';
import type { TicketRow } from '../worker/ask/ticket-pages.js';
import { findTicket } from '../worker/ask/tickets.js';
import { nothingSeen, type Survey, takeSurvey } from '../worker/sight/survey.js';
import type { Desk } from '../worker/workplace/desk.js';
import { FactsCache } from '../worker/workplace/facts-cache.js';
import { MovedMeanwhile } from './fetch.js';
import { listedOf, NOTHING_PUT, type Put, type Putting } from './put.js';
import { lookAtPath, makeFolder, removeTree, writeWhole } from './safe-file.js';
import type { Target } from './target.js';
import type { LyingTicket } from './what.js';

export class PageFiles {
  readonly #look: Look;
  /** Of all open tickets; taken again where one of them has changed since. */
  #survey: Survey | null = null;

  constructor(look: Look) {
    this.#look = look;
  }

  async put(desk: Desk, target: Target, { ticket, isElsewhere }: Putting): Promise<Put> {
    const { entry, state, messages } = ticket;
    const { number } = entry;
    const before = target.listed(number).at(-1);
    const there = new Set(before?.messages);
    const lying = messages.map(({ identity }) => identity);
    const listed = { ...listedOf(ticket, lying), look: markOf(this.#look) };
    const path = join(target.folder, ticketPath(number));
    const isThere = (await kindOf(path)) === 'file';
    if (isThere && before !== undefined && isDeepStrictEqual(before, listed)) return NOTHING_PUT;
    const conversation = await this.#read(desk, ticket);
    const isAnotherLook = before !== undefined && before.look !== listed.look;
    await writeMessages(desk, target, { conversation, again: isAnotherLook });
    await write(target, await ticketFile(conversation, this.#look));
    for (const former of conversation.merged)
      await write(target, await mergedFile(former, number, this.#look));
    const left = (before?.messages ?? []).filter(
      (identity) => !lying.includes(identity) && isElsewhere(identity),
    );
    await removeMessages(target, number, left);
    await target.note(listed);
    const added = lying.filter((identity) => !there.has(identity)).length;
    return { added, removed: left.length, moved: before !== undefined && before.state !== state };
  }

  /** Of a ticket that was merged into another one, the messages go that lie there. Its page says by now where it is. */
  async drop(target: Target, number: number, isThere: (identity: string) => boolean): Promise<void> {
    const held = target.listed(number).at(-1)?.messages ?? [];
    await removeMessages(target, number, held.filter(isThere));
    await target.forget(number);
  }

  /** The lists, of all that has ever been written here; only what has changed of them is written. */
  async finish(target: Target): Promise<void> {
    const rows = target.all().map(rowOf);
    for await (const file of listFiles(rows, this.#look)) {
      const path = join(target.folder, file.path);
      const isFile = (await kindOf(path)) === 'file';
      if (!isFile || !(await readFile(path)).equals(file.content)) await write(target, file);
    }
  }

  /** Throws MovedMeanwhile where other messages lie with the ticket than were told. */
  async #read(desk: Desk, { entry: { number }, state, messages }: LyingTicket): Promise<Conversation> {
    const at = state === 'open' ? { desk, survey: await this.#surveyOf(desk) } : afresh(desk);
    const found = await findTicket(at.desk, at.survey, number);
    const lying = new Set(messages.map(({ identity }) => identity));
    const unique = new Map((found?.messages ?? []).map((one) => [one.facts.identity, one]));
    if (found !== null && [...unique.keys()].every((identity) => lying.has(identity))) {
      const ticket = { ...found, messages: [...unique.values()] };
      const read = await conversationOf(at.desk, { ticket, survey: at.survey, asked: number });
      // What waits in the outbox is gone by the time that somebody looks.
      if (read.messages.length === lying.size) return { ...read, waiting: [] };
    }
    this.#survey = null;
    throw new MovedMeanwhile('a ticket has changed');
  }

  async #surveyOf(desk: Desk): Promise<Survey> {
    this.#survey ??= await takeSurvey(desk);
    return this.#survey;
  }
}

/** With nothing remembered afterwards. */
function afresh(desk: Desk): { readonly desk: Desk; readonly survey: Survey } {
  const fresh = { ...desk, cache: new FactsCache(desk.policy) };
  return { desk: fresh, survey: nothingSeen(fresh) };
}

function rowOf({
  ticket,
  state,
  subject,
  requester,
  requesterName,
  opened,
  messages,
}: ListedTicket): TicketRow {
  const about = { state, subject, requester, requesterName };
  return { ...about, number: ticket, opened: new Date(opened), updated: null, messages: messages.length };
}

async function writeMessages(
  desk: Desk,
  target: Target,
  { conversation, again }: { readonly conversation: Conversation; readonly again: boolean },
): Promise<void> {
  const { number } = conversation.line;
  for (const message of conversation.messages) {
    const source = join(target.folder, sourcePath(number, nameOfMessage(message.facts)));
    if (!again && (await kindOf(source)) === 'file') continue;
    try {
      for await (const file of messageFiles(desk, conversation, message)) await write(target, file);
    } catch (error) {
      throw error instanceof TakenAway ? new MovedMeanwhile('a message was moved') : error;
    }
  }
}

async function removeMessages(target: Target, number: number, identities: readonly string[]): Promise<void> {
  for (const identity of identities)
    await removeTree(join(target.folder, messagePath(number, nameOfMessage({ identity }))));
}

async function write(target: Target, { path, content }: SavedFile): Promise<void> {
  const parts = dirname(path).split('/');
  for (const [index] of parts.entries()) {
    const folder = join(target.folder, ...parts.slice(0, index + 1));
    if (!['folder', null].includes(await kindOf(folder))) throw noFolder(folder);
  }
  await makeFolder(join(target.folder, dirname(path)));
  await writeWhole(join(target.folder, path), { fill: (some) => some(content), aside: target.folder });
}

async function kindOf(path: string): Promise<'file' | 'folder' | 'other' | null> {
  return (await lookAtPath(path))?.kind ?? null;
}

function noFolder(path: string): Problem {
  return new Problem('export-changed', `${path} is no folder: move it away, or export into another folder`, {
    exitCode: EXIT.usage,
  });
}
