import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { Tally } from '../../../../src/desk/limits/tally.js';

const moment = fc.integer({ min: 0, max: 30 });

it('counts as looking at each would', () => {
  const sent = fc.array(
    fc.record({ group: fc.constantFrom('a', 'b'), at: moment, cause: fc.constantFrom('x', 'y') }),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(sent, moment, fc.option(moment, { nil: undefined }), (all, after, until) => {
      const tally = new Tally();
      for (const { group, at, cause } of all) tally.add('letter', [group], { at: new Date(at), cause });
      const meant = all.filter(
        ({ group, at, cause }) =>
          group === 'a' && cause !== 'x' && at > after && (until === undefined || at <= until),
      );
      expect(tally.count('a', { after, until }, { cause: 'x' })).toBe(meant.length);
    }),
  );
});
