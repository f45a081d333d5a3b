/** How tickets live: who is told of a close, and what later mail to a closed ticket does. */
import { parseDuration } from './duration.js';
import { object, oneOf, text, yesOrNo } from './expected.js';

const confirmSchema = object('an object with close and drag', {
  close: oneOf('requester', 'none')
    .default('requester')
    .describe('Who is told that a ticket was closed by mail or by command.'),
  drag: yesOrNo()
    .default(false)
    .describe(
      'Whether the requester is told, too, of a ticket that somebody closed by moving its mail to the archive. The confirmation waits for a minute, in which moving it back takes it back, and at most five go out in a pass.',
    ),
})
  .prefault({})
  .describe('Confirmations.');

export const ALWAYS = 'always';

export const ticketSchemas = {
  confirm: confirmSchema,
  reopenWithin: text(
    '"always", or a whole number and a unit (s, m, h or d), such as "30d"',
    (value) => value === ALWAYS || parseDuration(value) !== null,
  )
    .optional()
    .describe(
      'How long after a ticket’s last message later mail still reopens it. After that, it opens a new ticket that names the old one; what proven staff write reopens it all the same. Without it, or with `"always"`, mail reopens at any time; but without it, mail to a ticket’s address that answers nothing and has a new subject opens a new ticket after 30 days.',
    ),
  staffReplies: oneOf('all', 'none')
    .default('all')
    .describe(
      'Who of the other staff is sent a copy of what one of them answers. Notes to colleagues always go to all of them.',
    ),
} as const;
