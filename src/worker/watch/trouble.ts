/**
 * Runs a program of the user's once when a desk has been out of order for a time, and once when it works again: mail may
 * be what is broken, so staff cannot be told by mail. No pass waits for it, and it is ended after a minute.
 */
import { spawn } from 'node:child_process';
import type { Logger } from 'pino';
import type { Config, OnTrouble } from '../../config/complete.js';
import { environmentOfPrograms } from '../../config/environment.js';
import { type Condition, type Health, hangOf } from '../run/worker-state.js';

const TIMEOUT_MS = 60_000;
/** What is left of that when the worker stops. */
const STOP_WITHIN_MS = 5000;

export type News = 'trouble' | 'works';

/** Says once that a desk has been out of order for long enough, and once that it is not any more. */
export class TroubleBell {
  readonly #afterMs: number;
  #since: number | null = null;
  #rung = false;

  constructor(afterMs: number) {
    this.#afterMs = afterMs;
  }

  /** What is to be told now; to be asked often. */
  look(condition: Condition | null, now: Date): News | null {
    if (condition === null) {
      this.#since = null;
      const over = this.#rung;
      this.#rung = false;
      return over ? 'works' : null;
    }
    this.#since ??= new Date(condition.since).getTime();
    if (this.#rung || now.getTime() - this.#since < this.#afterMs) return null;
    this.#rung = true;
    return 'trouble';
  }
}

/** Why a desk is out of order, if it is: passes that fail, hang or do not come go before mail that cannot leave. */
export function conditionOf(health: Health): Condition | null {
  return health.trouble ?? hangOf(health) ?? health.delivery;
}

/** What the program is told of what is wrong, or was: its environment. */
type About = ReturnType<typeof aboutOf>;

function aboutOf(news: News, desk: string, condition: Condition | null) {
  return {
    IMAPDESK_DESK: desk,
    IMAPDESK_STATE: news,
    IMAPDESK_CODE: condition?.code ?? '',
    IMAPDESK_MESSAGE: condition?.message ?? '',
    IMAPDESK_SINCE: condition?.since ?? '',
  };
}

export interface TroubleProgramOptions {
  readonly onTrouble: OnTrouble;
  readonly config: Pick<Config, 'baseDir' | 'env' | 'secret' | 'desks' | 'alerts'>;
  readonly log: Pick<Logger, 'info' | 'error'>;
  readonly timeoutMs?: number;
}

export class TroubleProgram {
  readonly #options: TroubleProgramOptions;
  readonly #env: Readonly<Record<string, string | undefined>>;
  /** One after the other, so that "works" is never told before "trouble". */
  #running: Promise<void> = Promise.resolve();
  #kill: (() => void) | null = null;

  constructor(options: TroubleProgramOptions) {
    this.#options = options;
    this.#env = environmentOfPrograms(options.config);
  }

  /** Resolves when the program has ended, however it did. Never rejects. */
  tell(news: News, desk: string, condition: Condition | null): Promise<void> {
    this.#running = this.#runAfter(this.#running, aboutOf(news, desk, condition));
    return this.#running;
  }

  async #runAfter(before: Promise<void>, about: About): Promise<void> {
    await before;
    const failure = await this.#run(about);
    const { log } = this.#options;
    const fields = { desk: about.IMAPDESK_DESK, state: about.IMAPDESK_STATE };
    if (failure === null) log.info(fields, 'the program of onTrouble was run');
    else log.error(fields, `the program of onTrouble has failed: ${failure}`);
  }

  /** Waits a moment for a program that runs, and ends it. */
  async stop(): Promise<void> {
    const timer = setTimeout(() => this.#kill?.(), STOP_WITHIN_MS);
    await this.#running;
    clearTimeout(timer);
  }

  /** null if it ended with 0. In a process group of its own, so that nothing it has started outlives the limit. */
  #run(about: About): Promise<string | null> {
    const { onTrouble, config, timeoutMs = TIMEOUT_MS } = this.#options;
    const [program = '', ...args] = onTrouble.command;
    return new Promise((fulfil) => {
      const env = { ...this.#env, ...about };
      const child = spawn(program, args, { cwd: config.baseDir, env, stdio: 'ignore', detached: true });
      let late = false;
      const kill = (): void => {
        late = true;
        if (child.pid !== undefined) killGroup(child.pid);
      };
      const timer = setTimeout(kill, timeoutMs);
      const done = (failure: string | null): void => {
        clearTimeout(timer);
        this.#kill = null;
        fulfil(failure);
      };
      this.#kill = kill;
      child.once('error', (error: NodeJS.ErrnoException) =>
        done(`it could not be started (${error.code ?? 'unknown error'})`),
      );
      child.once('close', (code, killedBy) => {
        if (late) done('it was ended, since it took too long');
        else done(code === 0 ? null : `it ended with ${killedBy ?? `exit code ${code}`}`);
      });
    });
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
