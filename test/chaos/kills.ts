/**
 * A worker whose connection to either server is cut at a command of a pass that opens, updates, closes and reopens
 * tickets: a clean pass then brings the mailbox to where an undisturbed one would have.
 *
 * Whole, and with DEEP, the cuts before the commands are all there; without DEEP those before each command that changes
 * something, before the one that follows it, and before an eighth of the others: between two commands that only look,
 * the server stays as it is. For the same reason a tenth or twentieth must do of the cuts after a command that only looks. A sample
 * has, of each command and each way to cut it, the one in the middle of the pass; after those that only look, none but
 * the first of all.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Chosen, DEEP } from '../servers/start.js';
import type { When } from './proxy.js';
import { busyDesk, makeScene, type Scene } from './scene.js';
import { type Commands, type End, inProcess, type Trial, Trials, trialsAt } from './trials.js';

export interface Extent {
  readonly whole: boolean;
}

/** Where one of each is to be struck. */
export function sampleOf(trials: readonly Trial[], commands: Commands): readonly Trial[] {
  const named = new Map<string, Trial[]>();
  for (const trial of trials) {
    const name = commands[trial.server][trial.fault.at - 1] ?? '';
    named.set(name, [...(named.get(name) ?? []), trial]);
  }
  return [...named.values()].flatMap((alike) => alike[Math.floor(alike.length / 2)] ?? []);
}

/** Declares the tests. */
export function killsOn({ kind, name, missing, move }: Chosen, { whole }: Extent): void {
  describe.skipIf(missing !== '')(`on ${name}`, () => {
    let scene: Scene;
    let trials: Trials;
    let wanted: { end: End; commands: Commands; worker: typeof inProcess };

    beforeAll(async () => {
      scene = await makeScene(kind, busyDesk);
      trials = await Trials.start(scene, { lanes: 3, each: whole ? 400 : 60 });
      const { end, commands, unfinished } = await trials.undisturbed(inProcess);
      expect(unfinished).toEqual([]);
      wanted = { end, commands, worker: inProcess };
    });

    afterAll(async () => {
      await trials.stop();
      await scene.remove();
    });

    const at = (server: 'imap' | 'smtp', when: When, oneIn: number): readonly Trial[] => {
      if (whole) return trialsAt(wanted.commands, server, { when, oneIn });
      const many = { when, oneIn: when === 'before' ? 1 : Number.POSITIVE_INFINITY };
      return sampleOf(trialsAt(wanted.commands, server, many), wanted.commands);
    };

    it('a pass does everything that is to be disturbed', () => {
      const { imap, smtp } = wanted.commands;
      const moving = move ? ['UID MOVE'] : ['UID COPY', 'UID EXPUNGE'];
      const others = ['connect', 'UID SEARCH', 'UID FETCH', 'APPEND', 'UID STORE', 'LOGOUT'];
      expect(imap).toEqual(expect.arrayContaining([...others, ...moving]));
      expect(smtp.filter((command) => command === 'message').length).toBeGreaterThan(5);
      // The connection, EHLO and AUTH at first, QUIT at last.
      expect(smtp).toHaveLength(4 + 4 * wanted.end.sent.length);
    });

    // What an SMTP server is cut off from does not hang on the kind of the IMAP server.
    const servers = whole ? (['imap', 'smtp'] as const) : (['imap'] as const);
    const times = [
      ['before', DEEP ? 1 : 8],
      ['after', DEEP ? 10 : 20],
    ] as const;
    it.each(servers.flatMap((server) => times.map(([when, oneIn]) => [server, when, oneIn] as const)))(
      'a connection that is cut to the %s server, %s its commands',
      async (server, when, oneIn) => {
        expect(await trials.run(at(server, when, oneIn), wanted)).toEqual([]);
      },
    );

    it.each(servers)(
      'a connection that is cut to the %s server, within what it is given to keep',
      async (server) => {
        const given = at(server, 'within', 20).filter(({ fault }) =>
          ['APPEND', 'message'].includes(wanted.commands[server][fault.at - 1] ?? ''),
        );
        expect(
          await trials.run(
            given.filter((_, index) => index % 3 === 0),
            wanted,
          ),
        ).toEqual([]);
      },
    );
  });
}
