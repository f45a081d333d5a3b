/** The desk's folders. Names are as a person would write them; `/` separates levels on every server. */
import { z } from 'zod';
import { expected, object, text } from './expected.js';

const MAX_FOLDER_CHARS = 200;

const folderName = text(
  `a folder name of at most ${MAX_FOLDER_CHARS} characters, with / between levels, without control characters and without a / or space at either end of a level`,
  (value) =>
    value.length <= MAX_FOLDER_CHARS &&
    !/[\p{Cc}\p{Cs}]/u.test(value) &&
    value.split('/').every((level) => level !== '' && level === level.trim()),
);

export const foldersSchema = object('an object of folder names', {
  inbox: folderName.default('INBOX').describe('Where mail arrives.'),
  open: folderName.default('Tickets/Open').describe('The messages of open tickets.'),
  archived: folderName.default('Tickets/Archived').describe('The messages of closed tickets.'),
  review: folderName.default('Tickets/Review').describe('What the desk will not decide alone.'),
  outbox: folderName.default('Tickets/Outbox').describe('Outgoing mail until the SMTP server has taken it.'),
  register: folderName.default('Tickets/Register').describe('The desk’s own small entries.'),
})
  .prefault({})
  .describe(
    'The folders of the desk. `/` separates levels and is translated to what the server uses. They are created when the desk first takes on the mailbox, and all differ from one another.',
  );

/** Not a folder of the desk's own: mail programs save there what people send from its account. */
export const sentSchema = z
  .union([z.literal(false), folderName], { error: expected('the name of a folder, or false') })
  .optional()
  .describe(
    'The folder in which mail programs save what people send from the desk’s own account. What answers a ticket there is copied into it. Default: the one that the server names for sent mail. `false`: none is looked at.',
  );

export type FolderRole = keyof z.output<typeof foldersSchema>;
export const FOLDER_ROLES = foldersSchema.unwrap().keyof().options;

/** Two names with the same key are one folder: INBOX alone is compared without case (RFC 9051 §5.1). */
export function folderKey(name: string): string {
  return name.replace(/^inbox(?=\/|$)/i, 'INBOX');
}
