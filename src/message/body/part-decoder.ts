/**
 * The bytes of a body part from how they are transferred (RFC 2045 §6), piece by piece, for parts that are too large to
 * be held. A guess about what an encoding is good for is not made here, as `transfer-encoding.ts` makes it for text: a file is
 * decoded as its part says.
 */

export class PartDecoder {
  readonly #encoding: 'base64' | 'quoted-printable' | 'none';
  /** What the next piece may go on with; never longer than a line of white space. */
  #rest = '';

  constructor(encoding: string | null) {
    const name = (encoding ?? '').toLowerCase();
    this.#encoding = name === 'base64' || name === 'quoted-printable' ? name : 'none';
  }

  push(piece: Buffer): Buffer {
    if (this.#encoding === 'none') return piece;
    const text = this.#rest + piece.toString('latin1');
    return this.#encoding === 'base64' ? this.#base64(text) : this.#quoted(text, false);
  }

  end(): Buffer {
    const rest = this.#rest;
    this.#rest = '';
    if (this.#encoding === 'base64') return Buffer.from(rest, 'base64');
    return this.#encoding === 'none' ? Buffer.alloc(0) : this.#quoted(rest, true);
  }

  /** Some put several encoded pieces one behind the other: each ends with its padding. */
  #base64(text: string): Buffer {
    const decoded: Buffer[] = [];
    const runs = text.replace(/[^A-Za-z0-9+/=]+/g, '').split(/(?<==)(?!=)/);
    for (const [index, run] of runs.entries()) {
      const isLast = index === runs.length - 1;
      const whole = isLast && !run.endsWith('=') ? run.length - (run.length % 4) : run.length;
      decoded.push(Buffer.from(run.slice(0, whole), 'base64'));
      if (isLast) this.#rest = run.slice(whole);
    }
    return Buffer.concat(decoded);
  }

  #quoted(text: string, isEnd: boolean): Buffer {
    // "=", "=4", or "=" and spaces: what follows tells what it is. White space is bounded, or it would be looked at for ever.
    const open = isEnd ? null : /=(?:[0-9A-Fa-f]?|[ \t]{1,998}\r?|\r)$/.exec(text);
    const known = open === null ? text : text.slice(0, open.index);
    this.#rest = open === null ? '' : text.slice(open.index);
    const bytes = known
      .replace(/=[ \t]*\r?\n/g, '')
      .replace(/=([0-9A-Fa-f]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
    return Buffer.from(bytes, 'latin1');
  }
}
