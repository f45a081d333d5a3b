/**
 * The tests that mutation testing runs: those of the pure layers that look at answers. Left out are the one that looks
 * at bounds alone, the fuzzing, and the comparison of parsers, which needs more runs than properties have here.
 */
import { configDefaults, defineConfig } from 'vitest/config';
import { OwnTestsFirst } from './order.js';

const ALL = ['test/unit/{message,desk}/**/*.test.ts', 'test/corpus/**/*.test.ts'];

export default defineConfig({
  test: {
    /** Files, parted by commas: a few of them take a fraction of the time that all take. */
    include: process.env['MUTATION_TESTS']?.split(',') ?? ALL,
    exclude: [
      ...configDefaults.exclude,
      'test/unit/message/{corpus,differential}.test.ts',
      'test/corpus/fuzz.test.ts',
    ],
    setupFiles: ['test/mutation/setup.ts'],
    testTimeout: 60_000,
    // The modules are loaded once for all files: most of a mutant's time is loading.
    isolate: false,
    sequence: { sequencer: OwnTestsFirst },
  },
});
