/** What a program has drawn on a terminal, and the bytes with which it did, so that a real terminal can draw them again. */
import xterm from '@xterm/headless';

export const ROWS = 30;
export const COLUMNS = 100;
/** What it understands, by the name of its description, which every system with ncurses has. */
export const TERM = 'xterm-256color';

export class Screen {
  private readonly terminal = new xterm.Terminal({
    cols: COLUMNS,
    rows: ROWS,
    scrollback: 0,
    allowProposedApi: true,
  });
  private readonly written: Buffer[] = [];

  /** Takes what the program has written, in pieces of any size. Settles when it is on the screen. */
  async write(output: Buffer): Promise<void> {
    this.written.push(output);
    return new Promise((resolve) => {
      this.terminal.write(output, resolve);
    });
  }

  /** As a person reads it: rows from the top, without the blanks at their ends. */
  text(): string {
    const { active } = this.terminal.buffer;
    const rows = Array.from(
      { length: ROWS },
      (_, row) => active.getLine(row)?.translateToString().trimEnd() ?? '',
    );
    return rows.join('\n');
  }

  /** All that the program has written. */
  recording(): Buffer {
    return Buffer.concat(this.written);
  }
}
