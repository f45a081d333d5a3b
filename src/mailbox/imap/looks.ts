/**
 * The look that is going on: reads of one folder in one turn of the event loop. Nobody who works here can know of anything that
 * has happened between them, so only the first one asks for news.
 */
export interface Look {
  readonly path: string;
  readonly readsLeft: number;
}

/** How many reads may follow the first one of a look. */
export const MORE_READS_A_LOOK = 3;

export class Looks {
  #look: Look | null = null;
  /** How many pieces of work have begun. */
  #pieces = 0;
  #heardIn = -2;
  /** How many groups of reads are under way side by side. */
  #together = 0;

  /** A piece of work begins. Answers how many reads the look at that folder has left: 0 where there is none. */
  begin(path?: string): number {
    const look = this.#look;
    this.#look = null;
    this.#pieces += 1;
    return look !== null && look.path === path ? look.readsLeft : 0;
  }

  /** Marks a piece of work; `goOn` has no effect once another one has begun. */
  get piece(): number {
    return this.#pieces;
  }

  /** In this piece of work the server has told, unasked, what is new in the selected folder. */
  heard(): void {
    this.#heardIn = this.#pieces;
  }

  /** Whether it did so in the piece of work before this one: this session is then shown it, and need not ask for it. */
  get hasJustHeard(): boolean {
    return this.#heardIn === this.#pieces - 1;
  }

  /** Reads may come between the steps of others, until the answer is called: none goes on with the look of another. */
  together(): () => void {
    this.#together += 1;
    return () => {
      this.#together -= 1;
    };
  }

  get areTogether(): boolean {
    return this.#together > 0;
  }

  /** What is read next in this turn of the event loop is part of the same look. */
  goOn(look: Look, piece = this.#pieces): void {
    if (piece !== this.#pieces) return;
    this.#look = look;
    setImmediate(() => {
      if (this.#look === look) this.#look = null;
    });
  }
}
