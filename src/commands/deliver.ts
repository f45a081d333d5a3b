/**
 * `deliver`: takes one message from a pipe of a mail server. It ends with 0 once the message lies in the inbox, or in the
 * spool and on the disk; whatever else happens, it ends with 75 (`start.js`), and the mail server tries again. Nothing that
 * comes after that counts any more: filing is the desk's business. docs/decisions/zero-or-later.md has the reasons.
 */
import { isDeskAddress } from '../desk/sign/ticket-address.js';
import { type Envelope, readEnvelope } from '../pipe/envelope.js';
import { type PipedMessage, readPiped, TooLarge } from '../pipe/piped-message.js';
import type { Spool } from '../pipe/spool.js';
import { withTrace } from '../pipe/trace.js';
import { EXIT, Problem } from '../problem/problem.js';
import { deliverToInbox } from '../worker/ask/delivering.js';
import { wakeWorker } from '../worker/run/desk-socket.js';
import type { DeskSession } from '../worker/run/session.js';
import { type CommandContext, onlyDesk, tellLeftOut } from './context.js';
import { flushSpool, isForSpool, putIntoSpool, spoolOf } from './deliver-spool.js';

export interface DeliverOptions {
  readonly recipient: readonly string[] | null;
  readonly sender: string | null;
  readonly spool: string | null;
  readonly flush: boolean;
}

/** Far beyond what mail servers take; all of it lies in memory. */
const MAX_MESSAGE_BYTES = 256 * 1024 * 1024;
/** How long filing may wait for another worker. The mail server waits meanwhile, and may deliver no more than so many at once. */
const FILE_WITHIN_MS = 20_000;

export async function deliver(context: CommandContext, options: DeliverOptions): Promise<number> {
  if (options.flush) return flushAll(context, options);
  const { raw, fromLine } = await readInput(context);
  const { recipient: recipients, sender } = options;
  const envelope = readEnvelope({ sender, recipients }, context.config.env, fromLine);
  const message = withTrace(raw, envelope);
  const session = await sessionFor(context, envelope);
  try {
    if (await store(context, session, { message, spool: options.spool })) await file(context, session);
  } finally {
    await session.close().catch(() => undefined);
  }
  return EXIT.done;
}

async function flushAll(context: CommandContext, { spool }: DeliverOptions): Promise<number> {
  if (spool === null)
    throw new Problem('no-spool', '--flush: say where the spool is, with --spool', { exitCode: EXIT.usage });
  for (const desk of context.desks) {
    const session = context.session(desk);
    try {
      if ((await flushSpool(context, session, { spool: spoolOf(desk, spool) })) > 0)
        await file(context, session);
    } finally {
      await session.close().catch(() => undefined);
    }
  }
  tellLeftOut(context, context.leftOut);
  return context.leftOut.length === 0 ? EXIT.done : EXIT.tryLater;
}

async function readInput({ config, streams }: CommandContext): Promise<PipedMessage> {
  const parent = process.ppid;
  const read = await readPiped(streams.input, MAX_MESSAGE_BYTES, {
    // Exim alone tells of this.
    endsWithEmptyLine: config.env['QUALIFY_DOMAIN'] !== undefined,
  }).catch((error: unknown) => {
    if (!(error instanceof TooLarge)) throw error;
    const most = `${String(MAX_MESSAGE_BYTES / 1024 / 1024)} MiB`;
    throw new Problem('pipe-too-large', `the message has more than ${most}`, { temporary: true });
  });
  if (read.raw.length === 0)
    throw new Problem('pipe-empty', 'there is no message on standard input', { temporary: true });
  // Whoever dies while it writes closes the pipe as well, and what has come is a half message.
  if (process.ppid !== parent)
    throw new Problem('pipe-broken', 'the program that wrote the message has ended before we have', {
      temporary: true,
    });
  return read;
}

/** Of several desks that of the recipient. */
async function sessionFor(context: CommandContext, { recipients }: Envelope): Promise<DeskSession> {
  if (context.desks.length + context.leftOut.length < 2) return context.session(onlyDesk(context));
  for (const desk of context.desks) {
    const session = context.session(desk);
    const policy = await session.policy();
    if (recipients.some((recipient) => isDeskAddress(policy, recipient))) return session;
  }
  return context.session(onlyDesk(context));
}

/** Answers whether it lies in the inbox; else it lies in the spool. Throws if it lies nowhere. */
async function store(
  context: CommandContext,
  session: DeskSession,
  { message, spool: folder }: { readonly message: Buffer; readonly spool: string | null },
): Promise<boolean> {
  const spool = folder === null ? null : spoolOf(session.config, folder);
  try {
    if (spool !== null) await flushFirst(context, session, spool);
    await session.look((desk) => deliverToInbox(desk, message), context.signal);
    return true;
  } catch (error) {
    if (spool === null || !isForSpool(error)) throw error;
    await putIntoSpool(spool, message, error);
    return false;
  }
}

/** A spool that cannot be read is no reason to keep a message from the inbox. */
async function flushFirst(context: CommandContext, session: DeskSession, spool: Spool): Promise<void> {
  try {
    await flushSpool(context, session, { spool, within: FILE_WITHIN_MS });
  } catch (error) {
    if (error instanceof Problem) throw error;
    context.log.warn({ err: error }, 'the spool cannot be emptied');
  }
}

/** By the worker that runs, or else by a pass of our own. What goes wrong is the desk's trouble, and no longer the message's. */
async function file(context: CommandContext, session: DeskSession): Promise<void> {
  try {
    if (await wakeWorker(session.config)) return;
    await session.pass(AbortSignal.any([context.signal, AbortSignal.timeout(FILE_WITHIN_MS)]));
  } catch (error) {
    context.log.warn({ err: error }, 'the message lies in the inbox, and a later pass files it');
  }
}
