/** What is read of an error that a library or the system has thrown. None of it is trusted to be there. */

/** Which fields one has depends on who has thrown it. */
export function fieldsOf<F extends { readonly [name in keyof F]?: unknown }>(error: unknown): Partial<F> {
  return isObject<F>(error) ? error : {};
}

function isObject<F>(error: unknown): error is Partial<F> {
  return typeof error === 'object' && error !== null;
}

/** Empty for what is no text. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Such as ENOENT, for people. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not read it',
};

/** Of a file, for people. */
export function whyUnreadable(error: unknown): string {
  const code = codeOf(error);
  return UNREADABLE[code] ?? `it cannot be read (${code})`;
}
