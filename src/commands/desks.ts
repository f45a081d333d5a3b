/** Commands that look at every desk: one that fails does not hide the others. */
import type { DeskConfig } from '../config/complete.js';
import { Problem } from '../problem/problem.js';
import type { DeskSession } from '../worker/run/session.js';
import type { AdoptChoice } from '../worker/workplace/desk.js';
import type { CommandContext } from './context.js';
import { failureOf, worst } from './failure.js';

export interface Asked<T> {
  /** Of the desks that did not fail, in the order of the configuration. */
  readonly answers: readonly { readonly desk: DeskConfig; readonly answer: T }[];
  readonly exitCode: number;
}

/** Asks all desks side by side. Failures are logged; that of an only desk is thrown. */
export async function askEachDesk<T>(
  context: CommandContext,
  ask: (session: DeskSession, desk: DeskConfig) => Promise<T>,
  options: { readonly adopt?: AdoptChoice | null } = {},
): Promise<Asked<T>> {
  const codes: number[] = [];
  const asked = context.desks.map(async (desk) => {
    const session = context.session(desk, options);
    try {
      return [{ desk, answer: await ask(session, desk) }];
    } catch (error) {
      if (context.desks.length === 1) throw error;
      const { exitCode, message } = failureOf(error);
      const code = error instanceof Problem ? error.code : undefined;
      context.log.error({ desk: desk.name, code }, message);
      codes.push(exitCode);
      return [];
    } finally {
      await session.close();
    }
  });
  return { answers: (await Promise.all(asked)).flat(), exitCode: worst(codes) };
}
