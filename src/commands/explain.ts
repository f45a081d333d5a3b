/**
 * `explain`: the decision for messages at hand, and every reason. It changes nothing; `--offline` needs no server,
 * no passwords, and not even a configuration.
 */
import { readFile } from 'node:fs/promises';
import type { DeskConfig } from '../config/complete.js';
import { ConfigProblem } from '../config/problem.js';
import type { DeskPolicy } from '../desk/policy.js';
import { type Decision, explained } from '../desk/ticket/decision.js';
import { parseHeaderBlock } from '../message/header/header-block.js';
import { whyUnreadable } from '../problem/failure.js';
import { EXIT, Problem } from '../problem/problem.js';
import { type Explained, explainNow, explainOffline } from '../worker/ask/explanation.js';
import { buildPolicy } from '../worker/run/build-policy.js';
import { type CommandContext, onDesk, onlyDesk } from './context.js';
import { unusedSecret } from './example-desk.js';

export interface ExplainOptions {
  /** `-` is standard input, and so is no file at all. */
  readonly files: readonly string[];
  readonly offline: boolean;
  readonly json: boolean;
  readonly input: () => Promise<Buffer>;
}

interface Given {
  readonly name: string;
  /** With the line ends of mail. */
  readonly raw: Buffer;
}

export async function explain(context: CommandContext, options: ExplainOptions): Promise<number> {
  const desk = onlyDesk(context);
  const given: Given[] = [];
  const unreadable: string[] = [];
  for (const name of options.files.length === 0 ? ['-'] : options.files) {
    const raw = await read(name, options.input);
    const shown = name === '-' ? 'standard input' : name;
    if (typeof raw === 'string') unreadable.push(`${shown}: ${raw}`);
    else given.push({ name: shown, raw });
  }
  const results = await explainAll(context, desk, { given, offline: options.offline });
  for (const [index, result] of results.entries()) {
    const name = given[index]?.name ?? '';
    const { decision, unseen } = result;
    const line = JSON.stringify({ ...explained(decision), unseen });
    context.out.write(options.json ? `${line}\n` : readable(name, result));
  }
  if (unreadable.length === 0) return EXIT.done;
  throw new Problem('unreadable-file', unreadable.join('\n'), { exitCode: EXIT.usage });
}

/** The message, or why there is none: the other files are explained all the same. */
async function read(name: string, input: () => Promise<Buffer>): Promise<Buffer | string> {
  try {
    const file = name === '-' ? await input() : await readFile(name);
    const raw = asDelivered(file);
    if (parseHeaderBlock(raw).fields.length > 0) return raw;
    return raw.length === 0
      ? 'it is empty'
      : 'it is no mail: it does not begin with a header field such as "From: …"';
  } catch (error) {
    return whyUnreadable(error);
  }
}

/** What a mail program may have put before a message that it passes on or stores in an mbox. */
const ENVELOPE_LINE = /^>?From [^\r\n]{1,300} \d{4}(?: [+-]\d{4})?\r?\n/;

/**
 * A file that knows no CRLF was saved by a system whose lines end in LF: the message itself has CRLF, and so the
 * size and the identity that the mailbox knows it by.
 */
function asDelivered(file: Buffer): Buffer {
  const envelope = ENVELOPE_LINE.exec(file.toString('latin1', 0, 400))?.[0].length ?? 0;
  const raw = file.subarray(envelope);
  return raw.includes('\r\n') ? raw : Buffer.from(raw.toString('latin1').replaceAll('\n', '\r\n'), 'latin1');
}

async function explainAll(
  context: CommandContext,
  desk: DeskConfig,
  asked: { readonly given: readonly Given[]; readonly offline: boolean },
): Promise<readonly Explained[]> {
  const messages = asked.given.map(({ raw }) => raw);
  if (messages.length === 0) return [];
  if (asked.offline) return explainOffline(await offlinePolicy(context, desk), messages, new Date());
  return onDesk(context, (session) => session.look((open) => explainNow(open, messages), context.signal));
}

/** Without the secret everything but our own signatures can be judged, and these then count as anybody's. */
async function offlinePolicy(context: CommandContext, desk: DeskConfig): Promise<DeskPolicy> {
  const { config } = context;
  try {
    return await buildPolicy(config, desk);
  } catch (error) {
    if (!(error instanceof ConfigProblem) || !error.code.startsWith('secret-')) throw error;
    context.log.warn(
      {},
      `signed addresses and ids are taken as unsigned, because the secret cannot be read: ${error.message}`,
    );
    return buildPolicy({ ...config, secret: [unusedSecret()] }, desk);
  }
}

const MEANING: Readonly<Record<Decision['kind'], string>> = {
  new: 'it opens a ticket',
  update: 'it joins a ticket',
  close: 'it closes a ticket',
  reopen: 'it reopens an archived ticket',
  'unknown-ticket': 'it names a ticket that does not exist',
  automatic: 'a program sent it',
  bounce: 'mail of ours could not be delivered',
  duplicate: 'it is there already',
  own: 'the desk itself sent it',
  review: 'a person has to look at it',
};

function yes(value: boolean): string {
  return value ? 'yes' : 'no';
}

function readable(name: string, { facts, decision, unseen }: Explained): string {
  const { automatic, ticket, match } = decision;
  const rows = [
    ['from', facts.sender.shown || '(nobody)'],
    ['subject', facts.subject || '(no subject)'],
    ['ticket', ticket === null ? 'none' : String(ticket)],
    ['matched by', match ?? 'nothing'],
    ['goes to', decision.destination],
    ['acknowledged', yes(decision.acknowledge)],
    ['staff notified', yes(decision.notifyStaff)],
    ['relayed', yes(decision.relay)],
    ['changes state', yes(decision.changesState)],
    ['automatic', automatic === null ? 'no' : automatic.kind],
  ];
  const lines = [
    `${name}: ${decision.kind} (${MEANING[decision.kind]})`,
    ...rows.map(([label = '', value = '']) => `  ${label.padEnd(16)}${value}`),
    '  because',
    ...decision.reasons.map((reason) => `    - ${reason}`),
    '  not seen',
    ...unseen.map((fact) => `    - ${fact}`),
    '',
  ];
  return lines.map((line) => `${line}\n`).join('');
}
