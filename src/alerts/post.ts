/**
 * Posts once, and says what that came to. The address, which may hold a token, is in no message; what a server answers is cut
 * short and never followed anywhere else. It may repeat what it was sent: of a message that holds what people wrote only the
 * status is told, since what is told here goes to the log.
 */
import type { Outcome } from '../desk/alerts/outcome.js';
import { fieldsOf, textOf } from '../problem/failure.js';
import { hideIn } from '../problem/hidden.js';

export interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What people wrote is in the body. */
  readonly holdsWordsOfPeople: boolean;
  /** What must not be shown, should an answer repeat it. */
  readonly secrets: readonly string[];
  /** Milliseconds; a fixed limit if left out. */
  readonly withinMs?: number;
}

/** Whoever waits for one longer waits for nobody (`alert-line.ts` gives up later). */
const WITHIN_MS = 30_000;
const MAX_ANSWER_BYTES = 64 * 1024;
const MAX_SHOWN_CHARS = 200;

export async function post(
  { url, headers, body, holdsWordsOfPeople, secrets, withinMs }: Post,
  signal: AbortSignal,
): Promise<Outcome> {
  const limit = AbortSignal.timeout(withinMs ?? WITHIN_MS);
  const known = [...secrets, url];
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'user-agent': 'imapdesk', ...headers },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([signal, limit]),
    });
    const answer = await readAnswer(response);
    return outcomeOf(response.status, holdsWordsOfPeople ? '' : shown(answer, known));
  } catch (error) {
    return failureOf(error, { isLate: limit.aborted, isStopped: signal.aborted });
  }
}

/**
 * What a status means. Where a server says that it did not take the message, that may be mended. One in between that got no
 * answer does not know, and neither do we.
 */
export function outcomeOf(status: number, said: string): Outcome {
  const why = `the server answered ${status}${said === '' ? '' : `: ${said}`}`;
  if (status >= 200 && status < 300) return { kind: 'told', why };
  if (status >= 300 && status < 400)
    return { kind: 'refused', why: `${why} (it sends us elsewhere, and no redirection is followed)` };
  if (status === 502 || status === 504) return { kind: 'unknown', why };
  const mayPass = status >= 500 || [401, 403, 404, 408, 409, 423, 425, 429].includes(status);
  return { kind: mayPass ? 'again' : 'refused', why };
}

/** Before a connection stood, nothing can have been taken. */
const NOT_SENT =
  /ECONNREFUSED|ENOTFOUND|EAI_|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT|CERT|ALTNAME|SELF_SIGNED|ERR_TLS|ERR_SSL|ERR_INVALID|UNABLE_TO/;

function failureOf(
  error: unknown,
  ended: { readonly isLate: boolean; readonly isStopped: boolean },
): Outcome {
  if (ended.isStopped) return { kind: 'unknown', why: 'the worker was told to stop before an answer came' };
  if (ended.isLate) return { kind: 'unknown', why: 'no answer came in time' };
  const { cause } = fieldsOf<{ cause: unknown }>(error);
  // Its message would show the value.
  if (cause === undefined && error instanceof TypeError)
    return { kind: 'refused', why: 'a header field or the address is none that can be sent' };
  const { code, syscall } = fieldsOf<{ code: unknown; syscall: unknown }>(cause ?? error);
  const name = textOf(code) || 'unknown error';
  const isNotSent = NOT_SENT.test(name) || syscall === 'connect' || syscall === 'getaddrinfo';
  return isNotSent
    ? { kind: 'again', why: `no connection (${name})` }
    : { kind: 'unknown', why: `the connection broke before an answer came (${name})` };
}

/** No more than is shown is needed, and no more than a little is read. */
async function readAnswer(response: Response): Promise<string> {
  if (response.body === null) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MAX_ANSWER_BYTES) break;
    }
  } catch {
    // The status has come, and says enough.
  }
  return Buffer.concat(chunks).toString('utf8');
}

function shown(answer: string, secrets: readonly string[]): string {
  const line = hideIn(answer.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim(), secrets);
  return line.length > MAX_SHOWN_CHARS ? `${line.slice(0, MAX_SHOWN_CHARS)}…` : line;
}
