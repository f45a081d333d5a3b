/** Mailboxes in which a pass has each of its things to do, beside those of scene.ts. */
import { askToMerge, askToSplit } from '../../src/worker/ask/asking.js';
import type { Staging } from './scene.js';

/** Staff reply to a ticket whose requester brought two others in; somebody else's reply reaches the archive. */
export async function relayingDesk({ asks, answers, pass }: Staging): Promise<void> {
  await pass();
  await asks('jane@example.com', 'Printer', { extra: ['Cc: taro@example.com, ann@example.org'] });
  await asks('taro@example.com', 'Modem');
  await pass();
  await answers('steve@example.org', 2, true);
  await pass();
  await answers('steve@example.org', 1);
  await answers('steve@example.org', 2);
}

/** Ticket 1 is dragged to the archive and 2 back from there; a stranger's message was dragged into Open. */
export async function draggedDesk({ asks, answers, pass, drags }: Staging): Promise<void> {
  await pass();
  await asks('jane@example.com', 'Printer');
  await asks('taro@example.com', 'Modem');
  await asks('jane@example.com', 'Screen');
  await pass();
  await answers('jane@example.com', 1);
  await answers('taro@example.com', 2, true);
  await pass();
  await asks('taro@example.com', 'Mouse');
  await drags('INBOX', 'Mouse', 'Tickets/Open');
  await drags('Tickets/Open', 'Printer', 'Tickets/Archived');
  await drags('Tickets/Archived', 'Modem', 'Tickets/Open');
}

/** Ticket 2 is to be merged into 1, and 4, which is archived, into 3; mail to merged numbers is pending. */
export async function mergingDesk({ asks, answers, pass, desk }: Staging): Promise<void> {
  await pass();
  await asks('jane@example.com', 'Printer');
  await asks('taro@example.com', 'Modem');
  await asks('jane@example.com', 'Screen');
  await asks('taro@example.com', 'Mouse');
  await pass();
  await answers('taro@example.com', 4, true);
  await pass();
  await desk((it) => askToMerge(it, { into: 1, from: 2, joinPeople: false }));
  await desk((it) => askToMerge(it, { into: 3, from: 4, joinPeople: true }));
  await answers('taro@example.com', 2);
}

/** A message of ticket 1 is to become a ticket of its own, and one of ticket 2, which is archived. */
export async function splittingDesk({ asks, answers, pass, desk }: Staging): Promise<void> {
  await pass();
  await asks('jane@example.com', 'Printer');
  await asks('taro@example.com', 'Modem');
  await pass();
  await asks('ann@example.org', 'Toner', { to: 'support+1@example.com' });
  await asks('ann@example.org', 'Ribbon', { to: 'support+2@example.com' });
  await pass();
  await answers('taro@example.com', 2, true);
  await pass();
  await desk((it) => askToSplit(it, { ticket: 1, message: 3 }));
  await desk((it) => askToSplit(it, { ticket: 2, message: 3 }));
}

/** The register was emptied of a desk with an open and an archived ticket and a link; new mail waits. */
export async function damagedDesk({ asks, answers, pass, empties }: Staging): Promise<void> {
  await pass();
  await asks('jane@example.com', 'Printer');
  await asks('taro@example.com', 'Modem');
  await pass();
  await asks('ann@example.org', 'Toner', { to: 'support+1@example.com' });
  await answers('taro@example.com', 2, true);
  await pass();
  await empties('Tickets/Register');
  await answers('jane@example.com', 1);
}
