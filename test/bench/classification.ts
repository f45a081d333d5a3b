/**
 * Reading and deciding, beside a parser that reads the same files whole. The desk is given what a server gives it: the
 * header block, and the structure as the server has read it. Each message counts with the shortest of its rounds,
 * which is the one that other work on the machine has disturbed least.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { simpleParser } from 'mailparser';
import { readMessage } from '../../src/desk/decide/as-seen.js';
import { decide } from '../../src/desk/decide/decide.js';
import { readParts } from '../../src/message/body/read-structure.js';
import { splitMessage } from '../../src/message/header/header-block.js';
import type { FactsInput } from '../../src/message/read-facts.js';
import { corpusLedger, POLICY } from '../corpus/desk.js';
import type { Figure, Measure, Setting, Shown } from './table.js';

/** The first compiles what the others only run. */
const ROUNDS = { whole: 20, quick: 5 };
const ARRIVAL = new Date('2026-01-05T10:00:02Z');
const CORPUS = new URL('../corpus/', import.meta.url);

function asServed(raw: Buffer): FactsInput {
  const { header } = splitMessage(raw);
  return { header, size: raw.length, receivedAt: ARRIVAL, structure: readParts(raw).structure };
}

/** In milliseconds, one for each message. */
async function shortest<T>(
  messages: readonly T[],
  rounds: number,
  work: (message: T) => unknown,
): Promise<readonly number[]> {
  const best = messages.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, message] of messages.entries()) {
      const startedAt = performance.now();
      await work(message);
      best[index] = Math.min(best[index] ?? 0, performance.now() - startedAt);
    }
  }
  return best;
}

function perSecond(times: readonly number[]): number {
  return (times.length * 1000) / times.reduce((sum, time) => sum + time, 0);
}

async function isParsed(raw: Buffer): Promise<boolean> {
  try {
    await simpleParser(raw);
    return true;
  } catch {
    return false;
  }
}

async function run({ quick }: Setting): Promise<Shown> {
  const rounds = quick ? ROUNDS.quick : ROUNDS.whole;
  const names = readdirSync(CORPUS).filter((name) => name.endsWith('.eml'));
  const files = names.map((name) => readFileSync(new URL(name, CORPUS)));
  const parsed: Buffer[] = [];
  const givenUp: Buffer[] = [];
  for (const raw of files) ((await isParsed(raw)) ? parsed : givenUp).push(raw);
  const ledger = corpusLedger();
  const read = (message: FactsInput): unknown => decide(POLICY, ledger, readMessage(POLICY, message));
  const ours = await shortest(parsed.map(asServed), rounds, read);
  const theirs = await shortest(parsed, rounds, (raw) => simpleParser(raw));
  const alone = await shortest(givenUp.map(asServed), rounds, read);
  const figures: Figure[] = [
    { what: 'messages that both read', value: parsed.length, bound: null },
    { what: 'messages a second', value: perSecond(ours), bound: perSecond(theirs), moreIsBetter: true },
    { what: 'slowest message, ms', value: Math.max(...ours), bound: Math.max(...theirs) },
    { what: 'messages that simpleParser gives up', value: givenUp.length, bound: null },
    { what: 'slowest of these, ms', value: Math.max(0, ...alone), bound: null },
  ];
  return { figures };
}

export const classification: Measure = {
  title: 'classification: reading and deciding each message of the corpus',
  boundIs: 'mailparser’s simpleParser on the same files',
  run,
};
