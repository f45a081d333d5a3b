/** The limits of a desk. Their defaults end a loop at once, and are more than a busy honest desk comes to. */
import { z } from 'zod';
import { countSchema } from './count.js';
import { durationSchema } from './duration.js';
import { expected } from './expected.js';

interface Default {
  readonly count: number;
  readonly within: string;
}

function limitSchema(usual: Default, description: string) {
  return z
    .strictObject(
      {
        count: countSchema(0).default(usual.count).describe('This many, and no more,'),
        within: durationSchema().default(usual.within).describe('in any span of this length.'),
      },
      { error: expected('an object with count and within') },
    )
    .prefault({})
    .describe(description);
}

export const limitsSchema = z
  .strictObject(
    {
      acknowledgementsPerSender: limitSchema(
        { count: 20, within: '1d' },
        'Acknowledgements to one address that it had when it wrote again. Beyond it a ticket is opened all the same, without an acknowledgement: programs that answer each other fall silent here.',
      ),
      acknowledgementsPerTopic: limitSchema(
        { count: 2, within: '1d' },
        'The same for one subject, whose numbers, brackets and reply marks do not count.',
      ),
      acknowledgementsPerExchange: limitSchema(
        { count: 10, within: '15m' },
        'The same for any subjects, but in quick exchange only: what two programs do that answer each other under ever new subjects.',
      ),
      answersPerSender: limitSchema(
        { count: 50, within: '1h' },
        'Acknowledgements and error reports to one address in all.',
      ),
      errorReportsPerSender: limitSchema(
        { count: 1, within: '1d' },
        'Error reports (“there is no ticket 99”) to one address.',
      ),
      answersPerDomain: limitSchema(
        { count: 1_000, within: '1h' },
        'Acknowledgements and error reports to one domain.',
      ),
      answersPerDesk: limitSchema(
        { count: 2_000, within: '1h' },
        'Acknowledgements and error reports in all.',
      ),
      noticesPerMember: limitSchema(
        { count: 1_000, within: '1h' },
        'Notices to one staff member. Beyond it one digest says that more has come in.',
      ),
    },
    { error: expected('an object of limits') },
  )
  .prefault({})
  .describe('Limits that end every mail loop, whatever its headers say.');
