/** Turns what the schema and the rules object to into lines for a person. No line holds a value. */
import { z } from 'zod';
import { nearest } from './near-miss.js';
import { showPath } from './rules.js';
import { configSchema } from './schema.js';
import type { Mistake } from './written.js';

/** One line for each mistake, `path: what would be right`: those of single fields, then those between fields. */
export function describeMistakes(issues: readonly z.core.$ZodIssue[], others: readonly Mistake[]): string[] {
  return linesOf([...mistakesInIssues(issues), ...others]);
}

/** What the schema of the whole configuration objects to. */
export function mistakesInIssues(issues: readonly z.core.$ZodIssue[]): Mistake[] {
  return issues.flatMap(mistakesOf);
}

export function linesOf(mistakes: readonly Mistake[]): string[] {
  const lines = mistakes.map(({ path, message }) =>
    path.length === 0 ? message : `${showPath(path)}: ${message}`,
  );
  return [...new Set(lines)];
}

function mistakesOf(issue: z.core.$ZodIssue): Mistake[] {
  if (issue.code === 'unrecognized_keys') {
    const known = schemasAt(issue.path).flatMap((schema) => Object.keys(fieldsOf(schema)));
    return issue.keys.map((key) => ({ path: [...issue.path, key], message: unknownKey(key, known) }));
  }
  if (issue.code === 'invalid_union') return unionMistakes(issue);
  return [{ path: issue.path, message: issue.message }];
}

function unknownKey(key: string, known: readonly string[]): string {
  const guess = nearest(key, known);
  if (guess !== null) return `unknown key, did you mean "${guess}"?`;
  return `unknown key, expected ${known.map((name) => `"${name}"`).join(', ')}`;
}

/**
 * Where it is plain which alternative of a union was meant, its own mistakes are told, else what the field says about
 * all of them. Plain means: only one has nothing against the value itself (unknown keys are the next best).
 */
function unionMistakes(issue: z.core.$ZodIssueInvalidUnion): Mistake[] {
  const deeper = issue.errors.filter((issues) => issues.every(isDeeper));
  const candidates =
    deeper.length > 0
      ? deeper
      : issue.errors.filter((issues) =>
          issues.every((one) => isDeeper(one) || one.code === 'unrecognized_keys'),
        );
  const [meant, ...rivals] = candidates;
  if (meant === undefined || rivals.length > 0) return [{ path: issue.path, message: issue.message }];
  return meant.flatMap((inner) => mistakesOf({ ...inner, path: [...issue.path, ...inner.path] }));
}

function isDeeper(issue: z.core.$ZodIssue): boolean {
  return issue.path.length > 0;
}

/** The schemas that apply at `path`, without what only makes them optional. */
function schemasAt(path: readonly PropertyKey[]): z.core.$ZodType[] {
  return path.reduce<z.core.$ZodType[]>(
    (schemas, step) => schemas.flatMap((schema) => stepInto(schema, step)),
    unwrapped(configSchema),
  );
}

function stepInto(schema: z.core.$ZodType, step: PropertyKey): z.core.$ZodType[] {
  const inner = schema instanceof z.ZodArray ? schema.element : fieldsOf(schema)[String(step)];
  return inner === undefined ? [] : unwrapped(inner);
}

function fieldsOf(schema: z.core.$ZodType): Readonly<Record<string, z.core.$ZodType>> {
  return schema instanceof z.ZodObject ? schema.shape : {};
}

function unwrapped(schema: z.core.$ZodType): z.core.$ZodType[] {
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(unwrapped);
  const isWrapper =
    schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault;
  return isWrapper ? unwrapped(schema.unwrap()) : [schema];
}
