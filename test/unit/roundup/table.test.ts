import { describe, expect, it } from 'vitest';
import { readTable, type Table } from '../../../src/roundup/table.js';

const HEAD = 'id:title:at:list:is retired';

function read(...lines: readonly string[]): Table {
  return readTable('issue.csv', Buffer.from(`${[HEAD, ...lines].join('\n')}\n`), ['title']);
}

describe('a table of Roundup', () => {
  it('has rows by id, quoted where there are colons or quotes', () => {
    const { rows } = read(
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

  it('may have CRLF, as Python 2 wrote it', () => {
    const bytes = Buffer.from(`id:is retired\r\n'1':0\r\n`);
    expect(readTable('user.csv', bytes, []).rows.get(1)?.isRetired).toBe(false);
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
  ])('says file and line of %j', (line, said) => {
    const look = (): unknown => {
      const { rows } = read(line);
      return [...rows.values()].map((one) => [one.text('title'), one.moment('at'), one.links('list')]);
    };
    expect(look).toThrow(said);
  });

  it('says which column is missing, and that a file is empty', () => {
    expect(() => readTable('msg.csv', Buffer.from('id:date\n'), ['author', 'date'])).toThrow(
      'msg.csv, line 1: there is no column "is retired", "author". Nothing was imported',
    );
    expect(() => readTable('msg.csv', Buffer.alloc(0), [])).toThrow('msg.csv: it is empty');
  });
});
