/**
 * Values that are seldom asked for again, some at a time in a page that is compressed: mails have so much in common that a
 * page takes a tenth of what its values would. What comes out is a copy that is the same in everything, dates included.
 */
import { deserialize, serialize } from 'node:v8';
import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** To find one, its whole page is read. */
const PAGE_VALUES = 64;
const FASTEST = 1;

export class Pages<T> {
  readonly #pages: Buffer[] = [];
  /** Values are asked for in the order in which they came, as a rule. */
  #open: { readonly page: number; readonly values: readonly T[] } | null = null;

  /** Answers where each of them is. */
  add(values: readonly T[]): readonly number[] {
    const first = this.#pages.length * PAGE_VALUES;
    for (let from = 0; from < values.length; from += PAGE_VALUES) {
      const page = serialize(values.slice(from, from + PAGE_VALUES));
      // A copy: what comes from zlib holds on to a whole chunk of its output.
      this.#pages.push(Buffer.from(deflateRawSync(page, { level: FASTEST })));
    }
    return values.map((_, index) => first + index);
  }

  get(at: number): T | undefined {
    const page = Math.floor(at / PAGE_VALUES);
    if (this.#open?.page !== page) {
      const packed = this.#pages[page];
      const values: readonly T[] = packed === undefined ? [] : deserialize(inflateRawSync(packed));
      this.#open = { page, values };
    }
    return this.#open.values[at % PAGE_VALUES];
  }
}
