/**
 * Letters in the outbox of which the server that keeps the mailbox refuses the text. They do not keep the others from being
 * sent. Where it reads others in the same drain, that is an attempt; after the last it goes to Review. Of one whose header
 * is refused too nothing is known but its place, so it stays. While any of them is left, the drain says so.
 */
import { Problem } from '../../problem/problem.js';
import { type History, historyIn } from '../sight/letter-history.js';
import type { Survey } from '../sight/survey.js';
import type { Desk, WorkingDesk } from '../workplace/desk.js';
import type { Letter } from '../workplace/outbox-copy.js';
import { CANNOT_BE_READ, refusesWithoutReason } from '../workplace/unreadable.js';
import { isGivenUp, type RefusedLetter, setAside } from './refused.js';

const MAX_NAMED = 10;

/** As the outbox holds it; null if it is gone. */
export type LetterText = Buffer | 'unread' | null;

/** What one drain reads. */
export class LetterTexts {
  readonly #unread: Letter[] = [];
  #hasRead = false;

  /** By UID, in one command; what that does not bring is read one by one. */
  async readAll(desk: Desk, letters: readonly Letter[]): Promise<ReadonlyMap<number, LetterText>> {
    const texts = new Map<number, LetterText>(letters.length > 1 ? await this.#readBatch(desk, letters) : []);
    for (const letter of letters)
      if (!texts.has(letter.uid)) texts.set(letter.uid, await this.#read(desk, letter));
    return texts;
  }

  async #readBatch(
    { store, folders }: Desk,
    letters: readonly Letter[],
  ): Promise<ReadonlyMap<number, Buffer>> {
    try {
      const uids = letters.map(({ uid }) => uid);
      const texts = await store.fetchSource(folders.outbox, uids);
      if (texts.size > 0) this.#hasRead = true;
      return texts;
    } catch (error) {
      if (!refusesWithoutReason(error)) throw error;
      return new Map();
    }
  }

  async #read(desk: Desk, letter: Letter): Promise<LetterText> {
    const { store, folders } = desk;
    try {
      const source = (await store.fetchSource(folders.outbox, [letter.uid])).get(letter.uid) ?? null;
      if (source !== null) this.#hasRead = true;
      // An answer without the text proves nothing: what is still listed is not gone.
      else if ((await store.search(folders.outbox, { uids: [letter.uid] })).length > 0)
        return this.cannotRead(desk, letter, null);
      return source;
    } catch (error) {
      // A refusal that gives a reason is about the server, and ends the pass as any other does.
      if (!refusesWithoutReason(error)) throw error;
      return this.cannotRead(desk, letter, error);
    }
  }

  /** It, or what it passes on. */
  cannotRead({ cache, log }: Desk, letter: Letter, err: Problem | null): 'unread' {
    this.#unread.push(letter);
    if (!cache.unreadLettersTold.has(letter.uid))
      log.error({ uid: letter.uid, err }, 'the server cannot read a message in the outbox');
    cache.unreadLettersTold.add(letter.uid);
    return 'unread';
  }

  /** Once all that can be read has been sent. Answers how many have gone to Review. */
  async giveUp(desk: WorkingDesk, survey: Survey, histories: ReadonlyMap<string, History>): Promise<number> {
    const given: RefusedLetter[] = [];
    for (const letter of this.#hasRead ? [...this.#unread] : []) {
      const { uid, messageId: id } = letter;
      const history = historyIn(histories, id);
      if (id === null || !(await isGivenUp(desk, survey, { id, history, why: CANNOT_BE_READ }))) continue;
      desk.log.error(
        { uid },
        'the server cannot read a message in the outbox again and again; it goes to review',
      );
      given.push({ copy: letter, because: { kind: 'unreadable' }, why: CANNOT_BE_READ });
      this.#unread.splice(this.#unread.indexOf(letter), 1);
    }
    await setAside(desk, survey, given);
    return given.length;
  }

  /** Names what is left of those that cannot be read. */
  problem({ cache, folders }: Desk): Problem | null {
    const uids = [...cache.unreadableOutbox, ...this.#unread.map(({ uid }) => uid)].toSorted((a, b) => a - b);
    if (uids.length === 0) return null;
    const named = uids.slice(0, MAX_NAMED).join(', ');
    const more = uids.length > MAX_NAMED ? ` and ${uids.length - MAX_NAMED} more` : '';
    return new Problem(
      'outbox-unreadable',
      `the IMAP server cannot read mail in ${folders.outbox}, so it is not sent: UID ${named}${more}`,
      { scope: 'folder', temporary: true },
    );
  }
}
