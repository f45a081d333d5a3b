/** `check --fix`: writes what was proposed into the configuration, that of all desks at once, or nothing. */
import { EXIT } from '../problem/problem.js';
import { type Amendment, amendConfig } from '../setup/amend.js';
import type { Checklist } from './checklist.js';
import type { CommandContext } from './context.js';
import { failureOf } from './failure.js';
import { lineOf } from './proposal.js';

const CHECK = 'fix';

/** Each list says what became of its proposals. */
export async function writeProposals(context: CommandContext, lists: readonly Checklist[]): Promise<void> {
  const { config } = context;
  const proposing = lists.filter(({ proposals }) => proposals.length > 0);
  const fileOf = (list: Checklist) => config.desks.find(({ path }) => path === list.path)?.file;
  const wanted = proposing.filter((list) => fileOf(list) === config.file);
  for (const list of proposing.filter((one) => !wanted.includes(one)))
    list.fail(CHECK, `put the proposed lines into ${fileOf(list) ?? ''} yourself`, EXIT.configuration);
  if (proposing.length > wanted.length) return;
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
