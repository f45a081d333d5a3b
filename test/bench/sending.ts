/** Letters that wait in the outbox: what it costs the mailbox to send them, and how many are in hand at once. */
import { type MeasuredDesk, withMeasured } from './desk.js';
import { countOf } from './meter.js';
import type { Figure, Measure, Setting, Shown } from './table.js';

const LETTERS = { whole: [60, 300], quick: [60] };
const LETTERS_A_MAIL = 2;
const MAX_COMMANDS = 0.2;
const CONNECTIONS = 4;
/** So that letters meet that are in hand at once. */
const ANSWER_MS = 40;

/** Of a pass that sends so many letters which waited. */
async function send(desk: MeasuredDesk, letters: number): Promise<{ commands: number; peak: number }> {
  const before = desk.sink.taken.length;
  await desk.configure({ mail: 'hold' });
  await desk.deliverNew(letters / LETTERS_A_MAIL);
  await desk.once();
  await desk.once();
  await desk.configure();
  desk.sink.answerMs = ANSWER_MS;
  desk.imap.take();
  await desk.once();
  const sent = desk.sink.taken.length - before;
  if (sent !== letters) throw new Error(`${sent} letters were sent.`);
  return { commands: countOf(desk.imap.take()), peak: desk.sink.peak };
}

async function run({ quick, ours }: Setting): Promise<Shown> {
  return withMeasured(ours, {}, (desk) => measured(desk, quick ? LETTERS.quick : LETTERS.whole));
}

/** The fewest first, in the same mailbox. */
async function measured(desk: MeasuredDesk, counts: readonly number[]): Promise<Shown> {
  const fewest = await send(desk, LETTERS_A_MAIL);
  const figures: Figure[] = [
    {
      what: `${LETTERS_A_MAIL} letters: commands of the pass that sends them`,
      value: fewest.commands,
      bound: null,
    },
  ];
  for (const letters of counts) {
    const seen = await send(desk, letters);
    figures.push(
      {
        what: `${letters} letters: commands for each further letter`,
        value: (seen.commands - fewest.commands) / (letters - LETTERS_A_MAIL),
        bound: MAX_COMMANDS,
      },
      {
        what: `${letters} letters: in hand at once, at most`,
        value: seen.peak,
        bound: CONNECTIONS,
        moreIsBetter: true,
      },
    );
  }
  return { figures };
}

export const sending: Measure = {
  title: 'sending: letters that wait, to a server that takes 40 ms to answer',
  boundIs: 'what is promised',
  run,
};
