/** What a desk does by itself at a time of the day: `digest`, `remind` and `closeStale`. */
import { z } from 'zod';
import { dayLengthMs, daysOf } from '../hours/office-time.js';
import { parseTimesOfDay, type TimesOfDay } from '../hours/time-of-day.js';
import { parseWeek, type Week } from '../hours/week.js';
import { countSchema } from './count.js';
import { durationSchema, parseDuration } from './duration.js';
import { expected, text } from './expected.js';

const EVERY_WORKDAY = 'Mon-Fri';
const MORNING = '08:00';

function timesSchema(): z.ZodString {
  return text(
    'a time of the day such as "08:00" or "Mon-Fri 08:00", one for a day',
    (value) => parseTimesOfDay(value) !== null,
  );
}

export const morningSchemas = {
  digest: timesSchema()
    .optional()
    .describe(
      'When staff get a mail with the figures since the last one: tickets opened, closed and open by age, the median of the first answer and of the time to close, as `stats` has them. A time of the day, such as `"08:00"`, or with days, such as `"Mon-Fri 08:00, Sat 10:00"`, by the clock of `timezone`. One that was missed is made up once. Default: never.',
    ),
  remind: z
    .union(
      [
        durationSchema(),
        z.strictObject({
          after: durationSchema()
            .default('1d')
            .describe(
              'So long of `hours`; a `d` is as long as a day of them, which is eight hours of `09:00-17:00`.',
            ),
          hours: text('times of the week such as "Mon-Fri 09:00-17:00"', (value) => parseWeek(value) !== null)
            .default(EVERY_WORKDAY)
            .describe('The time that counts.'),
          at: timesSchema()
            .default(MORNING)
            .describe('When the mail goes out; without days, on the days that `hours` has.'),
        }),
      ],
      {
        error: expected(
          'a span such as "1d", or { "after": "1d", "hours": "Mon-Fri 09:00-17:00", "at": "08:00" }',
        ),
      },
    )
    .optional()
    .describe(
      'How long a customer may wait for an answer before staff are reminded: each morning, one mail lists all open tickets whose last word is a customer’s and that wait for longer, the oldest first, each with a link that opens a reply. A span alone counts whole days from Monday to Friday. Default: nobody is reminded.',
    ),
  closeStale: z
    .union(
      [
        durationSchema(),
        z.strictObject({
          after: durationSchema()
            .default('14d')
            .describe('So long after the desk’s last word the requester is warned.'),
          grace: durationSchema()
            .default('3d')
            .describe('So long after the warning the ticket is closed, if nobody has written.'),
          atMost: countSchema(1)
            .default(20)
            .describe('This many warnings on a day, and this many closes; the rest follows on the next.'),
          at: timesSchema().default(MORNING).describe('When.'),
        }),
      ],
      {
        error: expected(
          'a span such as "14d", or { "after": "14d", "grace": "3d", "atMost": 20, "at": "08:00" }',
        ),
      },
    )
    .optional()
    .describe(
      'When an open ticket is closed by itself: after so long without an answer to what went out to its requester, who is warned once before. Any answer keeps it open, or opens it again. Never where the requester is a program, or may not be written to. Default: never.',
    ),
} as const;

interface Reminding {
  readonly afterMs: number;
  readonly hours: Week;
  readonly at: TimesOfDay;
}

type Written = z.infer<typeof morningSchemas.remind>;

/** null where nothing is set. What the schema has let through is right. */
export function completeRemind(written: Written): Reminding | null {
  if (written === undefined) return null;
  const whole = { hours: EVERY_WORKDAY, at: MORNING };
  const { after, hours, at } = typeof written === 'string' ? { ...whole, after: written } : written;
  const week = parseWeek(hours) ?? [];
  const times = parseTimesOfDay(at, daysOf(week)) ?? [];
  return { afterMs: afterMs(after, week), hours: week, at: times };
}

function afterMs(written: string, week: Week): number {
  const span = parseDuration(written) ?? 0;
  return written.endsWith('d') ? Number.parseInt(written, 10) * dayLengthMs(week) : span;
}

export function completeTimes(written: string | undefined): TimesOfDay | null {
  return written === undefined ? null : parseTimesOfDay(written);
}

interface ClosingStale {
  readonly afterMs: number;
  readonly graceMs: number;
  readonly atMost: number;
  readonly at: TimesOfDay;
}

/** null where nothing is set. */
export function completeCloseStale(written: z.infer<typeof morningSchemas.closeStale>): ClosingStale | null {
  if (written === undefined) return null;
  const whole = { grace: '3d', atMost: 20, at: MORNING };
  const { after, grace, atMost, at } = typeof written === 'string' ? { ...whole, after: written } : written;
  return {
    afterMs: parseDuration(after) ?? Number.POSITIVE_INFINITY,
    graceMs: parseDuration(grace) ?? Number.POSITIVE_INFINITY,
    atMost,
    at: parseTimesOfDay(at) ?? [],
  };
}
