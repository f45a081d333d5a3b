import { describe, expect, it } from 'vitest';
import { readTable, type Table } from '../../../src/roundup/table.js';

const HEAD = 'id:title:at:list:is retired';

const pace = (): Promise<void> => Promise.resolve();

function read(...lines: readonly string[]): Promise<Table> {
  const bytes = Buffer.from(`${[HEAD, ...lines].join('\n')}\n`);
  return readTable('issue.csv', bytes, { needed: ['title'], kept: ['title', 'at', 'list'], pace });
}

describe('a table of Roundup', () => {
  it('has rows by id, quoted where there are colons or quotes', async () => {
    const { rows } = await read(
      `'1':"'a:""b""'":(2008, 11, 2, 9, 0, 1.25, 0, 0, 0):['2', '3']:0`,
      `'2':None:None:[]:1`,
    );
    const [one, two] = [rows.get(1), rows.get(2)];
    expect(one?.text('title')).toBe('a:"b"');
    expect(one?.moment('at')).toEqual(new Date('2008-11-02T09:00:01.250Z'));
    expect(one?.links('list')).toEqual([2, 3]);
    expect([one?.isRetired, two?.isRetired]).toEqual([false, true]);
    expect([two?.text('title'), two?.moment('at'), two?.link('missing')]).toEqual([null, null, null]);
  });

  it('may have CRLF, as Python 2 wrote it', async () => {
    const bytes = Buffer.from(`id:is retired\r\n'1':0\r\n`);
    const { rows } = await readTable('user.csv', bytes, { needed: [], kept: [], pace });
    expect(rows.get(1)?.isRetired).toBe(false);
  });

  const row = (title: string, at = 'None', list = '[]', id = "'1'"): string =>
    `${id}:${title}:${at}:${list}:0`;

  it.each<[string, RegExp]>([
    [row("'a"), /^issue\.csv, line 2: "title" is not readable: at character 1 /],
    [row('7'), /line 2: "title" is no text/],
    [row('None', '(2008, 13, 2, 9, 0, 0.0, 0, 0, 0)'), /"at" is no date/],
    [row('None', "'yesterday'"), /"at" is no date/],
    [row('None', 'None', "'1'"), /"list" is no list of ids/],
    [row('None', 'None', "['../../x']"), /"list" is no id/],
    [row('None', 'None', '[]', "'1234567890'"), /"id" is no id/],
    [row('None', 'None', '[]', 'None'), /"id" is no number/],
    [`'1':None:0`, /line 2: there are 3 fields, and the first line names 5/],
    [`'1':"a:None:None:0`, /line 2: this is no line of fields with colons between them/],
    [`${row('None')}\n${row('None')}`, /line 3: id 1 is there twice/],
  ])('says file and line of %j', async (line, said) => {
    const look = async (): Promise<unknown> => {
      const { rows } = await read(line);
      return [...rows.values()].map((one) => [one.text('title'), one.moment('at'), one.links('list')]);
    };
    await expect(look()).rejects.toThrow(said);
  });

  it('says which column is missing, and that a file is empty', async () => {
    const about = { needed: ['author', 'date'], kept: [], pace };
    await expect(readTable('msg.csv', Buffer.from('id:date\n'), about)).rejects.toThrow(
      'msg.csv, line 1: there is no column "is retired", "author"',
    );
    await expect(readTable('msg.csv', Buffer.alloc(0), about)).rejects.toThrow('msg.csv: it is empty');
  });

  it('has lines up to 1 MB, whatever is in them, and names the line that is longer', async () => {
    const escapes = (bytes: number): string => `'1':'${'\\n'.repeat(bytes / 2)}':None:[]:0`;
    const { rows } = await read(escapes(999_900));
    expect(rows.get(1)?.text('title')).toBe('\n'.repeat(499_950));
    const quotes = await read(`'1':"'${'""'.repeat(499_900)}'":None:[]:0`);
    expect(quotes.rows.get(1)?.text('title')).toHaveLength(499_900);
    const many = await read(`'1':None:None:["${"'7', ".repeat(199_000)}]":0`.replace('["', '"['));
    expect(many.rows.get(1)?.links('list')).toHaveLength(199_000);
    await expect(read(row('None'), escapes(1_000_100))).rejects.toThrow(
      'issue.csv, line 3: it is longer than 1000000 bytes',
    );
  });

  it('looks up again and again, and forgets what nobody asks for', async () => {
    let paced = 0;
    const bytes = Buffer.from(
      `id:x:is retired\n${Array.from({ length: 9_000 }, (_, index) => `'${index + 1}':None:0\n`).join('')}`,
    );
    const counted = (): Promise<void> => {
      paced += 1;
      return paced < 3 ? Promise.resolve() : Promise.reject(new Error('stop'));
    };
    await expect(readTable('a.csv', bytes, { needed: [], kept: [], pace: counted })).rejects.toThrow('stop');
  });
});
