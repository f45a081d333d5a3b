/**
 * Tables in HTML as lines: a row of several cells with words becomes one line, with its cells parted by a bar, whatever
 * paragraphs a mail client has put into them. A table that only lays a mail out is left as it is: its rows have one cell
 * with words, or cells with lists, quotations, tables or long texts. Cells that nobody sees are taken out.
 *
 * Each piece is read once, and belongs to the innermost table alone, so all work is linear however tables are nested.
 */

const TAG = /(<[^>]*>)/;
const TAG_NAME = /^<(\/?[a-z][^\s>]*)/;
const COLSPAN = / colspan="(\d{1,3})"/;
const HIDDEN = / hidden=""/;
const ALT = / alt="[^"]*\S/;
/** Within a cell they begin a line. */
const LINE = /^\/?(?:address|article|br|center|div|footer|h[1-6]|header|main|p|section)$/;
/** What holds them is no cell of a row that could stand in a line. */
const TALL = /^(?:blockquote|dd|dl|dt|hr|li|ol|pre|ul)$/;
const BETWEEN_ROWS = /^\/?(?:caption|col|colgroup|tbody|tfoot|thead)$/;
/** Spaces and what is not seen, as characters and as they are written in HTML. */
const NOTHING =
  /&(?:nbsp|zwnj|zwj|shy|#0*(?:160|173|820[345]|65279)|#x0*(?:a0|ad|200[bcd]|feff));?|[\s\u00ad\u200b-\u200d\ufeff]+/gi;
/** Nobody reads more in a line, and html-to-text takes long for a line of very many pieces. */
const MAX_ROW_CELLS = 64;
const MAX_CELL_LINES = 4;
const MAX_CELL_CHARACTERS = 500;
const BETWEEN_LINES = ' / ';

interface Cell {
  readonly from: number;
  readonly column: number;
  readonly hidden: boolean;
  /** HTML of one line each, without tags that break lines. */
  readonly lines: string[];
  characters: number;
  flat: boolean;
  hasWords: boolean;
}

interface Row {
  readonly from: number;
  readonly hidden: boolean;
  readonly cells: Cell[];
  end: number;
  columns: number;
  flat: boolean;
}

interface Table {
  readonly rows: Row[];
  /** Columns in which some cell has words. */
  readonly filled: Set<number>;
  row: Row | null;
  cell: Cell | null;
}

/** For HTML in which every `<` begins a whole tag in lower case. */
export function withLinesOfRows(html: string): string {
  if (!/<t[dh][ >]/.test(html)) return html;
  return new Tables(html.split(TAG)).read();
}

class Tables {
  readonly #pieces: string[];
  readonly #open: Table[] = [];
  /** The outermost cell that is not seen. */
  #unseen: Cell | null = null;

  constructor(pieces: string[]) {
    this.#pieces = pieces;
  }

  read(): string {
    for (const [at, piece] of this.#pieces.entries()) {
      if (piece.startsWith('<')) this.#tag(piece, at);
      else this.#text(piece);
    }
    while (this.#open.length > 0) this.#endTable(this.#pieces.length);
    return this.#pieces.join('');
  }

  #tag(piece: string, at: number): void {
    const name = TAG_NAME.exec(piece)?.[1] ?? '';
    const table = this.#open.at(-1);
    if (name === 'table') this.#beginTable(table);
    else if (name === '/table') this.#endTable(at);
    else if (table !== undefined) this.#tagIn(table, { name, piece, at });
  }

  #tagIn(table: Table, { name, piece, at }: { name: string; piece: string; at: number }): void {
    if (name === 'tr') this.#beginRow(table, piece, at);
    else if (/^t[dh]$/.test(name)) this.#beginCell(table, piece, at);
    else if (/^\/t[dh]$/.test(name)) this.#endCell(table, at + 1);
    else if (name === '/tr') this.#endRow(table, at + 1);
    else if (BETWEEN_ROWS.test(name)) this.#endRow(table, at);
    else if (table.cell !== null) addTag(table.cell, name, piece);
  }

  #text(piece: string): void {
    const table = this.#open.at(-1);
    if (table === undefined) return;
    if (table.cell !== null) addText(table.cell, piece);
    else if (table.row !== null && isWords(piece)) table.row.flat = false;
  }

  #beginTable(around: Table | undefined): void {
    if (around?.cell != null) giveUp(around.cell);
    else if (around?.row != null) around.row.flat = false;
    this.#open.push({ rows: [], filled: new Set(), row: null, cell: null });
  }

  #endTable(at: number): void {
    const table = this.#open.at(-1);
    if (table === undefined) return;
    this.#endRow(table, at);
    this.#open.pop();
    if (table.rows.some(isOfData)) for (const row of table.rows) this.#write(row, table.filled);
  }

  #beginRow(table: Table, piece: string, at: number): Row {
    this.#endRow(table, at);
    const hidden = HIDDEN.test(piece);
    const row = { from: at, hidden, cells: [], end: at, columns: 0, flat: true };
    table.row = row;
    table.rows.push(row);
    return row;
  }

  #endRow(table: Table, end: number): void {
    this.#endCell(table, end);
    const { row } = table;
    table.row = null;
    if (row === null) return;
    row.end = end;
    if (row.hidden && this.#unseen === null) this.#leaveOut(row.from, end);
  }

  #beginCell(table: Table, piece: string, at: number): void {
    this.#endCell(table, at);
    const row = table.row ?? this.#beginRow(table, '', at);
    const hidden = row.hidden || HIDDEN.test(piece);
    const cell: Cell = {
      from: at,
      column: row.columns,
      hidden,
      lines: [''],
      characters: 0,
      flat: true,
      hasWords: false,
    };
    row.columns += Number(COLSPAN.exec(piece)?.[1] ?? 1);
    row.cells.push(cell);
    if (row.cells.length > MAX_ROW_CELLS) row.flat = false;
    table.cell = cell;
    if (hidden) this.#unseen ??= cell;
  }

  #endCell(table: Table, end: number): void {
    const { cell } = table;
    table.cell = null;
    if (cell === null) return;
    if (cell.hidden) {
      if (this.#unseen === cell) this.#leaveOut(cell.from, end);
      return;
    }
    if (cell.hasWords || !cell.flat) table.filled.add(cell.column);
    if (!cell.flat && table.row !== null) table.row.flat = false;
  }

  #leaveOut(from: number, end: number): void {
    this.#pieces.fill('', from, end);
    this.#unseen = null;
  }

  /** As one line, where it can be one. */
  #write(row: Row, filled: ReadonlySet<number>): void {
    const words = row.cells.filter(isSeenInWords);
    if (!row.flat || words.length === 0) return;
    const isKept = (cell: Cell): boolean => !cell.hidden && (cell.hasWords || filled.has(cell.column));
    const line = lineOf(words.length > 1 ? row.cells.filter(isKept) : words);
    this.#pieces.fill('', row.from, row.end);
    this.#pieces[row.from] = `<tr><td>${line}</td></tr>`;
  }
}

