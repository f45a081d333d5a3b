/** A desk's turn to have a connection, for as long as it has one; without a host that bounds them it is always its turn. */
import { Problem } from '../../problem/problem.js';
import type { HostConnections, Turn } from './host-connections.js';
import { aborted, following } from './timers.js';

export interface DeskTurnOptions {
  /** null where nobody else is heeded. */
  readonly host: HostConnections | null;
  readonly desk: string;
}

export class DeskTurn {
  readonly #options: DeskTurnOptions;
  #turn: Turn | null = null;
  #gaveWay = false;
  /** The desk knows of work, and does not only want to look. */
  hasWork = false;
  /** Called when the server can be reached again that could not be. */
  onBack: (() => void) | undefined;

  constructor(options: DeskTurnOptions) {
    this.#options = options;
  }

  /** Resolves when the desk may connect, at once if it has its turn. `waits` is told whether that takes a while. */
  async take(signal: AbortSignal, waits?: (isWaiting: boolean) => void): Promise<void> {
    const { host, desk } = this.#options;
    if (host === null || this.#turn !== null) return;
    const { onBack } = this;
    const hasWork = (): boolean => this.hasWork;
    waits?.(true);
    try {
      this.#turn = await host.take({ desk, hasWork, signal, ...(onBack === undefined ? {} : { onBack }) });
      this.#gaveWay = false;
    } finally {
      waits?.(false);
    }
  }

  get isHeld(): boolean {
    return this.#options.host === null || this.#turn !== null;
  }

  /** It is not used just now: `giveWay` is called, once, when another desk wants it. Answers what ends that. */
  lend(giveWay: () => void): () => void {
    return this.#turn?.rests(giveWay) ?? ((): void => undefined);
  }

  /** Whether another desk waits for it. */
  get isWanted(): boolean {
    return this.#turn?.isWanted === true;
  }

  opened(): void {
    this.#turn?.opened();
  }

  settled(): void {
    this.hasWork = false;
    this.#turn?.settled();
  }

  /** Answers what to tell of it. */
  failed(error: unknown): unknown {
    const problem = error instanceof Problem ? this.#turn?.failed(error) : undefined;
    this.release();
    return problem ?? error;
  }

  release(): void {
    this.#turn?.release();
    this.#turn = null;
  }

  /**
   * Waits for mail by `listen`, which answers whether there is some, unless and until another desk wants the turn. Then `hangUp`
   * gives the connection up, and what is left is to wait for the signal: the poll. What was announced meanwhile is not forgotten.
   */
  async rest(
    signal: AbortSignal,
    listen: (signal: AbortSignal) => Promise<boolean>,
    hangUp: () => Promise<void>,
  ): Promise<void> {
    let [isWanted, hasNews] = [this.isWanted, false];
    if (!isWanted && !this.#gaveWay) {
      const listening = following(signal);
      const stirs = this.lend(() => {
        isWanted = true;
        listening.abort();
      });
      try {
        hasNews = await listen(listening.signal);
      } finally {
        stirs();
        listening.abort();
      }
    }
    if (isWanted) {
      await hangUp();
      this.#gaveWay = true;
      if (hasNews) this.hasWork = true;
    }
    if (this.#gaveWay && !hasNews) await aborted(signal);
  }
}
