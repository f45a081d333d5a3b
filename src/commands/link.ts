/** `link N`: a signed address at which the requester of a ticket can read it, for a time, without a sign-in. */
import { parseDuration } from '../config/duration.js';
import { mayCarryLinks } from '../config/web-schema.js';
import { LONGEST_LINK_S, linkToken, linkUrl } from '../desk/sign/ticket-link.js';
import { requesterOutside } from '../desk/ticket/participants.js';
import type { Ticket } from '../desk/ticket/ticket.js';
import { EXIT, Problem } from '../problem/problem.js';
import { viewTicket } from '../worker/ask/tickets.js';
import type { Desk } from '../worker/workplace/desk.js';
import { isoTime, readableTime } from './clock.js';
import { type CommandContext, onDesk, onlyDesk, tell } from './context.js';
import { noSuchTicket } from './ticket-number.js';

interface LinkOptions {
  readonly ticket: number;
  /** How long, such as `14d`. */
  readonly for: string;
  readonly json: boolean;
}

export function link(context: CommandContext, options: LinkOptions): Promise<number> {
  const { name: deskName, timezone } = onlyDesk(context);
  const base = baseOf(context);
  const seconds = secondsOf(options.for);
  return onDesk(context, async (session) => {
    const { requester, policy, now } = await session.look(
      async (desk) => ({
        ...(await addressee(desk, options.ticket, deskName)),
        policy: desk.policy,
        now: desk.now(),
      }),
      context.signal,
    );
    const ends = Math.floor(now.getTime() / 1000) + seconds;
    const url = linkUrl(base, linkToken(policy, { number: options.ticket, ends, requester }));
    const until = new Date(ends * 1000);
    tell(context, options.json, {
      fields: { desk: deskName, ticket: options.ticket, requester, until: isoTime(until), url },
      lines: [
        url,
        `It shows ticket ${options.ticket} to ${requester} until ${readableTime(until, timezone)}.`,
      ],
    });
    return EXIT.done;
  });
}

/** Of what nobody on the way may read. */
function baseOf({ config }: CommandContext): string {
  const url = config.web?.url ?? null;
  if (url === null)
    throw new Problem(
      'no-web-url',
      'web.url: is missing, expected the address by which people reach the pages, such as "https://desk.example.com"',
      { exitCode: EXIT.configuration },
    );
  if (mayCarryLinks(url)) return url;
  throw new Problem(
    'web-url-plain',
    'web.url: expected an address that begins with https://, since whoever reads a link on its way can read the ticket',
    { exitCode: EXIT.configuration },
  );
}

function secondsOf(written: string): number {
  const ms = parseDuration(written);
  const seconds = ms === null ? 0 : Math.floor(ms / 1000);
  if (seconds > 0 && seconds <= LONGEST_LINK_S) return seconds;
  throw new Problem('link-span', '--for: expected a whole number and a unit, such as 14d, and at most 366d', {
    exitCode: EXIT.usage,
  });
}

async function addressee(
  desk: Desk,
  number: number,
  deskName: string,
): Promise<{ readonly requester: string }> {
  const ticket = (await viewTicket(desk, number))?.ticket;
  if (ticket === undefined) throw noSuchTicket(number, deskName);
  const requester = requesterOutside(desk.policy, ticket);
  const why = whyNot(ticket, { number, requester });
  if (requester === null || why !== null)
    throw new Problem('no-link', `ticket ${number} can be shown by no link: ${why ?? ''}`, {
      exitCode: EXIT.usage,
    });
  return { requester };
}

function whyNot(
  { entry }: Ticket,
  { number, requester }: { readonly number: number; readonly requester: string | null },
): string | null {
  if (entry.number !== number) return `it was merged into ticket ${entry.number}`;
  if (entry.requester === null) return 'nobody is known to be its requester';
  return requester === null ? 'its requester is the desk or one of its staff' : null;
}
