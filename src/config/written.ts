/** What is read of the file as it was written, before anything is known to be right. */

export type Fields = Readonly<Record<string, unknown>>;

export interface Mistake {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function asFields(value: unknown): Fields {
  return isFields(value) ? value : {};
}
