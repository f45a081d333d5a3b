/**
 * Kinds of fields. A field's error says what would be right, whatever was given. The value itself is never looked at.
 */
import { z } from 'zod';

interface RawIssue {
  readonly code?: string;
  readonly input?: unknown;
}

/**
 * The zod error function of a field: "expected …", or "is missing, expected …".
 * Unknown keys are left to the general message, which can name a near miss.
 */
export function expected(what: string): (issue: RawIssue) => string | undefined {
  return (issue) => {
    if (issue.code === 'unrecognized_keys') return undefined;
    return issue.input === undefined ? `is missing, expected ${what}` : `expected ${what}`;
  };
}

/** A string field that must pass `test`. */
export function text(what: string, test: (value: string) => boolean): z.ZodString {
  return z.string({ error: expected(what) }).refine(test, { error: `expected ${what}` });
}

/** A string field of at least one character and at most `atMost`, without control characters. */
export function line(what: string, atMost: number): z.ZodString {
  return text(
    what,
    (value) => value.trim() !== '' && value.length <= atMost && !/[\p{Cc}\p{Cs}]/u.test(value),
  );
}

/** One of these words. */
export function oneOf<const W extends readonly string[]>(...words: W) {
  const quoted = words.map((word) => `"${word}"`);
  const what = `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
  return z.enum(words, { error: expected(what) });
}

export function yesOrNo(): z.ZodBoolean {
  return z.boolean({ error: expected('true or false') });
}

export function listOf<T extends z.ZodType>(what: string, item: T): z.ZodArray<T> {
  return z.array(item, { error: expected(what) });
}

/** With these keys and no others. */
export function object<S extends z.core.$ZodLooseShape>(what: string, shape: S) {
  return z.strictObject(shape, { error: expected(what) });
}
