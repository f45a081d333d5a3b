/**
 * Tells staff of automatic mail that went to review, at most once an hour. When the last summary was written is told
 * by its copy in the outbox, which stays there for longer than a day.
 */

import { isOwn } from '../desk/origin.js';
import { digest } from '../desk/signature.js';
import { readStage } from '../desk/staging.js';
import { listed, writeSummary } from '../desk/summary.js';
import { parseHeaderBlock } from '../message/header-block.js';
import type { Desk } from './desk.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const CAUSE = 'review ';

export async function summariseReview(desk: Desk): Promise<void> {
  const { store, folders, policy } = desk;
  const now = desk.now();
  const last = await lastSummaries(desk, now);
  const due = policy.staff
    .map(({ addresses }) => addresses[0] ?? '')
    .filter((to) => now.getTime() - (last.get(to) ?? 0) >= HOUR_MS);
  if (due.length === 0) return;
  const from = new Date(Math.max(now.getTime() - DAY_MS, Math.min(...due.map((to) => last.get(to) ?? 0))));
  const uids = await store.search(folders.review, { since: from });
  const messages = (await desk.cache.read(store, folders.review, uids)).map(({ facts }) => facts);
  const fresh = messages.filter((facts) => facts.receivedAt > from && !isOwn(policy, facts));
  const spam = fresh.filter((facts) => facts.spam.length > 0);
  // A person's mail was told at once.
  const told = fresh.filter((facts) => facts.spam.length === 0 && facts.automatic !== null);
  if (told.length + spam.length === 0) return;
  const summary = {
    policy,
    now,
    // Written again after a crash, it is the same summary.
    cause: `${CAUSE}${digest(
      policy.secrets[0],
      'review',
      [...told, ...spam].map(({ identity }) => identity),
    )}`,
    subject: `${policy.name}: automatic mail in ${folders.review}`,
    text: 'review-summary' as const,
    variables: {
      folder: folders.review,
      count: told.length,
      spam: spam.length === 0 ? null : spam.length,
      ...listed(told),
    },
  };
  for (const { raw, stage } of writeSummary(summary)) {
    if (stage.to !== null && due.includes(stage.to)) await store.append(folders.outbox, raw, ['\\Seen']);
  }
}

/** By recipient, in milliseconds since 1970. */
async function lastSummaries(desk: Desk, now: Date): Promise<ReadonlyMap<string, number>> {
  const { store, folders } = desk;
  const recent = { since: new Date(now.getTime() - DAY_MS) };
  const uids = await store.search(folders.outbox, {
    and: [{ header: 'X-Imapdesk-Stage-Cause', contains: CAUSE }, recent],
  });
  const last = new Map<string, number>();
  for (const { header, receivedAt } of await store.fetch(folders.outbox, uids)) {
    const stage = readStage(parseHeaderBlock(header));
    if (stage?.to == null || !stage.cause.startsWith(CAUSE)) continue;
    last.set(stage.to, Math.max(receivedAt.getTime(), last.get(stage.to) ?? 0));
  }
  return last;
}
