/** The limits of a desk. Their defaults end a loop at once, and are more than a busy honest desk comes to. */
import { countSchema } from './count.js';
import { durationSchema } from './duration.js';
import { object } from './expected.js';

function limitSchema([count, within]: readonly [number, string], description: string) {
  return object('an object with count and within', {
    count: countSchema(0).default(count).describe('This many, and no more,'),
    within: durationSchema().default(within).describe('in any span of this length.'),
  })
    .prefault({})
    .describe(description);
}

export const limitsSchema = object('an object of limits', {
  acknowledgementsPerSender: limitSchema(
    [20, '1d'],
    'Acknowledgements to one address that it had when it wrote again. Beyond it a ticket is opened all the same, without an acknowledgement: programs that answer each other fall silent here.',
  ),
  acknowledgementsPerTopic: limitSchema(
    [2, '1d'],
    'The same for one subject, whose numbers, brackets and reply marks do not count.',
  ),
  acknowledgementsPerExchange: limitSchema(
    [10, '15m'],
    'The same for any subjects, but in quick exchange only: what two programs do that answer each other under ever new subjects.',
  ),
  answersPerSender: limitSchema([50, '1h'], 'Acknowledgements and error reports to one address in all.'),
  errorReportsPerSender: limitSchema([1, '1d'], 'Error reports (“there is no ticket 99”) to one address.'),
  answersPerDomain: limitSchema([1_000, '1h'], 'Acknowledgements and error reports to one domain.'),
  answersPerDesk: limitSchema([2_000, '1h'], 'Acknowledgements and error reports in all.'),
  noticesPerMember: limitSchema(
    [1_000, '1h'],
    'Notices to one staff member. Beyond it one digest says that more has come in.',
  ),
})
  .prefault({})
  .describe('Limits that end every mail loop, whatever its headers say.');
