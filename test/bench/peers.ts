/**
 * Other programs that answer mail, or do a part of it, in the same run: those that can be had from public packages and
 * started without installing anything. What others took on another day stands in docs/performance.md.
 */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type MeasuredDesk, withMeasured } from './desk.js';
import { startRequestTracker } from './request-tracker.js';
import type { Figure, Measure, Setting, Shown } from './table.js';

/** `few` is for who takes a third of a second for each, and as much as all of the rest to start. */
const MAILS = { whole: { whole: 1_000, few: 200 }, quick: { whole: 50, few: 0 } };
const SECOND = 1000;

/** Seconds that fetchmail takes to fetch so many mails, to hand each on as `handing` says, and to delete it. */
async function fetched(desk: MeasuredDesk, program: string, handing: Handing): Promise<number> {
  const { user, password } = desk.world.accounts.support;
  const settings = [
    `poll 127.0.0.1 service ${desk.imap.port} protocol IMAP auth password`,
    `  username "${user}" password "${password}" is "support" here`,
    `  ${handing.to} fetchall no rewrite sslproto ""`,
    '',
  ];
  const file = join(desk.world.folder, 'fetchmailrc');
  await writeFile(file, settings.join('\n'), { mode: 0o600 });
  const startedAt = performance.now();
  await promisify(execFile)(program, ['--silent', '-f', file], {
    env: { ...handing.env, FETCHMAILHOME: desk.world.folder },
  });
  return (performance.now() - startedAt) / SECOND;
}

interface Handing {
  readonly to: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Each is handed on by SMTP: no ticket, no register, no letter of its own. */
async function fetchmail({ ours }: Setting, program: string, count: number): Promise<number> {
  return withMeasured(ours, {}, async (desk) => {
    await desk.deliverNew(count);
    const sent = desk.sink.taken.length;
    const handing = { to: `smtphost 127.0.0.1/${desk.smtp.port}`, env: process.env };
    const seconds = await fetched(desk, program, handing);
    const handed = desk.sink.taken.length - sent;
    if (handed !== count) throw new Error(`fetchmail handed ${handed} mails on.`);
    return seconds;
  });
}

/** fetchmail hands each to Request Tracker, which opens a ticket and acknowledges it. */
async function tracker({ ours }: Setting, programs: Programs, count: number): Promise<number> {
  return withMeasured(ours, {}, async (desk) => {
    const folder = join(desk.world.folder, 'rt');
    await mkdir(folder);
    const server = await startRequestTracker(programs.requestTracker, folder);
    try {
      // The first has its pages compiled.
      await desk.deliverNew(1);
      const handing = { to: `mda "${server.gate}"`, env: server.env };
      await fetched(desk, programs.fetchmail, handing);
      await desk.deliverNew(count);
      const seconds = await fetched(desk, programs.fetchmail, handing);
      const [tickets, sent] = [await server.tickets(), await server.sent()];
      if (tickets !== count + 1 || sent !== count + 1)
        throw new Error(`Request Tracker opened ${tickets} tickets and sent ${sent} mails.`);
      return seconds;
    } finally {
      await server.stop();
    }
  });
}

interface Programs {
  readonly fetchmail: string;
  readonly requestTracker: string;
}

async function ownSeconds({ ours }: Setting, count: number): Promise<number> {
  return withMeasured(ours, {}, async (desk) => {
    await desk.deliverNew(count);
    return (await desk.once()).ms / SECOND;
  });
}

async function run(setting: Setting): Promise<Shown> {
  const { whole, few } = setting.quick ? MAILS.quick : MAILS.whole;
  const figures: Figure[] = [];
  const add = (what: string, count: number, seconds: number): void =>
    void figures.push({ what: `${what}: mails a second, of ${count}`, value: count / seconds, bound: null });
  add(
    `${setting.ours.name}: filed, acknowledged and told to one of staff`,
    whole,
    await ownSeconds(setting, whole),
  );
  if (few > 0) add(`${setting.ours.name}: the same`, few, await ownSeconds(setting, few));
  const program = process.env['IMAPDESK_FETCHMAIL'];
  const root = process.env['IMAPDESK_REQUEST_TRACKER'];
  if (program !== undefined)
    add('fetchmail: handed on by SMTP and deleted, no more', whole, await fetchmail(setting, program, whole));
  if (program !== undefined && root !== undefined && few > 0) {
    const programs = { fetchmail: program, requestTracker: root };
    add(
      'Request Tracker 5 with fetchmail: opened and acknowledged',
      few,
      await tracker(setting, programs, few),
    );
  }
  return { figures };
}

export const peers: Measure = {
  title: 'peers: other programs on the same mail in the same run',
  boundIs: 'none: each does something else',
  run,
};
