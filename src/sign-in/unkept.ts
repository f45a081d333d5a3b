/** A sign-in that is in no file yet: it goes with the process, unless somebody keeps it. */
import type { SavedSignIn, SignInPlace } from './token-file.js';

export class UnkeptSignIn implements SignInPlace {
  readonly path: string;
  #saved: SavedSignIn;
  /** Settles when nobody works with it any more. */
  #free: Promise<unknown> = Promise.resolve();

  constructor(path: string, saved: SavedSignIn) {
    this.path = path;
    this.#saved = saved;
  }

  get saved(): SavedSignIn {
    return this.#saved;
  }

  async read(): Promise<SavedSignIn> {
    return this.#saved;
  }

  async write(saved: SavedSignIn): Promise<void> {
    this.#saved = saved;
  }

  async makeFolder(): Promise<void> {
    // It needs none.
  }

  alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#free.then(work);
    this.#free = done.catch(() => undefined);
    return done;
  }
}
