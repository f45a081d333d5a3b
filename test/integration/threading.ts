/**
 * Threads as most mail clients make them: by References and In-Reply-To alone, after Jamie Zawinski's description
 * (https://www.jwz.org/doc/threading.html, steps 1 to 3), without its gathering of subjects that are alike.
 */

/** What threading looks at. */
export interface Threadable {
  readonly messageId: string;
  /** The ids of References and, last, of In-Reply-To. */
  readonly references: readonly string[];
}

/** Reads a message's ids from its header block; `text` may go on with its body. */
export function readIds(text: string): Threadable {
  const header = (text.split('\r\n\r\n')[0] ?? '').replace(/\r\n(?=[ \t])/g, '');
  const idsOf = (name: string): readonly string[] =>
    (new RegExp(`^${name}:(.*)$`, 'im').exec(header)?.[1] ?? '').match(/<[^<>\s]+>/g) ?? [];
  const references = [...idsOf('References'), ...idsOf('In-Reply-To').slice(0, 1)];
  return { messageId: idsOf('Message-ID')[0] ?? '', references: [...new Set(references)] };
}

/** The messages' ids by thread: threads and messages in the order in which they first come. */
export function threadsOf(messages: readonly Threadable[]): readonly (readonly string[])[] {
  const parents = new Map<string, string>();
  for (const { messageId, references } of messages) {
    // What others said of a chain stays: only the message itself knows its own parent.
    for (const [index, id] of references.entries()) {
      const parent = references[index - 1];
      if (parent !== undefined && !parents.has(id)) adopt(parents, id, parent);
    }
    const parent = references.at(-1);
    if (parent !== undefined) adopt(parents, messageId, parent);
  }
  const threads = new Map<string, string[]>();
  for (const { messageId } of messages) {
    const top = ancestors(parents, messageId).at(-1) ?? messageId;
    threads.set(top, [...(threads.get(top) ?? []), messageId]);
  }
  return [...threads.values()];
}

/** Never in a way that would make a loop. */
function adopt(parents: Map<string, string>, id: string, parent: string): void {
  if (id !== parent && !ancestors(parents, parent).includes(id)) parents.set(id, parent);
}

function ancestors(parents: ReadonlyMap<string, string>, id: string): readonly string[] {
  const found: string[] = [];
  for (let next = parents.get(id); next !== undefined; next = parents.get(next)) found.push(next);
  return found;
}
