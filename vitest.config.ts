import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { configDefaults, defineConfig } from 'vitest/config';

// Tests that are a sample otherwise take as long as they take.
const whole = process.env['DEEP'] === '1' ? 3 * 3_600_000 : null;

/** What searches, or strikes a pass at every point: most of the computing, in a few files. */
const SEARCHES = [
  'test/corpus/fuzz.test.ts',
  'test/model/{alert-faults,broken-line,claims,faults,races,refused-letter,search-power,smtp-answers,two-desks}.test.ts',
  'test/unit/message/differential.test.ts',
];
const exclude = [...configDefaults.exclude, ...SEARCHES];

/** Each module is loaded once for all files of a worker; a worker for each processor. */
const PURE = {
  isolate: false,
  exclude,
  testTimeout: whole ?? 60_000,
  maxWorkers: availableParallelism(),
  sequence: { groupOrder: 0 },
};

/** Two workers for each processor, since most of them wait. */
const LONG = {
  isolate: false,
  // What desks keep beside their mailboxes stays out of the home of whoever runs the tests.
  env: {
    XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] ?? join(import.meta.dirname, '.cache/xdg'),
    XDG_STATE_HOME: process.env['XDG_STATE_HOME'] ?? join(import.meta.dirname, '.cache/xdg-state'),
  },
  testTimeout: whole ?? 180_000,
  hookTimeout: whole ?? 60_000,
  maxWorkers: 2 * availableParallelism(),
  sequence: { groupOrder: 1 },
};

/** Parted by what the tests need. Each file belongs to one project: test/house/projects.test.ts sees to it. */
export default defineConfig({
  test: {
    projects: [
      { test: { ...PURE, name: 'unit', include: ['test/{unit,corpus,house}/**/*.test.ts'] } },
      { test: { ...PURE, name: 'stories', include: ['test/model/**/*.test.ts'] } },
      { test: { ...LONG, name: 'search', include: SEARCHES, testTimeout: whole ?? 300_000 } },
      { test: { ...LONG, name: 'servers', include: ['test/integration/**/*.test.ts'] } },
      { test: { ...LONG, name: 'chaos', include: ['test/chaos/**/*.test.ts'] } },
    ],
  },
});
