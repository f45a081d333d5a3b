/** What `once` does where somebody has to say what to take of older mail: it shows that mail, and asks whoever is there. */
import type { DeskConfig } from '../config/complete.js';
import { type UndecidedMail, waysToAnswer } from '../worker/sight/older-mail.js';
import type { AdoptChoice } from '../worker/workplace/desk.js';
import type { CommandContext } from './context.js';
import { lettersFor } from './first-run.js';
import type { Person } from './questions.js';

export interface Undecided {
  readonly desk: DeskConfig;
  readonly mail: UndecidedMail;
}

const CHOICES = ['recent', 'all', 'none'] as const satisfies readonly AdoptChoice[];
const LEAVE = 'q';

/**
 * What is asked goes to the log, and so does how to answer, last of all. The mail itself is shown, not logged: no log has
 * senders and subjects in it.
 */
export function tellUndecided(context: CommandContext, undecided: Undecided): void {
  const { mail } = undecided;
  const log = context.log.child({ desk: undecided.desk.name });
  const { code } = mail;
  log.error({ code }, mail.question);
  show(context, undecided);
  for (const line of waysToAnswer(mail.answers)) log.error({ code }, line);
}

/** Null where it is to be left as it is. Whoever is there is asked until an answer fits. Throws what `Person` throws. */
export async function askUndecided(
  context: CommandContext,
  undecided: Undecided,
  person: Person,
): Promise<AdoptChoice | null> {
  const { out } = context;
  const { mail, desk } = undecided;
  out.write(`\n${desk.name}: ${mail.question}.\n\n`);
  show(context, undecided);
  out.write('\n');
  for (const choice of CHOICES) out.write(`  ${choice.padEnd(6)}  ${mail.answers[choice]}\n`);
  out.write(`  ${LEAVE.padEnd(6)}  leaves all as it is; the next run asks again\n\n`);
  for (;;) {
    const answer = (await person.ask(`What to do? (${[...CHOICES, LEAVE].join(', ')})`)).toLowerCase();
    if (answer === LEAVE) return null;
    const choice = CHOICES.find((one) => one === answer);
    if (choice !== undefined) return choice;
  }
}

function show({ out }: CommandContext, { mail, desk }: Undecided): void {
  for (const line of lettersFor(mail.letters, { out, timezone: desk.timezone })) out.write(`${line}\n`);
}
