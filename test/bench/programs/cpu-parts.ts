/**
 * What parts of the filing of new mail cost a process that has just begun, in ms of CPU a message: what a pass does with
 * each message, without a server. Prints JSON.
 */
import { parseConfig } from '../../../src/config/load.js';
import { readMessage } from '../../../src/desk/decide/as-seen.js';
import { decide } from '../../../src/desk/decide/decide.js';
import { composeLetter } from '../../../src/desk/letters/compose-letter.js';
import { lettersFor, type Occasion } from '../../../src/desk/letters/letters.js';
import { Ledger } from '../../../src/desk/ticket/ledger.js';
import { readParts } from '../../../src/message/body/read-structure.js';
import type { Facts } from '../../../src/message/facts/facts.js';
import { splitMessage } from '../../../src/message/header/header-block.js';
import { buildPolicy } from '../../../src/worker/run/build-policy.js';
import { createLog } from '../../../src/worker/watch/log.js';
import { sampleLetter } from '../sample-letter.js';

const MICROSECONDS = 1000;
const FOLDERS = { review: 'Tickets/Review', open: 'Tickets/Open', archived: 'Tickets/Archived' };

const count = Number(process.argv[2]);
const arrival = new Date('2026-01-05T10:00:02Z');

/** Milliseconds of CPU of one turn for each of them. */
function spent<T, R>(
  each: readonly T[],
  work: (one: T) => R,
): { readonly ms: number; readonly made: readonly R[] } {
  const before = process.cpuUsage();
  const made = each.map(work);
  const { user, system } = process.cpuUsage(before);
  return { ms: (user + system) / MICROSECONDS / each.length, made };
}

const written = {
  secret: 'a secret that is only for tests, 32 characters',
  desks: [
    {
      address: 'support@example.com',
      staff: ['steve@example.org'],
      imap: { host: '127.0.0.1', security: 'none', user: 'support', password: 'x' },
      smtp: { host: '127.0.0.1', security: 'none' },
    },
  ],
};
const config = parseConfig(JSON.stringify(written), { path: 'config.json', env: {} });
const [desk] = config.desks;
if (desk === undefined) throw new Error('There is no desk.');
const policy = await buildPolicy(config, desk);
const ledger = new Ledger(policy, { highest: 0, tickets: [], now: arrival });
const log = createLog({
  level: 'info',
  format: 'json',
  terminal: false,
  destination: { write: () => undefined },
});

const served = Array.from({ length: count }, (_, index) => sampleLetter({ name: `new-${index}` })).map(
  (raw) => {
    const { header } = splitMessage(raw);
    return { header, size: raw.length, receivedAt: arrival, structure: readParts(raw).structure };
  },
);
const parsed = spent(served, (message): Facts => readMessage(policy, message));
const decided = spent(parsed.made, (facts): Occasion => {
  const decision = decide(policy, ledger, facts);
  ledger.takeIn(decision, facts);
  return { decision, facts, ticket: decision.ticket === null ? null : ledger.ticket(decision.ticket) };
});
const reading = { excerpt: 'It burns.', left: null, cut: false, attachments: [], body: null, part: null };
const writer = { policy, now: arrival, folders: FOLDERS };
const composed = spent(decided.made, (occasion) =>
  lettersFor(policy, occasion).map((letter) => composeLetter(writer, occasion, { letter, reading }).raw),
);
const logged = spent(decided.made, ({ decision, facts }) => {
  const { kind, ticket, match, reasons } = decision;
  log.info({ uid: 1, messageId: facts.messageId, kind, ticket, match, reasons }, `${kind}: ticket ${ticket}`);
});
if (composed.made.some((letters) => letters.length !== 2)) throw new Error('There are not two letters each.');
const parts = { parse: parsed.ms, decide: decided.ms, compose: composed.ms, log: logged.ms };
process.stdout.write(JSON.stringify(parts));
