/** The mailbox connection of a desk: opened when it is needed and it is the desk's turn, kept while it lasts. */
import type { ImapConnection } from '../../mailbox/imap/connection.js';
import { Problem } from '../../problem/problem.js';
import type { DeskTurn } from './desk-turn.js';
import type { DeskServers } from './servers.js';
import type { Traffic } from './traffic.js';

export interface DeskConnectionOptions {
  readonly servers: DeskServers;
  readonly turn: DeskTurn;
  readonly traffic: Traffic;
}

export class DeskConnection {
  readonly #options: DeskConnectionOptions;
  #connection: ImapConnection | null = null;

  constructor(options: DeskConnectionOptions) {
    this.#options = options;
  }

  /** Resolves when the desk may connect. */
  takeTurn(signal: AbortSignal): Promise<void> {
    const { turn, traffic } = this.#options;
    return turn.take(signal, (isWaiting) => traffic.waitsForTurn(isWaiting));
  }

  get isOpen(): boolean {
    return this.#connection !== null;
  }

  /** Whether it may connect without waiting for it. */
  get hasTurn(): boolean {
    return this.#options.turn.isHeld;
  }

  /** The desk knows of work, and does not only want to look. */
  get hasWork(): boolean {
    return this.#options.turn.hasWork;
  }

  /** What waits for something else needs no turn meanwhile; a connection that it has gives way to who wants it. */
  async aside<T>(wait: () => Promise<T>): Promise<T> {
    const { turn } = this.#options;
    if (this.#connection === null) {
      turn.release();
      return wait();
    }
    let going = Promise.resolve();
    const comeBack = turn.lend(() => {
      going = this.#makeRoom();
    });
    try {
      return await wait();
    } finally {
      comeBack();
      await going;
    }
  }

  async open(signal: AbortSignal): Promise<ImapConnection> {
    const { servers, traffic, turn } = this.#options;
    if (this.#connection !== null) {
      await servers.keepFresh();
      return this.#connection;
    }
    const connection = await this.#connect(signal);
    traffic.opened(connection.commands);
    connection.onLost(() => {
      if (this.#connection !== connection) return;
      this.#connection = null;
      turn.release();
    });
    this.#connection = connection;
    return connection;
  }

  async #connect(signal: AbortSignal): Promise<ImapConnection> {
    const { servers, turn } = this.#options;
    await this.takeTurn(signal);
    try {
      const connection = await servers.connect(signal);
      turn.opened();
      return connection;
    } catch (error) {
      throw turn.failed(error);
    }
  }

  /** See ImapConnection. Where another desk wants the turn, the connection goes, and the signal alone ends the wait. */
  async waitForMail(folder: string, signal: AbortSignal): Promise<void> {
    const listen = async (either: AbortSignal): Promise<boolean> => {
      // A connection that was lost since the pass has missed what came in: a pass over a new one has to look first.
      if (this.#connection === null) {
        throw new Problem('imap-connection-lost', 'the IMAP server has closed the connection', {
          temporary: true,
        });
      }
      return this.#connection.waitForMail(folder, either);
    };
    await this.#options.turn.rest(signal, listen, () => this.#makeRoom());
  }

  async #makeRoom(): Promise<void> {
    this.#options.traffic.makesRoom();
    await this.close();
  }

  async close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = null;
    try {
      await connection?.close();
    } finally {
      this.#options.turn.release();
    }
  }
}
