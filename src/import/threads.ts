/**
 * Parts mail into threads: messages belong together that name each other in References or In-Reply-To, or the same message that is
 * not there. Subjects say nothing: two people may write "Invoice". Pure.
 */
import type { Outlined } from './outline.js';

/** Threads in order of their first messages, each in order of arrival. */
export function threadsOf<M extends Pick<Outlined, 'messageId' | 'references' | 'at'>>(
  messages: readonly M[],
): readonly (readonly M[])[] {
  const parents = messages.map((_, index) => index);
  const find = (index: number): number => {
    let top = index;
    while (parents[top] !== top) top = parents[top] ?? top;
    for (let at = index; at !== top; ) {
      const next = parents[at] ?? top;
      parents[at] = top;
      at = next;
    }
    return top;
  };
  const holders = new Map<string, number>();
  for (const [index, { messageId, references }] of messages.entries()) {
    for (const id of messageId === null ? references : [messageId, ...references]) {
      const holder = holders.get(id);
      if (holder === undefined) holders.set(id, index);
      else parents[find(index)] = find(holder);
    }
  }
  const threads = new Map<number, M[]>();
  for (const [index, message] of messages.entries()) {
    const top = find(index);
    const thread = threads.get(top);
    if (thread === undefined) threads.set(top, [message]);
    else thread.push(message);
  }
  const sorted = [...threads.values()].map((thread) => thread.sort(byArrival));
  return sorted.sort(([a], [b]) => (a === undefined || b === undefined ? 0 : byArrival(a, b)));
}

export function byArrival(a: Pick<Outlined, 'at'>, b: Pick<Outlined, 'at'>): number {
  return a.at.getTime() - b.at.getTime();
}
