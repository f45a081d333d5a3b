import { describe, expect, it } from 'vitest';
import { readableTime } from '../../../src/commands/clock.js';
import { layTable } from '../../../src/commands/table.js';
import { readTicketNumber } from '../../../src/commands/ticket-number.js';
import { cellsOf, fit } from '../../../src/terminal/cells.js';

describe('layTable', () => {
  const columns = [{ title: 'N', align: 'right' as const }, { title: 'WHO', atMost: 8 }, { title: 'WHAT' }];

  it('aligns by what a terminal shows', () => {
    const rows = [
      ['1', '山田太郎', 'x'],
      ['42', 'Jane', 'yes'],
    ];
    expect(layTable(columns, rows, null)).toEqual([
      ' N  WHO       WHAT',
      ' 1  山田太郎  x',
      '42  Jane      yes',
    ]);
  });

  it('cuts a column that is bounded, and the last one at the width of the terminal', () => {
    const rows = [['1', 'somebody with a long name', 'a subject that goes on and on']];
    const [, line = ''] = layTable(columns, rows, 30);
    expect(line).toBe('1  somebod…  a subject that g…');
    expect(cellsOf(line)).toBe(30);
    expect(layTable(columns, rows, 15)[1]).toBe('1  somebod…  a subject that goes on and on');
  });
});

describe('fit', () => {
  it('never cuts a character in two', () => {
    expect(fit('山田太郎', 5)).toBe('山田…');
    expect(fit('a😀b', 3)).toBe('a…');
    expect(fit('é\u0301x', 2)).toBe('é\u0301x');
    expect(fit('abc', 3)).toBe('abc');
  });
});

describe('readableTime', () => {
  it('is in the time zone of the desk', () => {
    const noon = new Date('2026-07-01T23:05:00Z');
    expect(readableTime(noon, 'UTC')).toBe('2026-07-01 23:05');
    expect(readableTime(noon, 'Europe/London')).toBe('2026-07-02 00:05');
    expect(readableTime(new Date(Number.NaN), 'UTC')).toBe('unknown');
  });
});

describe('readTicketNumber', () => {
  it.each([
    ['42', 42],
    ['#7', 7],
    ['999999999', 999_999_999],
    ['1000000000', null],
    ['0', null],
    ['007', null],
    ['-1', null],
    ['1.0', null],
    ['', null],
    ['4 2', null],
  ])('reads %j as %j', (text, number) => {
    expect(readTicketNumber(text)).toBe(number);
  });
});
