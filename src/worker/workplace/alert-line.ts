/**
 * Messages of alerts on their way. Nobody waits for them: a pass begins them and goes on, and a later one notes what became of
 * them. Each has a time limit of its own, so none is in hand for ever.
 */
import type { AlertMessage } from '../../desk/alerts/alert-message.js';
import type { Outcome } from '../../desk/alerts/outcome.js';

/** By then a message has been answered, or given up: whoever meets one that is older is not the one who waits for it. */
export const GIVEN_UP_AFTER_MS = 120_000;

export interface AlertLineOptions {
  /** Sends one message for the alert of that name; it answers within the time limit, whatever happens. */
  readonly send: (alert: string, message: AlertMessage, signal: AbortSignal) => Promise<Outcome>;
}

export class AlertLine {
  readonly #options: AlertLineOptions;
  readonly #inHand = new Map<string, Promise<void>>();
  readonly #answers = new Map<string, Outcome>();
  #stop = new AbortController();
  /** Called whenever an answer has come; set by whoever wants to know. */
  onAnswer: () => void = () => undefined;

  constructor(options: AlertLineOptions) {
    this.#options = options;
  }

  begin(alert: string, message: AlertMessage): void {
    this.#inHand.set(message.id, this.#await(alert, message));
  }

  async #await(alert: string, message: AlertMessage): Promise<void> {
    const outcome = await this.#send(alert, message);
    this.#inHand.delete(message.id);
    this.#answers.set(message.id, outcome);
    this.onAnswer();
  }

  async #send(alert: string, message: AlertMessage): Promise<Outcome> {
    try {
      return await this.#options.send(alert, message, this.#stop.signal);
    } catch (error) {
      // A message that meets an error of ours must not be sent again and again.
      const name = error instanceof Error ? error.name : typeof error;
      return { kind: 'unknown', why: `an error inside imapdesk (${name})` };
    }
  }

  has(id: string): boolean {
    return this.#inHand.has(id);
  }

  /** What has been answered and not been noted yet, by the messages' ids. */
  get answers(): ReadonlyMap<string, Outcome> {
    return this.#answers;
  }

  get isIdle(): boolean {
    return this.#inHand.size + this.#answers.size === 0;
  }

  noted(ids: Iterable<string>): void {
    for (const id of ids) this.#answers.delete(id);
  }

  /** Resolves when all that is in hand has answered, or after that many milliseconds. */
  async settle(ms: number): Promise<void> {
    if (this.#inHand.size === 0) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((fulfil) => {
      timer = setTimeout(fulfil, ms);
    });
    await Promise.race([Promise.all(this.#inHand.values()), late]);
    clearTimeout(timer);
  }

  /** Breaks off what is in hand: nobody waits for it any more. What is begun later is not touched. */
  stop(): void {
    this.#stop.abort();
    this.#stop = new AbortController();
  }
}
