/**
 * Tells staff of automatic mail that went to review, at most once an hour, and counts what was filed with tickets in
 * silence; that alone makes a summary a day. How far it was told stands in the last summary's copy in the outbox, which
 * stays there for longer than a day; without one, what arrived lately is told.
 */
import { readStaging } from '../../desk/letters/staging.js';
import { composeSummary, listed } from '../../desk/letters/summary.js';
import type { Phrase } from '../../desk/policy.js';
import { isOwn } from '../../desk/sign/origin.js';
import { keyedHash } from '../../desk/sign/signature.js';
import { answersOwnStaff } from '../../desk/ticket/marks.js';
import { parseHeaderBlock } from '../../message/header/header-block.js';
import type { Effects } from '../effects/effects.js';
import { readBounces } from '../sight/look-again.js';
import { silenceSoFar } from '../sight/silence.js';
import type { Survey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import type { FiledMessage } from '../workplace/facts-cache.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const CAUSE = 'review below';

interface Told {
  readonly at: number;
  /** Everything in Review below this UID had been seen at that time. */
  readonly below: number;
}

export async function planSummary(desk: Desk, survey: Survey): Promise<Effects> {
  const silence = silenceSoFar(survey);
  const { store, folders, policy } = desk;
  const now = desk.now();
  const { uidValidity, uidNext } = await store.state(folders.review);
  const last = await lastSummaries(desk, { now, uidValidity });
  if (silence.since !== null) desk.cache.waitFor(silence.since.getTime() + DAY_MS);
  for (const { at } of last.values()) if (now.getTime() - at < HOUR_MS) desk.cache.waitFor(at + HOUR_MS);
  const due = policy.staff
    .map(({ addresses }) => addresses[0] ?? '')
    .filter((to) => now.getTime() - (last.get(to)?.at ?? 0) >= HOUR_MS);
  if (due.length === 0) return {};
  const known = due.map((to) => last.get(to)?.below ?? 0);
  const fresh = await freshMail(desk, { now, from: Math.min(...known), below: uidNext });
  const spam = fresh.filter(({ facts }) => facts.spam.length > 0);
  // A person's mail was told at once.
  const told = fresh.filter(({ facts }) => facts.spam.length === 0 && facts.automatic !== null);
  const isLong = silence.since !== null && now.getTime() - silence.since.getTime() >= DAY_MS;
  if (told.length + spam.length === 0 && !isLong) return {};
  const identities = [...told, ...spam].map(({ facts }) => facts.identity);
  const summary = {
    policy,
    now,
    // Written again after a crash, it is the same summary.
    cause: `${CAUSE} ${uidNext} ${uidValidity} ${keyedHash(policy.secrets[0], 'review', identities)}`,
    subject: subjectOf(told.length + spam.length, folders.review),
    text: 'review-summary' as const,
    variables: {
      folder: folders.review,
      count: told.length === 0 ? null : told.length,
      silent: silence.count === 0 ? null : silence.count,
      spam: spam.length === 0 ? null : spam.length,
      ...listed(
        policy,
        told.map(({ facts }) => facts),
      ),
    },
  };
  const written = composeSummary(summary).filter(({ stage: { to } }) => to !== null && due.includes(to));
  return { letters: { composed: written, release: 'unheld' }, done: silence.uids.map((uid) => ({ uid })) };
}

function subjectOf(inReview: number, folder: string): Phrase {
  return inReview === 0
    ? { name: 'subject-silent-summary' }
    : { name: 'subject-review-summary', values: { folder } };
}

async function freshMail(
  desk: Desk,
  range: { now: Date; from: number; below: number },
): Promise<readonly FiledMessage[]> {
  const { store, folders, policy } = desk;
  const since = new Date(range.now.getTime() - DAY_MS);
  const uids = await store.search(folders.review, range.from > 0 ? { uidFrom: range.from } : { since });
  const within = uids.filter((uid) => uid >= range.from && uid < range.below);
  const filed = await desk.cache.read(store, folders.review, within);
  const incoming = filed.filter(
    ({ facts }) => !isOwn(policy, facts) && (range.from > 0 || facts.receivedAt >= since),
  );
  const read = await readBounces(desk, folders.review, incoming);
  return read.filter(({ facts }) => !answersOwnStaff(policy, facts));
}

/** By recipient. */
async function lastSummaries(
  desk: Desk,
  about: { now: Date; uidValidity: string },
): Promise<ReadonlyMap<string, Told>> {
  const { store, folders } = desk;
  const recent = { since: new Date(about.now.getTime() - DAY_MS) };
  const uids = await store.search(folders.outbox, {
    and: [{ header: 'X-Imapdesk-Stage-Cause', contains: CAUSE }, recent],
  });
  const last = new Map<string, Told>();
  for (const { header, receivedAt } of await store.fetch(folders.outbox, uids)) {
    const stage = readStaging(parseHeaderBlock(header));
    const [, below, uidValidity] = /^review below (\d+) (\d+) /.exec(stage?.cause ?? '') ?? [];
    if (stage?.to == null || below === undefined) continue;
    const at = receivedAt.getTime();
    const known = last.get(stage.to);
    const told = { at, below: uidValidity === about.uidValidity ? Number(below) : 0 };
    if (known === undefined || known.at <= at) last.set(stage.to, told);
  }
  return last;
}
