/**
 * What a program has drawn on a VT52: the plainest terminal that every Debian describes (/lib/terminfo/v/vt52) and on
 * which a program can still write wherever it likes. Each of its orders is one letter after ESC, so reading them
 * takes no terminal emulator.
 */

export const ROWS = 30;
export const COLUMNS = 90;
/** Rows and columns are told as one character each, counted from the space. */
const FIRST = 0x20;
const TAB_WIDTH = 8;

type Order = (screen: Screen) => void;

export class Screen {
  private readonly cells: string[][] = Array.from({ length: ROWS }, blankRow);
  private row = 0;
  private column = 0;
  /** The beginning of an order whose end has not come yet. */
  private unread = '';

  private static readonly orders: Readonly<Record<string, Order>> = {
    A: (screen) => screen.moveTo(screen.row - 1, screen.column),
    B: (screen) => screen.moveTo(screen.row + 1, screen.column),
    C: (screen) => screen.moveTo(screen.row, screen.column + 1),
    D: (screen) => screen.moveTo(screen.row, screen.column - 1),
    H: (screen) => screen.moveTo(0, 0),
    I: (screen) => screen.moveTo(screen.row - 1, screen.column),
    J: (screen) => screen.clearFrom(screen.row, screen.column),
    K: (screen) => screen.clearRow(screen.row, screen.column),
  };

  private static readonly controls: Readonly<Record<string, Order>> = {
    '\r': (screen) => screen.moveTo(screen.row, 0),
    '\n': (screen) => screen.lineFeed(),
    '\b': (screen) => screen.moveTo(screen.row, screen.column - 1),
    '\t': (screen) => screen.moveTo(screen.row, (Math.floor(screen.column / TAB_WIDTH) + 1) * TAB_WIDTH),
  };

  /** Takes what the program has written, in pieces of any size. */
  write(output: string): void {
    let rest = this.unread + output;
    this.unread = '';
    while (rest !== '') {
      const length = orderLength(rest);
      if (length > rest.length) {
        this.unread = rest;
        return;
      }
      this.obey(rest.slice(0, length));
      rest = rest.slice(length);
    }
  }

  /** As a person reads it: rows from the top, without the blanks at their ends. */
  text(): string {
    return this.cells.map((row) => row.join('').trimEnd()).join('\n');
  }

  private obey(order: string): void {
    if (order.startsWith('\x1bY')) {
      this.moveTo(order.charCodeAt(2) - FIRST, order.charCodeAt(3) - FIRST);
    } else if (order.startsWith('\x1b')) {
      Screen.orders[order.charAt(1)]?.(this);
    } else if (order >= ' ') {
      this.put(order);
    } else {
      Screen.controls[order]?.(this);
    }
  }

  private put(character: string): void {
    const row = this.cells[this.row];
    if (row !== undefined) row[this.column] = character;
    this.moveTo(this.row, this.column + 1);
  }

  private moveTo(row: number, column: number): void {
    this.row = Math.min(Math.max(row, 0), ROWS - 1);
    this.column = Math.min(Math.max(column, 0), COLUMNS - 1);
  }

  private lineFeed(): void {
    if (this.row === ROWS - 1) {
      this.cells.shift();
      this.cells.push(blankRow());
    } else {
      this.row += 1;
    }
  }

  private clearFrom(row: number, column: number): void {
    this.clearRow(row, column);
    for (let below = row + 1; below < ROWS; below += 1) this.clearRow(below, 0);
  }

  private clearRow(row: number, column: number): void {
    this.cells[row]?.fill(' ', column);
  }
}

function blankRow(): string[] {
  return Array.from({ length: COLUMNS }, () => ' ');
}

/** How many characters the order at the beginning takes; more than there are if its end is still to come. */
function orderLength(text: string): number {
  if (!text.startsWith('\x1b')) return 1;
  return text.charAt(1) === 'Y' ? 4 : 2;
}
