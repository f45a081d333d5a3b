/** How many commands and round trips fixed work costs on Dovecot, which has MOVE, UIDPLUS and MULTIAPPEND. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { countOf, type Traffic } from '../bench/meter.js';
import { MeteredDesk } from '../bench/metered-desk.js';
import { sampleLetter } from '../bench/sample-letter.js';
import { DEFAULT_SERVER } from '../servers/start.js';
import { SERVERS } from '../servers/table.js';

/** The sign-in, two surveys and the looks of a pass that finds nothing are among them. */
const MOST_COMMANDS = 95;
/** An answer that is no command's end: the invitation to go on with the password. */
const INVITATIONS = 1;

const isDovecot = SERVERS[DEFAULT_SERVER].format !== null;

describe.skipIf(!isDovecot)(
  'a pass that files new mail, each a ticket with an acknowledgement and a notice',
  () => {
    let desk: MeteredDesk;

    beforeEach(async () => {
      desk = await MeteredDesk.start();
    });
    afterEach(async () => {
      await desk.stop();
    });

    const filing = async (count: number): Promise<Traffic> => {
      for (let index = 0; index < count; index += 1)
        await desk.deliver(sampleLetter({ name: `new-${index}`, attachedBytes: 0 }));
      const [pass] = await desk.passes(1);
      if (pass === undefined) throw new Error('There was no pass.');
      expect([...pass.outcome.decided]).toEqual([['new', count]]);
      return pass.traffic;
    };

    it.each([3, 30])('costs the same for %i mails', async (count) => {
      const traffic = await filing(count);
      expect(countOf(traffic)).toBeLessThanOrEqual(MOST_COMMANDS);
      expect(traffic.roundTrips).toBeLessThanOrEqual(MOST_COMMANDS + INVITATIONS);
      // The claim, the entries, and the letters.
      expect(traffic.commands.get('APPEND')).toBe(3);
      expect(traffic.commands.get('UID MOVE')).toBe(1);
    });
  },
);
