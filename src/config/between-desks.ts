/** What two desks may not share: a name, an address, a folder of one account. Who comes first has it. */
import { type Account, accountKey } from './account.js';
import { folderKey } from './folder-schema.js';
import type { Fields, Mistake } from './written.js';

/** A desk as it was written, and where. */
export interface PlacedDesk {
  readonly fields: Fields;
  /** In its file. */
  readonly path: readonly PropertyKey[];
  /** As others speak of it, such as `desks[0]` or `desks.d/a.json`. */
  readonly place: string;
  /** The place is a file, or in one; else it is a path that a field can follow. */
  readonly isFile: boolean;
}

/** What is taken, and by whom. */
type Kind = 'name' | 'address' | 'folder';

/** Where a desk keeps its mail, as far as it is right by itself. */
export interface Kept {
  readonly account: Account;
  readonly folders: readonly (readonly [role: string, name: string])[];
}

export class TakenByDesks {
  readonly #before: TakenByDesks | null;
  readonly #owners = new Map<string, string>();

  /** Above what is taken already; that stays as it is until `keep`. */
  constructor(before: TakenByDesks | null = null) {
    this.#before = before;
  }

  /** Takes what these desks have, and tells what is taken already. */
  take(desks: readonly PlacedDesk[], keptOf: (desk: Fields) => Kept | null): Mistake[] {
    return [
      ...desks.flatMap((desk) => this.#name(desk, 'name')),
      ...desks.flatMap((desk) => this.#name(desk, 'address')),
      ...desks.flatMap((desk) => this.#folders(desk, keptOf(desk.fields))),
    ];
  }

  /** What was taken here is taken for all that come later. */
  keep(): void {
    if (this.#before === null) return;
    for (const [key, owner] of this.#owners) this.#before.#owners.set(key, owner);
  }

  /** Commands and log lines tell desks apart by name; people by address. */
  #name({ fields, path, place }: PlacedDesk, field: 'name' | 'address'): Mistake[] {
    const { name, address } = fields;
    const value = field === 'name' ? (name ?? address) : address;
    if (typeof value !== 'string') return [];
    const first = this.#takes(field, value.toLowerCase(), place);
    // Two desks without names and with one address are told once, at the address.
    if (first === null || (field === 'name' && name === undefined)) return [];
    return [{ path: [...path, field], message: `expected another ${field} than that of ${first}` }];
  }

  /** Two desks on one account may share no folder: each would take the other's mail for its own. */
  #folders({ path, place, isFile }: PlacedDesk, kept: Kept | null): Mistake[] {
    if (kept === null) return [];
    // A desk's own folders differ by another rule.
    const seen = new Set<string>();
    return kept.folders.flatMap(([role, name]) => {
      const key = `${accountKey(kept.account)} ${folderKey(name)}`;
      if (seen.has(key)) return [];
      seen.add(key);
      const field = `folders.${role}`;
      const owner = this.#takes('folder', key, isFile ? `${field} of ${place}` : `${place}.${field}`);
      if (owner === null) return [];
      const message = `expected another folder than ${owner}: both desks are on one account`;
      return [{ path: [...path, 'folders', role], message }];
    });
  }

  /** Who has it already; null if nobody has. */
  #takes(kind: Kind, key: string, owner: string): string | null {
    const first = this.#ownerOf(`${kind} ${key}`);
    if (first === null) this.#owners.set(`${kind} ${key}`, owner);
    return first;
  }

  #ownerOf(key: string): string | null {
    const own = this.#owners.get(key);
    if (own !== undefined || this.#before === null) return own ?? null;
    return this.#before.#ownerOf(key);
  }
}
