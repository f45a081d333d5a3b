/** `show N --save DIR` and `show N --raw K`: the mail of a ticket itself, and the files in it. */
import { filesIn, type MessageFile } from '../message/body/files.js';
import { EXIT, Problem } from '../problem/problem.js';
import { readWholes } from '../worker/ask/reading.js';
import { viewTicket } from '../worker/ask/tickets.js';
import type { Desk } from '../worker/workplace/desk.js';
import { type CommandContext, onDesk, tell } from './context.js';
import { makeFolder, saveFile } from './save-files.js';
import { noSuchTicket } from './ticket-number.js';

interface Saved extends Omit<MessageFile, 'content'> {
  /** As `show` counts them. */
  readonly message: number;
  readonly path: string;
}

/** What the desk wrote carries only what other messages do. */
export function saveAttachments(
  context: CommandContext,
  about: { readonly ticket: number; readonly folder: string; readonly json: boolean },
): Promise<number> {
  const { ticket: number, folder, json } = about;
  return onDesk(context, async (session) => {
    const saved = await session.look(async (desk) => {
      const ticket = await ticketOf(desk, number, session.name);
      await makeFolder(folder);
      const written: Saved[] = [];
      for await (const { number: message, raw } of readWholes(
        desk,
        ticket,
        ({ purpose }) => purpose === null,
      ))
        for (const { content, ...file } of filesIn(raw))
          written.push({ message, ...file, path: await saveFile(folder, file.fileName, content) });
      return written;
    }, context.signal);
    for (const one of saved) {
      const { message, type, size, path } = one;
      const lines = [`${path} (message ${message}, ${type}, ${size} bytes)`];
      tell(context, json, { fields: { desk: session.name, ticket: number, ...one }, lines });
    }
    if (saved.length === 0 && !json) context.out.write(`Ticket ${number} has no attachments.\n`);
    return EXIT.done;
  });
}

/** Message K as it came, byte for byte. */
export function printRaw(
  context: CommandContext,
  { ticket: number, message }: { readonly ticket: number; readonly message: number },
): Promise<number> {
  return onDesk(context, async (session) => {
    const raw = await session.look(async (desk) => {
      const ticket = await ticketOf(desk, number, session.name);
      for await (const whole of readWholes(desk, ticket, (one) => one.number === message)) return whole.raw;
      throw new Problem('no-such-message', `ticket ${number} has no message ${message}`, {
        exitCode: EXIT.usage,
      });
    }, context.signal);
    context.out.write(raw);
    return EXIT.done;
  });
}

async function ticketOf(desk: Desk, number: number, name: string) {
  const seen = await viewTicket(desk, number);
  if (seen === null) throw noSuchTicket(number, name);
  return seen.ticket;
}
