/** `reload`: has `run` on this machine read its configuration again, and says what has come of it. */
import { EXIT, Problem } from '../problem/problem.js';
import { askToReload, type Reloaded } from '../worker/run/reload-socket.js';
import { inWords } from './configured-desks.js';
import { type CommandContext, tell } from './context.js';
import { worst } from './failure.js';

export async function reload(context: CommandContext, { json }: { readonly json: boolean }): Promise<number> {
  const { file } = context.config;
  const answers = await askToReload(file);
  if (answers.length === 0)
    throw new Problem(
      'no-run',
      `no "imapdesk run" works with ${file} on this machine; it may have been started with another path of that file`,
      { exitCode: EXIT.unavailable },
    );
  for (const answer of answers) {
    const fields = answer ?? { problem: 'no-answer' };
    tell(context, json, { fields, lines: answer === null ? [NO_ANSWER] : linesOf(answer) });
  }
  return worst(answers.map(exitCodeOf));
}

/** Lines on secrets that cannot be read: where a vault is away it may be all of them. */
const MOST_UNREAD = 10;
const NO_ANSWER = 'A process did not answer in time: see its log.';

function exitCodeOf(answer: Reloaded | null): number {
  if (answer === null || !answer.settled) return EXIT.tryLater;
  return answer.problem === null && answer.leftOut.length + answer.unread.length === 0
    ? EXIT.done
    : EXIT.configuration;
}

function linesOf(reloaded: Reloaded): readonly string[] {
  const { pid, problem, unread, leftOut, restart, settled } = reloaded;
  if (problem !== null) return [`Process ${pid}: nothing was changed (${problem}): see its log.`];
  return [
    `Process ${pid}: ${inWords(reloaded)}.`,
    ...unread
      .slice(0, MOST_UNREAD)
      .map(
        ({ field, desk }) =>
          `  cannot be read, and stays in use: ${field}${desk === null ? '' : ` of ${desk}`}; see its log`,
      ),
    ...(unread.length > MOST_UNREAD ? [`  and ${unread.length - MOST_UNREAD} more secrets`] : []),
    ...leftOut.map((name) => `  left out: ${name}`),
    ...(restart.length === 0
      ? []
      : [`  ${restart.join(', ')}: what has changed there counts after a restart`]),
    ...(settled ? [] : ['  a desk that has to stop is still at its message in hand']),
  ];
}
