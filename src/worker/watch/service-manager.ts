/**
 * Tells a service manager how the worker is: sd_notify(3), over the socket that `NOTIFY_SOCKET` names. It is a datagram
 * socket, which Node does not have, and the packages that bring one need a compiler when they are installed. So the
 * words go through systemd's own `systemd-notify`, which also waits until they were read. The manager must take them
 * from a process of the service that is not its main one: `NotifyAccess=all`.
 */
import { spawn } from 'node:child_process';
import type { Logger } from 'pino';

export interface NotifierOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Pick<Logger, 'warn' | 'debug'>;
  /** Default: the one in `PATH`. */
  readonly program?: string;
}

const TIMEOUT_MS = 10_000;
/** Words that wait for others to be said; a manager that hears nothing must not fill our memory. */
const MAX_WAITING = 20;

export class ServiceManager {
  readonly #options: NotifierOptions;
  #saying: Promise<void> = Promise.resolve();
  #waiting = 0;
  #told = false;

  constructor(options: NotifierOptions) {
    this.#options = options;
  }

  /** Whether anybody wants to hear. */
  get wanted(): boolean {
    return (this.#options.env['NOTIFY_SOCKET'] ?? '') !== '';
  }

  /** How often the manager wants a sign of life, in milliseconds; null if it does not. */
  get watchdogMs(): number | null {
    const { WATCHDOG_USEC: usec = '', WATCHDOG_PID: pid = '' } = this.#options.env;
    const meant = pid === '' || pid === String(process.pid);
    return this.wanted && meant && /^[1-9]\d{3,15}$/.test(usec) ? Number(usec) / 1000 : null;
  }

  ready(): Promise<void> {
    return this.#say(['READY=1']);
  }

  /** One line for `systemctl status`. */
  status(text: string): Promise<void> {
    return this.#say([`STATUS=${text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ')}`]);
  }

  alive(): Promise<void> {
    return this.#say(['WATCHDOG=1']);
  }

  /** `Type=notify-reload` wants to know when, by the clock that is never set (systemd.service(5)). */
  reloading(): Promise<void> {
    return this.#say(['RELOADING=1', `MONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`]);
  }

  stopping(): Promise<void> {
    return this.#say(['STOPPING=1']);
  }

  /** One after the other: READY after RELOADING says that the reload is over. Never rejects. */
  #say(words: readonly string[]): Promise<void> {
    if (!this.wanted || this.#waiting >= MAX_WAITING) return Promise.resolve();
    this.#waiting += 1;
    this.#saying = this.#sayAfter(this.#saying, words);
    return this.#saying;
  }

  async #sayAfter(before: Promise<void>, words: readonly string[]): Promise<void> {
    await before;
    const failure = await this.#run(words);
    this.#waiting -= 1;
    if (failure !== null) this.#fail(words, failure);
  }

  #fail(words: readonly string[], failure: string): void {
    const level = this.#told ? 'debug' : 'warn';
    this.#told = true;
    this.#options.log[level]({ words }, `the service manager could not be told: ${failure}`);
  }

  /** null if it was said. */
  #run(words: readonly string[]): Promise<string | null> {
    const { env, program = 'systemd-notify' } = this.#options;
    return new Promise((fulfil) => {
      const child = spawn(program, words, {
        env: { PATH: env['PATH'], NOTIFY_SOCKET: env['NOTIFY_SOCKET'] },
        stdio: 'ignore',
        timeout: TIMEOUT_MS,
        killSignal: 'SIGKILL',
      });
      child.once('error', (error) => fulfil(`${program} could not be started (${error.message})`));
      child.once('close', (code, killedBy) =>
        fulfil(code === 0 ? null : `${program} ended with ${killedBy ?? `exit code ${code}`}`),
      );
    });
  }
}
