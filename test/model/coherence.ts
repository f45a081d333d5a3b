/** What must hold of tickets after a clean last pass, read through the worker's own eyes. */

import { readStaging } from '../../src/desk/letters/staging.js';
import { isOwn } from '../../src/desk/sign/origin.js';
import { stateOf } from '../../src/desk/ticket/ticket.js';
import { parseHeaderBlock, splitMessage } from '../../src/message/header/header-block.js';
import { identityOf } from '../../src/message/header/identity.js';
import { lookUpStrangers, place, takeSurvey } from '../../src/worker/sight/survey.js';
import { type DeskWorld, FOLDERS, nameOf, POLICY } from './desk-world.js';
import { field } from './message-text.js';

/** A ticket's messages lie together, and where its entry says. */
export async function ticketsAreWhole(world: DeskWorld): Promise<readonly string[]> {
  const desk = world.desk();
  const survey = await takeSurvey(desk);
  const violations: string[] = [];
  for (const folder of ['open', 'archived'] as const) {
    const messages = await desk.cache.readAll(desk.store, FOLDERS[folder]);
    await lookUpStrangers(desk, survey, messages);
    for (const { uid, ticket, facts } of place(survey, messages)) {
      const record = ticket === null ? undefined : survey.ledger.records.get(ticket);
      const name = `${FOLDERS[folder]}/${uid} (${isOwn(POLICY, facts) ? 'own: ' : ''}${facts.subject})`;
      if (record !== undefined && stateOf(record) !== folder) {
        violations.push(`${name} is apart from its ticket ${ticket}, which is ${stateOf(record)}`);
      }
    }
  }
  return violations;
}

/** The numbers that entries at rest give, by root. */
export function numbering(world: DeskWorld): readonly { number: number; root: string }[] {
  return world.visible('register').flatMap(({ content }) => {
    if (field(content.raw, 'X-Imapdesk-Entry') !== 'ticket') return [];
    const number = Number((field(content.raw, 'X-Imapdesk-Ticket') ?? '').replace(/[<>]/g, ''));
    return [{ number, root: field(content.raw, 'X-Imapdesk-Identity') ?? '' }];
  });
}

/** Mail was sent only for what has been filed: its cause has left the inbox, or is gone altogether. */
export function mailHasCause(world: DeskWorld): readonly string[] {
  const pending = new Set(
    world.visible('inbox').map(({ content }) => {
      const { header } = splitMessage(content.raw);
      return identityOf(header, content.raw.length);
    }),
  );
  const sent = new Set(world.post.sent.map(({ messageId }) => messageId));
  return world.server.history
    .filter(({ kind, folder }) => kind === 'append' && folder === FOLDERS.outbox)
    .flatMap(({ origin }) => {
      const { raw } = world.server.content(origin);
      const stage = readStaging(parseHeaderBlock(splitMessage(raw).header));
      if (stage === null || !sent.has(field(raw, 'Message-ID') ?? '') || !pending.has(stage.cause)) return [];
      return [`${nameOf(raw)} to ${stage.to} was sent, and its cause is still pending`];
    });
}
