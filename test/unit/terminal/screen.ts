/** A terminal of so many columns, as far as we order one about: text, CR, line ends, ED and SGR (ECMA-48). Other orders stand in the text. */
export class Screen {
  readonly written: string[] = [];
  columns: number;
  /** What a terminal shows, a row each; the cursor is in the last one or above. */
  #rows: string[] = [''];
  #row = 0;
  #column = 0;

  constructor(columns: number) {
    this.columns = columns;
  }

  readonly write = (text: string): void => {
    this.written.push(text);
    for (const [piece] of text.matchAll(/\x1b\[J|\x1b\[\d+m|[\r\n]|(?:(?!\x1b\[J|\x1b\[\d+m)[^\r\n])+/g))
      this.#take(piece);
  };

  get rows(): readonly string[] {
    return this.#rows
      .map((row) => row.trimEnd())
      .filter((row, index) => row !== '' || index < this.#rows.length - 1);
  }

  #take(piece: string): void {
    if (/^\x1b\[\d+m$/.test(piece)) return;
    if (piece === '\r') this.#column = 0;
    else if (piece === '\n') {
      this.#row += 1;
      this.#column = 0;
      this.#rows[this.#row] ??= '';
    } else if (piece === '\x1b[J') {
      this.#rows.length = this.#row + 1;
      this.#rows[this.#row] = (this.#rows[this.#row] ?? '').slice(0, this.#column);
    } else for (const character of piece) this.#show(character);
  }

  #show(character: string): void {
    if (this.#column >= this.columns) {
      this.#row += 1;
      this.#column = 0;
    }
    const row = (this.#rows[this.#row] ?? '').padEnd(this.#column);
    this.#rows[this.#row] = row.slice(0, this.#column) + character + row.slice(this.#column + 1);
    this.#column += 1;
  }
}
