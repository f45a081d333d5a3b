import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bar, type BarStep } from '../../../src/terminal/bar.js';
import { barLine } from '../../../src/terminal/bar-line.js';
import { cellsOf } from '../../../src/terminal/cells.js';
import { Screen } from './screen.js';

function bench({ columns = 60, unicode = true, several = false } = {}) {
  const screen = new Screen(columns);
  const clock = { ms: 0, writeMs: 0, begun: 0 };
  const write = (text: string): void => {
    clock.ms += clock.writeMs;
    screen.write(text);
  };
  const onFirst = (): void => void (clock.begun += 1);
  const columnsNow = (): number => screen.columns;
  const bar = new Bar({ write, columns: columnsNow, unicode, several, onFirst, clock: () => clock.ms });
  const line = (text: string): void => bar.around(() => screen.write(`${text}\n`));
  const filing = (done: number, total = 1000): void => bar.step('Support', { work: 'filing', done, total });
  return { screen, clock, bar, line, filing };
}

describe('a bar', () => {
  it('says how far it has come, how fast it goes and what is left, in one row, and is gone when the work ends', () => {
    const { screen, clock, bar, filing } = bench();
    filing(0);
    expect(screen.rows).toEqual([`${'░'.repeat(30)} filing 0 of 1,000`]);
    clock.ms = 2000;
    filing(200);
    expect(screen.rows).toEqual([`${'█'.repeat(4)}${'░'.repeat(18)} filing 200 of 1,000, 100/s, 8 s left`]);
    bar.step('Support', null);
    expect(screen.rows).toEqual([]);
  });

  it('is gone too where all is done and nobody has said so yet', () => {
    const { screen, clock, filing } = bench();
    filing(0);
    clock.ms = 2000;
    filing(1000);
    expect(screen.rows).toEqual([]);
  });

  it('stays below what else is written, and tears none of it', () => {
    const { screen, clock, line, filing } = bench({ columns: 40 });
    line('first');
    filing(0);
    line('second');
    clock.ms = 900;
    filing(300);
    line('third, which is as long as a row and more than that');
    expect(screen.rows.slice(0, -1)).toEqual([
      'first',
      'second',
      'third, which is as long as a row and mor',
      'e than that',
    ]);
    expect(screen.rows.at(-1)).toContain('filing 300 of 1,000');
  });

  it('is drawn once there is much to do, or once it has taken a second', () => {
    const { screen, clock, filing } = bench();
    filing(0, 5);
    expect([screen.written, clock.begun]).toEqual([[], 0]);
    clock.ms = 1000;
    filing(1, 5);
    clock.ms = 2000;
    filing(2, 5);
    expect(clock.begun).toBe(1);
    expect(screen.rows.at(-1)).toContain('filing 2 of 5, 1/s, 3 s left');
  });

  it('fits again when the terminal has got another size', () => {
    const { screen, bar, filing } = bench();
    filing(0);
    screen.columns = 20;
    bar.resized();
    expect(screen.rows).toEqual(['filing 0 of 1,000']);
    screen.columns = 10;
    bar.resized();
    expect(screen.rows).toEqual(['0 of 1,00']);
  });

  it('writes four times a second at most, and less the longer a slow terminal takes', () => {
    for (const [writeMs, most] of [
      [0, 41],
      [100, 6],
    ] as const) {
      const { screen, clock, filing } = bench();
      clock.writeMs = writeMs;
      for (let done = 0; clock.ms < 10_000; done += 1) {
        clock.ms += 10;
        filing(done, 100_000);
      }
      expect(screen.written.length).toBeGreaterThan(3);
      expect(screen.written.length).toBeLessThanOrEqual(most);
    }
  });

  it('counts the time of a work that another one interrupts without that one', () => {
    const { screen, clock, bar, filing } = bench({ columns: 100 });
    filing(0);
    clock.ms = 10_000;
    filing(100);
    bar.step('Support', { work: 'sending', done: 0, total: 400 });
    clock.ms = 70_000;
    bar.step('Support', { work: 'sending', done: 400, total: 400 });
    clock.ms = 71_000;
    filing(100);
    clock.ms = 81_000;
    filing(200);
    expect(screen.rows.at(-1)).toContain('filing 200 of 1,000, 10/s, 1 min left');
  });

  it('shows the work of one desk of several, with its name, and then that of another', () => {
    const { screen, clock, bar } = bench({ several: true });
    const step: BarStep = { work: 'filing', done: 0, total: 100 };
    bar.step('Support', step);
    bar.step('Sales', { ...step, done: 50 });
    clock.ms = 500;
    bar.step('Sales', { ...step, done: 60 });
    expect(screen.rows.at(-1)).toContain('Support: filing 0 of 100');
    bar.step('Support', null);
    expect(screen.rows.at(-1)).toContain('Sales: filing 60 of 100');
    bar.end();
    expect(screen.rows).toEqual([]);
  });
});

const STATE = fc.record({
  work: fc.constantFrom('filing', 'sending', 'reading older mail', 'reading Tickets/Open'),
  about: fc.option(fc.string({ unit: 'binary' })),
  done: fc.nat(10_000_000),
  total: fc.nat(10_000_000),
  measured: fc.record({ count: fc.nat(10_000_000), ms: fc.nat(1_000_000_000) }),
});

describe('the line of a bar', () => {
  it('fits, orders nothing, and is ASCII where nothing else is shown', () => {
    fc.assert(
      fc.property(STATE, fc.nat(200), fc.boolean(), (state, width, unicode) => {
        const line = barLine(state, width, unicode);
        expect(cellsOf(line)).toBeLessThanOrEqual(width);
        expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u);
        if (!unicode) expect(line).toMatch(/^[ -~]*$/);
      }),
    );
  });

  it('tells the numbers wherever there is room for them', () => {
    fc.assert(
      fc.property(STATE, (state) => {
        const { done, total } = state;
        const words = `${Math.min(done, total).toLocaleString('en-US')} of ${total.toLocaleString('en-US')}`;
        expect(barLine(state, 24, true)).toContain(words);
      }),
    );
  });
});
