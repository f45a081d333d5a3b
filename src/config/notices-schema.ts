/** How much of a message its notice to staff holds. */
import { z } from 'zod';
import { byteSizeSchema } from './byte-size.js';
import { expected, oneOf } from './expected.js';

const SHOWN = ['whole', 'excerpt'] as const;
const MAX_BYTES = '5MB';
/** A larger one would be refused by most mail servers, in base64. */
const MOST_BYTES = '25MB';

/** Of a member; what the desk's notices hold where it is not given. */
export const memberNoticesSchema = oneOf(...SHOWN, 'none')
  .optional()
  .describe(
    'What notices to this member hold, where that is not what the desk’s `notices` says. `none` is for who reads the folders: no notices, no news that there are too many of them and no summaries of Review, but the mails of `digest` and `remind`, and all that concerns the member’s own mail or has gone wrong.',
  );

export const noticesSchema = z
  .union(
    [
      z.enum(SHOWN),
      z.strictObject({
        show: z
          .enum(SHOWN)
          .default('whole')
          .describe(
            '`whole`: the message itself, with its attachments, byte for byte. `excerpt`: the first of its words, and a list of its attachments.',
          ),
        maxBytes: byteSizeSchema(MOST_BYTES)
          .default(MAX_BYTES)
          .describe('A message that is larger is shown as an excerpt.'),
      }),
    ],
    { error: expected('"whole", "excerpt", or { "show": "whole", "maxBytes": "5MB" }') },
  )
  .default('whole')
  .describe(
    'What a notice holds of the message that it tells of: one of the two words of `show`, or an object.',
  );

export type ShownInNotices = (typeof SHOWN)[number];

export const DEFAULT_MAX_BYTES = MAX_BYTES;