function isOfData({ flat, cells }: Row): boolean {
  return flat && cells.filter(isSeenInWords).length > 1;
}

function isSeenInWords({ hidden, hasWords }: Cell): boolean {
  return hasWords && !hidden;
}

/** A label that ends in a colon needs no bar behind it. What is empty at the end is left out. */
function lineOf(cells: readonly Cell[]): string {
  const end = cells.findLastIndex(({ hasWords }) => hasWords) + 1;
  return cells
    .slice(0, end)
    .map((cell, index) => {
      const before = cells[index - 1];
      const bar = before === undefined ? '' : endsAsLabel(before) ? ' ' : ' | ';
      return `${bar}<span>${wordsOf(cell)}</span>`;
    })
    .join('');
}

function wordsOf({ lines }: Cell): string {
  return lines
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(BETWEEN_LINES);
}

function endsAsLabel(cell: Cell): boolean {
  return /[:：]$/.test(
    wordsOf(cell)
      .replaceAll(/<[^>]*>/g, '')
      .trim(),
  );
}

function isWords(text: string): boolean {
  return text.replaceAll(NOTHING, '') !== '';
}

function addText(cell: Cell, text: string): void {
  if (!cell.flat || cell.hidden) return;
  const plain = text.replaceAll(NOTHING, ' ');
  cell.hasWords ||= plain.trim() !== '';
  cell.characters += plain.length;
  if (cell.characters > MAX_CELL_CHARACTERS) giveUp(cell);
  else add(cell, plain);
}

function addTag(cell: Cell, name: string, tag: string): void {
  if (!cell.flat || cell.hidden) return;
  if (TALL.test(name)) giveUp(cell);
  else if (LINE.test(name)) beginLine(cell);
  else if (name !== 'img' || ALT.test(tag)) add(cell, tag);
}

function beginLine(cell: Cell): void {
  if (cell.lines.at(-1)?.trim() !== '') cell.lines.push('');
}

function add(cell: Cell, piece: string): void {
  const last = cell.lines.length - 1;
  if (last >= MAX_CELL_LINES && piece.trim() !== '') giveUp(cell);
  else cell.lines[last] += piece;
}

/** It cannot stand in a line. */
function giveUp(cell: Cell): void {
  cell.flat = false;
  cell.lines.length = 0;
}
