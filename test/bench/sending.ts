/** Letters that wait in the outbox: what it costs the mailbox to send them, and how many are in hand at once. */
import { withMeasured } from './desk.js';
import { countOf } from './meter.js';
import type { Figure, Measure, Setting, Shown } from './table.js';

const LETTERS = { whole: [60, 300], quick: [60] };
const LETTERS_A_MAIL = 2;
const MAX_COMMANDS = 0.2;
const CONNECTIONS = 4;
/** So that letters meet that are in hand at once. */
const ANSWER_MS = 40;

/** Of a pass that sends so many letters which waited. */
async function send({ ours }: Setting, letters: number): Promise<{ commands: number; peak: number }> {
  return withMeasured(ours, { manners: { mail: 'hold' } }, async (desk) => {
    await desk.deliverNew(letters / LETTERS_A_MAIL);
    await desk.once();
    await desk.once();
    await desk.configure();
    desk.sink.answerMs = ANSWER_MS;
    desk.imap.take();
    await desk.once();
    if (desk.sink.taken.length !== letters) throw new Error(`${desk.sink.taken.length} letters were sent.`);
    return { commands: countOf(desk.imap.take()), peak: desk.sink.peak };
  });
}

async function run(setting: Setting): Promise<Shown> {
  const fewest = await send(setting, LETTERS_A_MAIL);
  const figures: Figure[] = [
    {
      what: `${LETTERS_A_MAIL} letters: commands of the pass that sends them`,
      value: fewest.commands,
      bound: null,
    },
  ];
  for (const letters of setting.quick ? LETTERS.quick : LETTERS.whole) {
    const seen = await send(setting, letters);
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
