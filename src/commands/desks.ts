/** Commands that look at every desk: one that fails does not hide the others. */
import type { DeskConfig } from '../config/complete.js';
import { Problem } from '../problem/problem.js';
import type { DeskSession } from '../worker/run/session.js';
import type { AdoptChoice } from '../worker/workplace/desk.js';
import type { CommandContext } from './context.js';
import { failureOf } from './failure.js';

export type DeskResult<T> =
  | { readonly desk: DeskConfig; readonly answer: T }
  | { readonly desk: DeskConfig; readonly exitCode: number };

/**
 * Asks all desks side by side; the answers come in the order of the configuration. Failures are logged; that of an
 * only desk is thrown.
 */
export async function askEachDesk<T>(
  context: CommandContext,
  ask: (session: DeskSession, desk: DeskConfig) => Promise<T>,
  options: { readonly adopt?: AdoptChoice | null } = {},
): Promise<readonly DeskResult<T>[]> {
  return Promise.all(
    context.desks.map(async (desk): Promise<DeskResult<T>> => {
      const session = context.session(desk, options);
      try {
        return { desk, answer: await ask(session, desk) };
      } catch (error) {
        if (context.desks.length === 1) throw error;
        const { exitCode, message } = failureOf(error);
        const code = error instanceof Problem ? error.code : undefined;
        context.log.error({ desk: desk.name, code }, message);
        return { desk, exitCode };
      } finally {
        await session.close();
      }
    }),
  );
}
