/**
 * Other programs that answer mail, or do a part of it, in the same run: those that can be had from public packages and
 * started without installing anything. What others took on another day stands in docs/performance.md.
 */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { withMeasured } from './desk.js';
import type { Figure, Measure, Setting, Shown } from './table.js';

const MAILS = { whole: 1_000, quick: 100 };
const SECOND = 1000;

/** fetchmail hands mail on by SMTP and deletes it: no ticket, no register, no letter of its own. */
async function fetchmail({ ours }: Setting, program: string, count: number): Promise<number> {
  return withMeasured(ours, {}, async (desk) => {
    await desk.deliverNew(count);
    const { user, password } = desk.world.accounts.support;
    const settings = [
      `poll 127.0.0.1 service ${desk.imap.port} protocol IMAP auth password`,
      `  username "${user}" password "${password}" is "support" here`,
      `  smtphost 127.0.0.1/${desk.smtp.port} fetchall no rewrite sslproto ""`,
      '',
    ];
    const file = join(desk.world.folder, 'fetchmailrc');
    await writeFile(file, settings.join('\n'), { mode: 0o600 });
    const sent = desk.sink.taken.length;
    const startedAt = performance.now();
    await promisify(execFile)(program, ['--silent', '-f', file], {
      env: { ...process.env, FETCHMAILHOME: desk.world.folder },
    });
    const ms = performance.now() - startedAt;
    const handed = desk.sink.taken.length - sent;
    if (handed !== count) throw new Error(`fetchmail handed ${handed} mails on.`);
    return ms / SECOND;
  });
}

async function ownSeconds({ ours }: Setting, count: number): Promise<number> {
  return withMeasured(ours, {}, async (desk) => {
    await desk.deliverNew(count);
    return (await desk.once()).ms / SECOND;
  });
}

async function run(setting: Setting): Promise<Shown> {
  const count = setting.quick ? MAILS.quick : MAILS.whole;
  const about = `${count.toLocaleString('en-US')} new mails: seconds`;
  const figures: Figure[] = [
    {
      what: `${about}, ${setting.ours.name}: filed, acknowledged and told to one of staff`,
      value: await ownSeconds(setting, count),
      bound: null,
    },
  ];
  const program = process.env['IMAPDESK_FETCHMAIL'];
  if (program !== undefined)
    figures.push({
      what: `${about}, fetchmail: each handed on by SMTP and deleted, no more`,
      value: await fetchmail(setting, program, count),
      bound: null,
    });
  return { figures };
}

export const peers: Measure = {
  title: 'peers: other programs on the same mail in the same run',
  boundIs: 'none: each does something else',
  run,
};
