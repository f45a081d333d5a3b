/** The demo: a mail world, the desk at work in it, and then an invitation to look around. */
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { connectStore, type ImapConnection } from '../mailbox/imap/connection.js';
import { EXIT, Problem } from '../problem/problem.js';
import { runCommand, startDesk } from './desk-process.js';
import type { Guarded } from './guard.js';
import { readHeader } from './look.js';
import { deliverOpenings, play } from './play.js';
import { typedQuestion } from './sample-mail.js';
import { writeDeskConfig, writeMuttrc } from './setup.js';
import type { TakenMail } from './smtp-end.js';
import { type MailWorld, PEOPLE, startMailWorld } from './world.js';

export interface DemoOptions {
  /** End when everything has happened, with an error if anything went wrong. */
  readonly once: boolean;
  readonly stdout: Writable;
  /** Ends the demo in order, whatever it is doing. */
  readonly signal: AbortSignal;
  /** Where people type, if they do: each line becomes mail. */
  readonly stdin?: Readable | undefined;
  /** Whether the terminal shows more than ASCII; it does if left out. */
  readonly unicode?: boolean;
}

class Interrupted extends Error {}

/**
 * Runs the demo and answers the exit code. Nothing of it is left when this settles: no process, no port, no file.
 */
export async function runDemo(options: DemoOptions): Promise<number> {
  const say = sayer(options);
  let world: MailWorld;
  try {
    world = await startMailWorld(PEOPLE, { onTaken: (mail) => say(`  mail | ${describe(mail)}`) });
  } catch (error) {
    say(String(error instanceof Error ? error.message : error));
    return EXIT.unavailable;
  }
  const open: Open = { desk: null, connection: null };
  try {
    await perform({ options, say, world, open });
    return EXIT.done;
  } catch (error) {
    if (error instanceof Interrupted) return EXIT.done;
    say(`The demo failed: ${error instanceof Error ? error.message : String(error)}`);
    return error instanceof Problem ? error.exitCode : EXIT.someToReview;
  } finally {
    await open.connection?.close();
    await open.desk?.stop();
    await world.stop();
    say('Stopped. Nothing is left behind.');
  }
}

/** What has to be closed in the end. */
interface Open {
  desk: Guarded | null;
  connection: ImapConnection | null;
}

interface Demo {
  readonly options: DemoOptions;
  readonly say: (line: string) => void;
  readonly world: MailWorld;
  readonly open: Open;
}

async function perform(demo: Demo): Promise<void> {
  const { options, say, world, open } = demo;
  say(
    `A mail server of our own (Dovecot ${world.serverVersion}) is up on 127.0.0.1. No mail leaves this machine.`,
  );
  const configFile = await writeDeskConfig(world);
  const openings = await deliverOpenings(world, say);
  say('Now the desk: imapdesk run');
  open.desk = startDesk(configFile, (line) => say(`  desk | ${line}`));
  const interrupted = interruption(options.signal, open.desk);
  const { user, password } = world.accounts.support;
  const { host, port } = world.imap;
  open.connection = await connectStore({
    host,
    port,
    security: 'none',
    user,
    password,
    signal: options.signal,
  });
  await play({ world, store: open.connection.store, say, interrupted }, openings);
  await open.connection.close();
  open.connection = null;
  await explain(demo, configFile);
  if (options.once) return;
  const lines = options.stdin === undefined ? null : takeLines(demo, options.stdin);
  say('');
  say('The desk goes on working. Ctrl-C ends all of it.');
  try {
    await interrupted;
  } finally {
    lines?.close();
  }
}

/** Never resolves; rejects on the signal, and when the desk ends by itself. */
function interruption(signal: AbortSignal, desk: Guarded): Promise<never> {
  const promise = new Promise<never>((_resolve, reject) => {
    const stop = (): void => reject(new Interrupted());
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    void desk.ended.then((code) => reject(new Error(`The desk ended by itself, with exit code ${code}.`)));
  });
  // It may reject while nobody waits; whoever waits next hears of it.
  promise.catch(() => undefined);
  return promise;
}

/** Lines that people type become mail from Jane. */
function takeLines({ world, say }: Demo, stdin: Readable): { close(): void } {
  const { jane, support } = world.accounts;
  say('');
  say(`Type a line and press Enter: ${jane.name} sends it to ${support.address}.`);
  const lines = createInterface({ input: stdin });
  lines.on('line', (line) => {
    if (line.trim() === '') return;
    const { raw } = typedQuestion({ from: jane, to: support.address, at: new Date() }, line.trim());
    world
      .deliver('support', raw, { envelope: { from: jane.address, to: support.address } })
      .catch((error: unknown) => say(`It could not be delivered: ${String(error)}`));
  });
  return lines;
}

/** Ends with what happened and how to look at it. Throws if the desk does not list four open tickets. */
async function explain({ say, world }: Demo, configFile: string): Promise<void> {
  const tickets = (await runCommand(['list', '--json', '-c', configFile])).trim().split('\n');
  const open = tickets.filter((line) => line.includes('"state":"open"'));
  if (tickets.length !== 4 || open.length !== 4) {
    throw new Error(
      `There should be four open tickets, but the desk lists ${open.length} of ${tickets.length}.`,
    );
  }
  const table = await runCommand(['list', '-c', configFile]);
  const { imap, smtp, accounts } = world;
  const { jane, taro, steve, ann, support } = accounts;
  const mutt = {
    desk: await writeMuttrc(world, 'support'),
    steve: await writeMuttrc(world, 'steve'),
    jane: await writeMuttrc(world, 'jane'),
  };
  const people = [support, steve, ann, jane, taro].map(
    ({ user, password }) => `  ${user.padEnd(22)}${password}`,
  );
  const lines = [
    '',
    'WHAT HAPPENED',
    '  Four mails became four tickets. Each sender got an acknowledgement, Steve and Ann a notice of each.',
    "  Jane's reply to her acknowledgement joined her ticket. The out-of-office reply joined its ticket as well,",
    '  and nobody answered it. The acknowledgement to the mailbox that is gone bounced; the bounce lies with its ticket.',
    '',
    ...table
      .trimEnd()
      .split('\n')
      .map((line) => `  ${line}`),
    '',
    'READ IT',
    `  IMAP ${imap.host} port ${imap.port}, SMTP ${smtp.host} port ${smtp.port}; no encryption, normal password. Users and passwords:`,
    ...people,
    '  In Thunderbird: New account, Configure manually, with these. The tickets are in the folders of the first.',
    `  In mutt, the tickets:         ${mutt.desk}`,
    `  the notices to Steve:         ${mutt.steve}`,
    `  what Jane has got:            ${mutt.jane}`,
    '',
    'SEND ANOTHER',
    `  ${mutt.jane} -s "Another question" ${support.address}`,
  ];
  for (const line of lines) say(line);
}

function describe({ from, to, raw }: TakenMail): string {
  return `${from === '' ? '<>' : from} -> ${to.join(', ')}: ${readHeader(raw).subject}`;
}

/** Where there is no UTF-8, what is not ASCII would come out as rubbish. */
function sayer({ stdout, unicode = true }: DemoOptions): (line: string) => void {
  return (line) => stdout.write(`${unicode ? line : line.replace(/[^\n -~]/gu, '?')}\n`);
}
