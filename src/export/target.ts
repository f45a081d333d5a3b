/** The folder that tickets are exported into, and the list in it: what each run knows of the runs before. */
import { type FileHandle, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TicketState } from '../desk/ticket/ticket.js';
import {
  headLine,
  highestLine,
  type Layout,
  LIST_NAME,
  type ListedTicket,
  mergedLine,
  readList,
  ticketLine,
} from '../mbox/list.js';
import { EXIT, Problem } from '../problem/problem.js';
import { clearUnfinished, makeFolder, namesIn, openToAppend, writeAll, writeWhole } from './safe-file.js';

export interface TargetOptions {
  readonly folder: string;
  readonly layout: Layout;
  /** Address of the desk. */
  readonly desk: string;
}

const ARCHIVED = 'archived';

/** The one folder in each: of closed tickets, or of pages. */
function innerFolder(layout: Layout): string {
  return layout === 'html' ? 'tickets' : ARCHIVED;
}

export class Target {
  readonly folder: string;
  readonly #options: TargetOptions;
  readonly #tickets: Map<number, readonly ListedTicket[]>;
  readonly #list: FileHandle;
  #superseded: number;
  #highest: number;

  private constructor(
    options: TargetOptions,
    list: FileHandle,
    known: { readonly tickets: ReadonlyMap<number, readonly ListedTicket[]>; readonly highest: number },
  ) {
    this.folder = options.folder;
    this.#options = options;
    this.#list = list;
    this.#tickets = new Map(known.tickets);
    this.#highest = known.highest;
    this.#superseded = [...known.tickets.values()].reduce((sum, lines) => sum + lines.length - 1, 0);
  }

  /** Makes the folder, if need be. Refuses one that holds anything but an export of this desk in this layout. */
  static async open(options: TargetOptions): Promise<Target> {
    const { folder, layout, desk } = options;
    const path = join(folder, LIST_NAME);
    const names = await namesIn(folder);
    const inner = innerFolder(layout);
    await makeFolder(folder);
    if (!names.includes(LIST_NAME)) {
      if (names.some((name) => name !== inner)) throw notOurs(folder);
      const fill = async (write: (bytes: Buffer) => Promise<void>): Promise<void> =>
        write(Buffer.from(headLine({ layout, desk })));
      await writeWhole(path, { fill });
    }
    const content = await readFile(path, 'utf8');
    const list = readList(content);
    if (list === 'no list') throw notOurs(folder);
    if (list === 'too new') throw tooNew(folder);
    if (list.head.desk !== desk || list.head.layout !== layout) throw anotherExport(options, list.head);
    await makeFolder(join(folder, inner));
    for (const one of [folder, join(folder, inner)]) await clearUnfinished(one);
    const file = await openToAppend(path);
    // A dead process may have left half a line.
    if (!content.endsWith('\n')) await writeAll(file, Buffer.from('\n'));
    return new Target(options, file, list);
  }

  /** All that may be true of it, the latest last. */
  listed(number: number): readonly ListedTicket[] {
    return this.#tickets.get(number) ?? [];
  }

  /** What is true of each now. */
  all(): readonly ListedTicket[] {
    return [...this.#tickets.values()].flatMap((lines) => lines.slice(-1));
  }

  pathOf(number: number, state: TicketState): string {
    return state === 'archived'
      ? join(this.folder, ARCHIVED, String(number))
      : join(this.folder, String(number));
  }

  /** What was said before stays true until the file is in its place. */
  async note(listed: ListedTicket): Promise<void> {
    const before = this.listed(listed.ticket);
    if (before.length > 0 && ticketLine(before.at(-1) ?? listed) === ticketLine(listed)) return;
    this.#superseded += before.length > 0 ? 1 : 0;
    this.#tickets.set(listed.ticket, [...before.slice(-1), listed]);
    await writeAll(this.#list, Buffer.from(ticketLine(listed)));
  }

  async forget(number: number): Promise<void> {
    if (!this.#tickets.delete(number)) return;
    await writeAll(this.#list, Buffer.from(mergedLine(number)));
  }

  /** Lines that say nothing any more are left out once they are as many as the others. */
  async close(highest: number): Promise<void> {
    const most = Math.max(this.#highest, highest);
    if (most > this.#highest) await writeAll(this.#list, Buffer.from(highestLine(most)));
    await this.#list.sync();
    await this.#list.close();
    if (this.#superseded <= this.#tickets.size) return;
    await writeWhole(join(this.folder, LIST_NAME), {
      fill: async (write) => {
        await write(Buffer.from(headLine(this.#options) + highestLine(most)));
        for (const lines of this.#tickets.values())
          await write(Buffer.from(lines.slice(-1).map(ticketLine).join('')));
      },
    });
  }

  /** A run that failed leaves the list as far as it came. */
  async abandon(): Promise<void> {
    await this.#list.close();
  }
}

function notOurs(folder: string): Problem {
  return refusal(`${folder} is not empty, and no export: say another folder, which is made if there is none`);
}

function tooNew(folder: string): Problem {
  return refusal(`${folder} holds an export of a newer imapdesk: export into another folder`);
}

function anotherExport(
  { folder, layout, desk }: TargetOptions,
  found: Omit<TargetOptions, 'folder'>,
): Problem {
  const what = found.desk === desk ? `in the format ${found.layout}, not ${layout}` : `of ${found.desk}`;
  return refusal(`${folder} holds an export ${what}: say another folder`);
}

function refusal(message: string): Problem {
  return new Problem('export-folder', `--to: ${message}`, { exitCode: EXIT.usage });
}
