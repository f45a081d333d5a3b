/** Which message a file goes with that came by the web, and what it takes to find out. */
import { describe, expect, it } from 'vitest';
import { readTable } from '../../../src/roundup/table.js';
import { COLUMNS, readTracker, type Tables, type Tracker } from '../../../src/roundup/tracker.js';

const pace = (): Promise<void> => Promise.resolve();

async function tableOf(name: keyof typeof COLUMNS, rows: readonly Readonly<Record<string, string>>[]) {
  const columns = ['id', ...COLUMNS[name], 'is retired'];
  const lines = rows.map((row, index) =>
    columns
      .map(
        (column) =>
          row[column] ?? (column === 'id' ? `'${index + 1}'` : column === 'is retired' ? '0' : 'None'),
      )
      .join(':'),
  );
  const bytes = Buffer.from(`${[columns.join(':'), ...lines].join('\n')}\n`);
  return readTable(`${name}.csv`, bytes, { needed: [], kept: COLUMNS[name], pace });
}

function moment(seconds: number): string {
  const at = new Date(Date.UTC(2008, 10, 2, 9, 0, seconds));
  return `(2008, 11, 2, ${at.getUTCHours()}, ${at.getUTCMinutes()}, ${at.getUTCSeconds()}.0, 0, 0, 0)`;
}

interface Put {
  readonly by: string;
  /** Seconds. */
  readonly at: number;
}

async function tablesOf(messages: readonly Put[], files: readonly Put[]): Promise<Tables> {
  const row = ({ by, at }: Put) => ({
    creator: `'${by}'`,
    creation: moment(at),
    date: moment(at),
    author: `'${by}'`,
  });
  const ids = (some: readonly Put[]) => `[${some.map((_, index) => `'${index + 1}'`).join(', ')}]`;
  return {
    issue: await tableOf('issue', [{ messages: ids(messages), files: ids(files) }]),
    msg: await tableOf('msg', messages.map(row)),
    file: await tableOf('file', files.map(row)),
    user: await tableOf('user', []),
    status: null,
  };
}

/** Of each mail its message, and its files. */
function mailsOf({ issues }: Tracker): readonly (readonly [number | null, readonly number[]])[] {
  return issues.flatMap(({ mails }) =>
    mails.map(({ id, files }) => [id, files.map((file) => file.id)] as const),
  );
}

describe('a file of the issue alone', () => {
  it('goes with the nearest message that the same person put in within ten seconds, else on its own', async () => {
    const messages = [
      { by: '3', at: 0 },
      { by: '4', at: 20 },
      { by: '3', at: 26 },
      { by: '3', at: 14 },
    ];
    const files = [
      { by: '3', at: 10 },
      { by: '3', at: 20 },
      { by: '4', at: 10 },
      { by: '3', at: 37 },
      { by: '3', at: 36 },
      { by: '5', at: 0 },
    ];
    expect(mailsOf(await readTracker(await tablesOf(messages, files), pace))).toEqual([
      [1, []],
      [2, [3]],
      [3, [5]],
      [4, [1, 2]],
      [null, [4]],
      [null, [6]],
    ]);
  });

  it('is looked for in bounded work, among thousands of both', async () => {
    const some = Array.from({ length: 2_000 }, (_, index) => ({ by: '3', at: index * 30 }));
    const tables = await tablesOf(some, some);
    let looks = 0;
    for (const row of [...tables.msg.rows.values(), ...(tables.file?.rows.values() ?? [])]) {
      const own = row.moment.bind(row);
      row.moment = (column) => {
        looks += 1;
        return own(column);
      };
    }
    expect(mailsOf(await readTracker(tables, pace))).toEqual(
      some.map((_, index) => [index + 1, [index + 1]]),
    );
    expect(looks).toBeLessThan(10_000);
  });

  it('is no longer looked for where the import is told to stop', async () => {
    const stopped = (): Promise<void> => Promise.reject(new Error('stop'));
    await expect(readTracker(await tablesOf([], []), stopped)).rejects.toThrow('stop');
  });
});
