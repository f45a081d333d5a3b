/** In which folders something may have arrived since they were looked at, by what a server says of them unasked. */
import type { ImapFlow } from 'imapflow';

export class Arrivals {
  readonly #grown = new Set<string>();
  readonly #nextUids = new Map<string, number>();

  constructor(client: ImapFlow) {
    client.on('exists', (event) => {
      if (event.count > event.prevCount) this.#grown.add(event.path);
    });
  }

  /** A folder was selected. */
  opened(path: string, uidNext: number): void {
    const before = this.#nextUids.get(path);
    if (before !== undefined && uidNext > before) this.#grown.add(path);
    this.#nextUids.set(path, uidNext);
  }

  /** What has arrived is looked at. To be called after the folder was selected and before the look. */
  looked(path: string): void {
    this.#grown.delete(path);
  }

  since(path: string): boolean {
    return this.#grown.has(path);
  }
}
