/** Guesses which known name somebody meant. */

const MAX_COMPARED_CHARS = 40;

/** The known name closest to `written`, or null if none is close enough to be a slip. */
export function nearest(written: string, known: readonly string[]): string | null {
  const from = fold(written);
  if (from === '' || written.length > MAX_COMPARED_CHARS) return null;
  const same = known.find((name) => fold(name) === from);
  if (same !== undefined) return same;
  let best: string | null = null;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const name of known) {
    if (isShortened(from, fold(name))) return name;
    const distance = editDistance(from, fold(name));
    if (distance < bestDistance && distance <= tolerance(name)) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}

function fold(name: string): string {
  return name.toLowerCase().replaceAll(/[-_ ]/g, '');
}

const MIN_PREFIX_CHARS = 3;

/** `pass` for `password`, `environment` for `env`. */
function isShortened(one: string, other: string): boolean {
  const [short, long] = one.length <= other.length ? [one, other] : [other, one];
  return short.length >= MIN_PREFIX_CHARS && long.startsWith(short);
}

/** One slip in a short name, two in a longer one. */
function tolerance(name: string): number {
  return name.length < 6 ? 1 : 2;
}

/** Insertions, deletions, substitutions and swaps of neighbours that lead from one string to the other. */
function editDistance(one: string, other: string): number {
  const rows = [Array.from({ length: other.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row];
    rows.push(current);
    for (let column = 1; column <= other.length; column += 1) {
      const at = (up: number, left: number) => rows[row - up]?.[column - left] ?? Number.POSITIVE_INFINITY;
      const replaced = at(1, 1) + (one[row - 1] === other[column - 1] ? 0 : 1);
      const swapped = isSwap(one.slice(0, row), other.slice(0, column)) ? at(2, 2) + 1 : replaced;
      current.push(Math.min(at(1, 0) + 1, at(0, 1) + 1, replaced, swapped));
    }
  }
  return rows.at(-1)?.at(-1) ?? 0;
}

function isSwap(one: string, other: string): boolean {
  return one.length > 1 && other.length > 1 && one.at(-1) === other.at(-2) && one.at(-2) === other.at(-1);
}
