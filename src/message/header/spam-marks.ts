/** What the server's own spam filter has written into the header. Only fields of its own making count as marks. */
import { fieldValues, type HeaderBlock } from './header-block.js';

/**
 * Fields whose value begins with "yes" on spam: SpamAssassin and all that follow its example. A desk may name others,
 * or none where its server lets such fields in from outside.
 */
export const SPAM_FIELDS: readonly string[] = ['x-spam-flag', 'x-spam-status', 'x-spam'];

/** One sentence for each mark; empty for mail that no filter has marked. `fields` are names in any case. */
export function spamMarks(block: HeaderBlock, fields: readonly string[]): string[] {
  return fields.flatMap((name) => {
    const marked = fieldValues(block, name.toLowerCase()).some((value) =>
      /^\s*(?:yes|true|spam)\b/i.test(value),
    );
    return marked ? [`${name} says that it is spam.`] : [];
  });
}
