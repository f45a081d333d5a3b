/** `check --fix`: writes what was proposed into the configuration, that of all desks at once, or nothing. */
import { type Amendment, amendConfig } from '../setup/amend.js';
import type { Checklist } from './checklist.js';
import type { CommandContext } from './context.js';
import { failureOf } from './failure.js';
import { lineOf } from './proposal.js';

const CHECK = 'fix';

/** Each list says what became of its proposals. */
export async function writeProposals(context: CommandContext, lists: readonly Checklist[]): Promise<void> {
  const { config } = context;
  const wanted = lists.filter(({ proposals }) => proposals.length > 0);
  if (wanted.length === 0) {
    for (const list of lists) list.note(CHECK, 'there is nothing to write');
    return;
  }
  try {
    await amendConfig(
      config.file,
      wanted.flatMap((list) => amendmentsOf(context, list)),
      config.env,
    );
  } catch (error) {
    const { exitCode, message } = failureOf(error);
    for (const list of wanted) list.fail(CHECK, message, exitCode);
    return;
  }
  for (const list of wanted) {
    list.written();
    const lines = list.proposals.map((proposal) => `  ${lineOf(proposal)}`);
    list.pass(CHECK, [`written into ${config.file}; check again to see it work:`, ...lines].join('\n'));
  }
}

function amendmentsOf({ config }: CommandContext, list: Checklist): readonly Amendment[] {
  const desk = config.desks.findIndex(({ path }) => path === list.path);
  const address = config.desks[desk]?.address;
  if (address === undefined) throw new TypeError('The configuration has no such desk.');
  return list.proposals.map((proposal) => ({ desk, address, ...proposal }));
}
