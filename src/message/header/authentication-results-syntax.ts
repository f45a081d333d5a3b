/** The syntax of an Authentication-Results field (RFC 8601 §2.2): comments, quoted strings, methods, properties. */
import { commentEnd } from './comments.js';

export const MAX_RESULTS_CHARACTERS = 8_192;

export interface MethodResult {
  /** In lower case, without its version. */
  readonly method: string;
  /** In lower case: pass, fail, none, … */
  readonly result: string;
  /** Such as `header.from` or `action`, by lower-case name; the first of each name. */
  readonly properties: ReadonlyMap<string, string>;
  /** All comments beside the result. */
  readonly comment: string;
}

export interface Results {
  /** '' where it cannot be read. */
  readonly authservId: string;
  readonly results: readonly MethodResult[];
}

interface Token {
  readonly kind: 'word' | 'mark' | 'comment';
  readonly text: string;
}

/** Reads one field's value. What does not follow the syntax gives no result; never throws. */
export function readResults(value: string): Results {
  const segments = splitSegments(tokens(value.slice(0, MAX_RESULTS_CHARACTERS)));
  const [head = [], ...rest] = segments;
  const [id, version, extra] = head.filter((token) => token.kind !== 'comment');
  const isHead =
    id?.kind === 'word' && extra === undefined && (version === undefined || /^\d+$/.test(version.text));
  if (!isHead || value.length > MAX_RESULTS_CHARACTERS) return { authservId: '', results: [] };
  return { authservId: id.text, results: rest.flatMap((segment) => readMethod(segment)) };
}

function readMethod(segment: readonly Token[]): MethodResult[] {
  const parts = segment.filter((token) => token.kind !== 'comment');
  const comment = segment.flatMap((token) => (token.kind === 'comment' ? [token.text] : [])).join(' ');
  const [method, equals, result] = dropVersion(parts);
  if (method?.kind !== 'word' || equals?.text !== '=' || result?.kind !== 'word') return [];
  const properties = readProperties(dropVersion(parts).slice(3));
  return [{ method: method.text.toLowerCase(), result: result.text.toLowerCase(), properties, comment }];
}

/** `dmarc/1=pass` is `dmarc=pass`. */
function dropVersion(parts: readonly Token[]): readonly Token[] {
  const [method, slash, version, ...rest] = parts;
  const isVersioned =
    method !== undefined && slash?.kind === 'mark' && slash.text === '/' && version !== undefined;
  return isVersioned ? [method, ...rest] : parts;
}

function readProperties(parts: readonly Token[]): Map<string, string> {
  const properties = new Map<string, string>();
  parts.forEach((token, index) => {
    const name = parts[index - 1];
    const value = parts[index + 1];
    if (token.kind !== 'mark' || token.text !== '=' || name?.kind !== 'word' || value?.kind !== 'word')
      return;
    const key = name.text.toLowerCase();
    if (!properties.has(key)) properties.set(key, value.text);
  });
  return properties;
}

function splitSegments(all: Iterable<Token>): Token[][] {
  const segments: Token[][] = [[]];
  for (const token of all) {
    if (token.kind === 'mark' && token.text === ';') segments.push([]);
    else segments.at(-1)?.push(token);
  }
  return segments;
}

function* tokens(value: string): Generator<Token> {
  const pattern = /"((?:[^"\\]|\\[^])*)"?|([;=/])|([^\s;=/"()]+)|(\()/g;
  for (let match = pattern.exec(value); match !== null; match = pattern.exec(value)) {
    const [, quoted, mark, word, open] = match;
    if (quoted !== undefined) yield { kind: 'word', text: quoted.replace(/\\([^])/g, '$1') };
    else if (mark !== undefined) yield { kind: 'mark', text: mark };
    else if (word !== undefined) yield { kind: 'word', text: word };
    else if (open !== undefined) {
      const end = commentEnd(value, match.index) ?? value.length;
      yield { kind: 'comment', text: value.slice(match.index + 1, end) };
      pattern.lastIndex = end + 1;
    }
  }
}
